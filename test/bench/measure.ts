/** One run of one command line, as whole processes: wall and CPU time by the shell, peak memory by the kernel. */
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';

export interface Measured {
  readonly wallMs: number;
  /** user + sys, of all processes of the line. */
  readonly cpuMs: number;
  /** Sum of the processes' peaks; null where there is no /proc. */
  readonly rssBytes: number | null;
  readonly stdout: string;
}

/** Peaks only ever grow, so a look now and then misses no more than the last growth before the end. */
const lookEveryMs = 10;

/** A line for bash. Its exit status must be 0, or one of those allowed. */
export function measure(line: string, allowed: readonly number[] = []): Promise<Measured> {
  return new Promise((resolve, reject) => {
    const script = `set -o pipefail; exec 3>&2; TIMEFORMAT='%R %U %S'; time { ${line}; } 2>&3`;
    const shell = spawn('bash', ['-c', script], { stdio: ['ignore', 'pipe', 'pipe'] });
    const peaks = new Map<number, number>();
    const looking = setInterval(() => notePeaks(shell.pid ?? 0, peaks), lookEveryMs);
    const out: Buffer[] = [];
    let err = '';
    shell.stdout.on('data', (chunk: Buffer) => out.push(chunk));
    shell.stderr.on('data', (chunk: Buffer) => {
      err += chunk.toString();
    });
    shell.on('error', reject);
    shell.on('close', (code) => {
      clearInterval(looking);
      const times = /(\d+\.\d+) (\d+\.\d+) (\d+\.\d+)\s*$/.exec(err);
      if (times === null || (code !== 0 && !allowed.includes(code ?? -1))) {
        reject(new Error(`${line}\nended with ${code}: ${err}`));
        return;
      }
      const [wallMs = 0, userMs = 0, sysMs = 0] = times.slice(1).map((seconds) => Number(seconds) * 1000);
      const rssBytes = peaks.size === 0 ? null : [...peaks.values()].reduce((sum, peak) => sum + peak, 0);
      resolve({ wallMs, cpuMs: userMs + sysMs, rssBytes, stdout: Buffer.concat(out).toString('utf8') });
    });
  });
}

/** Of all that the shell started, the shell left out. */
function notePeaks(pid: number, peaks: Map<number, number>): void {
  for (const child of childrenOf(pid)) {
    const kB = /^VmHWM:\s+(\d+) kB/m.exec(textOf(`/proc/${child}/status`))?.[1];
    if (kB !== undefined) peaks.set(child, Number(kB) * 1024);
    notePeaks(child, peaks);
  }
}

function childrenOf(pid: number): number[] {
  return textOf(`/proc/${pid}/task/${pid}/children`).split(' ').filter(Boolean).map(Number);
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return ''; // it has ended meanwhile
  }
}

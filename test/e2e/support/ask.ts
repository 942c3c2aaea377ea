/** Asks the program itself, as a process of its own, and waits until the log holds what it is to be asked about. */
import { execFile } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { programWords } from '../../support/program.ts';

const repository = fileURLToPath(new URL('../../../', import.meta.url));

/** The fields of PRODUCT §4 that the tests look at. */
export interface AskedRow {
  readonly auditID: string;
  readonly who: { readonly user: string | null; readonly as: string | null; readonly kind: string };
  readonly did: { readonly verb: string; readonly word: string };
  readonly object: Readonly<
    Record<'group' | 'resource' | 'subresource' | 'namespace' | 'name' | 'uid', string | null>
  >;
  readonly with: string | null;
  readonly result: { readonly code: number | null; readonly deniedBy: string | null };
  readonly dryRun: boolean;
  readonly level: string;
  readonly stage: string;
}

export interface Asked {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface AskedAnswer extends Asked {
  readonly says: string;
  readonly rows: readonly AskedRow[];
  readonly nearMisses: readonly { readonly code: string }[];
  readonly coverage: {
    readonly complete: boolean;
    readonly unreadable: number;
    readonly gaps: readonly { readonly code: string }[];
  };
}

/** Any command line; never rejects. */
export function run(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Asked> {
  return new Promise((resolve) => {
    const [command, ...words] = programWords();
    execFile(
      command,
      [...words, ...args],
      {
        cwd: repository,
        maxBuffer: 64 * 1024 * 1024,
        timeout: 180_000,
        env: { ...process.env, NO_COLOR: '1', KUBECONFIG: '/dev/null', ...env },
      },
      (error, stdout, stderr) =>
        resolve({
          status: error === null ? 0 : typeof error.code === 'number' ? error.code : -1,
          stdout,
          stderr,
        }),
    );
  });
}

/** `ask('delete cm/x -n y', folder)`: who-did as json. Anything but an answer (exit 0 or 3) is an error. */
export async function ask(question: string, folder: string): Promise<AskedAnswer> {
  const asked = await run(['who-did', ...question.split(' '), '--file', folder, '-o', 'json']);
  if (asked.status !== 0 && asked.status !== 3) {
    throw new Error(`who-did ${question}: exit ${asked.status}\n${asked.stdout}${asked.stderr}`);
  }
  return { ...asked, ...(JSON.parse(asked.stdout) as Omit<AskedAnswer, keyof Asked>) };
}

/** The API server answers its client a moment before it has written the line. */
export async function logged(auditID: string, folder: string): Promise<void> {
  for (let tries = 0; tries < 50; tries++, await sleep(100)) {
    for (const name of await readdir(folder, { recursive: true })) {
      if (name.includes('.log') && (await textOf(join(folder, name))).includes(auditID)) return;
    }
  }
  throw new Error(`no event has the audit ID ${JSON.stringify(auditID)}`);
}

/** Empty when the file was just rotated away or is still being compressed. */
async function textOf(path: string): Promise<string> {
  try {
    const bytes = await readFile(path);
    return (path.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8');
  } catch {
    return '';
  }
}

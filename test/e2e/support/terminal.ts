/** The program at a real terminal: what is typed comes when it asks for it. */
import { spawn } from 'node:child_process';
import { delimiter, dirname, join } from 'node:path';
import { programWords } from '../../support/program.ts';

export interface Typed {
  readonly status: number;
  /** Both streams, as they stood on the screen. */
  readonly screen: string;
}

export interface TypeOptions {
  /** What is typed, control characters too, when this stands on the screen. */
  readonly when?: string;
  readonly types?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Standard input is this file, and no terminal. */
  readonly input?: string;
}

const PATIENCE_MS = 60_000;

/** `script` (util-linux) gives it a terminal of its own. */
export async function typed(words: readonly string[], options: TypeOptions = {}): Promise<Typed> {
  const quoted = [...programWords(), ...words].map((word) => `'${word.replaceAll("'", "'\\''")}'`);
  const command = `stty -echo cols 200; exec ${quoted.join(' ')}${options.input === undefined ? '' : ` < ${options.input}`}`;
  const child = spawn('script', ['-qefc', command, '/dev/null'], {
    stdio: ['pipe', 'pipe', 'inherit'],
    timeout: PATIENCE_MS,
    env: {
      PATH: [dirname(process.execPath), process.env.PATH ?? ''].join(delimiter),
      HOME: join(import.meta.dirname, 'no-home'),
      KUBECONFIG: '/nonexistent',
      SHELL: '/bin/sh',
      TERM: 'xterm',
      NO_COLOR: '1',
      ...options.env,
    },
  });
  let screen = '';
  let isTyped = options.when === undefined;
  child.stdout.on('data', (chunk: Buffer) => {
    screen += chunk.toString('utf8');
    if (isTyped || !screen.includes(options.when ?? '')) return;
    isTyped = true;
    child.stdin.write(options.types ?? '');
  });
  const status = await new Promise<number>((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', (code) => resolve(code ?? -1));
  });
  return { status, screen: screen.replaceAll('\r\n', '\n') };
}

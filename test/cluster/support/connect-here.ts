/** Connects from inside a test, to servers that the test started, with a kubeconfig that the test wrote. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';
import { type Connected, connect } from '../../../src/cluster/connect.ts';
import type { ConnectFlags } from '../../../src/cluster/kubeconfig/connect-flags.ts';
import { UserError } from '../../../src/errors.ts';
import { type Handler, type Recorder, startRecorder } from './recorder.ts';

export const tlsFile = (name: string) =>
  fileURLToPath(new URL(`../../fixtures/tls/${name}`, import.meta.url));

/** Gone when the test is over. */
export function folder(files: Readonly<Record<string, string>> = {}): string {
  const path = mkdtempSync(join(tmpdir(), 'connect-'));
  onTestFinished(() => rmSync(path, { recursive: true, force: true }));
  for (const [name, text] of Object.entries(files)) {
    writeFileSync(join(path, name), text, { mode: text.startsWith('#!') ? 0o755 : 0o644 });
  }
  return path;
}

export async function serve(handle?: Handler): Promise<Recorder> {
  const identity = {
    cert: readFileSync(tlsFile('server.crt'), 'utf8'),
    key: readFileSync(tlsFile('server.key'), 'utf8'),
    ca: readFileSync(tlsFile('ca.crt'), 'utf8'),
  };
  const recorder = await startRecorder(identity, () => {}, handle);
  onTestFinished(() => recorder.close());
  return recorder;
}

export interface Here {
  /** Flow mapping of the user, without braces. */
  readonly user?: string;
  readonly cluster?: string;
  readonly flags?: ConnectFlags;
  readonly env?: Readonly<Record<string, string>>;
  /** Files beside the kubeconfig. */
  readonly files?: Readonly<Record<string, string>>;
  readonly now?: () => number;
  /** What login commands say is added here. */
  readonly said?: string[];
}

/** To `https://127.0.0.1:port`, whose authority is trusted unless `cluster` says something else. */
export async function connectTo(port: number, here: Here = {}): Promise<Connected> {
  const cluster =
    here.cluster ?? `server: "https://127.0.0.1:${port}", certificate-authority: ${tlsFile('ca.crt')}`;
  const path = folder({
    ...here.files,
    config: `clusters: [{name: c, cluster: {${cluster}}}]
users: [{name: u, user: {${here.user ?? 'token: let-me-in'}}}]
contexts: [{name: x, context: {cluster: c, user: u, namespace: shop}}]
current-context: x
`,
  });
  return await connect(here.flags ?? {}, {
    env: { PATH: pathVariable(), KUBECONFIG: join(path, 'config'), ...here.env },
    cwd: path,
    err: { isTTY: false, columns: null, write: async (text) => void here.said?.push(text) },
    inIsTTY: false,
    now: here.now ?? (() => Date.now()),
    signal: new AbortController().signal,
  });
}

function pathVariable(): string {
  return process.env.PATH ?? '';
}

/** The error of a person's, as `CODE: message` and its hint; anything else fails the test. */
export async function failure(promise: Promise<unknown>): Promise<{ said: string; hint: string }> {
  try {
    await promise;
  } catch (error) {
    if (error instanceof UserError)
      return { said: `${error.code}: ${error.message}`, hint: error.hint ?? '' };
    throw error;
  }
  throw new Error('it did not fail');
}

export const never = new AbortController().signal;

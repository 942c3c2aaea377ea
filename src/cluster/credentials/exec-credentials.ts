/**
 * Logging in by a command that prints a credential, such as `aws eks get-token` (client-go plugin/pkg/client/auth/exec).
 * Our own and not client-node's, which tells the command neither KUBERNETES_EXEC_INFO (gke-gcloud-auth-plugin stops
 * without it) nor the cluster, leaves its standard input open, and cannot be made to ask again after a 401.
 */
import { spawn } from 'node:child_process';
import { UserError } from '../../errors.ts';
import type { TextSink } from '../../io.ts';
import type { LoginCommand } from '../kubeconfig/kubeconfig.ts';
import type { Credential, Credentials } from './credentials.ts';
import { decodeExecCredential } from './exec-credential.ts';

export interface ExecSurroundings {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  /** Where what the command says is passed on to: it may ask the user to log in. */
  readonly err: TextSink;
  /** The terminal may be handed to the command. */
  readonly isInteractive: boolean;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly signal: AbortSignal;
  /** The cluster in ExecCredential's words (`server`, `certificate-authority-data`, …), for commands that ask for it. */
  readonly clusterInfo: unknown;
}

export function execCredentials(exec: LoginCommand, userName: string, around: ExecSurroundings): Credentials {
  const fail = (what: string, hint?: string, cause?: unknown) =>
    new UserError(
      'AUDIT_NO_CREDENTIALS',
      `the login command ${JSON.stringify(exec.command)} of user ${JSON.stringify(userName)} ${what}`,
      { hint: hint ?? 'run kubectl auth whoami to see it fail there too', cause },
    );
  let asked: Promise<{ credential: Credential; expiresAt: number }> | null = null;

  async function ask() {
    // Those who wait for it at the same time share it: it may open a browser.
    asked ??= run(exec, around, fail).then((text) => decodeExecCredential(text, exec.apiVersion, fail));
    try {
      return await asked;
    } catch (error) {
      asked = null;
      throw error;
    }
  }

  async function current(): Promise<Credential> {
    const before = asked;
    const { credential, expiresAt } = await ask();
    if (around.now() <= expiresAt) return credential;
    if (asked === before) asked = null;
    return (await ask()).credential;
  }

  return {
    origin: `the login command ${JSON.stringify(exec.command)}`,
    current,
    async renew(refused) {
      const before = asked;
      if ((await ask()).credential !== refused) return true;
      if (asked === before) asked = null;
      await ask();
      return true;
    },
  };
}

type Fail = (what: string, hint?: string, cause?: unknown) => UserError;

/** What the command prints. Only its name goes into messages: arguments can be secrets. */
async function run(exec: LoginCommand, around: ExecSurroundings, fail: Fail): Promise<string> {
  if (!/^client\.authentication\.k8s\.io\/v1(?:beta1)?$/.test(exec.apiVersion))
    throw fail(`has the unknown apiVersion ${JSON.stringify(exec.apiVersion)}`);
  if (exec.interactiveMode === 'Always' && !around.isInteractive)
    throw fail('wants to ask something, but standard input is not a terminal');
  const interactive = exec.interactiveMode !== 'Never' && around.isInteractive;
  const info = {
    kind: 'ExecCredential',
    apiVersion: exec.apiVersion,
    spec: { ...(exec.provideClusterInfo ? { cluster: around.clusterInfo } : {}), interactive },
  };
  const child = spawn(exec.command, [...exec.args], {
    cwd: around.cwd,
    env: {
      ...around.env,
      ...Object.fromEntries(exec.env.map(({ name, value }) => [name, value])),
      KUBERNETES_EXEC_INFO: JSON.stringify(info),
    },
    stdio: [interactive ? 'inherit' : 'ignore', 'pipe', 'pipe'],
    signal: around.signal,
  });
  let printed = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    printed += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    around.err.write(text).catch(() => {});
  });
  await new Promise<void>((resolve, reject) => {
    child.on('error', (error: NodeJS.ErrnoException) => {
      if (around.signal.aborted) reject(around.signal.reason);
      else if (error.code === 'ENOENT') reject(fail('is not installed', installHint(exec), error));
      else reject(fail(`cannot be run (${error.code})`, undefined, error));
    });
    child.on('close', (code, killedBy) => {
      if (code === 0) resolve();
      else reject(fail(`failed with ${code === null ? killedBy : `exit status ${code}`}`));
    });
  });
  return printed;
}

function installHint(exec: LoginCommand): string {
  return exec.installHint.replaceAll(/\s+/g, ' ').trim() || `install ${exec.command}, or put it on PATH`;
}

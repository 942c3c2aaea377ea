/** A secret from where it is to be had. Read when it is first needed, kept in memory, told to nobody. */
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { UserError } from '../errors.ts';
import type { ApiServer, Io } from '../io.ts';
import type { Secret } from './reach-settings.ts';

export interface SecretMeans extends Pick<Io, 'env' | 'signal'> {
  /** For what lies in the cluster: opened when it is first needed. */
  readonly api: () => Promise<ApiServer>;
}

/** Of a command that prints one. */
const EXEC_TIMEOUT_MS = 60_000;
const known = new WeakMap<Secret, Promise<string>>();

/** `isStale`: what was read before was refused. Rejects with a UserError that names the place, never the secret. */
export function readSecret(secret: Secret, means: SecretMeans, isStale: boolean): Promise<string> {
  const before = known.get(secret);
  if (before !== undefined && !isStale) return before;
  const reading = read(secret, means);
  known.set(secret, reading);
  reading.catch(() => known.delete(secret));
  return reading;
}

async function read(secret: Secret, means: SecretMeans): Promise<string> {
  const { place, text } = await textOf(secret, means);
  if (text === '' || /[\r\n\0]/.test(text)) {
    throw new UserError(
      'AUDIT_NO_CREDENTIALS',
      `${place} holds ${text === '' ? 'nothing' : 'more than one line'}`,
      {
        hint: 'it must hold the secret alone',
      },
    );
  }
  return text;
}

async function textOf(secret: Secret, means: SecretMeans): Promise<{ place: string; text: string }> {
  if ('env' in secret) {
    const text = means.env[secret.env];
    if (text !== undefined) return { place: `the variable ${secret.env}`, text };
    throw missing(`the variable ${secret.env} is not set`, `export ${secret.env}=…`);
  }
  if ('file' in secret) {
    const place = `the file ${JSON.stringify(secret.file)}`;
    try {
      return { place, text: (await readFile(secret.file, 'utf8')).replace(/\r?\n$/, '') };
    } catch (cause) {
      throw missing(`${place} cannot be read`, 'is it there, and readable?', cause);
    }
  }
  if ('exec' in secret) return await printedBy(secret.exec, means);
  return await inCluster(secret.secret, means);
}

async function printedBy(
  [command = '', ...args]: readonly string[],
  { env, signal }: SecretMeans,
): Promise<{ place: string; text: string }> {
  const place = `what ${JSON.stringify(command)} prints`;
  try {
    const options = { env: { ...env }, signal, timeout: EXEC_TIMEOUT_MS, encoding: 'utf8' } as const;
    const { stdout } = await promisify(execFile)(command, args, options);
    return { place, text: stdout.replace(/\r?\n$/, '') };
  } catch (cause) {
    signal.throwIfAborted();
    // Not what it printed: that may be part of the secret.
    throw missing(`the command ${JSON.stringify(command)} gave no secret`, 'run it by hand', cause);
  }
}

async function inCluster(
  path: string,
  { api, signal }: SecretMeans,
): Promise<{ place: string; text: string }> {
  const place = `the Secret ${path}`;
  const [namespace = '', name = '', key = ''] = path.split('/');
  const url = `/api/v1/namespaces/${encodeURIComponent(namespace)}/secrets/${encodeURIComponent(name)}`;
  const { status, json } = await (await api()).send('GET', url, null, signal);
  const { data = {} } = (json ?? {}) as { readonly data?: Readonly<Record<string, unknown>> };
  const value = status === 200 && Object.hasOwn(data, key) ? data[key] : undefined;
  if (typeof value === 'string')
    return {
      place,
      text: Buffer.from(value, 'base64')
        .toString('utf8')
        .replace(/\r?\n$/, ''),
    };
  if (status === 403)
    throw missing(`${place} may not be read`, `kubectl -n ${namespace} auth can-i get secret/${name}`);
  throw missing(`${place} is not there`, `kubectl -n ${namespace} get secret ${name}`);
}

function missing(message: string, hint: string, cause?: unknown): UserError {
  return new UserError('AUDIT_NO_CREDENTIALS', message, { hint, cause });
}

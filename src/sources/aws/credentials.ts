/**
 * Who we are to AWS, and to what speaks like it: the environment, the files of `~/.aws`, and what those say to run. What takes a login
 * of its own (SSO, roles, machines' identities) the AWS command line gives.
 * https://docs.aws.amazon.com/sdkref/latest/guide/standardized-credentials.html
 */
import { exec } from 'node:child_process';
import { promisify } from 'node:util';
import { UserError } from '../../errors.ts';
import type { Io } from '../../io.ts';
import { Renewed } from '../renewed.ts';
import { type Profile, readProfiles } from './profiles.ts';

export interface AwsCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string | null;
  /** Milliseconds since the epoch; null: not known to end. */
  readonly expiresMs: number | null;
}

export interface AwsIdentity {
  /** Null: of nobody. */
  readonly credentials: AwsCredentials | null;
  /** Of the profile or the environment. */
  readonly region: string | null;
}

/** Known until its credentials end. `now`: milliseconds since the epoch. */
export function renewedIdentity(ask: () => Promise<AwsIdentity>, now: () => number): Renewed<AwsIdentity> {
  return new Renewed(ask, ({ credentials }) => credentials?.expiresMs ?? null, now);
}

/** Rejects with a UserError when what is said to hold them does not. `profile`: one that was asked for by name. */
export async function awsIdentity(
  profile: string | null,
  { env, signal }: Pick<Io, 'env' | 'signal'>,
): Promise<AwsIdentity> {
  const name = profile ?? (env.AWS_PROFILE || 'default');
  const found = (await readProfiles(env)).get(name);
  const region = env.AWS_REGION || env.AWS_DEFAULT_REGION || found?.region || null;
  const ofEnv = profile === null ? ofEnvironment(env) : null;
  if (ofEnv !== null) return { credentials: ofEnv, region };
  if (found === undefined && (profile !== null || env.AWS_PROFILE))
    throw new UserError('AUDIT_NO_CREDENTIALS', `there is no AWS profile ${JSON.stringify(name)}`, {
      hint: 'aws configure list-profiles',
    });
  return { credentials: await ofProfile(name, found, { env, signal }), region };
}

async function ofProfile(
  name: string,
  profile: Profile | undefined,
  means: Pick<Io, 'env' | 'signal'>,
): Promise<AwsCredentials | null> {
  const { aws_access_key_id: accessKeyId, aws_secret_access_key: secretAccessKey } = profile ?? {};
  if (accessKeyId !== undefined && secretAccessKey !== undefined && profile?.role_arn === undefined) {
    const sessionToken = profile?.aws_session_token ?? null;
    return { accessKeyId, secretAccessKey, sessionToken, expiresMs: null };
  }
  const command = profile?.credential_process;
  if (command !== undefined) return await printedBy(command, means);
  const takesLogin = LOGINS.some((key) => profile?.[key] !== undefined);
  const isOfMachine = MACHINES.some((key) => means.env[key] !== undefined);
  if (!takesLogin && !isOfMachine) return null;
  return await printedBy('aws configure export-credentials --format process', {
    ...means,
    env: { ...means.env, ...(profile === undefined ? {} : { AWS_PROFILE: name }) },
  });
}

const LOGINS = ['sso_session', 'sso_start_url', 'role_arn', 'login_session'];
const MACHINES = [
  'AWS_WEB_IDENTITY_TOKEN_FILE',
  'AWS_CONTAINER_CREDENTIALS_RELATIVE_URI',
  'AWS_CONTAINER_CREDENTIALS_FULL_URI',
];

function ofEnvironment(env: Io['env']): AwsCredentials | null {
  const { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey } = env;
  if (!accessKeyId || !secretAccessKey) return null;
  return { accessKeyId, secretAccessKey, sessionToken: env.AWS_SESSION_TOKEN || null, expiresMs: null };
}

const PRINTS_WITHIN_MS = 60_000;

async function printedBy(
  command: string,
  { env, signal }: Pick<Io, 'env' | 'signal'>,
): Promise<AwsCredentials> {
  // Not what it printed: that may be part of a secret.
  const failed = (cause: unknown): UserError =>
    new UserError('AUDIT_NO_CREDENTIALS', `${JSON.stringify(command)} gave no credentials`, {
      hint: 'run it by hand; after aws sso login it may',
      cause,
    });
  let json: Readonly<Record<string, unknown>>;
  try {
    const options = { env: { ...env }, signal, timeout: PRINTS_WITHIN_MS, encoding: 'utf8' } as const;
    json = JSON.parse((await promisify(exec)(command, options)).stdout) as typeof json;
  } catch (cause) {
    signal.throwIfAborted();
    throw failed(cause);
  }
  const { AccessKeyId, SecretAccessKey, SessionToken, Expiration } = json;
  if (typeof AccessKeyId !== 'string' || typeof SecretAccessKey !== 'string') throw failed(undefined);
  const expiresMs = Date.parse(String(Expiration));
  return {
    accessKeyId: AccessKeyId,
    secretAccessKey: SecretAccessKey,
    sessionToken: typeof SessionToken === 'string' ? SessionToken : null,
    expiresMs: Number.isNaN(expiresMs) ? null : expiresMs,
  };
}

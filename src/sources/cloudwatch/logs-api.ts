/** Calls to CloudWatch Logs, signed as whoever we are. https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/ */
import { UserError } from '../../errors.ts';
import type { HttpServer, Io } from '../../io.ts';
import { type AwsCredentials, type AwsIdentity, awsIdentity, renewedIdentity } from '../aws/credentials.ts';
import { signedHeaders, signedPlace } from '../aws/signature.ts';
import { pause } from '../pause.ts';
import type { Renewed } from '../renewed.ts';
import { askJson, type StoreAnswer } from '../store/ask-store.ts';
import type { CloudWatchSettings } from './cloudwatch-settings.ts';
import { LogsRefusal, readRefusal, refusedBy } from './refusals.ts';

/** 0.25, 0.5 … 8 s: a quota is of so many calls a second, for all of an account in a region. */
const MAX_TRIES = 9;
const FIRST_WAIT_MS = 250;
const MOST_WAIT_MS = 8_000;

const REFUSALS = { kind: 'CloudWatch Logs', reasonIn: () => null, errorFor: readRefusal };

export type LogsAction =
  | 'DescribeLogGroups'
  | 'DescribeLogStreams'
  | 'FilterLogEvents'
  | 'StartQuery'
  | 'GetQueryResults'
  | 'StopQuery';

export interface LogsApi {
  /** Where it is asked, and in which region. */
  place(): Promise<LogsPlace>;
  /** Asked again while it says that it is asked too often. Rejects with a UserError, whose cause is the LogsRefusal. */
  call(
    action: LogsAction,
    body: Readonly<Record<string, unknown>>,
    signal: AbortSignal,
  ): Promise<StoreAnswer>;
  close(): void;
}

export interface LogsPlace {
  /** Scheme, host and port. */
  readonly address: string;
  readonly region: string;
}

export class SignedLogsApi implements LogsApi {
  readonly #settings: CloudWatchSettings;
  readonly #identity: Renewed<AwsIdentity>;
  readonly #open: (endpoint: string) => Promise<HttpServer>;
  readonly #env: Io['env'];
  #opened: Promise<{
    readonly server: HttpServer;
    readonly endpoint: string;
    readonly region: string;
  }> | null = null;

  /** `open`: asks nothing yet. */
  constructor(
    settings: CloudWatchSettings,
    io: Pick<Io, 'env' | 'signal' | 'now'>,
    open: (endpoint: string) => Promise<HttpServer>,
  ) {
    this.#settings = settings;
    this.#open = open;
    this.#env = io.env;
    this.#identity = renewedIdentity(() => awsIdentity(settings.auth?.aws.profile ?? null, io), io.now);
  }

  async place(): Promise<LogsPlace> {
    const { server, region } = await this.#server();
    return { address: server.address, region };
  }

  async call(
    action: LogsAction,
    body: Readonly<Record<string, unknown>>,
    signal: AbortSignal,
  ): Promise<StoreAnswer> {
    let isRenewed = false;
    for (let tries = 1; ; tries++) {
      try {
        return await this.#callOnce(action, JSON.stringify(body), isRenewed, signal);
      } catch (error) {
        signal.throwIfAborted();
        if (!(error instanceof LogsRefusal)) throw error;
        const isWorthwhile = error.isExpired ? !isRenewed : error.isThrottling && tries < MAX_TRIES;
        if (!isWorthwhile) throw refusedBy(await this.#named(), action, error);
        if (error.isExpired) isRenewed = true;
        else await pause(Math.min(FIRST_WAIT_MS * 2 ** (tries - 1), MOST_WAIT_MS), signal);
      }
    }
  }

  close(): void {
    this.#opened?.then(({ server }) => server.close()).catch(() => {});
  }

  async #callOnce(
    action: LogsAction,
    body: string,
    isRenewed: boolean,
    signal: AbortSignal,
  ): Promise<StoreAnswer> {
    const credentials = await this.#credentials(isRenewed);
    const { server, endpoint, region } = await this.#server();
    const headers = {
      'content-type': 'application/x-amz-json-1.1',
      'x-amz-target': `Logs_20140328.${action}`,
    };
    const call = { method: 'POST', path: '/', search: '', headers, body, service: 'logs', region } as const;
    const signed = await signedHeaders(signedPlace(endpoint, server), call, credentials);
    const begins = action === 'StartQuery' ? { isBeginning: true as const } : {};
    const asked = { method: 'POST' as const, path: '/', headers: signed, body, signal, ...begins };
    return await askJson(server, asked, REFUSALS);
  }

  async #credentials(isRenewed: boolean): Promise<AwsCredentials> {
    const { credentials } = await this.#identity.get(isRenewed);
    if (credentials !== null) return credentials;
    throw new UserError(
      'AUDIT_NO_CREDENTIALS',
      `no AWS credentials were found to read ${this.#settings.group} with`,
      {
        hint: 'AWS_PROFILE, AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or auth.aws.profile; of a machine in AWS: eval "$(aws configure export-credentials --format env)"',
      },
    );
  }

  #server() {
    this.#opened ??= this.#openServer().catch((error: unknown) => {
      this.#opened = null;
      throw error;
    });
    return this.#opened;
  }

  async #openServer() {
    const region = this.#settings.region ?? (await this.#identity.get(false)).region;
    if (region === null)
      throw new UserError('AUDIT_BAD_CONFIG', `in which region is ${this.#settings.group}?`, {
        hint: 'say region, or AWS_REGION',
      });
    const endpoint = this.#settings.endpoint ?? endpointOf(region, this.#env);
    return { server: await this.#open(endpoint), endpoint, region };
  }

  async #named(): Promise<string> {
    return `the log group ${this.#settings.group} in ${(await this.#server()).region}`;
  }
}

/**
 * https://docs.aws.amazon.com/general/latest/gr/cwl_region.html; the variables:
 * https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html
 */
function endpointOf(region: string, env: Io['env']): string {
  const said = env.AWS_ENDPOINT_URL_CLOUDWATCH_LOGS || env.AWS_ENDPOINT_URL;
  if (said && !URL.canParse(said))
    throw new UserError('AUDIT_BAD_CONFIG', `AWS_ENDPOINT_URL: ${JSON.stringify(said)} is no URL`, {
      hint: 'it looks like https://HOST:PORT',
    });
  if (said) return said.replace(/\/+$/, '');
  return `https://logs.${region}.amazonaws.com${region.startsWith('cn-') ? '.cn' : ''}`;
}

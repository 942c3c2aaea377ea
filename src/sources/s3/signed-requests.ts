/** Requests to a bucket, signed (SigV4) as whoever we are. */
import type { ApiResponse, HttpServer, Io } from '../../io.ts';
import { type AwsIdentity, awsIdentity, renewedIdentity } from '../aws/credentials.ts';
import { signedHeaders, signedPlace } from '../aws/signature.ts';
import type { Renewed } from '../renewed.ts';
import type { S3Settings } from './s3-settings.ts';

export interface S3Request {
  /** Null: about the bucket. */
  readonly key: string | null;
  readonly query: Readonly<Record<string, string>>;
  readonly headers: Readonly<Record<string, string>>;
  /** The credentials that were used last have expired. */
  readonly isRenewed: boolean;
}

/** Of a body that is empty. */
const EMPTY_SHA256 = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';

export class SignedRequests {
  readonly #settings: S3Settings;
  readonly #identity: Renewed<AwsIdentity>;
  readonly #open: (endpoint: string) => Promise<HttpServer>;
  #server: Promise<HttpServer> | null = null;
  #isAnonymous = false;

  /** `open`: asks nothing yet. */
  constructor(
    settings: S3Settings,
    io: Pick<Io, 'env' | 'signal' | 'now'>,
    open: (endpoint: string) => Promise<HttpServer>,
  ) {
    this.#settings = settings;
    this.#open = open;
    const { auth } = settings;
    const profile = auth !== undefined && 'aws' in auth ? (auth.aws.profile ?? null) : null;
    const isNobody = auth !== undefined && 'anonymous' in auth;
    this.#identity = renewedIdentity(
      async () => (isNobody ? { credentials: null, region: null } : await awsIdentity(profile, io)),
      io.now,
    );
  }

  /** Nothing was found to sign with. */
  get isAnonymous(): boolean {
    return this.#isAnonymous;
  }

  async server(): Promise<HttpServer> {
    this.#server ??= this.#identity
      .get(false)
      .then(({ region }) => this.#open(endpointOf(this.#settings, region)));
    return await this.#server;
  }

  /** Rejects as `HttpServer.request`, and when there should be credentials and are none. */
  async send({ key, query, headers, isRenewed }: S3Request, signal: AbortSignal): Promise<ApiResponse> {
    const { credentials, region } = await this.#identity.get(isRenewed);
    this.#isAnonymous = credentials === null;
    const server = await this.server();
    const inPath = isInPath(this.#settings) ? `/${this.#settings.bucket}` : '';
    const path = `${inPath}/${key === null ? '' : encodedPath(key)}`;
    const search = Object.entries(query)
      .map(([name, value]) => `${name}=${encoded(value)}`)
      .join('&');
    const call = {
      ...({ method: 'GET', path, search, body: null, service: 's3' } as const),
      headers: { 'x-amz-content-sha256': EMPTY_SHA256 },
      region: regionOf(this.#settings, region),
    };
    const signed =
      credentials === null
        ? {}
        : await signedHeaders(signedPlace(endpointOf(this.#settings, region), server), call, credentials);
    return await server.request({
      method: 'GET',
      path: search === '' ? path : `${path}?${search}`,
      headers: { ...headers, ...signed },
      body: null,
      signal,
    });
  }

  close(): void {
    this.#server?.then((server) => server.close()).catch(() => {});
  }
}
/** `found`: of the profile or the environment. */
function regionOf({ region, auth }: S3Settings, found: string | null): string {
  return (
    region ?? (auth !== undefined && 'aws' in auth ? auth.aws.region : undefined) ?? found ?? 'us-east-1'
  );
}

function endpointOf(settings: S3Settings, found: string | null): string {
  const region = regionOf(settings, found);
  const { bucket, endpoint = `https://s3.${region}.amazonaws.com${region.startsWith('cn-') ? '.cn' : ''}` } =
    settings;
  return isInPath(settings) ? endpoint : endpoint.replace('://', `://${bucket}.`);
}

/** Certificates are for one name below the region's: a bucket with dots is none. */
function isInPath({ addressing, endpoint, bucket }: S3Settings): boolean {
  return (addressing ?? (endpoint !== undefined || bucket.includes('.') ? 'path' : 'host')) === 'path';
}

function encodedPath(key: string): string {
  return key.split('/').map(encoded).join('/');
}

/** All but RFC 3986's unreserved characters, as the signature wants it. */
function encoded(text: string): string {
  return encodeURIComponent(text).replaceAll(
    /[!'()*]/g,
    (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

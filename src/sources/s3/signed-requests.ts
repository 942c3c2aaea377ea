/** Requests to a bucket, signed (SigV4) as whoever we are. */
import { AwsV4Signer } from 'aws4fetch';
import { UserError } from '../../errors.ts';
import type { ApiResponse, HttpServer, Io } from '../../io.ts';
import { type AwsCredentials, type AwsIdentity, awsIdentity } from '../aws/credentials.ts';
import { parseClusterUrl } from '../store/cluster-url.ts';
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
/** Credentials that end so soon are renewed before they are used. */
const ENDS_SOON_MS = 60_000;

export class SignedRequests {
  readonly #settings: S3Settings;
  readonly #io: Pick<Io, 'env' | 'signal' | 'now'>;
  readonly #open: (endpoint: string) => Promise<HttpServer>;
  #server: Promise<HttpServer> | null = null;
  #identity: Promise<AwsIdentity> | null = null;
  #isAnonymous = false;

  /** `open`: asks nothing yet. */
  constructor(
    settings: S3Settings,
    io: Pick<Io, 'env' | 'signal' | 'now'>,
    open: (endpoint: string) => Promise<HttpServer>,
  ) {
    this.#settings = settings;
    this.#io = io;
    this.#open = open;
  }

  /** Nothing was found to sign with. */
  get isAnonymous(): boolean {
    return this.#isAnonymous;
  }

  async server(): Promise<HttpServer> {
    this.#server ??= this.#whoWeAre(false).then(({ region }) =>
      this.#open(endpointOf(this.#settings, region)),
    );
    return await this.#server;
  }

  /** Rejects as `HttpServer.request`, and when there should be credentials and are none. */
  async send({ key, query, headers, isRenewed }: S3Request, signal: AbortSignal): Promise<ApiResponse> {
    const { credentials, region } = await this.#whoWeAre(isRenewed);
    const server = await this.server();
    const inPath = isInPath(this.#settings) ? `/${this.#settings.bucket}` : '';
    const path = `${inPath}/${key === null ? '' : encodedPath(key)}`;
    const search = Object.entries(query)
      .map(([name, value]) => `${name}=${encoded(value)}`)
      .join('&');
    const signed =
      credentials === null
        ? {}
        : await signatureOf(
            placeOf(endpointOf(this.#settings, region), server),
            path,
            search,
            credentials,
            regionOf(this.#settings, region),
          );
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

  async #whoWeAre(isRenewed: boolean): Promise<AwsIdentity> {
    if (isRenewed) this.#identity = null;
    let identity = await this.#asked();
    const endsMs = identity.credentials?.expiresMs ?? Number.POSITIVE_INFINITY;
    if (endsMs - this.#io.now() < ENDS_SOON_MS && !isRenewed) {
      this.#identity = null;
      identity = await this.#asked();
    }
    this.#isAnonymous = identity.credentials === null;
    return identity;
  }

  #asked(): Promise<AwsIdentity> {
    if (this.#identity !== null) return this.#identity;
    const asking = this.#ask();
    this.#identity = asking;
    asking.catch(() => {
      this.#identity = null;
    });
    return asking;
  }

  async #ask(): Promise<AwsIdentity> {
    const { auth } = this.#settings;
    const profile = auth !== undefined && 'aws' in auth ? (auth.aws.profile ?? null) : null;
    const isNobody = auth !== undefined && 'anonymous' in auth;
    return isNobody ? { credentials: null, region: null } : await awsIdentity(profile, this.#io);
  }
}

/** `found`: of the profile or the environment. */
function regionOf({ region, auth }: S3Settings, found: string | null): string {
  return (
    region ?? (auth !== undefined && 'aws' in auth ? auth.aws.region : undefined) ?? found ?? 'us-east-1'
  );
}

export function endpointOf(settings: S3Settings, found: string | null): string {
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

/** What the server takes itself for: it is signed. */
interface SignedPlace {
  readonly address: string;
  readonly basePath: string;
}

function placeOf(endpoint: string, { address }: HttpServer): SignedPlace {
  const inside = parseClusterUrl(endpoint);
  if (inside?.by === 'service')
    throw new UserError('AUDIT_BAD_CONFIG', `${endpoint}: the API server lets no signature through`, {
      hint: 'say forward://NAMESPACE/NAME:PORT, or auth.anonymous',
    });
  return { address, basePath: inside?.basePath ?? new URL(endpoint).pathname.replace(/\/+$/, '') };
}

async function signatureOf(
  { address, basePath }: SignedPlace,
  path: string,
  search: string,
  { accessKeyId, secretAccessKey, sessionToken }: AwsCredentials,
  region: string,
): Promise<Readonly<Record<string, string>>> {
  const signer = new AwsV4Signer({
    url: `${address}/?${search}`,
    method: 'GET',
    headers: { 'x-amz-content-sha256': EMPTY_SHA256 },
    ...{ accessKeyId, secretAccessKey, region, service: 's3' },
    ...(sessionToken === null ? {} : { sessionToken }),
  });
  // A URL would take `..` and `//` in keys for steps.
  signer.encodedPath = `${basePath}${path}`;
  const { headers } = await signer.sign();
  return Object.fromEntries(headers);
}

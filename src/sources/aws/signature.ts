/** What proves to AWS, and to what speaks like it, who sends a request: SigV4. */
import { AwsV4Signer } from 'aws4fetch';
import { UserError } from '../../errors.ts';
import type { HttpServer } from '../../io.ts';
import { parseClusterUrl } from '../../reach/cluster-url.ts';
import type { AwsCredentials } from './credentials.ts';

export interface UnsignedCall {
  readonly method: 'GET' | 'POST';
  /** Encoded, from the server's root. */
  readonly path: string;
  /** Encoded, without its `?`. */
  readonly search: string;
  /** Those that are signed. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | null;
  /** The name that it is signed for: `s3`, `logs`. */
  readonly service: string;
  readonly region: string;
}

/** What the server takes itself for: it is signed. */
export interface SignedPlace {
  readonly address: string;
  readonly basePath: string;
}

/** `endpoint`: as it was set. Throws UserError AUDIT_BAD_CONFIG where no signature gets through. */
export function signedPlace(endpoint: string, { address }: HttpServer): SignedPlace {
  const inside = parseClusterUrl(endpoint);
  if (inside?.by === 'service')
    throw new UserError('AUDIT_BAD_CONFIG', `${endpoint}: the API server lets no signature through`, {
      hint: 'say forward://NAMESPACE/NAME:PORT, or auth.anonymous',
    });
  return { address, basePath: inside?.basePath ?? new URL(endpoint).pathname.replace(/\/+$/, '') };
}

/** All headers of the request: those that were given, and the signature. */
export async function signedHeaders(
  { address, basePath }: SignedPlace,
  { method, path, search, headers, body, service, region }: UnsignedCall,
  { accessKeyId, secretAccessKey, sessionToken }: AwsCredentials,
): Promise<Readonly<Record<string, string>>> {
  const signer = new AwsV4Signer({
    url: `${address}/?${search}`,
    ...{ method, headers: { ...headers }, accessKeyId, secretAccessKey, region, service },
    ...(body === null ? {} : { body }),
    ...(sessionToken === null ? {} : { sessionToken }),
  });
  // A URL would take `..` and `//` in keys for steps.
  signer.encodedPath = `${basePath}${path}`;
  return Object.fromEntries((await signer.sign()).headers);
}

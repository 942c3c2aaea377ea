/**
 * The account of the machine, or of the pod, that we run on. Asked straight, never through a proxy: the token must not pass one.
 * https://cloud.google.com/compute/docs/metadata/querying-metadata
 */
import { UserError } from '../../errors.ts';
import type { Io } from '../../io.ts';
import { openHttpServer } from '../../wire/http-server.ts';
import type { Towards } from '../../wire/network-error.ts';
import { toServerUrl } from '../../wire/server-url.ts';
import { wholeText } from '../../wire/whole-text.ts';
import { openWire } from '../../wire/wire.ts';
import type { AccessToken } from './google-login.ts';

const USUAL_HOST = 'metadata.google.internal';
const PATH = '/computeMetadata/v1/instance/service-accounts/default/token';
const FLAVOR = { 'metadata-flavor': 'Google' };
/** It is on the machine itself. */
const ANSWERS_WITHIN_MS = 1000;
const MOST_BYTES = 64 * 1024;

/** Null: this is no machine of Google's, or it has no account. */
export async function tokenOfMachine({
  env,
  now,
  signal,
}: Pick<Io, 'env' | 'now' | 'signal'>): Promise<AccessToken | null> {
  const url = `http://${env.GCE_METADATA_HOST || USUAL_HOST}`;
  if (!URL.canParse(url)) return null;
  const towards = towardsMachine(url);
  const server = openHttpServer({
    towards,
    timeoutMs: ANSWERS_WITHIN_MS,
    renews: false,
    headersFor: async () => FLAVOR,
    open: () => {
      const to = toServerUrl(new URL(url));
      const trust = { authorities: null, isInsecure: false, serverName: to.host };
      return openWire(to, null, trust, null, towards);
    },
  });
  try {
    const answer = await server.request({ method: 'GET', path: PATH, body: null, signal });
    const text = await wholeText(answer.body, towards, MOST_BYTES);
    // Anybody could answer to that name elsewhere.
    if (answer.status !== 200 || answer.headers['metadata-flavor'] !== 'Google') return null;
    const { access_token: token, expires_in: lastsS } = JSON.parse(text) as Readonly<Record<string, unknown>>;
    if (typeof token !== 'string') return null;
    return { token, expiresMs: now() + (typeof lastsS === 'number' ? lastsS * 1000 : 0), quotaProject: null };
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof UserError || error instanceof SyntaxError) return null;
    throw error;
  } finally {
    server.close();
  }
}

function towardsMachine(url: string): Towards {
  const nothing = 'GCE_METADATA_HOST names another';
  return {
    what: `the metadata server at ${url}`,
    address: url,
    proxy: null,
    settings: 'the machine',
    parts: { authority: 'the authority', certificate: 'the certificate' },
    codes: { unreachable: 'AUDIT_NO_CREDENTIALS', badSettings: 'AUDIT_NO_CREDENTIALS' },
    hints: {
      unreachable: nothing,
      untrusted: nothing,
      refused: nothing,
      tooMuch: nothing,
      proxy: nothing,
    },
  };
}

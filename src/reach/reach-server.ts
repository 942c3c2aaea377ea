/** The server that settings say, a store's or a receiver's, ready to be asked: straight, through a proxy, with whom to trust and who we are. */
import { readFile } from 'node:fs/promises';
import { UserError } from '../errors.ts';
import type { HttpServer } from '../io.ts';
import { VERSION } from '../version.ts';
import { openHttpServer } from '../wire/http-server.ts';
import type { Towards } from '../wire/network-error.ts';
import { proxyFor } from '../wire/proxy.ts';
import { type ServerUrl, toServerUrl } from '../wire/server-url.ts';
import type { ClientCertificate, Trust } from '../wire/tls.ts';
import { openWire } from '../wire/wire.ts';
import { type ClusterUrl, parseClusterUrl } from './cluster-url.ts';
import { portForward } from './port-forward.ts';
import type { Auth, ReachSettings, Tls } from './reach-settings.ts';
import { readSecret, type SecretMeans } from './secret.ts';
import { refuseStripped, serviceProxy } from './service-proxy.ts';

/** Who we are where the settings do not say it: a cloud's own login. */
export interface Login {
  /** `isRenewed`: the last were refused. Rejects with a UserError that tells no secret. */
  headersFor(isRenewed: boolean): Promise<Readonly<Record<string, string>>>;
}

/** `store`: for messages, `the store prod-logs`. `login`: null for none. `of`: whose settings they are, for messages. */
export async function reachServer(
  store: string,
  settings: ReachSettings,
  means: SecretMeans,
  login: Login | null = null,
  of: 'source' | 'receiver' = 'source',
): Promise<HttpServer> {
  const inside = parseClusterUrl(settings.url);
  if (inside?.by === 'service') {
    refuseStripped(settings.auth, store, settings.url);
    return serviceProxy(store, inside, means.api, () => headersOf(settings, means, false));
  }
  const server = inside === null ? toServerUrl(new URL(settings.url)) : forwardedUrl(inside);
  const proxy = inside === null ? proxyFor(server, settings.proxy ?? '', means.env) : null;
  const dial = inside === null ? null : portForward(store, inside, means.api, means.signal);
  const towards = towardsServer(store, server, proxy, of);
  if (inside === null) refuseOpenSecrets(settings, server, store);
  return openHttpServer({
    towards,
    timeoutMs: timeoutOf(settings.timeout),
    renews: login !== null || isRenewable(settings.auth),
    headersFor: async (_call, isRenewed) => ({
      ...(await headersOf(settings, means, isRenewed)),
      ...(await login?.headersFor(isRenewed)),
    }),
    open: async () => {
      const { trust, certificate } = await readTls(settings.tls ?? {}, server, towards);
      return await openWire(server, proxy, trust, certificate, towards, dial);
    },
  });
}

async function headersOf(
  settings: ReachSettings,
  means: SecretMeans,
  isRenewed: boolean,
): Promise<Record<string, string>> {
  return {
    'user-agent': `kubectl-audit/${VERSION}`,
    ...settings.headers,
    ...(await authHeaders(settings.auth, means, isRenewed)),
  };
}

/** As the store's certificate names it, when nothing else is said: its Service. */
function forwardedUrl({ isTls, namespace, name, port, basePath }: ClusterUrl): ServerUrl {
  const host = `${name}.${namespace}.svc`;
  const number = /^\d+$/.test(port) ? Number(port) : isTls ? 443 : 80;
  return { isTls, host, port: number, basePath, address: `${isTls ? 'https' : 'http'}://${host}:${port}` };
}

/** What proves who we are is not sent over an open line, but to this machine itself. */
function refuseOpenSecrets({ auth, url }: ReachSettings, server: ServerUrl, store: string): void {
  if (auth === undefined || server.isTls || /^(?:localhost|127\.[\d.]+|::1)$/.test(server.host)) return;
  throw new UserError('AUDIT_BAD_CONFIG', `${store}: auth would be sent unencrypted to ${url}`, {
    hint: 'say https://, or leave auth out',
  });
}

function towardsServer(
  store: string,
  { address }: ServerUrl,
  proxy: URL | null,
  of: 'source' | 'receiver',
): Towards {
  return {
    what: `${store} at ${address}`,
    address,
    proxy: proxy?.host ?? null,
    settings: `the ${of}`,
    parts: { authority: `tls.ca of ${store}`, certificate: `tls.certificate or tls.key of ${store}` },
    codes: { unreachable: 'AUDIT_STORE_UNREACHABLE', badSettings: 'AUDIT_BAD_CONFIG' },
    hints: {
      unreachable: 'is the address right, and is it up? inside the cluster: service://NAMESPACE/NAME:PORT',
      untrusted: 'tls.ca and tls.serverName say whom to trust',
      refused: 'tls.certificate and tls.key say who we are',
      tooMuch: 'ask about a shorter time: --since, --until',
      proxy: 'look at proxy, HTTPS_PROXY and NO_PROXY',
    },
  };
}

async function readTls(
  tls: Tls,
  server: ServerUrl,
  { codes }: Towards,
): Promise<{ readonly trust: Trust; readonly certificate: ClientCertificate | null }> {
  const read = async (path: string, part: string): Promise<string> => {
    try {
      return await readFile(path, 'utf8');
    } catch (cause) {
      throw new UserError(codes.badSettings, `tls.${part}: ${JSON.stringify(path)} cannot be read`, {
        hint: 'is it there, and readable?',
        cause,
      });
    }
  };
  const trust: Trust = {
    authorities: tls.ca === undefined ? null : await read(tls.ca, 'ca'),
    isInsecure: tls.insecure === true,
    serverName: tls.serverName ?? server.host,
  };
  if (tls.certificate === undefined || tls.key === undefined) return { trust, certificate: null };
  const certificate = { cert: await read(tls.certificate, 'certificate'), key: await read(tls.key, 'key') };
  return { trust, certificate };
}

async function authHeaders(
  auth: Auth | undefined,
  means: SecretMeans,
  isRenewed: boolean,
): Promise<Record<string, string>> {
  if (auth === undefined) return {};
  if ('basic' in auth) {
    const login = `${auth.basic.username}:${await readSecret(auth.basic.password, means, isRenewed)}`;
    return { authorization: `Basic ${Buffer.from(login, 'utf8').toString('base64')}` };
  }
  if ('bearer' in auth) return { authorization: `Bearer ${await readSecret(auth.bearer, means, isRenewed)}` };
  if ('apiKey' in auth) return { authorization: `ApiKey ${await readSecret(auth.apiKey, means, isRenewed)}` };
  if ('header' in auth) {
    return { [auth.header.name]: await readSecret(auth.header.value, means, isRenewed) };
  }
  throw new UserError('AUDIT_BAD_CONFIG', 'auth.aws is for stores in AWS', {
    hint: 'basic, bearer, apiKey or header',
  });
}

/** What a command prints, and what lies in a file or a Secret, may have become another one. */
function isRenewable(auth: Auth | undefined): boolean {
  return auth !== undefined && !JSON.stringify(auth).includes('"env"');
}

const DEFAULT_TIMEOUT_MS = 60_000;
const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000 };

function timeoutOf(text: string | undefined): number {
  const [, number, unit = ''] = /^(\d+)(ms|s|m)$/.exec(text ?? '') ?? [];
  return number === undefined ? DEFAULT_TIMEOUT_MS : Number(number) * (UNITS[unit] ?? 1);
}

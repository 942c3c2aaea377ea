/** Which proxy a request goes through, as Go decides it (golang.org/x/net/http/httpproxy, client-go proxy-url). */
import { BlockList, isIP, isIPv4, isIPv6 } from 'node:net';
import type { ServerUrl } from './server-url.ts';

type Env = Readonly<Record<string, string | undefined>>;

/**
 * `proxyUrl` is the kubeconfig's, which wins and knows no exceptions; '' for none. Null: straight to the server. What the
 * environment names and cannot be understood is passed over, as in Go.
 */
export function proxyFor(server: ServerUrl, proxyUrl: string, env: Env): URL | null {
  if (proxyUrl !== '') return new URL(proxyUrl);
  const named = server.isTls ? either(env, 'HTTPS_PROXY') : either(env, 'HTTP_PROXY');
  const proxy = parseProxy(named);
  return proxy === null || !isProxied(server, either(env, 'NO_PROXY')) ? null : proxy;
}

function either(env: Env, name: string): string {
  return env[name] || env[name.toLowerCase()] || '';
}

/** `host:port` is one of HTTP. */
function parseProxy(text: string): URL | null {
  if (text === '') return null;
  const withScheme = /^[a-z][a-z0-9+.-]*:\/\/[^/]/i.test(text) ? text : `http://${text}`;
  const url = URL.canParse(withScheme) ? new URL(withScheme) : null;
  return url !== null && /^(?:https?|socks5h?):$/.test(url.protocol) ? url : null;
}

/** The environment's proxies are never asked for what is on this machine. */
function isProxied({ host, port }: ServerUrl, exceptions: string): boolean {
  if (host === 'localhost' || isLoopback(host)) return false;
  return !exceptions
    .split(',')
    .map((one) => one.trim().toLowerCase())
    .some((one) => one !== '' && excepts(one, host.toLowerCase(), port));
}

function isLoopback(host: string): boolean {
  return isIP(host) !== 0 && LOOPBACK.check(host, familyOf(host));
}

const LOOPBACK = new BlockList();
LOOPBACK.addSubnet('127.0.0.0', 8, 'ipv4');
LOOPBACK.addAddress('::1', 'ipv6');

function excepts(exception: string, host: string, port: number): boolean {
  if (exception === '*') return true;
  const [, network, bits] = /^([^/]+)\/(\d{1,3})$/.exec(exception) ?? [];
  if (network !== undefined && isIP(network) !== 0) return isWithin(host, network, Number(bits));
  const { name, port: onlyPort } = split(exception);
  if (name === '' || (onlyPort !== '' && onlyPort !== String(port))) return false;
  if (isIP(name) !== 0) return isIP(host) !== 0 && isWithin(host, name, isIPv4(name) ? 32 : 128);
  if (isIP(host) !== 0) return false;
  // `.corp` and `*.corp` mean what is below; `corp` means itself too.
  const suffix = name.replace(/^\*\./, '.');
  return suffix.startsWith('.') ? host.endsWith(suffix) : host === suffix || host.endsWith(`.${suffix}`);
}

/** `host`, `host:port`, `[address]:port`, `address`. */
function split(text: string): { name: string; port: string } {
  const [, bracketed, ofBracketed = ''] = /^\[([^\]]*)\](?::(.*))?$/.exec(text) ?? [];
  if (bracketed !== undefined) return { name: bracketed, port: ofBracketed };
  const [, name = text, port = ''] = isIPv6(text) ? [] : (/^([^:]*):(.*)$/.exec(text) ?? []);
  return { name, port };
}

function isWithin(host: string, network: string, bits: number): boolean {
  if (isIP(host) === 0 || bits > (isIPv4(network) ? 32 : 128)) return false;
  const list = new BlockList();
  list.addSubnet(network, bits, familyOf(network));
  return list.check(host, familyOf(host));
}

function familyOf(address: string): 'ipv4' | 'ipv6' {
  return isIPv4(address) ? 'ipv4' : 'ipv6';
}

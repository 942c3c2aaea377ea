/** Addresses by the network they lie in: a laptop's changes by the day within one, a pod's with each pod. */

/** Of IPv4 a /24; of IPv6 a /56, what a site is given (RFC 6177). Null: no address. */
export function addressPrefix(address: string | null): string | null {
  if (address === null) return null;
  const plain = address.replace(/%.*$/, '').replace(/^::ffff:(?=\d+\.)/i, '');
  const four = /^(\d{1,3}\.\d{1,3}\.\d{1,3})\.\d{1,3}$/.exec(plain);
  if (four !== null) return `${four[1]}.0/24`;
  const groups = plain.includes(':') ? expanded(plain) : null;
  if (groups === null) return null;
  const [a, b, c, d] = groups.map((group) => Number.parseInt(group, 16));
  if ([a, b, c, d].some((group) => group === undefined || Number.isNaN(group))) return null;
  const site = [a, b, c, (d ?? 0) & 0xff00].map((group) => (group ?? 0).toString(16));
  return `${site.join(':')}::/56`;
}

/** The network around a private /24 that a cluster's own networks are cut from: a /16. Null for public ones, and IPv6. */
export function privateParent(prefix: string): string | null {
  const [, a, b] = /^(\d+)\.(\d+)\.\d+\.0\/24$/.exec(prefix) ?? [];
  if (a === undefined || b === undefined) return null;
  const [first, second] = [Number(a), Number(b)];
  const isPrivate =
    first === 10 ||
    (first === 172 && second >= 16 && second < 32) ||
    (first === 192 && second === 168) ||
    (first === 100 && second >= 64 && second < 128);
  return isPrivate ? `${a}.${b}.0.0/16` : null;
}

export function isLoopback(prefix: string): boolean {
  return prefix.startsWith('127.') || prefix === '0:0:0:0::/56';
}

/** An address of the network, to test it against others. */
export function addressIn(prefix: string): string {
  return prefix.replace(/\/\d+$/, '');
}

function expanded(address: string): string[] | null {
  const halves = address.split('::');
  if (halves.length > 2) return null;
  const [head = [], tail = []] = halves.map((half) => (half === '' ? [] : half.split(':')));
  const missing = 8 - head.length - tail.length;
  if (missing < 0 || (halves.length === 1 && missing !== 0)) return null;
  return [...head, ...new Array<string>(missing).fill('0'), ...tail];
}

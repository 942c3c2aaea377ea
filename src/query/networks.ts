/** Networks that addresses are tested against: what `--from-ip` and its predicate mean by IP and CIDR. */
import { BlockList, isIP } from 'node:net';
import { UserError } from '../errors.ts';

export interface Network {
  /** In one form: always with a prefix length, an IPv4-mapped network as IPv4. */
  readonly cidr: string;
  /** False, never an error, for what is no address. */
  has(address: string): boolean;
}

/** Addresses that are remembered, of one network. */
const MOST_KNOWN = 5000;

interface Parts {
  readonly address: string;
  readonly family: 'ipv4' | 'ipv6';
  readonly bits: number;
}

/** `10.0.0.0/8`, `10.0.3.7`, `fd00::/8`, `::ffff:10.0.0.0/104`. */
export function parseNetwork(text: string): Network {
  const parts = decodeParts(text.trim());
  if (parts === null) {
    throw new UserError('AUDIT_BAD_FILTER', `${JSON.stringify(text)} is no IP address and no network`, {
      hint: 'an address or a CIDR: --from-ip 10.0.3.7, --from-ip 10.0.0.0/8, --from-ip fd00::/8',
    });
  }
  const list = new BlockList();
  list.addSubnet(parts.address, parts.bits, parts.family);
  const known = new Map<string, boolean>();
  return {
    cidr: `${parts.address}/${parts.bits}`,
    has(address) {
      const before = known.get(address);
      if (before !== undefined) return before;
      // BlockList makes an object of every address: 5 µs. A log has few, unless somebody makes them up.
      if (known.size >= MOST_KNOWN) known.clear();
      const isIn = holds(list, address);
      known.set(address, isIn);
      return isIn;
    },
  };
}

/** Of one address, as it stands in a log, where anything may stand; null for what is none. */
export function cidrOfAddress(text: string): string | null {
  const parts = text.includes('/') ? null : decodeParts(text);
  return parts === null ? null : `${parts.address}/${parts.bits}`;
}

function decodeParts(text: string): Parts | null {
  const slash = text.indexOf('/');
  const typed = slash < 0 ? text : text.slice(0, slash);
  const version = isIP(typed);
  if (version === 0 || typed.includes('%')) return null;
  const width = version === 4 ? 32 : 128;
  const prefix = slash < 0 ? String(width) : text.slice(slash + 1);
  if (!/^\d{1,3}$/.test(prefix) || Number(prefix) > width) return null;
  const bits = Number(prefix);
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(typed)?.[1];
  if (mapped !== undefined && bits >= 96) return { address: mapped, family: 'ipv4', bits: bits - 96 };
  return { address: typed, family: version === 4 ? 'ipv4' : 'ipv6', bits };
}

function holds(list: BlockList, address: string): boolean {
  const percent = address.indexOf('%');
  const bare = percent < 0 ? address : address.slice(0, percent);
  const version = isIP(bare);
  if (version === 0) return false;
  // BlockList itself tries an IPv4-mapped IPv6 address against IPv4 networks.
  return list.check(bare, version === 4 ? 'ipv4' : 'ipv6');
}

/**
 * Which networks are the cluster's now: the addresses of its nodes, and the networks that each gives its pods addresses from.
 * Where pods have addresses of another network (a cloud's own), no node says so.
 */
import { isIP } from 'node:net';
import type { LiveFinding, NetworksKey } from '../live.ts';
import { listAt, textAt } from './json.ts';
import type { Asker } from './look-up.ts';

export async function lookUpNetworks(
  keys: readonly NetworksKey[],
  asker: Asker,
  tell: (key: NetworksKey, finding: LiveFinding) => void,
): Promise<void> {
  if (keys.length === 0) return;
  const nodes = await asker.get('/api/v1/nodes?limit=500');
  const finding: LiveFinding =
    nodes.kind === 'answer'
      ? { kind: 'networks', cidrs: [...new Set(listAt(nodes.json, 'items').flatMap(networksOf))].sort() }
      : { kind: 'unknown', why: nodes.kind === 'unknown' ? nodes.why : 'there are no nodes to list' };
  for (const key of keys) tell(key, finding);
}

function networksOf(node: unknown): string[] {
  const addresses = listAt(node, 'status', 'addresses').flatMap((address) => {
    const ip = textAt(address, 'address');
    return ip !== null && isIP(ip) !== 0 ? [ip] : [];
  });
  const pods = [textAt(node, 'spec', 'podCIDR'), ...listAt(node, 'spec', 'podCIDRs')];
  return [...addresses, ...pods.filter((cidr): cidr is string => typeof cidr === 'string' && isCidr(cidr))];
}

function isCidr(text: string): boolean {
  const [address = '', bits = ''] = text.split('/');
  return isIP(address) !== 0 && /^\d{1,3}$/.test(bits) && Number(bits) <= (isIP(address) === 4 ? 32 : 128);
}

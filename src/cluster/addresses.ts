/**
 * Whose address that is now: a node's, a pod's, a service's, a load balancer's; none of them: outside. Nodes come first,
 * because pods on the host's network have their node's address.
 */
import type { AddressKey, LiveFinding } from '../live.ts';
import { at, listAt, textAt } from './json.ts';
import type { Asker, LookUp } from './look-up.ts';

export async function lookUpAddresses(
  keys: readonly AddressKey[],
  asker: Asker,
  tell: (key: AddressKey, finding: LiveFinding) => void,
): Promise<void> {
  if (keys.length === 0) return;
  const nodes = await asker.get('/api/v1/nodes?limit=500');
  const ofNodes = new Map<string, LiveFinding>();
  for (const node of itemsOf(nodes)) addNode(ofNodes, node);
  // Services come last and only when they are needed: they call nobody, but a load balancer may stand before the client.
  let services: Promise<LookUp> | null = null;
  await Promise.all(
    keys.map(async (key) => {
      const pods = ofNodes.has(key.ip) ? null : await asker.get(podsAt(key.ip));
      const known = ofNodes.get(key.ip) ?? ofPod(pods);
      if (known !== null) return tell(key, known);
      services ??= asker.get('/api/v1/services?limit=500');
      const read = [nodes, pods, await services].filter((found) => found !== null);
      tell(key, ofServices(await services).get(key.ip) ?? outside(read));
    }),
  );
}

function podsAt(ip: string): string {
  return `/api/v1/pods?limit=20&fieldSelector=${encodeURIComponent(`status.podIP=${ip}`)}`;
}

function ofPod(pods: LookUp | null): LiveFinding | null {
  if (pods === null) return null;
  const pod = itemsOf(pods).find((item) => !HAS_ENDED.has(textAt(item, 'status', 'phase') ?? ''));
  return pod === undefined ? null : { kind: 'address', of: `pod ${placeOf(pod)}`, since: bornAt(pod) };
}

/** Absence is known only where all could be read, and whole. */
function outside(read: readonly LookUp[]): LiveFinding {
  const unread = read.find((found) => found.kind === 'unknown');
  if (unread?.kind === 'unknown') return unread;
  const isCut = read.some(
    (found) => found.kind === 'answer' && textAt(found.json, 'metadata', 'continue') !== null,
  );
  if (isCut) return { kind: 'unknown', why: 'too many nodes or services to list' };
  return { kind: 'address', of: null, since: null };
}

const HAS_ENDED: ReadonlySet<string> = new Set(['Succeeded', 'Failed']);

function addNode(known: Map<string, LiveFinding>, node: unknown): void {
  const name = textAt(node, 'metadata', 'name') ?? '?';
  for (const address of listAt(node, 'status', 'addresses')) {
    const ip = textAt(address, 'address');
    const isAddress = textAt(address, 'type')?.endsWith('IP') === true;
    if (ip !== null && isAddress) known.set(ip, { kind: 'address', of: `node ${name}`, since: bornAt(node) });
  }
}

function ofServices(services: LookUp): Map<string, LiveFinding> {
  const known = new Map<string, LiveFinding>();
  for (const service of itemsOf(services)) addService(known, service);
  return known;
}

function addService(known: Map<string, LiveFinding>, service: unknown): void {
  const place = placeOf(service);
  const add = (ip: unknown, what: string): void => {
    if (typeof ip !== 'string' || ip === 'None' || known.has(ip)) return;
    known.set(ip, { kind: 'address', of: `${what} ${place}`, since: bornAt(service) });
  };
  for (const ip of listAt(service, 'spec', 'clusterIPs')) add(ip, 'service');
  for (const ip of listAt(service, 'spec', 'externalIPs')) add(ip, 'service');
  for (const ingress of listAt(service, 'status', 'loadBalancer', 'ingress'))
    add(at(ingress, 'ip'), 'load balancer');
}

function itemsOf(found: LookUp): readonly unknown[] {
  return found.kind === 'answer' ? listAt(found.json, 'items') : [];
}

function placeOf(object: unknown): string {
  return `${textAt(object, 'metadata', 'namespace') ?? '?'}/${textAt(object, 'metadata', 'name') ?? '?'}`;
}

function bornAt(object: unknown): string | null {
  return textAt(object, 'metadata', 'creationTimestamp');
}

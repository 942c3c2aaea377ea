/** How things stand now with what was found: whether the object is still there, and whose the addresses are. */
import type { LiveFinding, LiveKey, ObjectKey } from '../../live.ts';
import type { FindingGroup } from './finding-group.ts';

/** Of the newest request's object; each null when unknown. */
export interface ObjectNow {
  readonly exists: boolean | null;
  /** By its uid, or because it is younger than the request. */
  readonly sameObject: boolean | null;
  readonly text: string | null;
}

export const NOT_ASKED: ObjectNow = { exists: null, sameObject: null, text: null };

/** PRODUCT §1, "Now": 50 requests in all. */
const MAX_OBJECTS = 30;
const MAX_ADDRESSES = 8;

export interface FindingKeys {
  readonly keys: readonly LiveKey[];
  readonly objects: ReadonlyMap<FindingGroup, ObjectKey>;
  readonly addresses: ReadonlyMap<string, LiveKey>;
}

/** `groups`: those that are shown. */
export function keysFor(groups: readonly FindingGroup[]): FindingKeys {
  const objects = new Map<FindingGroup, ObjectKey>();
  const known = new Map<string, ObjectKey>();
  const addresses = new Map<string, LiveKey>();
  for (const group of groups) {
    const key = objectKey(group);
    const id = JSON.stringify(key);
    const same = known.get(id) ?? (key !== null && known.size < MAX_OBJECTS ? key : undefined);
    if (same !== undefined) {
      known.set(id, same);
      objects.set(group, same);
    }
    const ip = group.newest()[0]?.row.from.ip ?? null;
    if (ip !== null && addresses.size < MAX_ADDRESSES && !addresses.has(ip))
      addresses.set(ip, { kind: 'address', ip });
  }
  return { keys: [...known.values(), ...addresses.values()], objects, addresses };
}

function objectKey(group: FindingGroup): ObjectKey | null {
  const { object } = group;
  const [newest] = group.newest();
  if (object === null || newest === undefined) return null;
  const { group: apiGroup, resource, namespace, name } = object;
  if (apiGroup === null || resource === null || name === null) return null;
  return { kind: 'object', group: apiGroup, version: newest.version ?? 'v1', resource, namespace, name };
}

export function nowOf(
  group: FindingGroup,
  { objects }: FindingKeys,
  found: ReadonlyMap<LiveKey, LiveFinding>,
): ObjectNow {
  const key = objects.get(group);
  const live = key === undefined ? undefined : found.get(key);
  if (live === undefined) return NOT_ASKED;
  if (live.kind === 'gone') return { exists: false, sameObject: null, text: 'gone' };
  if (live.kind === 'unknown') return { ...NOT_ASKED, text: `unknown: ${live.why}` };
  if (live.kind !== 'object') return NOT_ASKED;
  const [newest] = group.newest();
  const uid = newest?.row.object.uid ?? null;
  const isYounger = newest !== undefined && Date.parse(live.createdAt) * 1000 > newest.atUs;
  const sameObject = uid !== null ? uid === live.uid : isYounger ? false : null;
  const which = sameObject === false ? 'another object' : sameObject === true ? 'the same object' : 'exists';
  const readiness = live.readiness === null ? '' : `, ${live.readiness}`;
  return { exists: true, sameObject, text: `${which}${readiness}` };
}

export function nowLines(
  { addresses }: FindingKeys,
  found: ReadonlyMap<LiveKey, LiveFinding>,
): readonly string[] {
  return [...addresses].flatMap(([ip, key]) => {
    const address = found.get(key);
    if (address?.kind !== 'address') return [];
    // What has an address now may have it from somebody else.
    const since = address.since === null ? '' : `, since ${address.since}`;
    return [`${ip} is ${address.of === null ? 'outside the cluster' : `${address.of}${since}`}`];
  });
}

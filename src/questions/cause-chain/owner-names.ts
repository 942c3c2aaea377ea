/** Whose an object is by its name, where no body tells: controllers name what they make after themselves. */

export interface NamedOwner {
  readonly group: string;
  readonly resource: string;
  readonly name: string;
}

/** The alphabet of generated suffixes and of hashes (apimachinery, util/rand): no vowels, so that they spell nothing. */
const SAFE = '[bcdfghjklmnpqrstvwxz2456789]';
const RANDOM = new RegExp(`^(.+)-${SAFE}{5}$`);
const HASH = new RegExp(`^(.+)-${SAFE}{1,10}$`);
const ORDINAL = /^(.+)-\d{1,9}$/;
/** Minutes since the epoch; up to Kubernetes 1.20 seconds. */
const SCHEDULED = /^(.+)-\d{8,10}$/;
/** Of an indexed Job. */
const INDEXED = new RegExp(`^(.+)-\\d{1,9}-${SAFE}{5}$`);

interface Naming {
  readonly pattern: RegExp;
  readonly group: string;
  readonly resource: string;
}

const NAMINGS: Readonly<Record<string, readonly Naming[]>> = {
  pods: [
    { pattern: RANDOM, group: 'apps', resource: 'replicasets' },
    { pattern: RANDOM, group: 'apps', resource: 'daemonsets' },
    { pattern: RANDOM, group: 'batch', resource: 'jobs' },
    { pattern: INDEXED, group: 'batch', resource: 'jobs' },
    { pattern: RANDOM, group: '', resource: 'replicationcontrollers' },
    { pattern: ORDINAL, group: 'apps', resource: 'statefulsets' },
  ],
  replicasets: [{ pattern: HASH, group: 'apps', resource: 'deployments' }],
  jobs: [{ pattern: SCHEDULED, group: 'batch', resource: 'cronjobs' }],
  controllerrevisions: [
    { pattern: HASH, group: 'apps', resource: 'statefulsets' },
    { pattern: HASH, group: 'apps', resource: 'daemonsets' },
  ],
  endpointslices: [{ pattern: RANDOM, group: '', resource: 'services' }],
  endpoints: [{ pattern: /^(.+)$/, group: '', resource: 'services' }],
};

/** Those it can be by; which of them exist, the log must tell. */
export function ownersByName(resource: string, name: string): readonly NamedOwner[] {
  if (!Object.hasOwn(NAMINGS, resource)) return [];
  return (NAMINGS[resource] ?? []).flatMap(({ pattern, group, resource: owner }) => {
    const stem = pattern.exec(name)?.[1];
    return stem === undefined ? [] : [{ group, resource: owner, name: stem }];
  });
}

/** All names up the line, and the resources that have them. */
export function lineByName(resource: string, name: string): readonly NamedOwner[] {
  const line: NamedOwner[] = [];
  for (const owner of ownersByName(resource, name)) {
    line.push(owner, ...lineByName(owner.resource, owner.name));
  }
  return line;
}

/** The number of a StatefulSet's pod. */
export function ordinalOf(name: string): number | null {
  const [, ordinal] = /-(\d{1,9})$/.exec(name) ?? [];
  return ordinal === undefined ? null : Number(ordinal);
}

/**
 * Which types the cluster serves, custom ones among them, in kubectl's order of preference. Kept for a while in a file, as
 * kubectl keeps its own; what is in the file decides nothing but names.
 */
import type { ResourceType } from '../event/resource-table.ts';
import type { ApiServer } from '../io.ts';
import { wholeText } from '../wire/whole-text.ts';
import { listAt, textAt } from './json.ts';
import { towardsApiServer } from './wire/towards.ts';

/** Null when the cluster does not tell (no right, an old server): the built-in table has to do. */
export async function discoverTypes(
  api: ApiServer,
  signal: AbortSignal,
): Promise<readonly ResourceType[] | null> {
  const [core, groups] = await Promise.all([discover(api, '/api', signal), discover(api, '/apis', signal)]);
  return core === null || groups === null ? null : [...core, ...groups];
}

/** https://kubernetes.io/docs/concepts/overview/kubernetes-api/#aggregated-discovery; from 1.26 on. */
const AGGREGATED = ['v2', 'v2beta1']
  .map((version) => `application/json;g=apidiscovery.k8s.io;v=${version};as=APIGroupDiscoveryList`)
  .join(',');

async function discover(
  api: ApiServer,
  path: string,
  signal: AbortSignal,
): Promise<readonly ResourceType[] | null> {
  const { status, body } = await api.get(path, { headers: { accept: AGGREGATED }, signal });
  const text = await wholeText(body, towardsApiServer(api.address));
  if (status !== 200) return null;
  const json = parsed(text);
  if (textAt(json, 'kind') !== 'APIGroupDiscoveryList') return null;
  return listAt(json, 'items').flatMap(typesOf);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** The group's first version is the preferred one; a resource that only a later one has is told by that. */
function typesOf(group: unknown): ResourceType[] {
  const types = new Map<string, ResourceType>();
  for (const version of listAt(group, 'versions')) {
    for (const resource of listAt(version, 'resources')) {
      const type = typeOf(resource, textAt(group, 'metadata', 'name') ?? '');
      if (type !== null && !types.has(type.resource)) types.set(type.resource, type);
    }
  }
  return [...types.values()];
}

function typeOf(resource: unknown, group: string): ResourceType | null {
  const plural = textAt(resource, 'resource');
  const kind = textAt(resource, 'responseKind', 'kind');
  if (plural === null || kind === null) return null;
  const shortNames = listAt(resource, 'shortNames').filter((name) => typeof name === 'string');
  return {
    group,
    resource: plural,
    kind,
    shortNames,
    isNamespaced: textAt(resource, 'scope') === 'Namespaced',
    isBuiltIn: true,
  };
}

/** Objects by name: few of a kind one by one, many of a kind in one list without their bodies. */
import type { LiveFinding, ObjectKey } from '../live.ts';
import { resourcePath } from './api-path.ts';
import { listAt, textAt } from './json.ts';
import { liveObjectOf } from './live-object.ts';
import type { Asker, LookUp } from './look-up.ts';

/** From here on, one list of metadata costs the API server less than so many gets. Readiness is then unknown. */
const LIST_FROM = 8;
/** A collection that is larger tells no absence. */
const LIST_LIMIT = 2_000;

export async function lookUpObjects(
  keys: readonly ObjectKey[],
  asker: Asker,
  tell: (key: ObjectKey, finding: LiveFinding) => void,
): Promise<void> {
  const collections = Map.groupBy(keys, ({ group, version, resource, namespace }) =>
    JSON.stringify([group, version, resource, namespace]),
  );
  await Promise.all(
    [...collections.values()].map(async (some) => {
      if (some.length >= LIST_FROM) await lookUpTogether(some, asker, tell);
      else await Promise.all(some.map(async (key) => tell(key, await lookUpOne(key, asker))));
    }),
  );
}

async function lookUpOne(key: ObjectKey, asker: Asker): Promise<LiveFinding> {
  const path = resourcePath(key);
  if (path === null) return { kind: 'unknown', why: 'no object can have that name' };
  return findingOf(await asker.get(path));
}

function findingOf(found: LookUp): LiveFinding {
  switch (found.kind) {
    case 'unknown':
      return found;
    case 'none':
      return isAboutObject(found.json) ? { kind: 'gone' } : { kind: 'unknown', why: TYPE_GONE };
    case 'answer':
      return liveObjectOf(found.json, null) ?? { kind: 'unknown', why: 'the API server gave no object' };
  }
}

/** A 404 for an object names it in its details; one for a type that is not served does not. */
export function isAboutObject(status: unknown): boolean {
  return textAt(status, 'details', 'name') !== null;
}

export const TYPE_GONE = 'the cluster does not serve this type any more';

async function lookUpTogether(
  keys: readonly ObjectKey[],
  asker: Asker,
  tell: (key: ObjectKey, finding: LiveFinding) => void,
): Promise<void> {
  const [first] = keys;
  const path = first === undefined ? null : resourcePath({ ...first, name: null });
  if (path === null) return;
  const found = await asker.listMetadata(`${path}?limit=${LIST_LIMIT}`);
  const isList = found.kind === 'answer' && textAt(found.json, 'kind')?.endsWith('List') === true;
  const isWhole = isList && textAt(found.json, 'metadata', 'continue') === null;
  const items = found.kind === 'answer' ? listAt(found.json, 'items') : [];
  const byName = new Map(items.map((item) => [textAt(item, 'metadata', 'name'), item]));
  for (const key of keys) {
    const item = byName.get(key.name);
    const live = item === undefined ? null : liveObjectOf(item, null);
    if (live !== null) tell(key, live);
    else if (isWhole) tell(key, { kind: 'gone' });
    else if (found.kind === 'none') tell(key, { kind: 'unknown', why: TYPE_GONE });
    else if (found.kind === 'unknown') tell(key, found);
    else tell(key, { kind: 'unknown', why: isList ? 'too many of them to list' : NO_LIST });
  }
}

const NO_LIST = 'the API server gave no list';

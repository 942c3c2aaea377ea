/** Objects whole, one by one: they are few, and nothing less than a get has a body. */
import type { BodyKey, LiveFinding } from '../live.ts';
import { resourcePath } from './api-path.ts';
import { textAt } from './json.ts';
import type { Asker } from './look-up.ts';
import { isAboutObject, TYPE_GONE } from './objects.ts';

export async function lookUpBodies(
  keys: readonly BodyKey[],
  asker: Asker,
  tell: (key: BodyKey, finding: LiveFinding) => void,
): Promise<void> {
  await Promise.all(keys.map(async (key) => tell(key, await lookUpOne(key, asker))));
}

async function lookUpOne(key: BodyKey, asker: Asker): Promise<LiveFinding> {
  const path = resourcePath(key);
  if (path === null) return { kind: 'unknown', why: 'no object can have that name' };
  const found = await asker.get(path);
  switch (found.kind) {
    case 'unknown':
      return found;
    case 'none':
      return isAboutObject(found.json) ? { kind: 'gone' } : { kind: 'unknown', why: TYPE_GONE };
    case 'answer':
      return textAt(found.json, 'metadata', 'name') === key.name
        ? { kind: 'body', json: found.json }
        : { kind: 'unknown', why: 'the API server gave no object' };
  }
}

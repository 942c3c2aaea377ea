/** What the API server's OpenAPI says of types: one document for all of a group's version, of which only what they need is kept. */
import type { LiveFinding, SchemaKey } from '../live.ts';
import { at, listAt, textAt } from './json.ts';
import type { Asker } from './look-up.ts';

export async function lookUpSchemas(
  keys: readonly SchemaKey[],
  asker: Asker,
  tell: (key: SchemaKey, finding: LiveFinding) => void,
): Promise<void> {
  const versions = Map.groupBy(keys, ({ group, version }) => JSON.stringify([group, version]));
  await Promise.all(
    [...versions.values()].map(async (some) => {
      const [first] = some;
      if (first === undefined) return;
      const found = await documentOf(first, asker);
      for (const key of some) tell(key, found.kind === 'unknown' ? found : findingOf(key, found.schemas));
    }),
  );
}

type Schemas = Readonly<Record<string, unknown>>;
type Document = { readonly kind: 'schemas'; readonly schemas: Schemas } | Unknown;
type Unknown = Extract<LiveFinding, { kind: 'unknown' }>;

async function documentOf({ group, version }: SchemaKey, asker: Asker): Promise<Document> {
  const parts = group === '' ? ['api', version] : ['apis', group, version];
  if (!parts.every((part) => SEGMENT.test(part)))
    return { kind: 'unknown', why: 'no group or version can have that name' };
  const found = await asker.getSmall(`/openapi/v3/${parts.join('/')}`, MAX_BYTES);
  if (found.kind === 'unknown') return found;
  if (found.kind === 'none')
    return { kind: 'unknown', why: `the cluster has no OpenAPI of ${parts.slice(1).join('/')}` };
  const schemas = at(found.json, 'components', 'schemas');
  return typeof schemas === 'object' && schemas !== null
    ? { kind: 'schemas', schemas: schemas as Schemas }
    : { kind: 'unknown', why: 'the API server gave no OpenAPI' };
}

/** The largest of Kubernetes' own is of 2 MB; those of hundreds of custom types are larger. */
const MAX_BYTES = 32 * 1024 * 1024;

/** Of groups (DNS) and versions. */
const SEGMENT = /^[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?$/;

function findingOf(key: SchemaKey, schemas: Schemas): LiveFinding {
  const definition = Object.values(schemas).find((one) =>
    listAt(one, 'x-kubernetes-group-version-kind').some(
      (type) =>
        (textAt(type, 'group') ?? '') === key.group &&
        textAt(type, 'version') === key.version &&
        textAt(type, 'kind') === key.objectKind,
    ),
  );
  if (definition === undefined)
    return { kind: 'unknown', why: `the cluster's OpenAPI has no ${key.objectKind}` };
  return { kind: 'schema', definition, components: { schemas: reachedFrom(definition, schemas) } };
}

/** A document is of megabytes; of one type, only what it refers to is kept. */
function reachedFrom(definition: unknown, schemas: Schemas): Schemas {
  const reached = new Map<string, unknown>();
  const rest: unknown[] = [definition];
  for (let node = rest.pop(); node !== undefined; node = rest.pop()) {
    if (typeof node !== 'object' || node === null) continue;
    const ref = textAt(node, '$ref');
    const name = ref?.startsWith(SCHEMAS) === true ? ref.slice(SCHEMAS.length) : null;
    if (name !== null && !reached.has(name)) {
      const found = at(schemas, name);
      reached.set(name, found);
      rest.push(found);
    }
    for (const inner of Object.values(node)) rest.push(inner);
  }
  return Object.fromEntries(reached);
}

const SCHEMAS = '#/components/schemas/';

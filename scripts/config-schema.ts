/**
 * Writes docs/config.schema.json, the configuration file's schema, for editors: from the schemas that the program holds the file
 * against, its own and every kind's. `--check` only compares. What several places must agree on (a context's sources are there) only
 * the program knows.
 */
import * as z from 'zod';
import { loadReceiverKind, RECEIVER_KINDS } from '../src/alerts/receivers/registry.ts';
import { NODE } from '../src/config/config.ts';
import { CONFIG_SCHEMA_URL } from '../src/config/config-schema-url.ts';
import { configSchema } from '../src/config/parse-config.ts';
import { loadStoreKind, STORE_KINDS } from '../src/sources/registry.ts';
import { writeOrCheck } from './write-or-check.ts';

type Schema = z.core.JSONSchema.BaseSchema;

/** What several kinds share, and each kind. */
const definitions: Record<string, Schema> = {};
const whole = schemaOf(configSchema);
for (const kind of STORE_KINDS) definitions[kind] = await settingsOf(kind, loadStoreKind);
for (const kind of RECEIVER_KINDS) definitions[kind] = await settingsOf(kind, loadReceiverKind);

const schema = {
  // The newest that most editors know.
  $schema: 'http://json-schema.org/draft-07/schema#',
  $id: CONFIG_SCHEMA_URL,
  title: "kubectl audit's configuration",
  ...whole,
  properties: {
    ...whole.properties,
    sources: byType(whole.properties?.sources, STORE_KINDS, 'the kind of store', [NODE]),
    receivers: byType(whole.properties?.receivers, RECEIVER_KINDS, 'the kind of receiver', []),
  },
  definitions,
};
writeOrCheck('docs/config.schema.json', `${JSON.stringify(schema, null, 2)}\n`, 'npm run docs');

/** Of what is written in the file, before it is understood. */
function schemaOf(of: z.ZodType): Schema {
  const { $schema: _, definitions: shared, ...rest } = z.toJSONSchema(of, { io: 'input', target: 'draft-7' });
  Object.assign(definitions, shared);
  return rest;
}

async function settingsOf(
  name: string,
  load: (name: string) => Promise<{ readonly settings: z.ZodType } | null>,
): Promise<Schema> {
  const kind = await load(name);
  if (kind === null) throw new Error(`${name} is in the list`);
  const { properties, required = [], ...rest } = schemaOf(kind.settings);
  return { ...rest, properties: { type: { const: name }, ...properties }, required: ['type', ...required] };
}

/** Each by its type alone: so what is said of a mistake is about the one kind. `taken`: names that stand for something else. */
function byType(
  of: Schema | boolean | undefined,
  kinds: readonly string[],
  what: string,
  taken: readonly string[],
): Schema {
  if (typeof of !== 'object') throw new Error('the configuration has it');
  return {
    ...of,
    propertyNames: Object.assign(taken.length === 0 ? {} : { not: { const: taken[0] } }, of.propertyNames),
    additionalProperties: {
      type: 'object',
      properties: { type: { enum: [...kinds], description: what } },
      required: ['type'],
      allOf: kinds.map((name) => ({
        if: { properties: { type: { const: name } }, required: ['type'] },
        // biome-ignore lint/suspicious/noThenProperty: JSON Schema's own word
        then: { $ref: `#/definitions/${name}` },
      })),
    },
  };
}

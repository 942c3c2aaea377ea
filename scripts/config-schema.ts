/**
 * Writes docs/config.schema.json, the configuration file's schema, for editors: from the schemas that the program holds the file
 * against, its own and every kind's. `--check` only compares. What several places must agree on (a context's sources are there) only
 * the program knows.
 */
import * as z from 'zod';
import { NODE } from '../src/config/config.ts';
import { CONFIG_SCHEMA_URL } from '../src/config/config-schema-url.ts';
import { configSchema } from '../src/config/parse-config.ts';
import { loadStoreKind, STORE_KINDS } from '../src/sources/registry.ts';
import { writeOrCheck } from './write-or-check.ts';

type Schema = z.core.JSONSchema.BaseSchema;

/** What several kinds share, and each kind. */
const definitions: Record<string, Schema> = {};
const whole = schemaOf(configSchema);
for (const kind of STORE_KINDS) definitions[kind] = await settingsOf(kind);

const schema = {
  // The newest that most editors know.
  $schema: 'http://json-schema.org/draft-07/schema#',
  $id: CONFIG_SCHEMA_URL,
  title: "kubectl audit's configuration",
  ...whole,
  properties: { ...whole.properties, sources: sourcesOf(whole.properties?.sources) },
  definitions,
};
writeOrCheck('docs/config.schema.json', `${JSON.stringify(schema, null, 2)}\n`, 'npm run docs');

/** Of what is written in the file, before it is understood. */
function schemaOf(of: z.ZodType): Schema {
  const { $schema: _, definitions: shared, ...rest } = z.toJSONSchema(of, { io: 'input', target: 'draft-7' });
  Object.assign(definitions, shared);
  return rest;
}

async function settingsOf(name: string): Promise<Schema> {
  const kind = await loadStoreKind(name);
  if (kind === null) throw new Error(`${name} is in the list`);
  const { properties, required = [], ...rest } = schemaOf(kind.settings);
  return { ...rest, properties: { type: { const: name }, ...properties }, required: ['type', ...required] };
}

/** Each by its type alone: so what is said of a mistake is about the one kind. */
function sourcesOf(sources: Schema | boolean | undefined): Schema {
  if (typeof sources !== 'object') throw new Error('the configuration has sources');
  return {
    ...sources,
    propertyNames: Object.assign({ not: { const: NODE } }, sources.propertyNames),
    additionalProperties: {
      type: 'object',
      properties: { type: { enum: [...STORE_KINDS], description: 'the kind of store' } },
      required: ['type'],
      allOf: STORE_KINDS.map((name) => ({
        if: { properties: { type: { const: name } }, required: ['type'] },
        // biome-ignore lint/suspicious/noThenProperty: JSON Schema's own word
        then: { $ref: `#/definitions/${name}` },
      })),
    },
  };
}

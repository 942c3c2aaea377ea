/** Writes docs/answer.schema.json, the machine output's schema, from the types. `--check` only compares. */
import { createGenerator } from 'ts-json-schema-generator';
import { root, writeOrCheck } from './write-or-check.ts';

const schema = createGenerator({
  path: `${root}src/questions/any-answer.ts`,
  tsconfig: `${root}tsconfig.json`,
  type: 'AnyAnswer',
  skipTypeCheck: true,
  // A newer release may add fields: readers must not break on them.
  additionalProperties: true,
}).createSchema('AnyAnswer');
writeOrCheck('docs/answer.schema.json', `${JSON.stringify(schema, null, 2)}\n`, 'npm run docs');

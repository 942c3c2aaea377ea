/** Writes docs/answer.schema.json, the machine output's schema, from the types. `--check` only compares. */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { createGenerator } from 'ts-json-schema-generator';

const root = fileURLToPath(new URL('..', import.meta.url));
const path = `${root}docs/answer.schema.json`;
const schema = createGenerator({
  path: `${root}src/questions/any-answer.ts`,
  tsconfig: `${root}tsconfig.json`,
  type: 'AnyAnswer',
  skipTypeCheck: true,
  // A newer release may add fields: readers must not break on them.
  additionalProperties: true,
}).createSchema('AnyAnswer');
const text = `${JSON.stringify(schema, null, 2)}\n`;
if (process.argv.includes('--check')) {
  if (readFileSync(path, 'utf8') !== text) {
    process.stderr.write('docs/answer.schema.json is stale: npm run docs\n');
    process.exitCode = 1;
  }
} else {
  writeFileSync(path, text);
}

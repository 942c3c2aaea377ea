/** Writes docs/rules.schema.json, the form of our rule files, for editors: from the schema that the program holds them against. `--check` only compares. */
import * as z from 'zod';
import { rulesSchema } from '../src/rules/own/rules-schema.ts';
import { writeOrCheck } from './write-or-check.ts';

const { $schema: _, ...form } = z.toJSONSchema(rulesSchema, { io: 'input', target: 'draft-7' });
const schema = {
  // The newest that most editors know.
  $schema: 'http://json-schema.org/draft-07/schema#',
  title: "kubectl audit's rules",
  ...form,
};
writeOrCheck('docs/rules.schema.json', `${JSON.stringify(schema, null, 2)}\n`, 'npm run docs');

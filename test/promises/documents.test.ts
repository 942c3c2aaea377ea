/**
 * The promise of docs/output.md: within kubectl-audit/v1 the keys of an answer, their types and their values for the same log stay. The golden
 * documents are those of the first release, but for what people read (sentences, texts, commands), which may be said better. Keys and codes
 * may be added. A golden file changes only together with apiVersion.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import { describe, expect, it } from 'vitest';
import { ASKED, asked } from './asked.ts';
import { promisedOf } from './promised.ts';

const validate = new Ajv({ strict: false }).compile(
  JSON.parse(readFileSync('docs/answer.schema.json', 'utf8')),
);

describe('the JSON document', () => {
  it.each(Object.entries(ASKED))('of %s keeps its keys, types and values', async (name, argv) => {
    const golden = JSON.parse(readFileSync(join(import.meta.dirname, 'golden', `${name}.json`), 'utf8')) as {
      readonly status: number;
      readonly document: object;
    };
    const { status, out } = await asked([...argv, '-o', 'json']);
    const document: unknown = JSON.parse(out);
    expect(validate(document), JSON.stringify(validate.errors?.slice(0, 3))).toBe(true);
    expect(status).toBe(golden.status);
    // More keys are no breach, fewer or others are.
    expect(promisedOf(document)).toMatchObject(golden.document);
  });
});

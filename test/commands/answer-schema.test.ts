/** What is printed is what docs/answer.schema.json says: every key there, nothing of another type. */
import { readFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import { describe, expect, it } from 'vitest';
import { whoDid } from '../support/run-command.ts';

const schema = JSON.parse(readFileSync('docs/answer.schema.json', 'utf8')) as {
  $ref: string;
  definitions: Record<string, { required?: string[] }>;
};
const validate = new Ajv({ strict: false }).compile(schema);

describe('docs/answer.schema.json', () => {
  it.each([
    ['touch', 'test/fixtures/shop/audit.log'],
    ['delete cm/flags', 'test/fixtures/shop/audit.log'],
    ['delete cm/no-such-thing', 'test/fixtures/two-servers'],
    ['read secret/stripe', 'test/fixtures/shop/audit.log'],
  ])('holds for who-did %s', async (words, file) => {
    const { status: _status, ...document } = await whoDid(words, { file: [file] });
    expect(validate(document), JSON.stringify(validate.errors?.slice(0, 3))).toBe(true);
  });

  it('requires every field of PRODUCT §4: unknown is null, never a missing key', () => {
    const row = Object.values(schema.definitions).find((definition) =>
      definition.required?.includes('auditID'),
    );
    expect(row?.required?.toSorted()).toEqual(
      [
        'auditID',
        'when',
        'until',
        'who',
        'did',
        'object',
        'from',
        'with',
        'result',
        'dryRun',
        'stage',
        'level',
        'source',
        'cause',
        'now',
      ].toSorted(),
    );
  });
});

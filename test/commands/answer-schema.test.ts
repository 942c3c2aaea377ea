/** What is printed is what docs/answer.schema.json says: every key there, nothing of another type. */
import { readFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import { describe, expect, it } from 'vitest';
import { rbacDiffCommand } from '../../src/commands/rbac-diff.ts';
import { fixedIo } from '../support/fixed-io.ts';
import { NOW, whatChanged, whoDid } from '../support/run-command.ts';

const schema = JSON.parse(readFileSync('docs/answer.schema.json', 'utf8')) as {
  $ref: string;
  definitions: Record<string, { required?: string[] }>;
};
const validate = new Ajv({ strict: false }).compile(schema);
const SHOP = 'test/fixtures/shop/audit.log';

function expectValid(document: unknown): void {
  expect(validate(document), JSON.stringify(validate.errors?.slice(0, 3))).toBe(true);
}

describe('docs/answer.schema.json', () => {
  it.each([
    ['touch', 'test/fixtures/shop/audit.log'],
    ['delete cm/flags', 'test/fixtures/shop/audit.log'],
    ['delete cm/no-such-thing', 'test/fixtures/two-servers'],
    ['read secret/stripe', 'test/fixtures/shop/audit.log'],
  ])('holds for who-did %s', async (words, file) => {
    const { status: _status, ...document } = await whoDid(words, { file: [file] });
    expectValid(document);
  });

  it.each([
    ['cm/flags', {}],
    ['deploy/api', { namespace: 'shop', at: '2026-11-23T08:47:20Z' }],
    ['deploy/api', { namespace: 'shop', between: ['2026-11-23T08:47:00Z', '2026-11-23T08:47:40Z'] }],
    ['', { all: true }],
  ])('holds for what-changed %s %j', async (words, flags) => {
    const { status: _status, ...document } = await whatChanged(words, {
      file: [SHOP],
      since: '3d',
      ...flags,
    });
    expect(document.rows.length).toBeGreaterThan(0);
    expectValid(document);
  });

  it('holds for rbac-diff', async () => {
    const io = fixedIo({ nowMs: NOW });
    await rbacDiffCommand.run([], { output: 'json', file: [SHOP], since: '3d' }, io);
    const document = JSON.parse(io.stdout()) as { rows: { kind: string }[] };
    expect(new Set(document.rows.map(({ kind }) => kind))).toEqual(new Set(['object', 'right', 'refused']));
    expectValid(document);
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
        'effects',
        'now',
      ].toSorted(),
    );
  });
});

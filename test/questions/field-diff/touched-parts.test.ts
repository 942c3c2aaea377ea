/** Redacting only what changes lie in hides what redacting all of it hides. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { redactBody } from '../../../src/event/redact-body.ts';
import { valueAt } from '../../../src/questions/field-diff/both-trees.ts';
import { fieldDiff } from '../../../src/questions/field-diff/field-diff.ts';
import { touchedParts } from '../../../src/questions/field-diff/touched-parts.ts';
import { UNKNOWN_SCHEMA } from '../../../src/questions/schema/schema.ts';

const S = 'Zq7hunterX9';

/** Names and texts by which redaction tells secrets. */
const NAMES = [
  'kind',
  'name',
  'key',
  'op',
  'path',
  'value',
  'env',
  'data',
  'password',
  'items',
  'operator',
  'args',
];
const TEXTS = [
  'Secret',
  'password',
  '--token',
  '/spec/env/0/value',
  'add',
  'x',
  S,
  `user:${S}`,
  'x'.repeat(300),
];

const anyBody = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 5, withCrossShrink: true },
    fc.constantFrom<unknown>(...TEXTS, 7, true, null),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(fc.constantFrom(...NAMES), tie('value'), { maxKeys: 4 }),
  ),
})).value;

it('whatever the body is', () => {
  fc.assert(
    fc.property(
      anyBody,
      anyBody,
      fc.constantFrom('secrets', 'pods', 'widgets'),
      (before, after, resource) => {
        const of = { resource, subresource: null, key: '' };
        const all = fieldDiff(before, after, UNKNOWN_SCHEMA);
        const whole = {
          before: { raw: before, clean: redactBody(before, of) },
          after: { raw: after, clean: redactBody(after, of) },
        };
        for (const changes of [all, all.slice(0, 1), all.slice(-1)]) {
          const parts = {
            before: { raw: before, clean: redactBody(touchedParts(before, changes, 'before'), of) },
            after: { raw: after, clean: redactBody(touchedParts(after, changes, 'after'), of) },
          };
          for (const { segments } of changes)
            for (const side of ['before', 'after'] as const)
              expect(valueAt(parts, segments, side)).toEqual(valueAt(whole, segments, side));
        }
      },
    ),
    { numRuns: 2_000, examples: [[[], [{ key: 'Secret', name: [], value: 'Secret' }], 'pods']] },
  );
});

/** Many rules at once find what each finds by itself. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { verdictOf } from '../../src/query/matches.ts';
import type { Predicate } from '../../src/query/predicate.ts';
import { Detector } from '../../src/rules/detector.ts';
import type { Rule } from '../../src/rules/rule.ts';
import { anEvent } from '../event/an-event.ts';
import { eventJson } from '../support/arbitrary.ts';
import { predicate } from '../support/arbitrary-predicate.ts';
import { decodeJson } from '../support/decode-json.ts';

function ruleOf(condition: Predicate, n: number): Rule {
  return {
    ...{ id: `rule-${n}`, title: '', pack: 'own', severity: 'low', tags: [], condition, correlation: null },
    ...{ level: 'Metadata', why: '', advice: [], falsePositives: [], references: [], describe: null },
    ...{ fields: [], place: { file: '', line: 1 } },
  };
}

describe('Detector', () => {
  it('finds what each rule finds by itself', () => {
    fc.assert(
      fc.property(
        fc.array(predicate(), { maxLength: 6 }),
        fc.array(eventJson(), { minLength: 1 }),
        (conditions, jsons) => {
          const detector = new Detector(conditions.map(ruleOf));
          for (const json of jsons) {
            const event = decodeJson(json);
            const alone = conditions.flatMap((one, n) =>
              verdictOf(event, one) === true ? [`rule-${n}`] : [],
            );
            expect(detector.holding(event).map(({ rule }) => rule.id)).toEqual(alone);
            if (alone.length > 0) expect(verdictOf(event, detector.predicate)).toBe(true);
          }
        },
      ),
      { numRuns: 500 },
    );
  });

  it('counts what a cut took the answer of', () => {
    const detector = new Detector([ruleOf({ kind: 'equals', field: 'userAgent', value: 'x' }, 1)]);
    const cut = anEvent({ userAgent: null, cut: { why: 'line cut', lost: ['userAgent'] } });
    expect(detector.holding(cut)).toEqual([]);
    expect(detector.unsure).toBe(1);
  });
});

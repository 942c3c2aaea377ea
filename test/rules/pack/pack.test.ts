/** Our own pack: every rule holds to its own tests, and says what it must. */
import { beforeAll, describe, expect, it } from 'vitest';
import { MATRIX_NAMES } from '../../../scripts/threat-matrix.ts';
import type { Level } from '../../../src/event/event.ts';
import type { Predicate } from '../../../src/query/predicate.ts';
import { loadRules } from '../../../src/rules/load-rules.ts';
import { packFiles } from '../../../src/rules/pack-files.ts';
import { type Rule, SEVERITIES } from '../../../src/rules/rule.ts';
import { runRuleTests } from '../../../src/rules/rule-tests.ts';

let rules: readonly Rule[] = [];
beforeAll(async () => {
  rules = (await loadRules(packFiles())).rules;
});

describe.each(packFiles().map(({ file }) => file))('%s', (file) => {
  it('holds to all of its tests', () => {
    const own = rules.filter(({ place }) => place.file === file);
    expect(own.length).toBeGreaterThan(0);
    const failures = runRuleTests(own).filter(({ failure }) => failure !== null);
    expect(failures.map(({ rule, test, failure }) => `${rule.id}: ${test.name}: ${failure}`)).toEqual([]);
  });
});

function offenders(isWrong: (rule: Rule) => boolean): string[] {
  return rules.filter(isWrong).map(({ id }) => id);
}

const found = (findings: number | readonly unknown[]) =>
  typeof findings === 'number' ? findings : findings.length;

describe('each rule', () => {
  it('has a test that finds something, and a near miss', () => {
    expect(offenders(({ tests = [] }) => !tests.some(({ findings }) => found(findings) > 0))).toEqual([]);
    expect(offenders(({ tests = [] }) => !tests.some(({ findings }) => found(findings) === 0))).toEqual([]);
  });

  it('has a test of its own name each', () => {
    expect(offenders(({ tests = [] }) => new Set(tests.map(({ name }) => name)).size < tests.length)).toEqual(
      [],
    );
  });

  it('says why, what to do first, and what is harmless', () => {
    expect(
      offenders(
        ({ why, advice, falsePositives }) => why === '' || advice.length === 0 || falsePositives.length === 0,
      ),
    ).toEqual([]);
  });

  it('is tagged with techniques of ATT&CK and of the threat matrix that exist, or as a matter of operations', () => {
    const isKnown = (tag: string) =>
      tag === 'operations' || /^attack\.t1\d{3}(?:\.0\d\d)?$/.test(tag) || Object.hasOwn(MATRIX_NAMES, tag);
    expect(offenders(({ tags }) => tags.length === 0 || !tags.every(isKnown))).toEqual([]);
  });

  it('needs the level that its tests show: bodies when nothing is found without them', () => {
    const levelShown = ({ tests = [] }: Rule): Level => {
      const firing = tests.filter(({ findings }) => found(findings) > 0);
      return firing.some(({ events }) => events.every(({ level }) => level === 'Metadata'))
        ? 'Metadata'
        : 'Request';
    };
    expect(offenders((rule) => rule.level !== levelShown(rule))).toEqual([]);
  });

  it('is narrowed by more than an expression, so that sources and the scanner can pass over what it is not about', () => {
    expect(offenders(({ condition }) => !narrows(condition))).toEqual([]);
  });

  it('leaves a dry run alone', () => {
    const dry = (tests: Rule['tests'] = []) =>
      tests.filter(({ events }) => events.some(({ requestURI }) => requestURI.includes('dryRun=All')));
    expect(rules.flatMap(({ tests }) => dry(tests)).every(({ findings }) => found(findings) === 0)).toBe(
      true,
    );
  });
});

/** By something that is not an expression, besides how it ended and that it is no dry run. */
function narrows(predicate: Predicate): boolean {
  switch (predicate.kind) {
    case 'all':
      return predicate.of.some(narrows);
    case 'any':
      return predicate.of.length > 0 && predicate.of.every(narrows);
    case 'cel':
      return false;
    case 'not':
      return predicate.of.kind === 'absent' && predicate.of.field !== 'objectRef.resource';
    case 'codeBetween':
      return predicate.from >= 300;
    case 'equals':
      return predicate.field !== 'dryRun';
    default:
      return true;
  }
}

it('has severities of all sorts', () => {
  expect(new Set(rules.map(({ severity }) => severity))).toEqual(new Set(SEVERITIES));
});

it('keeps ids unlike each other', () => {
  expect(new Set(rules.map(({ id }) => id)).size).toBe(rules.length);
});

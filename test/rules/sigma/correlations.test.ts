import { describe, expect, it } from 'vitest';
import { matches } from '../../../src/query/matches.ts';
import type { Correlation, Rule } from '../../../src/rules/rule.ts';
import { decodeJson } from '../../support/decode-json.ts';
import { fileOf, type Json, load, POD } from './judging.ts';

const part = (name: string, verb: string, more = '') =>
  `${fileOf(`selection:\n  verb: ${verb}`, more).replace('A rule', `Of ${name}`)}\nname: ${name}\n`;
const PARTS = `${part('gets', 'get', 'level: low')}---\n${part('lists', 'list', 'level: high')}---\n`;

function correlation(lines: string, more = 'level: critical'): string {
  const inner = lines.split('\n').map((line) => `  ${line}`);
  return ['title: Together', 'id: 0f1c2a3b-0000-4000-8000-00000000000a', 'correlation:', ...inner, more].join(
    '\n',
  );
}

type Within = Extract<Correlation, { kind: 'within' }>;

async function correlated(lines: string, more?: string): Promise<Rule & { correlation: Within }> {
  const [rule, another] = (await load(PARTS + correlation(lines, more))).rules.filter(isCorrelated);
  if (rule === undefined || another !== undefined) throw new Error('not one correlation');
  return rule;
}

function isCorrelated(rule: Rule): rule is Rule & { correlation: Within } {
  return rule.correlation?.kind === 'within';
}

const event = (over: Json = {}) => decodeJson({ ...POD, ...over });

describe('Sigma correlations', () => {
  it('counts requests', async () => {
    const rule = await correlated(
      'type: event_count\nrules: [gets]\ngroup-by: [user.username]\ntimespan: 5m\ncondition:\n  gte: 10',
    );
    expect(rule).toMatchObject({
      id: 'sigma-together',
      severity: 'critical',
      correlation: {
        withinUs: 300_000_000,
        key: ['user.username'],
        isOrdered: false,
        needs: [{ kind: 'count', step: null, atLeast: 10, atMost: null }],
      },
    });
    const [step] = rule.correlation.steps;
    expect(step?.name).toBe('Of gets');
    expect(step?.key.map((value) => value.of(event()))).toEqual(['alice']);
    expect(rule.fields).toEqual(expect.arrayContaining(['user.username']));
    expect(['get', 'list'].map((verb) => matches(event({ verb }), rule.condition))).toEqual([true, false]);
  });

  it('counts a request once that several rules hold of', async () => {
    const rule = await correlated(
      'type: event_count\nrules: [gets, lists]\ntimespan: 1h\ncondition: {gt: 3}',
    );
    expect(rule.correlation.steps).toHaveLength(1);
    expect(rule.correlation.key).toEqual([]);
    expect(['get', 'list', 'watch'].map((verb) => matches(event({ verb }), rule.condition))).toEqual([
      true,
      true,
      false,
    ]);
  });

  it.each<[string, readonly (readonly [number, number | null])[]]>([
    ['{gte: 10}', [[10, null]]],
    ['{gt: 10}', [[11, null]]],
    ['{lte: 10}', [[0, 10]]],
    ['{lt: 10}', [[0, 9]]],
    ['{eq: 10}', [[10, 10]]],
    [
      '{neq: 10}',
      [
        [11, null],
        [0, 9],
      ],
    ],
    ['{gt: 100, lte: 200}', [[101, 200]]],
    [
      '{gte: 5, neq: 7}',
      [
        [8, null],
        [5, 6],
      ],
    ],
  ])('reads the condition %s', async (condition, ranges) => {
    const { rules } = await load(
      `${PARTS}${correlation(`type: event_count\nrules: gets\ntimespan: 1d\ncondition: ${condition}`)}`,
    );
    const needs = rules.filter(isCorrelated).map((rule) => rule.correlation.needs);
    expect(needs).toEqual(
      ranges.map(([atLeast, atMost]) => [{ kind: 'count', step: null, atLeast, atMost }]),
    );
    expect(new Set(rules.map(({ id }) => id)).size).toBe(rules.length);
  });

  it('counts values', async () => {
    const { correlation: of } = await correlated(
      'type: value_count\nrules: [gets]\ngroup-by: user.username\ntimespan: 10m\ncondition: {field: objectRef.name, gte: 3}',
    );
    expect(of.needs).toMatchObject([{ kind: 'distinct', atLeast: 3, atMost: null }]);
    const [need] = of.needs;
    expect(need?.kind === 'distinct' && need.values.map((value) => value.of(event()))).toEqual(['web']);
  });

  it('counts values of several fields together', async () => {
    const { correlation: of } = await correlated(
      'type: value_count\nrules: [gets]\ntimespan: 10m\ncondition: {field: [objectRef.name, objectRef.subresource], gte: 3}',
    );
    const [need] = of.needs;
    expect(need?.kind === 'distinct' && need.values.map((value) => value.of(event()))).toEqual([
      '["web",null]',
    ]);
  });

  it.each<[string, object]>([
    ['type: value_sum\ncondition: {field: code, gte: 1000}', { of: 'sum', atLeast: 1000, atMost: null }],
    [
      'type: value_avg\ncondition: {field: code, lt: 500}',
      { of: 'avg', atLeast: null, atMost: 499.99999999999994 },
    ],
    [
      'type: value_avg\ncondition: {field: code, gt: 0.5}',
      { of: 'avg', atLeast: 0.5000000000000001, atMost: null },
    ],
    [
      'type: value_percentile\ncondition: {field: code, percentile: 95, gte: 400}',
      { of: { percentile: 95 }, atLeast: 400, atMost: null },
    ],
    [
      'type: value_median\ncondition: {field: code, gte: 400}',
      { of: { percentile: 50 }, atLeast: 400, atMost: null },
    ],
  ])('reckons with numbers: %j', async (lines, need) => {
    const { correlation: of } = await correlated(`${lines}\nrules: [gets]\ntimespan: 1h`);
    expect(of.needs).toMatchObject([{ kind: 'number', ...need }]);
  });

  it('finds rules together, in any order', async () => {
    const { correlation: of } = await correlated(
      'type: temporal\nrules: [gets, lists]\ngroup-by: [user.username, sourceIPs]\ntimespan: 30s',
    );
    expect(of).toMatchObject({
      isOrdered: false,
      withinUs: 30_000_000,
      needs: [
        { kind: 'count', step: 0, atLeast: 1, atMost: null },
        { kind: 'count', step: 1, atLeast: 1, atMost: null },
      ],
    });
    // Only the last address cannot be made up.
    expect(of.steps[0]?.key.map((value) => value.of(event()))).toEqual(['alice', '10.0.3.7']);
  });

  it('finds rules one after the other', async () => {
    const { correlation: of } = await correlated(
      'type: temporal_ordered\nrules: [lists, gets]\ntimespan: 7d',
    );
    expect(of.isOrdered).toBe(true);
    expect(of.steps.map(({ name }) => name)).toEqual(['Of lists', 'Of gets']);
  });

  it('finds so many of several rules', async () => {
    const { correlation: of } = await correlated(
      'type: temporal\nrules: [lists, gets]\ntimespan: 1w\ncondition: {gte: 1}',
    );
    const [need] = of.needs;
    expect(need).toMatchObject({ kind: 'distinct', atLeast: 1, atMost: null });
    expect(need?.kind === 'distinct' && need.values.map((value) => value.of(event()))).toEqual([
      '1: Of lists',
      '2: Of gets',
    ]);
  });

  it('takes a count as a part of what comes one after the other', async () => {
    const many = correlation(
      'type: event_count\nrules: [gets]\ngroup-by: [user]\ntimespan: 10m\ncondition: {gte: 10}',
      'name: many',
    )
      .replace('title: Together', 'title: Many')
      .replace(/id: .*\n/, '');
    const { rules } = await load(
      `${PARTS}${many}\n---\n${correlation('type: temporal_ordered\nrules: [many, lists]\ngroup-by: [user]\ntimespan: 10m')}`,
    );
    expect(rules).toHaveLength(1);
    expect(rules[0]?.correlation).toMatchObject({
      isOrdered: true,
      steps: [{ name: 'Many' }, { name: 'Of lists' }],
      needs: [
        { kind: 'count', step: 0, atLeast: 10 },
        { kind: 'count', step: 1, atLeast: 1 },
      ],
    });
  });

  it('calls the same thing otherwise in each rule', async () => {
    const { correlation: of } = await correlated(
      'type: temporal\nrules: [gets, lists]\ngroup-by: [who]\ntimespan: 5m\naliases:\n  who:\n    gets: user.username\n    lists: impersonatedUser.username',
    );
    expect(of.steps.map(({ key }) => key.map((value) => value.of(event())))).toEqual([['alice'], ['bob']]);
    expect(of.key).toEqual(['who']);
  });

  it('refers by id as well as by name', async () => {
    const id = '0F1C2A3B-0000-4000-8000-00000000000B';
    const { rules } = await load(
      `${part('gets', 'get', `id: ${id}`)}---\n${correlation(`type: event_count\nrules: [${id.toLowerCase()}]\ntimespan: 5m\ncondition: {gte: 2}`)}`,
    );
    expect(rules).toHaveLength(1);
  });

  it('tells of a rule by itself only when it is said so', async () => {
    const lines = 'type: event_count\nrules: [gets]\ntimespan: 5m\ncondition: {gte: 2}';
    const without = await load(PARTS + correlation(lines));
    expect(without.rules.map(({ title }) => title)).toEqual(['Of lists', 'Together']);
    expect(without.notes.map(({ text }) => text)).toEqual([
      'rule "Of gets" is told of only as a part of "Together"',
    ]);
    const withThem = await load(PARTS + correlation(`${lines}\ngenerate: true`));
    expect(withThem.rules.map(({ title }) => title)).toEqual(['Of gets', 'Of lists', 'Together']);
  });

  it('is as severe as the severest of its rules when it does not say', async () => {
    expect((await correlated('type: temporal\nrules: [gets, lists]\ntimespan: 5m', '')).severity).toBe(
      'high',
    );
  });

  it('takes no part when one of its rules takes none', async () => {
    const other = part('logins', 'x').replace('product: kubernetes', 'product: windows');
    const { rules, notes } = await load(
      `${other}---\n${correlation('type: event_count\nrules: [logins]\ntimespan: 5m\ncondition: {gte: 2}')}`,
    );
    expect(rules).toEqual([]);
    expect(notes.map(({ text }) => text)).toContain(
      'rule "Together" takes no part, as "Of logins" takes none',
    );
  });

  it.each([
    ['no type', 'rules: [gets]\ntimespan: 5m\ncondition: {gte: 2}', /type is one of event_count/],
    ['a type that is none', 'type: near\nrules: [gets]\ntimespan: 5m', /type is one of event_count/],
    ['no rules', 'type: temporal\ntimespan: 5m', /rules are missing/],
    [
      'a rule that is not there',
      'type: temporal\nrules: [nobody]\ntimespan: 5m',
      /there is no rule "nobody" in these files/,
    ],
    ['no time span', 'type: temporal\nrules: [gets]', /timespan is missing/],
    ['a time span that is none', 'type: temporal\nrules: [gets]\ntimespan: 1h30m', /timespan "1h30m"/],
    ['a time span of nothing', 'type: temporal\nrules: [gets]\ntimespan: 0s', /timespan "0s"/],
    ['no condition', 'type: event_count\nrules: [gets]\ntimespan: 5m', /condition is missing/],
    [
      'an expression',
      'type: temporal\nrules: [gets]\ntimespan: 5m\ncondition: gets and lists',
      /no expressions/,
    ],
    [
      'a condition that cannot be met',
      'type: event_count\nrules: [gets]\ntimespan: 5m\ncondition: {gt: 5, lt: 5}',
      /no number meets/,
    ],
    [
      'half a request',
      'type: event_count\nrules: [gets]\ntimespan: 5m\ncondition: {gte: 2.5}',
      /gte: a whole number/,
    ],
    [
      'a count of values without a field',
      'type: value_count\nrules: [gets]\ntimespan: 5m\ncondition: {gte: 2}',
      /field is missing/,
    ],
    [
      'a field where none is counted',
      'type: event_count\nrules: [gets]\ntimespan: 5m\ncondition: {gte: 2, field: verb}',
      /it has no field/,
    ],
    [
      'a percentile that is not said',
      'type: value_percentile\nrules: [gets]\ntimespan: 5m\ncondition: {gte: 2, field: code}',
      /percentile is a number from 0 to 100/,
    ],
    [
      'a group by no field',
      'type: event_count\nrules: [gets]\ngroup-by: [ComputerName]\ntimespan: 5m\ncondition: {gte: 2}',
      /no audit event has a field ComputerName/,
    ],
    [
      'an alias without one of the rules',
      'type: temporal\nrules: [gets, lists]\ngroup-by: [who]\ntimespan: 5m\naliases: {who: {gets: verb}}',
      /alias who does not say its field for "Of lists"/,
    ],
    [
      'a key that is none',
      'type: temporal\nrules: [gets]\ntimespan: 5m\nwindow: 3',
      /a correlation has no "window"/,
    ],
    [
      'a number of ordered rules',
      'type: temporal_ordered\nrules: [gets, lists]\ntimespan: 5m\ncondition: {gte: 1}',
      /all of the rules/,
    ],
    [
      'a correlation of itself',
      'type: temporal\nrules: [gets, 0f1c2a3b-0000-4000-8000-00000000000a]\ntimespan: 5m\ngenerate: true',
      /made of itself/,
    ],
  ])('refuses %s', async (_, lines, message) => {
    await expect(load(PARTS + correlation(lines))).rejects.toThrow(message);
  });

  it.each([
    ['another time span', 'group-by: [user]\ntimespan: 5m\ncondition: {gte: 10}'],
    ['another key', 'group-by: [namespace]\ntimespan: 10m\ncondition: {gte: 10}'],
    ['at most so many', 'group-by: [user]\ntimespan: 10m\ncondition: {lte: 10}'],
  ])('refuses a count as a part with %s', async (_, lines) => {
    const many = correlation(`type: event_count\nrules: [gets]\n${lines}`, 'name: many')
      .replace('title: Together', 'title: Many')
      .replace(/id: .*\n/, '');
    const whole = correlation(
      'type: temporal_ordered\nrules: [many, lists]\ngroup-by: [user]\ntimespan: 10m',
    );
    await expect(load(`${PARTS}${many}\n---\n${whole}`)).rejects.toThrow(/"Many" can be a part/);
  });
});

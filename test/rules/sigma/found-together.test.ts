/** Sigma's correlations, run over requests. */
import { describe, expect, it } from 'vitest';
import { findingsIn } from '../../../src/rules/rule-tests.ts';
import { decodeJson } from '../../support/decode-json.ts';
import { fileOf, type Json, load, POD } from './judging.ts';

const part = (name: string, search: string) => `${fileOf(`selection:\n  ${search}`)}\nname: ${name}\n---\n`;
const RULES = part('refused', 'code: 403') + part('done', "code: '2*'") + part('secret', 'resource: secrets');

/** One request after the other, so many seconds after the first. */
type Request = readonly [seconds: number, over: Json];

/** Those that complete a finding. */
async function foundIn(
  correlation: string,
  requests: readonly Request[],
  more = '',
): Promise<readonly number[]> {
  const lines = correlation.split('\n').map((line) => `  ${line}`);
  const { rules } = await load([RULES + more, 'title: Together', 'correlation:', ...lines].join('\n'));
  const rule = rules.find((one) => one.correlation !== null);
  if (rule === undefined) throw new Error('no correlation');
  const events = requests.map(([seconds, over], index) => {
    const at = new Date(START_MS + seconds * 1000).toISOString();
    const times = { requestReceivedTimestamp: at, stageTimestamp: at };
    return decodeJson({ ...POD, auditID: `a-${index}`, ...times, ...over });
  });
  return findingsIn(rule, { before: [], events }).map(
    ({ receivedUs }) => ((receivedUs ?? 0) / 1000 - START_MS) / 1000,
  );
}

const START_MS = Date.UTC(2026, 0, 1);

const by = (username: string, code: number, over: Json = {}): Json => ({
  ...{ user: { username }, responseStatus: { code } },
  ...over,
});

describe('Sigma correlations over requests', () => {
  it('finds so many of somebody within a time', async () => {
    const correlation =
      'type: event_count\nrules: [refused]\ngroup-by: [user]\ntimespan: 60s\ncondition: {gte: 3}';
    const others: Request[] = [
      [1, by('bob', 403)],
      [2, by('alice', 200)],
    ];
    expect(
      await foundIn(correlation, [
        ...others,
        [0, by('alice', 403)],
        [30, by('alice', 403)],
        [60, by('alice', 403)],
      ]),
    ).toEqual([60]);
    expect(
      await foundIn(correlation, [
        ...others,
        [0, by('alice', 403)],
        [30, by('alice', 403)],
        [61, by('alice', 403)],
      ]),
    ).toEqual([]);
  });

  it('finds so many different values', async () => {
    const correlation =
      'type: value_count\nrules: [secret]\ngroup-by: [user]\ntimespan: 1m\ncondition: {field: name, gt: 1}';
    const secret = (name: string) => by('alice', 200, { objectRef: { resource: 'secrets', name } });
    expect(
      await foundIn(correlation, [
        [0, secret('a')],
        [1, secret('a')],
        [2, secret('b')],
      ]),
    ).toEqual([2]);
    expect(
      await foundIn(correlation, [
        [0, secret('a')],
        [1, secret('a')],
      ]),
    ).toEqual([]);
  });

  it('finds one after the other only in that order', async () => {
    const correlation = 'type: temporal_ordered\nrules: [refused, done]\ngroup-by: [user]\ntimespan: 1m';
    expect(
      await foundIn(correlation, [
        [0, by('alice', 403)],
        [5, by('alice', 201)],
      ]),
    ).toEqual([5]);
    expect(
      await foundIn(correlation, [
        [0, by('alice', 201)],
        [5, by('alice', 403)],
      ]),
    ).toEqual([]);
    expect(
      await foundIn(correlation, [
        [0, by('alice', 403)],
        [5, by('bob', 201)],
      ]),
    ).toEqual([]);
  });

  it('finds them in any order', async () => {
    const correlation = 'type: temporal\nrules: [refused, done]\ngroup-by: [user]\ntimespan: 1m';
    expect(
      await foundIn(correlation, [
        [0, by('alice', 201)],
        [5, by('alice', 403)],
      ]),
    ).toEqual([5]);
    expect(
      await foundIn(correlation, [
        [0, by('alice', 201)],
        [5, by('alice', 201)],
      ]),
    ).toEqual([]);
  });

  it('finds two of three', async () => {
    const correlation = 'type: temporal\nrules: [refused, done, secret]\ntimespan: 1m\ncondition: {gte: 2}';
    expect(
      await foundIn(correlation, [
        [0, by('alice', 404)],
        [1, by('alice', 403)],
        [5, by('bob', 200)],
      ]),
    ).toEqual([5]);
    expect(
      await foundIn(correlation, [
        [0, by('alice', 403)],
        [1, by('alice', 403)],
      ]),
    ).toEqual([]);
  });

  it('finds many, and then one more thing', async () => {
    const many = `title: Many
name: many
correlation: {type: event_count, rules: [refused], group-by: [user], timespan: 1m, condition: {gte: 2}}
---
`;
    const correlation = 'type: temporal_ordered\nrules: [many, done]\ngroup-by: [user]\ntimespan: 1m';
    const [first, second, then] = [by('alice', 403), by('alice', 403), by('alice', 200)];
    expect(
      await foundIn(
        correlation,
        [
          [0, first],
          [5, second],
          [9, then],
        ],
        many,
      ),
    ).toEqual([9]);
    expect(
      await foundIn(
        correlation,
        [
          [0, first],
          [9, then],
        ],
        many,
      ),
    ).toEqual([]);
    expect(
      await foundIn(
        correlation,
        [
          [0, first],
          [5, then],
          [9, second],
        ],
        many,
      ),
    ).toEqual([]);
  });

  it('reckons with numbers', async () => {
    const correlation =
      'type: value_avg\nrules: [refused, done]\ngroup-by: [user]\ntimespan: 1m\ncondition: {field: code, gt: 300}';
    expect(
      await foundIn(correlation, [
        [0, by('alice', 200)],
        [1, by('alice', 403)],
        [2, by('bob', 200)],
      ]),
    ).toEqual([1]);
    expect(
      await foundIn(correlation, [
        [0, by('alice', 200)],
        [1, by('alice', 200)],
      ]),
    ).toEqual([]);
  });
});

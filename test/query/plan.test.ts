import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compileWhere } from '../../src/query/cel.ts';
import { matches, mayMatch } from '../../src/query/matches.ts';
import { describePredicate, splitPredicate } from '../../src/query/plan.ts';
import {
  absent,
  all,
  any,
  EVERYTHING,
  equals,
  glob,
  isEverything,
  NOTHING,
  not,
  oneOf,
  type Predicate,
} from '../../src/query/predicate.ts';
import { requestJson } from '../support/arbitrary.ts';
import { leafPredicate, predicate } from '../support/arbitrary-predicate.ts';
import { decodeJson } from '../support/decode-json.ts';

const verb = equals('verb', 'delete');
const name = equals('objectRef.name', 'api');
const agent = glob('userAgent', 'kube*');
const canPush = (leaf: Predicate): boolean => leaf === verb || leaf === name;

describe('splitPredicate', () => {
  it('pushes the parts of a conjunction that it may', () => {
    expect(splitPredicate(all(verb, agent, name), canPush)).toEqual({
      pushed: all(verb, name),
      residual: agent,
    });
    expect(splitPredicate(verb, canPush)).toEqual({ pushed: verb, residual: EVERYTHING });
    expect(splitPredicate(agent, canPush)).toEqual({ pushed: EVERYTHING, residual: agent });
    expect(splitPredicate(EVERYTHING, canPush)).toEqual({ pushed: EVERYTHING, residual: EVERYTHING });
  });

  it('pushes a disjunction only when every branch filters', () => {
    expect(splitPredicate(any(verb, name), canPush)).toEqual({
      pushed: any(verb, name),
      residual: EVERYTHING,
    });
    const half = any(verb, agent);
    expect(splitPredicate(half, canPush)).toEqual({ pushed: EVERYTHING, residual: half });
    const mixed = any(all(verb, agent), name);
    expect(splitPredicate(mixed, canPush)).toEqual({ pushed: any(verb, name), residual: mixed });
    expect(splitPredicate(NOTHING, canPush)).toEqual({ pushed: NOTHING, residual: EVERYTHING });
  });

  it('pushes a negation only when the source says so of the negated leaf', () => {
    const isNegatable = (leaf: Predicate): boolean => canPush(leaf.kind === 'not' ? leaf.of : leaf);
    expect(splitPredicate(not(verb), canPush)).toEqual({ pushed: EVERYTHING, residual: not(verb) });
    expect(splitPredicate(not(verb), isNegatable)).toEqual({ pushed: not(verb), residual: EVERYTHING });
    expect(splitPredicate(not(any(verb, agent)), isNegatable)).toEqual({
      pushed: not(verb),
      residual: not(agent),
    });
    expect(splitPredicate(not(not(verb)), canPush)).toEqual({ pushed: verb, residual: EVERYTHING });
  });

  it('asks about leaves only', () => {
    fc.assert(
      fc.property(predicate(), (wanted) => {
        const asked: Predicate[] = [];
        splitPredicate(wanted, (leaf) => {
          asked.push(leaf);
          return false;
        });
        const bare = asked.map((leaf) => (leaf.kind === 'not' ? leaf.of : leaf).kind);
        expect(bare.filter((kind) => ['all', 'any', 'not'].includes(kind))).toEqual([]);
      }),
    );
  });

  it('means the whole by its parts, whatever is pushed', () => {
    const kinds = fc.subarray(['equals', 'in', 'glob', 'absent', 'codeBetween', 'fromNetwork']);
    fc.assert(
      fc.property(predicate(), kinds, fc.boolean(), requestJson(), (wanted, pushable, negates, stages) => {
        const { pushed, residual } = splitPredicate(wanted, (leaf) =>
          leaf.kind === 'not' ? negates && pushable.includes(leaf.of.kind) : pushable.includes(leaf.kind),
        );
        const events = stages.map(decodeJson);
        for (const event of events) {
          expect(matches(event, all(pushed, residual))).toBe(matches(event, wanted));
          if (matches(event, wanted)) expect(matches(event, pushed)).toBe(true);
          if (mayMatch(event, wanted)) expect(mayMatch(event, pushed)).toBe(true);
        }
      }),
      { numRuns: 3000 },
    );
  });

  it('leaves nothing when all can be pushed', () => {
    fc.assert(
      fc.property(predicate(leafPredicate()), (wanted) =>
        isEverything(splitPredicate(wanted, () => true).residual),
      ),
    );
  });
});

describe('describePredicate', () => {
  it.each<[Predicate, string]>([
    [EVERYTHING, 'everything'],
    [NOTHING, 'nothing'],
    [all(verb, any(name, agent)), 'verb is "delete" and (objectRef.name is "api" or userAgent like "kube*")'],
    [not(verb), 'not (verb is "delete")'],
    [not(all(verb, name)), 'not (verb is "delete" and objectRef.name is "api")'],
    [not(absent('userAgent')), 'some userAgent'],
    [absent('objectRef.subresource'), 'no objectRef.subresource'],
    [oneOf('verb', ['get', 'list']), 'verb in "get", "list"'],
    [
      oneOf('auditID', ['1', '2', '3', '4', '5', '6', '7', '8']),
      'auditID in "1", "2", "3", "4", "5", "6" and 2 more',
    ],
    [oneOf('auditID', []), 'auditID in an empty list'],
    [equals('dryRun', true), 'dryRun'],
    [equals('dryRun', false), 'not dryRun'],
    [glob('userAgent', '*helm*', true), 'userAgent like "*helm*" in any case'],
    [{ kind: 'codeBetween', from: 400, to: 499 }, 'code 400 to 499'],
    [{ kind: 'fromNetwork', cidr: '10.0.0.0/8' }, 'last address in 10.0.0.0/8'],
    [equals('userAgent', 'a"b\n'), 'userAgent is "a\\"b\\n"'],
  ])('%#: %s', (wanted, words) => {
    expect(describePredicate(wanted)).toBe(words);
  });

  it('shows an expression as it was typed', async () => {
    expect(describePredicate(await compileWhere(' size(sourceIPs) > 1 '))).toBe('where size(sourceIPs) > 1');
  });
});

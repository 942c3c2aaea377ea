/** The way through: rounds, coverage, and what ends them. */
import { describe, expect, it } from 'vitest';
import { type AskOptions, ask } from '../../src/commands/ask.ts';
import { NO_PROGRESS } from '../../src/commands/progress.ts';
import type { AuditRequest } from '../../src/event/request.ts';
import type { LiveFinding, LiveKey } from '../../src/live.ts';
import { EVERYTHING, equals } from '../../src/query/predicate.ts';
import type { Query, Window } from '../../src/query/query.ts';
import type { AnswerDraft, Outcome, Question, Round } from '../../src/questions/question.ts';
import type { Source } from '../../src/sources/source.ts';
import { memorySource } from '../support/memory-source.ts';

const event = (n: number, more: Record<string, unknown> = {}) => ({
  kind: 'Event',
  apiVersion: 'audit.k8s.io/v1',
  level: 'Metadata',
  auditID: `id-${n}`,
  stage: 'ResponseComplete',
  verb: 'get',
  requestURI: `/api/v1/namespaces/shop/configmaps/c-${n}`,
  user: { username: 'alice' },
  sourceIPs: ['10.0.0.1'],
  objectRef: { resource: 'configmaps', namespace: 'shop', name: `c-${n}`, apiVersion: 'v1' },
  responseStatus: { code: 200 },
  requestReceivedTimestamp: `2026-11-23T0${n}:00:00.000000Z`,
  stageTimestamp: `2026-11-23T0${n}:00:00.000001Z`,
  ...more,
});
const at = (hour: number) => Date.parse(`2026-11-23T0${hour}:00:00Z`) * 1000;

const DRAFT: AnswerDraft = {
  question: 'test',
  says: '',
  rows: [],
  columns: [],
  nameOf: () => '',
  nearMisses: [],
  notes: [],
  now: [],
  next: [],
  total: 0,
  events: [],
  gaps: [],
};

function query(window: Window, more: Partial<Query> = {}): Query {
  const fields = [
    'auditID',
    'verb',
    'objectRef.resource',
    'objectRef.name',
    'responseStatus.code',
    'requestReceivedTimestamp',
    'stage',
    'level',
  ] as const;
  return {
    window,
    predicate: equals('verb', 'get'),
    witness: null,
    fields,
    order: 'none',
    limit: null,
    aggregation: null,
    ...more,
  };
}

/** Notes what it was given, and ends each round as it is told. */
function scripted(
  rounds: readonly {
    query: Query;
    end: (next: () => Round, canGoOn: boolean) => Outcome;
    enough?: number;
    isContext?: boolean;
  }[],
) {
  const given: string[][] = [];
  const round = (n: number): Round => {
    const step = rounds[n];
    if (step === undefined) throw new Error(`no round ${n}`);
    const mine: string[] = [];
    given[n] = mine;
    return {
      query: step.query,
      isContext: step.isContext ?? false,
      add(request: AuditRequest) {
        mine.push(request.event.auditID);
        return mine.length === step.enough ? 'enough' : 'go on';
      },
      end: (_coverage, canGoOn) => step.end(() => round(n + 1), canGoOn),
    };
  };
  const question: Question<null> = { name: 'test', needs: [], begin: () => round(0) };
  return { question, given };
}

const OPTIONS: Omit<AskOptions, 'sources'> = {
  inputs: {},
  live: null,
  nowUs: at(9),
  signal: new AbortController().signal,
  progress: NO_PROGRESS,
};
const run = (question: Question<null>, sources: readonly Source[]) =>
  ask(question, null, { ...OPTIONS, sources });
const answer = (): Outcome => ({ kind: 'answer', answer: DRAFT });

it('reads nothing of a round that is not to be paid for, and asks about all of it at once', async () => {
  const plans: (readonly string[])[] = [];
  const read: string[] = [];
  const sources = ['a', 'b', 'c'].map((name) => {
    const source = memorySource([event(1)], name === 'b' ? { name } : { name, billedBytes: 1e12 });
    return {
      ...source,
      read: (...args: Parameters<Source['read']>) => {
        read.push(name);
        return source.read(...args);
      },
    };
  });
  const confirm: AskOptions['confirm'] = async (planned) => {
    plans.push(planned.map(({ source }) => source.name));
    throw new Error('too dear');
  };
  const { question } = scripted([{ query: query({ sinceUs: null, untilUs: null }), end: answer }]);
  await expect(ask(question, null, { ...OPTIONS, sources, confirm })).rejects.toThrow('too dear');
  expect([plans, read]).toEqual([[['a', 'c']], []]);
});

describe('ask', () => {
  it('reads another round where the first asks for one, and covers both windows', async () => {
    const late = query({ sinceUs: at(5), untilUs: null });
    const early = query({ sinceUs: null, untilUs: at(5) });
    const { question, given } = scripted([
      { query: late, end: (next, canGoOn) => (canGoOn ? { kind: 'ask', round: next() } : answer()) },
      { query: early, end: answer },
    ]);
    const got = await run(question, [memorySource([event(1), event(5), event(7)])]);
    expect(given.map((ids) => ids.sort())).toEqual([['id-5', 'id-7'], ['id-1']]);
    expect(got.coverage).toMatchObject({
      from: '2026-11-23T01:00:00.000000Z',
      to: '2026-11-23T07:00:00.000000Z',
    });
  });

  it('keeps the window, the events and the witnesses of the answer when a round only explains it', async () => {
    const late = query(
      { sinceUs: at(5) - 1, untilUs: null },
      { witness: equals('objectRef.resource', 'configmaps') },
    );
    const rounds = (isExplained: boolean) => [
      {
        query: late,
        end: (next: () => Round) => (isExplained ? { kind: 'ask' as const, round: next() } : answer()),
      },
      { query: query({ sinceUs: null, untilUs: null }), end: answer, isContext: true },
    ];
    const [plain, explained] = [scripted(rounds(false)), scripted(rounds(true))];
    const source = () => memorySource([event(5), event(7)]);
    const alone = (await run(plain.question, [source()])).coverage;
    const both = (await run(explained.question, [source()])).coverage;
    expect(explained.given.map((ids) => ids.length)).toEqual([2, 2]);
    // The log begins after the window: still so, although the second round asked about all there is.
    expect(alone.gaps.map(({ code }) => code)).toEqual(['log-starts-late']);
    expect(both).toEqual({ ...alone, bytes: both.bytes, sources: both.sources });
    expect([both.events, both.witness]).toEqual([2, 2]);
  });

  it('does not ask twice what cannot be read twice', async () => {
    const { question, given } = scripted([
      {
        query: query({ sinceUs: null, untilUs: null }),
        end: (next, canGoOn) => (canGoOn ? { kind: 'ask', round: next() } : answer()),
      },
    ]);
    await run(question, [memorySource([event(1)], { rereads: false })]);
    expect(given).toEqual([['id-1']]);
  });

  it('answers a look at the live cluster with nothing known, as long as none is connected', async () => {
    const key: LiveKey = { kind: 'address', ip: '10.0.0.1' };
    let found: ReadonlyMap<LiveKey, LiveFinding> | null = null;
    const { question } = scripted([
      {
        query: query({ sinceUs: null, untilUs: null }),
        end: () => ({
          kind: 'look',
          keys: [key],
          resume(live) {
            found = live;
            return answer();
          },
        }),
      },
    ]);
    await run(question, [memorySource([event(1)])]);
    expect(found).toEqual(new Map());
  });

  it('stops reading when the question has enough', async () => {
    const { question, given } = scripted([
      { query: query({ sinceUs: null, untilUs: null }), end: answer, enough: 1 },
    ]);
    const second = memorySource([event(3)], { name: 'second' });
    await run(question, [memorySource([event(1)]), second]);
    expect(given).toEqual([['id-1']]);
  });

  it('clears the progress line when a source fails', async () => {
    let ended = 0;
    const broken: Source = {
      ...memorySource([event(1)]),
      plan: async () => {
        throw new Error('gone');
      },
    };
    const { question } = scripted([{ query: query({ sinceUs: null, untilUs: null }), end: answer }]);
    const progress = { show: () => {}, end: async () => void ended++ };
    await expect(ask(question, null, { ...OPTIONS, sources: [broken], progress })).rejects.toThrow('gone');
    expect(ended).toBe(1);
  });

  it('merges sources, and drops what two of them hold', async () => {
    const { question, given } = scripted([{ query: query({ sinceUs: null, untilUs: null }), end: answer }]);
    await run(question, [
      memorySource([event(1), event(2)]),
      memorySource([event(2), event(3)], { name: 'other' }),
    ]);
    expect(given[0]?.sort()).toEqual(['id-1', 'id-2', 'id-3']);
  });

  it('counts witnesses by level, apart from what the question is given', async () => {
    const window = { sinceUs: null, untilUs: null };
    const { question, given } = scripted([
      {
        query: query(window, {
          predicate: equals('objectRef.name', 'c-1'),
          witness: equals('objectRef.resource', 'configmaps'),
        }),
        end: answer,
      },
    ]);
    const { coverage } = await run(question, [
      memorySource([event(1), event(2), event(3, { level: 'Request' })]),
    ]);
    expect(given).toEqual([['id-1']]);
    expect([coverage.witness, coverage.levels]).toEqual([3, { configmaps: { Metadata: 2, Request: 1 } }]);
  });

  it('names a log that begins after the window as a gap, unless it goes back to the birth of the cluster', async () => {
    const window = { sinceUs: at(1) - 1, untilUs: null };
    const ask1 = scripted([{ query: query(window, { predicate: EVERYTHING }), end: answer }]);
    const late = await run(ask1.question, [memorySource([event(1)])]);
    expect(late.coverage.gaps.map((gap) => gap.code)).toEqual(['log-starts-late']);
    expect(late.coverage.complete).toBe(false);
    const birth = event(1, {
      verb: 'create',
      responseStatus: { code: 201 },
      objectRef: { resource: 'namespaces', name: 'kube-system' },
      user: { username: 'system:apiserver' },
    });
    const ask2 = scripted([{ query: query(window, { predicate: EVERYTHING }), end: answer }]);
    expect((await run(ask2.question, [memorySource([birth, event(2)])])).coverage.complete).toBe(true);
    const ask3 = scripted([
      { query: query({ sinceUs: at(1), untilUs: null }, { predicate: EVERYTHING }), end: answer },
    ]);
    expect((await run(ask3.question, [memorySource([event(1)])])).coverage.complete).toBe(true);
  });
});

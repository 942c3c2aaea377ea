/**
 * What what-changed reads, round by round. One object, or all at once: whatever was done to it, then further back for how it
 * stood before. A few of many: first the requests that may be rows, then what was done to their objects; so nothing is decoded of
 * what nobody asked about.
 */
import type { Coverage } from '../../event/coverage.ts';
import type { AuditRequest } from '../../event/request.ts';
import type { LiveFinding, LiveKey } from '../../live.ts';
import { matches } from '../../query/matches.ts';
import { isInNamespace, isNamed, isOfType, isOneObject, type ObjectQuery } from '../../query/object-query.ts';

import { all, isEverything } from '../../query/predicate.ts';
import type { Query, Window } from '../../query/query.ts';
import { throughCauses } from '../cause-chain/cause-rounds.ts';
import { earlierWindow } from '../earlier-window.ts';
import { factOf } from '../fact/fact.ts';
import { REQUEST_FIELDS } from '../fact/request-fields.ts';
import type { ObjectId } from '../object-history/step.ts';
import type { Outcome, Round } from '../question.ts';
import { candidatesOf, objectsOf } from './candidates.ts';
import { chainFor, changesAnswer, judge } from './changes-answer.ts';
import { Found } from './found.ts';
import { statesAnswer, unknownAt } from './states-answer.ts';
import type { Told } from './told.ts';
import type { WhatChangedParams } from './what-changed.ts';
import { concerning, wanted, withDefinitions, witnessOf } from './what-changed-query.ts';

const DAY_US = 24 * 60 * 60 * 1_000_000;
/** Kept beside the rows that will be shown, of which some will turn out to be none. */
const BESIDE = 1_000;
/** Objects looked for by name; where more changed, all are read. */
const MOST_NAMED = 1_000;

interface Asked {
  readonly params: WhatChangedParams;
  readonly nowUs: number;
  readonly found: Found;
}

export function firstRound(params: WhatChangedParams, nowUs: number, rereads: boolean): Round {
  const isSome = params.limit !== null || !isEverything(params.filters);
  const picks = rereads && isSome && params.mode.kind === 'changes' && !isOneObject(params.object);
  const isOfMany = params.mode.kind === 'changes' && !isOneObject(params.object);
  const found = new Found({
    isOfMany,
    ...(picks && params.limit !== null ? { max: params.limit + BESIDE } : {}),
  });
  return findRound({ params, nowUs, found }, windowFor(params, nowUs), { picks, isWidened: false });
}

/** About a moment, a day on both sides of it, unless a window was given. */
function windowFor({ mode, window }: WhatChangedParams, nowUs: number): Window {
  const { sinceUs, untilUs, isDefault } = window;
  if (!isDefault || mode.kind === 'changes') return { sinceUs, untilUs };
  const [fromUs, toUs] =
    mode.kind === 'at' ? [mode.atUs, mode.atUs] : [mode.fromUs ?? nowUs, mode.toUs ?? nowUs];
  return { sinceUs: fromUs - DAY_US, untilUs: toUs + DAY_US };
}

interface FindHow {
  /** Only looks for the requests that may be rows; what else there was is read for their objects alone. */
  readonly picks: boolean;
  /** Nothing was found in the last 24 h: everything before is read. */
  readonly isWidened: boolean;
}

function findRound(asked: Asked, window: Window, how: FindHow): Round {
  const { params, found } = asked;
  const { object, filters, includesNoise, mode, keepsEvents, isRevealed } = params;
  const isTelling = isOneObject(object) || mode.kind !== 'changes' || includesNoise;
  const scope = wanted(object, includesNoise, isTelling);
  const whole = withDefinitions(scope, object);
  return {
    query: {
      ...QUERY,
      window,
      predicate: how.picks ? all(scope, filters) : whole,
      witness: witnessOf(object),
    },
    add(request) {
      if (!how.picks) found.learn(request);
      const fact = () => factOf(request, { events: keepsEvents, isRevealed, isWanted: null });
      const passes = how.picks || matches(request.event, filters);
      if (whole !== scope && !how.picks && !matches(request.event, scope)) {
        // Of a type: it may have taken its objects along.
        if (passes && request.event.verb.startsWith('delete')) found.addState(fact);
        return 'go on';
      }
      if (mode.kind === 'changes') found.addChange(request, fact, { passes, includesNoise });
      else found.addState(fact);
      return 'go on';
    },
    end(coverage, canGoOn) {
      const isNothing = mode.kind === 'changes' && found.size === 0;
      const asWindow = { object, window: { ...window, isDefault: asked.params.window.isDefault } };
      const earlier = canGoOn && isNothing && !how.isWidened ? earlierWindow(asWindow, coverage) : null;
      if (earlier !== null) {
        return { kind: 'ask', round: findRound(asked, earlier, { ...how, isWidened: true }) };
      }
      if (how.picks && canGoOn) return { kind: 'ask', round: gatherRound(asked, window, how) };
      return finish(asked, window, how, coverage, canGoOn);
    },
  };
}

const QUERY: Omit<Query, 'window' | 'predicate' | 'witness'> = {
  fields: REQUEST_FIELDS,
  order: 'newest',
  limit: null,
  aggregation: null,
};

/** What else was done to the objects of the requests that may be rows. */
function gatherRound(asked: Asked, window: Window, how: FindHow): Round {
  const { params, found } = asked;
  const candidates = candidatesOf([...found.facts.values()], params.limit);
  found.narrowTo(candidates);
  const ids = objectsOf(candidates);
  const predicate =
    ids.length > MOST_NAMED ? wanted(params.object, params.includesNoise, false) : concerning(ids);
  return stateRound(found, { ...QUERY, window, predicate, witness: null }, (coverage, canGoOn) =>
    finish(asked, window, how, coverage, canGoOn),
  );
}

/** Only explains: how objects stood. */
function stateRound(
  found: Found,
  query: Query,
  then: (coverage: Coverage, canGoOn: boolean) => Outcome,
): Round {
  return {
    query,
    isContext: true,
    add(request: AuditRequest) {
      found.learn(request);
      return 'go on';
    },
    end: then,
  };
}

/** One object may have been changed last long ago, and what it was before longer ago still. */
function finish(
  asked: Asked,
  { sinceUs }: Window,
  how: FindHow,
  coverage: Coverage,
  canGoOn: boolean,
): Outcome {
  const ids = asked.found.histories.ids().filter((id) => isAsked(id, asked.params.object));
  const lookback = canGoOn && sinceUs !== null && lacksState(asked, ids) ? nextBack(asked, sinceUs) : null;
  if (lookback !== null) {
    const { object } = asked.params;
    const query = {
      ...QUERY,
      window: lookback,
      predicate: withDefinitions(wanted(object, true, true), object),
      witness: null,
    };
    const then = (soFar: Coverage, mayGoOn: boolean) => finish(asked, lookback, how, soFar, mayGoOn);
    const round = stateRound(asked.found, query, then);
    // How an object stood then is the answer, not what explains it.
    return { kind: 'ask', round: asked.params.mode.kind === 'changes' ? round : stating(round, asked) };
  }
  const { params } = asked;
  return {
    kind: 'look',
    keys: asked.found.keysFor(ids, params),
    resume: (live) => answered(asked, ids, { how, coverage, canGoOn, live }),
  };
}

/** Its requests may be the ones that left the state asked for. */
function stating(round: Round, { found, params }: Asked): Round {
  const { keepsEvents, isRevealed } = params;
  return {
    ...round,
    add(request) {
      found.addState(() => factOf(request, { events: keepsEvents, isRevealed, isWanted: null }));
      return round.add(request);
    },
  };
}

/** A week, then everything. */
function nextBack({ params, nowUs }: Asked, sinceUs: number): Window {
  const first = windowFor(params, nowUs).sinceUs;
  return { sinceUs: sinceUs === first ? sinceUs - 7 * DAY_US : null, untilUs: sinceUs };
}

function lacksState({ params, found }: Asked, ids: readonly ObjectId[]): boolean {
  if (!isOneObject(params.object)) return false;
  return params.mode.kind === 'changes' ? found.lacksBefore(ids) : unknownAt(ids, params.mode, found);
}

function isAsked(id: ObjectId, object: ObjectQuery): boolean {
  if (object.kind === 'anything') {
    const { namespace } = object;
    const isItself = id.group === '' && id.resource === 'namespaces' && id.name === namespace;
    return namespace === null || id.namespace === namespace || isItself;
  }
  return isOfType(id, object) && isInNamespace(id, object) && isNamed(id, object);
}

interface At {
  readonly how: FindHow;
  readonly coverage: Coverage;
  readonly canGoOn: boolean;
  readonly live: ReadonlyMap<LiveKey, LiveFinding>;
}

function answered(
  { params, nowUs, found }: Asked,
  ids: readonly ObjectId[],
  { how, coverage, canGoOn, live }: At,
): Outcome {
  found.types.learn(live);
  const told: Told = { params, nowUs, found, ids, coverage, isPicked: how.picks, isWidened: how.isWidened };
  const { mode } = params;
  if (mode.kind !== 'changes') return { kind: 'answer', answer: statesAnswer(told, mode, live) };
  const judged = judge(told);
  const chained = chainFor(told, judged);
  // All that is wanted of them stands in the rows.
  found.release();
  return throughCauses(chained.chain, coverage, canGoOn, (soFar) => ({
    kind: 'answer',
    answer: changesAnswer({ ...told, coverage: soFar }, judged, chained),
  }));
}

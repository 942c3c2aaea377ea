/**
 * who-did VERB OBJECT: the requests that did it or tried to, told apart, newest first; and when nobody did, how sure
 * that is and what came near. Which requests are the deed is deeds.ts's; the sentence is who-did-says.ts's.
 */
import type { Coverage } from '../../event/coverage.ts';
import type { AuditRequest } from '../../event/request.ts';
import type { LiveFinding, LiveKey } from '../../live.ts';
import { matches } from '../../query/matches.ts';
import { isOneObject, matchesName, type ObjectQuery } from '../../query/object-query.ts';
import { any, type Predicate } from '../../query/predicate.ts';
import type { Query, Window } from '../../query/query.ts';
import type { Word } from '../../query/words.ts';
import { CauseChain } from '../cause-chain/cause-chain.ts';
import { throughCauses } from '../cause-chain/cause-rounds.ts';
import { type Want, wantPredicate } from '../cause-chain/wants.ts';
import { tookEffect } from '../fact/effect.ts';
import { byTime, type Fact, factOf } from '../fact/fact.ts';
import { KeptFacts } from '../fact/kept-facts.ts';
import { REQUEST_FIELDS } from '../fact/request-fields.ts';
import type { AnswerDraft, Inputs, Outcome, Question, Round } from '../question.ts';
import { counts, type Deed, isWrite } from './deed.ts';
import { type Deeds, deedsOf } from './deeds.ts';
import { ledTo } from './led-to.ts';
import { nearMissesOf } from './near-misses.ts';
import { nextCommands } from './next-commands.ts';
import { Tally } from './tally.ts';
import { isEachAlone } from './verdicts.ts';
import { causeWants, effectWants, ownWants } from './who-did-context.ts';
import { gapsOf } from './who-did-gaps.ts';
import { notesOf } from './who-did-notes.ts';
import { keysFor, type NowKeys, nowLines, nowOf } from './who-did-now.ts';
import { wanted, witnessOf } from './who-did-query.ts';
import { columnsFor, nameOfRow, type WhoDidRow, whoDidRow } from './who-did-row.ts';
import { sentence, type Told } from './who-did-says.ts';
import { WhoDidStream } from './who-did-stream.ts';
import { type WindowBack, windowsBack } from './windows-back.ts';

export interface WhoDidParams {
  readonly word: Word;
  readonly object: ObjectQuery;
  readonly window: Window & { readonly isDefault: boolean };
  /** --by, --code, --where …: rows must pass; what explains them need not. */
  readonly filters: Predicate;
  readonly limit: number | null;
  /** --last: what lies before the last time it was done need not be read. */
  readonly isLast: boolean;
  /** --effects: also what the deeds led to. */
  readonly wantsEffects: boolean;
  readonly keepsEvents: boolean;
  readonly isRevealed: boolean;
  /** For the next commands: `kubectl audit`, and the flags that say where from, each after a space. */
  readonly calledAs: string;
  readonly sameLogs: string;
}

export const whoDid: Question<WhoDidParams> = {
  name: 'who-did',
  needs: [],
  begin: (params: WhoDidParams, { rereads = false }: Inputs, nowUs: number): Round => {
    const windows = windowsBack(params.window, params.isLast && rereads, nowUs);
    return new WhoDidRound(params, nowUs, foundFor(params), windows);
  },
  follow: (params: WhoDidParams) => new WhoDidStream(params),
};

interface Judged {
  /** Newest first. */
  readonly deeds: readonly Deed[];
  readonly shown: readonly Deed[];
  readonly found: Deeds;
  readonly hasDeed: boolean;
  readonly chain: CauseChain;
}

/** What all rounds found together. */
interface Found {
  readonly kept: KeptFacts;
  /** What may have set it off, or come of it; no part of the answer by itself. */
  readonly context: KeptFacts;
  /** Null: what is judged together has to be kept together. */
  readonly tally: Tally | null;
}

/** Kept beside the rows shown, for near misses and notes. */
const BESIDE = 2_000;

function foundFor({ word, object, limit }: WhoDidParams): Found {
  const isCountable = limit !== null && isEachAlone(word) && !isOneObject(object);
  return isCountable
    ? { kept: new KeptFacts(limit + BESIDE), context: new KeptFacts(), tally: new Tally(word) }
    : { kept: new KeptFacts(), context: new KeptFacts(), tally: null };
}

/** Nothing shows that the last of the deeds began, or may have been another, further back. */
function isWholeStory(deeds: readonly Deed[], { removals }: Deeds, word: Word): boolean {
  const newest = deeds.find((deed) => counts(word, deed));
  const isItself = newest?.link === null && newest.word !== 'remove last finalizer';
  return isItself && (removals?.orphans ?? []).length === 0;
}

class WhoDidRound implements Round {
  readonly query: Query;
  readonly #params: WhoDidParams;
  readonly #nowUs: number;
  readonly #found: Found;
  readonly #kept: KeptFacts;
  readonly #wanted: Predicate;
  readonly #around: readonly Want[];
  readonly #tally: Tally | null;
  readonly #isWidened: boolean;
  /** Further back. */
  readonly #unread: readonly WindowBack[];

  constructor(params: WhoDidParams, nowUs: number, found: Found, [here, ...unread]: readonly WindowBack[]) {
    const { sinceUs = null, untilUs = null, isBeyond = false } = here ?? {};
    this.#params = params;
    this.#nowUs = nowUs;
    this.#found = found;
    this.#kept = found.kept;
    this.#tally = found.tally;
    this.#isWidened = isBeyond;
    this.#unread = unread;
    this.#wanted = wanted(params);
    const { word, object } = params;
    this.#around = [...causeWants(word, object), ...effectWants(word, object)];
    this.query = {
      window: { sinceUs, untilUs },
      predicate: any(this.#wanted, ...this.#around.map(wantPredicate)),
      witness: witnessOf(params),
      fields: REQUEST_FIELDS,
      order: 'newest',
      limit: null,
      aggregation: null,
    };
  }

  add(request: AuditRequest): 'go on' {
    const { filters, keepsEvents, isRevealed, object } = this.#params;
    if (this.#around.length > 0 && !matches(request.event, this.#wanted)) {
      this.#found.context.add(factOf(request, { events: false, isRevealed, isWanted: null }), false);
      return 'go on';
    }
    const name = object.kind === 'resource' ? object.name : null;
    const isWanted = name === null ? null : (named: string) => matchesName(named, name);
    const fact = factOf(request, { events: keepsEvents, isRevealed, isWanted });
    const passes = matches(request.event, filters);
    if (this.#params.word.name === 'delete') this.#kept.addThinly(fact, passes);
    else this.#kept.add(fact, passes);
    if (this.#tally !== null && passes) {
      for (const deed of deedsOf(this.#params.word, object, [fact]).deeds) this.#tally.add(deed);
    }
    return 'go on';
  }

  end(coverage: Coverage, canGoOn: boolean): Outcome {
    const facts = this.#kept.inOrder(byTime);
    const found = deedsOf(this.#params.word, this.#params.object, facts);
    const deeds = found.deeds
      .filter((deed) => this.#kept.passes(deed.fact))
      .sort((a, b) => byTime(b.fact, a.fact));
    const hasDeed =
      this.#tally === null ? deeds.some((deed) => counts(this.#params.word, deed)) : this.#tally.done > 0;
    const [next] = this.#unread;
    const isEnough = hasDeed && (next?.isBeyond === true || isWholeStory(deeds, found, this.#params.word));
    if (next !== undefined && canGoOn && !isEnough) {
      return {
        kind: 'ask',
        round: new WhoDidRound(this.#params, this.#nowUs, this.#found, this.#unread),
      };
    }
    const { object, limit } = this.#params;
    const shown = limit === null ? deeds : deeds.slice(0, limit);
    const chain = this.#chainOf(shown, facts);
    return throughCauses(chain, coverage, canGoOn, (whole): Outcome => {
      const keys = keysFor(object, shown, facts);
      return {
        kind: 'look',
        keys: keys.keys,
        resume: (live) => ({
          kind: 'answer',
          answer: this.#answer(facts, { deeds, shown, found, hasDeed, chain }, whole, { keys, live }),
        }),
      };
    });
  }

  /** Of what was done; of reading only where it is about one object. */
  #chainOf(shown: readonly Deed[], facts: readonly Fact[]): CauseChain {
    const { word, object, isRevealed, wantsEffects } = this.#params;
    const isOne = isOneObject(object);
    const deeds = shown
      .map((deed) => deed.fact)
      .filter((fact) => tookEffect(fact.effect) && (isOne || isWrite(fact)));
    const beside = [...facts, ...this.#found.context.inOrder(byTime)];
    const read = [...this.#around, ...ownWants(word, object)];
    return new CauseChain(deeds, { beside, read, wantsEffects, isRevealed });
  }

  #answer(
    facts: readonly Fact[],
    { deeds, shown, found, hasDeed, chain }: Judged,
    coverage: Coverage,
    { keys, live }: { keys: NowKeys; live: ReadonlyMap<LiveKey, LiveFinding> },
  ): AnswerDraft {
    const params = this.#params;
    const isKept = this.#tally === null;
    const gaps = gapsOf({ params, kept: this.#kept, isKept, coverage, hasDeed }, found);
    const told: Told = {
      params,
      deeds,
      found,
      tally: this.#tally,
      coverage,
      gaps,
      nowUs: this.#nowUs,
      passedOver: found.deeds.filter((deed) => counts(params.word, deed) && !this.#kept.passes(deed.fact))
        .length,
      causesOf: (deed) => chain.causesOf(deed.fact),
      nearMisses: hasDeed ? [] : nearMissesOf(params.word, params.object, facts, deeds, found),
    };
    const creations = facts.filter((fact) => fact.isCreation && fact.effect === 'done');
    const rows: WhoDidRow[] = shown.map((deed) =>
      whoDidRow(deed, {
        now: nowOf(deed.fact, keys.objects.get(deed), live, creations),
        cause: chain.causesOf(deed.fact),
        effects: params.wantsEffects ? chain.effectsOf(deed.fact) : null,
      }),
    );
    const [newest] = deeds.filter((deed) => counts(params.word, deed));
    const now = keys.asked === null ? null : nowOf(newest?.fact ?? null, keys.asked, live, creations);
    return {
      question: 'who-did',
      says: sentence(told),
      rows,
      columns: columnsFor(params.object, rows),
      nameOf: nameOfRow,
      nearMisses: told.nearMisses,
      notes: [
        ...notesOf({
          shown,
          found,
          passes: (fact) => this.#kept.passes(fact),
          isWidened: this.#isWidened,
          unreadBefore: this.#unread.some(({ isBeyond }) => !isBeyond) ? this.query.window.sinceUs : null,
        }),
        ...chain.notes(),
      ],
      ledTo: ledTo(params, shown, chain),
      now: nowLines(now, keys, live),
      next: nextCommands(told),
      total: this.#tally?.total ?? deeds.length,
      events: shown.flatMap((deed) => (deed.fact.event === null ? [] : [deed.fact.event])),
      gaps,
    };
  }
}

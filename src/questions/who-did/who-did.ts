/**
 * who-did VERB OBJECT: the requests that did it or tried to, told apart, newest first; and when nobody did, how sure
 * that is and what came near. Which requests are the deed is deeds.ts's; the sentence is who-did-says.ts's.
 */
import type { Coverage, Note } from '../../event/coverage.ts';
import type { AuditRequest } from '../../event/request.ts';
import type { LiveFinding, LiveKey } from '../../live.ts';
import { matches } from '../../query/matches.ts';
import { isOneObject, matchesName, type ObjectQuery } from '../../query/object-query.ts';
import type { Predicate } from '../../query/predicate.ts';
import type { Query, Window } from '../../query/query.ts';
import type { Word } from '../../query/words.ts';
import { byTime, type Fact, factOf } from '../fact/fact.ts';
import { KeptFacts } from '../fact/kept-facts.ts';
import { REQUEST_FIELDS } from '../fact/request-fields.ts';
import type { AnswerDraft, Inputs, Outcome, Question, Round } from '../question.ts';
import { counts, type Deed } from './deed.ts';
import { type Deeds, deedsOf } from './deeds.ts';
import { nearMissesOf } from './near-misses.ts';
import { nextCommands } from './next-commands.ts';
import { Tally } from './tally.ts';
import { isEachAlone } from './verdicts.ts';
import { gapsOf } from './who-did-gaps.ts';
import { keysFor, type NowKeys, nowLines, nowOf } from './who-did-now.ts';
import { wanted, witnessOf } from './who-did-query.ts';
import { columnsFor, nameOfRow, type WhoDidRow, whoDidRow } from './who-did-row.ts';
import { sentence, type Told } from './who-did-says.ts';

export interface WhoDidParams {
  readonly word: Word;
  readonly object: ObjectQuery;
  readonly window: Window & { readonly isDefault: boolean };
  /** --by, --code, --where …: rows must pass; what explains them need not. */
  readonly filters: Predicate;
  readonly limit: number | null;
  readonly keepsEvents: boolean;
  readonly isRevealed: boolean;
  /** For the next commands: `kubectl audit`, and the flags that say where from, each after a space. */
  readonly calledAs: string;
  readonly sameLogs: string;
}

export const whoDid: Question<WhoDidParams> = {
  name: 'who-did',
  needs: [],
  begin: (params: WhoDidParams, _inputs: Inputs, nowUs: number): Round => {
    const { sinceUs, untilUs } = params.window;
    return new WhoDidRound(params, nowUs, foundFor(params), { sinceUs, untilUs }, false);
  },
};

interface Judged {
  /** Newest first. */
  readonly deeds: readonly Deed[];
  readonly shown: readonly Deed[];
  readonly found: Deeds;
  readonly hasDeed: boolean;
}

/** What all rounds found together. */
interface Found {
  readonly kept: KeptFacts;
  /** Null: what is judged together has to be kept together. */
  readonly tally: Tally | null;
}

/** Kept beside the rows shown, for near misses and notes. */
const BESIDE = 2_000;

function foundFor({ word, object, limit }: WhoDidParams): Found {
  const isCountable = limit !== null && isEachAlone(word) && !isOneObject(object);
  return isCountable
    ? { kept: new KeptFacts(limit + BESIDE), tally: new Tally(word) }
    : { kept: new KeptFacts(), tally: null };
}

class WhoDidRound implements Round {
  readonly query: Query;
  readonly #params: WhoDidParams;
  readonly #nowUs: number;
  readonly #kept: KeptFacts;
  readonly #tally: Tally | null;
  readonly #isWidened: boolean;

  constructor(params: WhoDidParams, nowUs: number, found: Found, window: Window, isWidened: boolean) {
    this.#params = params;
    this.#nowUs = nowUs;
    this.#kept = found.kept;
    this.#tally = found.tally;
    this.#isWidened = isWidened;
    this.query = {
      window,
      predicate: wanted(params),
      witness: witnessOf(params),
      fields: REQUEST_FIELDS,
      order: 'newest',
      limit: null,
      aggregation: null,
    };
  }

  add(request: AuditRequest): 'go on' {
    const { filters, keepsEvents, isRevealed, object } = this.#params;
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
    const { window } = this.#params;
    if (!hasDeed && window.isDefault && !this.#isWidened && canGoOn && window.sinceUs !== null) {
      const earlier = { sinceUs: null, untilUs: window.sinceUs };
      return {
        kind: 'ask',
        round: new WhoDidRound(
          this.#params,
          this.#nowUs,
          { kept: this.#kept, tally: this.#tally },
          earlier,
          true,
        ),
      };
    }
    const { object, limit } = this.#params;
    const shown = limit === null ? deeds : deeds.slice(0, limit);
    const keys = keysFor(object, shown, facts);
    return {
      kind: 'look',
      keys: keys.keys,
      resume: (live) => ({
        kind: 'answer',
        answer: this.#answer(facts, { deeds, shown, found, hasDeed }, coverage, { keys, live }),
      }),
    };
  }

  #answer(
    facts: readonly Fact[],
    { deeds, shown, found, hasDeed }: Judged,
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
      nearMisses: hasDeed ? [] : nearMissesOf(params.word, params.object, facts, deeds, found),
    };
    const creations = facts.filter((fact) => fact.isCreation && fact.effect === 'done');
    const rows: WhoDidRow[] = shown.map((deed) =>
      whoDidRow(deed, nowOf(deed.fact, keys.objects.get(deed), live, creations)),
    );
    const [newest] = deeds.filter((deed) => counts(params.word, deed));
    const now = keys.asked === null ? null : nowOf(newest?.fact ?? null, keys.asked, live, creations);
    return {
      question: 'who-did',
      says: sentence(told),
      rows,
      columns: columnsFor(
        params.object,
        rows.some((row) => row.now.exists !== null),
      ),
      nameOf: nameOfRow,
      nearMisses: told.nearMisses,
      notes: this.#notes(shown, found),
      now: nowLines(now, keys, live),
      next: nextCommands(told),
      total: this.#tally?.total ?? deeds.length,
      events: shown.flatMap((deed) => (deed.fact.event === null ? [] : [deed.fact.event])),
      gaps,
    };
  }

  #notes(shown: readonly Deed[], found: Deeds): Note[] {
    const notes: Note[] = [];
    for (const deed of shown) {
      if (deed.link !== null) {
        notes.push({
          code: deed.link,
          text: `${deed.word} at ${deed.fact.row.when ?? '?'} (${deed.fact.row.auditID}): ${deed.why ?? deed.link}`,
        });
      }
      const completion = found.removals?.completions.get(deed.fact.key);
      if (completion !== undefined) {
        const { auditID, when, who } = completion.row;
        notes.push({
          code: 'completed-by-kubelet',
          text: `${who.user ?? 'the kubelet'} completed ${deed.fact.row.auditID} at ${when ?? '?'} (${auditID})`,
        });
      }
    }
    const noOps = found.noOps.filter((fact) => this.#kept.passes(fact)).length;
    if (noOps > 0)
      notes.push({
        code: 'no-op',
        text: `${noOps} ${noOps === 1 ? 'request' : 'requests'} succeeded and changed nothing; not shown`,
      });
    for (const id of sharedIDs(shown))
      notes.push({
        code: 'shared-audit-id',
        text: `several requests carry the audit ID ${id}: clients choose it, and aggregated servers pass it on`,
      });
    if (this.#isWidened)
      notes.push({ code: 'widened', text: 'nothing in the last 24 h: everything before was read too' });
    return notes;
  }
}

function sharedIDs(deeds: readonly Deed[]): readonly string[] {
  const seen = new Set<string>();
  const shared = new Set<string>();
  for (const { fact } of deeds) (seen.has(fact.row.auditID) ? shared : seen).add(fact.row.auditID);
  return [...shared];
}

/**
 * The chain of causes: what set a request off, and what set that off, up to the person or outside client who did; and the
 * other way, what a request led to. Asks for what it has to read, in rounds; holds facts, never events.
 */
import type { Note } from '../../event/coverage.ts';
import { redactText } from '../../event/redact.ts';
import type { AuditRequest } from '../../event/request.ts';
import type { Query, Window } from '../../query/query.ts';
import { type Fact, factOf } from '../fact/fact.ts';
import { KeptFacts } from '../fact/kept-facts.ts';
import { REQUEST_FIELDS } from '../fact/request-fields.ts';
import type { Cause, Effect } from './cause.ts';
import { causeWords } from './cause-words.ts';
import { type CauseWords, putWords } from './chain-text.ts';
import { type Child, Children } from './children.ts';
import { endNotes } from './end-notes.ts';
import type { Link } from './finding.ts';
import { followUpWants } from './follow-ups.ts';
import { impersonationOf } from './impersonation.ts';
import { Links } from './links.ts';
import { LoggedFacts } from './logged-facts.ts';
import type { Want } from './wants.ts';
import { Wants } from './wants.ts';

export interface ChainOptions {
  /** Facts that the question has besides: what they tell need not be read again. */
  readonly beside: readonly Fact[];
  /** What the question has read already. */
  readonly read: readonly Want[];
  /** --effects: also reads what the deeds led to. */
  readonly wantsEffects: boolean;
  readonly isRevealed: boolean;
}

type Entry = Pick<Cause, 'link' | 'why' | 'depth'> & Pick<Link, 'isMaker'>;

/** Deeds whose causes are looked for; the newest of more. */
const MOST_DEEDS = 1_000;
/** Facts kept of what may have caused them. */
const MOST_KEPT = 5_000;
/** Entries of one chain, at most. */
const LONGEST_CHAIN = 50;
const DEEPEST = 12;
/** How far before the first deed a cause may lie: what was read for the question itself may go back further. */
const LOOKBACK_US = 24 * 60 * 60 * 1_000_000;
/** How long after the last deed what it led to is read. */
const AFTERMATH_US = 60 * 60 * 1_000_000;
const SKEW_US = 1_000_000;

export class CauseChain {
  readonly #deeds: readonly Fact[];
  readonly #options: ChainOptions;
  readonly #kept = new KeptFacts(MOST_KEPT);
  readonly #wants = new Wants();
  #links: Links | null = null;
  #children: Children | null = null;
  #reads = 0;

  /** `deeds`: whose causes will be asked for, newest first. */
  constructor(deeds: readonly Fact[], options: ChainOptions) {
    this.#deeds = deeds.slice(0, MOST_DEEDS);
    this.#options = options;
    for (const want of options.read) this.#wants.know(want);
  }

  /** What to read next, to be handed in by `add`; null: nothing that could tell more. */
  nextQuery(): Query | null {
    const [fromUs, toUs] = this.#gatherWants();
    const { wantsEffects } = this.#options;
    if (wantsEffects && this.#reads === 0)
      for (const deed of this.#deeds) for (const want of followUpWants(deed)) this.#wants.add(want);
    const predicate = this.#wants.take();
    if (predicate === null) return null;
    this.#reads++;
    return {
      window: windowOf(fromUs, toUs + (wantsEffects ? AFTERMATH_US : SKEW_US)),
      predicate,
      witness: null,
      fields: REQUEST_FIELDS,
      order: 'newest',
      limit: null,
      aggregation: null,
    };
  }

  add(request: AuditRequest): void {
    const { isRevealed } = this.#options;
    const fact = factOf(request, { events: false, isRevealed, isWanted: null });
    if (fact.effect !== 'done') return;
    this.#kept.addThinly(fact, true);
    this.#links = null;
    this.#children = null;
  }

  /** Nearest first; the last are those that set it off, as far as the log tells. */
  causesOf(fact: Fact): readonly Cause[] {
    const causes: Cause[] = [...impersonationOf(fact)];
    const passed = new Set([fact.key]);
    let level: readonly Fact[] = [fact];
    for (let depth = 1; depth <= DEEPEST && level.length > 0; depth++) {
      const next: Fact[] = [];
      for (const { fact: cause, isMaker, ...link } of level.flatMap((one) => this.#linked().of(one).links)) {
        if (passed.has(cause.key) || causes.length >= LONGEST_CHAIN) continue;
        passed.add(cause.key);
        causes.push(this.#entry(cause, { ...link, depth, isMaker }));
        next.push(cause);
      }
      level = next;
    }
    return causes;
  }

  /** What it led to, in time order; as far as it was read (`wantsEffects`) or stood in what was read anyway. */
  effectsOf(fact: Fact): readonly Effect[] {
    return this.followersOf(fact).map(({ fact: child, link, why, depth }) =>
      this.#entry(child, { link, why, depth, isMaker: false }),
    );
  }

  /** The nearest causes themselves, for whoever draws a tree; those that fit best first, as `causesOf` has them. */
  linksOf(fact: Fact): readonly Link[] {
    return this.#linked()
      .of(fact)
      .links.map((link) => ({ ...link, why: this.#clean(link.why) }));
  }

  /** What `effectsOf` tells, as facts. */
  followersOf(fact: Fact): readonly Child[] {
    this.#children ??= new Children(this.#linked());
    return this.#children.of(fact);
  }

  /** What a request did, as its part in a chain would say it. */
  wordsFor(fact: Fact): CauseWords {
    return causeWords(fact, this.#linked().log);
  }

  get log(): LoggedFacts {
    return this.#linked().log;
  }

  /** Where chains end without a person, and what was looked for there. */
  notes(): readonly Note[] {
    const ends = endNotes(this.#deeds, this.#linked());
    const notes = ends.map(({ code, text }) => ({ code, text: this.#clean(text) }));
    if (this.#kept.dropped === 0) return notes;
    const text = `of what may have caused it only the newest ${this.#kept.size} requests were kept; ${this.#kept.dropped} older ones were let go`;
    return [...notes, { code: 'causes-bound', text }];
  }

  #entry(fact: Fact, { link, why, depth, isMaker }: Entry): Cause {
    const { auditID, who, did, object, when } = fact.row;
    const words = { ...causeWords(fact, this.#linked().log), isMaker };
    return putWords({ auditID, who, did, object, when, link, why: this.#clean(why), depth }, words);
  }

  /** Reasons quote names as the log has them. */
  #clean(text: string): string {
    return this.#options.isRevealed ? text : redactText(text);
  }

  #linked(): Links {
    this.#links ??= new Links(
      new LoggedFacts(distinct([...this.#options.beside, ...this.#deeds, ...this.#kept.inOrder(() => 0)])),
    );
    return this.#links;
  }

  /** Up all chains as far as they are known. Returns from when to when the requests are whose causes are open. */
  #gatherWants(): readonly [fromUs: number, toUs: number] {
    let [fromUs, toUs] = [Number.POSITIVE_INFINITY, 0];
    const also: Want[] = [];
    const passed = new Set<string>();
    const open = [...this.#deeds];
    for (let fact = open.pop(); fact !== undefined; fact = open.pop()) {
      if (passed.has(fact.key)) continue;
      passed.add(fact.key);
      const { links, findings } = this.#linked().of(fact);
      for (const { wants, alsoWants = [] } of findings) {
        for (const want of wants) this.#wants.add(want);
        also.push(...alsoWants);
      }
      open.push(...links.map((link) => link.fact));
      if (fact.atUs === 0) continue;
      fromUs = Math.min(fromUs, fact.atUs);
      toUs = Math.max(toUs, fact.atUs);
    }
    if (this.#wants.size > 0 || this.#options.wantsEffects) for (const want of also) this.#wants.add(want);
    return [fromUs, toUs];
  }
}

/** Without any time known, all. */
function windowOf(fromUs: number, toUs: number): Window {
  return fromUs === Number.POSITIVE_INFINITY
    ? { sinceUs: null, untilUs: null }
    : { sinceUs: fromUs - LOOKBACK_US, untilUs: toUs + 1 };
}

function distinct(facts: readonly Fact[]): Iterable<Fact> {
  return new Map(facts.map((fact) => [fact.key, fact])).values();
}

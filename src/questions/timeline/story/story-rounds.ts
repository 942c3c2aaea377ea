/** Takes a story through its rounds: each reads what the one before it named, until nothing new is named. */
import type { Coverage, Note } from '../../../event/coverage.ts';
import type { AuditRequest } from '../../../event/request.ts';
import { matches } from '../../../query/matches.ts';
import type { Predicate } from '../../../query/predicate.ts';
import type { Window } from '../../../query/query.ts';
import { byTime, type Fact } from '../../fact/fact.ts';
import { KeptFacts } from '../../fact/kept-facts.ts';
import { REQUEST_FIELDS } from '../../fact/request-fields.ts';
import type { Outcome } from '../../question.ts';
import { HOUSEKEEPING, LOOKUPS } from '../housekeeping.ts';
import { Leads } from './leads.ts';
import { revealedBy } from './revealed.ts';
import { Story, type Told } from './story.ts';
import { storyNotes } from './story-notes.ts';

/** The causes of what is found need rounds too. */
const MOST_ROUNDS = 3;

export interface StoryOptions {
  /** Who stands behind a name is looked for where names were asked about. */
  readonly isByName: boolean;
  toFact(request: AuditRequest): Fact;
  /** Whether it would be a row. */
  passes(request: AuditRequest): boolean;
}

type Then = (coverage: Coverage, canGoOn: boolean) => Outcome;

export class StoryRounds {
  /** By whom was asked about, wherever and whatever: rows or not. */
  readonly core = new KeptFacts();
  readonly #story = new Story();
  readonly #leads = new Leads();
  readonly #options: StoryOptions;
  readonly #revealed = new Set<string>();
  /** Credentials that somebody was given. */
  #issued: ReadonlySet<string> = new Set();
  #rounds = 0;
  /** Leads were there, but nothing could be read again. */
  #isCutShort = false;

  constructor(options: StoryOptions) {
    this.#options = options;
  }

  addCore(fact: Fact): void {
    this.core.add(fact, true);
    this.#story.neighbours.add(fact);
  }

  /** `window`: where whom was asked about was looked for. `then`: when nothing new is named, or nothing may be read any more. Called once. */
  through(window: Window, coverage: Coverage, canGoOn: boolean, then: Then): Outcome {
    const predicate = this.#next();
    const mayRead = canGoOn && this.#rounds < MOST_ROUNDS;
    this.#isCutShort = predicate !== null && !mayRead;
    if (predicate === null || !mayRead) return then(coverage, canGoOn);
    this.#rounds++;
    return { kind: 'ask', round: this.#round(window, predicate, then) };
  }

  tell(): Told {
    return this.#story.tell(this.core.inOrder(byTime));
  }

  /** It would be a row by itself. */
  isRow(fact: Fact): boolean {
    return this.#story.others.passes(fact);
  }

  get size(): number {
    return this.core.size + this.#story.others.size;
  }

  get dropped(): number {
    return this.core.dropped + this.#story.others.dropped;
  }

  notes(told: Told): Note[] {
    const core = this.core.inOrder(byTime);
    const own = new Set([...core, ...[...told.members.values()].map(({ fact }) => fact)].flatMap(usersOf));
    const notes = storyNotes(told, this.#story.neighbours, own);
    if (this.#isCutShort)
      notes.push({
        code: 'names-unread',
        text: 'other names of the same actor were not looked for to the end: the log would have to be read again',
      });
    if (this.#leads.left > 0)
      notes.push({
        code: 'names-bound',
        text: `${this.#leads.left} leads to other names were not followed: too many addresses or accounts`,
      });
    return notes;
  }

  #next(): Predicate | null {
    const core = this.core.inOrder(byTime);
    if (this.#options.isByName)
      for (const revealed of revealedBy(core, this.tell().issues)) {
        this.#revealed.add(revealed.user);
        this.#story.behind.reveal(revealed);
      }
    const told = this.tell();
    this.#issued = new Set(told.issues.keys());
    return this.#leads.next(core, told, [...this.#revealed]);
  }

  #round(window: Window, predicate: Predicate, then: Then): Extract<Outcome, { kind: 'ask' }>['round'] {
    return {
      query: {
        ...{ window, predicate, witness: null, fields: REQUEST_FIELDS },
        ...{ order: 'newest', limit: null, aggregation: null },
      },
      isContext: true,
      add: (request) => {
        const fact = this.#options.toFact(request);
        const isGiven = this.#issued.has(fact.row.who.credential ?? '');
        if (!matches(request.event, isGiven ? LOOKUPS : HOUSEKEEPING))
          this.#story.add(fact, this.#options.passes(request));
        return 'go on';
      },
      end: (coverage, canGoOn) => this.through(window, coverage, canGoOn, then),
    };
  }
}

function usersOf({ row: { who } }: Fact): readonly string[] {
  return who.user === null ? [] : [who.user];
}

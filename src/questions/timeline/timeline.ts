/**
 * timeline [OBJECT]: the requests about an object, its owners and its children, or those of an actor or an address, in the
 * order of time, each under what set it off, with what that led to. tree.ts puts them in order; family.ts says whose an object is.
 */
import type { Coverage, Gap, Note } from '../../event/coverage.ts';
import type { AuditRequest } from '../../event/request.ts';
import { matches } from '../../query/matches.ts';
import { isOneObject, matchesName, type ObjectQuery, objectPredicate } from '../../query/object-query.ts';
import { all, any, type Predicate } from '../../query/predicate.ts';
import type { Query, Window } from '../../query/query.ts';
import { CauseChain } from '../cause-chain/cause-chain.ts';
import { throughCauses } from '../cause-chain/cause-rounds.ts';
import { ownersByName } from '../cause-chain/owner-names.ts';
import { thingOf } from '../cause-chain/thing.ts';
import type { Want } from '../cause-chain/wants.ts';
import { earlierWindow } from '../earlier-window.ts';
import { byTime, type Fact, factOf } from '../fact/fact.ts';
import { KeptFacts } from '../fact/kept-facts.ts';
import { REQUEST_FIELDS } from '../fact/request-fields.ts';
import { isLeftOut } from '../fact/selector.ts';
import type { AnswerDraft, Inputs, Outcome, Question, Round } from '../question.ts';
import { type Family, familyOf, isItself } from './family.ts';
import { besideOf } from './moments-beside.ts';
import { ownReads, ownReadsNote } from './own-reads.ts';
import { placedBecause } from './placements.ts';
import { streamOf } from './row-order.ts';
import { storyLinks, type Told } from './story/story.ts';
import { StoryRounds } from './story/story-rounds.ts';
import { drawingOf } from './timeline-drawing.ts';
import { gapRows } from './timeline-gaps.ts';
import type { TimelineParams } from './timeline-params.ts';
import {
  actorsPredicate,
  aliasPredicate,
  familyPredicate,
  familyWants,
  witnessOf,
  worthyPredicate,
} from './timeline-query.ts';
import { columnsFor, nameOfRow, rowsOf } from './timeline-row.ts';
import { nextCommands, sentence } from './timeline-says.ts';
import { type Asked, newestOf, treeOf } from './tree.ts';

export const timeline: Question<TimelineParams> = {
  name: 'timeline',
  needs: [],
  begin: (params: TimelineParams, _inputs: Inputs, _nowUs: number): Round => {
    const { sinceUs, untilUs } = params.window;
    const window = { sinceUs, untilUs };
    return new TimelineRound(params, new Found(params), window, false);
  },
};

/** What all rounds found together. */
class Found {
  readonly asked = new KeptFacts();
  /** What may be of the object's family, and what may explain; no row by itself. */
  readonly beside = new KeptFacts();
  /** Null: nobody was asked about. */
  readonly story: StoryRounds | null;

  constructor(params: TimelineParams) {
    const alias = aliasPredicate(params);
    this.story =
      params.actors === null
        ? null
        : new StoryRounds({
            isByName: params.actors.isByName,
            toFact: (request) => factIn(request, params),
            passes: (request) => matches(request.event, alias),
          });
  }
}

function factIn(request: AuditRequest, { object, keepsEvents, isRevealed }: TimelineParams): Fact {
  const name = object.kind === 'resource' ? object.name : null;
  const isWanted = name === null ? null : (named: string) => matchesName(named, name);
  return factOf(request, { events: keepsEvents, isRevealed, isWanted });
}

class TimelineRound implements Round {
  readonly query: Query;
  readonly #params: TimelineParams;
  readonly #found: Found;
  readonly #isWidened: boolean;
  readonly #asked: Predicate;
  /** Of the object or of its family, what is a row. */
  readonly #worthy: Predicate;
  readonly #family: readonly Want[];

  constructor(params: TimelineParams, found: Found, window: Window, isWidened: boolean) {
    this.#params = params;
    this.#found = found;
    this.#isWidened = isWidened;
    this.#worthy = worthyPredicate(params);
    this.#asked = all(objectPredicate(params.object), this.#worthy);
    this.#family = familyWants(params.object);
    this.query = {
      window,
      predicate: any(this.#asked, familyPredicate(this.#family), actorsPredicate(params)),
      witness: witnessOf(params),
      fields: REQUEST_FIELDS,
      order: 'newest',
      limit: null,
      aggregation: null,
    };
  }

  add(request: AuditRequest): 'go on' {
    const { event } = request;
    const { object, actors } = this.#params;
    const fact = factIn(request, this.#params);
    if (actors !== null && matches(event, actors.predicate)) this.#found.story?.addCore(fact);
    if (matches(event, this.#asked) && !isElsewhere(fact, object)) this.#found.asked.add(fact, true);
    else if (this.#family.length > 0 && mayBeFamily(fact, object))
      this.#found.beside.add(fact, matches(event, this.#worthy));
    return 'go on';
  }

  end(coverage: Coverage, canGoOn: boolean): Outcome {
    const isNothing = this.#found.asked.size === 0;
    const earlier = isNothing && !this.#isWidened && canGoOn ? earlierWindow(this.#params, coverage) : null;
    if (earlier !== null) {
      return { kind: 'ask', round: new TimelineRound(this.#params, this.#found, earlier, true) };
    }
    const { story } = this.#found;
    if (story === null) return this.#explained(null, coverage, canGoOn);
    return story.through(this.#windowRead(), coverage, canGoOn, (soFar, mayGoOn) =>
      this.#explained(story.tell(), soFar, mayGoOn),
    );
  }

  /** Of all rounds. */
  #windowRead(): Window {
    const { sinceUs, untilUs } = this.#params.window;
    return { sinceUs: this.#isWidened ? null : sinceUs, untilUs };
  }

  #explained(told: Told | null, coverage: Coverage, canGoOn: boolean): Outcome {
    const asked = this.#askedFacts(told);
    const chain = this.#chainOf(asked);
    return throughCauses(chain, coverage, canGoOn, (whole) => ({
      kind: 'answer',
      answer: this.#answer(asked, told, chain, whole),
    }));
  }

  /** With those of the family, each once. */
  #askedFacts(told: Told | null): readonly Asked[] {
    const { asked, beside, story } = this.#found;
    const aliases = [...(told?.members.values() ?? [])].map(({ fact }) => fact);
    const also = aliases.filter((fact) => story?.isRow(fact) === true);
    const own = [...asked.inOrder(byTime), ...also];
    if (this.#family.length === 0) return own.map((fact) => ({ fact, bringsEffects: true }));
    const family = this.#familyOf(own);
    const more = beside.inOrder(byTime).filter((fact) => beside.passes(fact));
    return [
      ...own.map((fact) => ({ fact, bringsEffects: true })),
      ...more.flatMap((fact): Asked[] => {
        const isWithin = family.isWithin(fact);
        return isWithin || family.isOwner(fact) ? [{ fact, bringsEffects: isWithin }] : [];
      }),
    ];
  }

  #familyOf(own: readonly Fact[]): Family {
    const facts = [...own, ...this.#found.beside.inOrder(byTime)];
    const { log } = new CauseChain([], { beside: facts, read: [], wantsEffects: false, isRevealed: true });
    return familyOf(this.#params.object, facts, log);
  }

  #chainOf(asked: readonly Asked[]): CauseChain {
    const facts = asked.map(({ fact }) => fact).toSorted((a, b) => byTime(b, a));
    const beside = [...facts, ...this.#found.beside.inOrder(byTime)];
    const { isRevealed } = this.#params;
    return new CauseChain(facts, { beside, read: this.#family, wantsEffects: true, isRevealed });
  }

  #answer(asked: readonly Asked[], told: Told | null, chain: CauseChain, coverage: Coverage): AnswerDraft {
    const params = this.#params;
    const { story } = this.#found;
    const aliasOf = (fact: Fact) => told?.members.get(fact.key) ?? null;
    const nodes = treeOf(asked, chain, (fact) => {
      return [...(told === null ? [] : storyLinks(fact, told)), ...placedBecause(fact, chain)];
    });
    const shown = newestOf(nodes, params.limit);
    const gaps = this.#gaps(asked, coverage);
    const requests = rowsOf(shown, {
      chain,
      here: placeOf(params),
      aliasOf: (fact) => aliasOf(fact)?.alias ?? null,
    });
    const aside = ownReads(shown, requests);
    const beside = besideOf(params, this.#windowRead(), nodes, told);
    const newestMoments = params.limit === null ? beside.shown : beside.shown.slice(-params.limit);
    const rows = streamOf(gapRows(coverage, gaps), requests, newestMoments);
    const says = { params, nodes, coverage, gaps, isWidened: this.#isWidened };
    return {
      question: 'timeline',
      says: sentence(says),
      rows,
      columns: columnsFor(rows, aside),
      nameOf: nameOfRow,
      nearMisses: [],
      notes: [
        ...(told === null || story === null ? [] : story.notes(told)),
        ...(aside.size === 0 ? [] : [ownReadsNote(aside.size)]),
        ...besideNotes(beside.left),
        ...params.beside.notes,
        ...this.#notes(),
        ...(isOneObject(params.object) ? chain.notes() : []),
      ],
      now: [],
      next: nextCommands(says),
      drawing: drawingOf(rows),
      total: rows.length + nodes.length - shown.length + beside.shown.length - newestMoments.length,
      ...(aside.size === 0 ? {} : { aside: { rows: aside, total: aside.size } }),
      events: shown.flatMap(({ fact }) => (fact.event === null ? [] : [fact.event])),
      gaps,
    };
  }

  #notes(): Note[] {
    const notes: Note[] = [];
    if (this.#isWidened)
      notes.push({ code: 'widened', text: 'nothing in the last 24 h: everything before was read too' });
    if (!this.#params.wantsAll) {
      const text =
        "left out: heartbeats, status, look-ups of types, and what the cluster's own components read (--all)";
      notes.push({ code: 'housekeeping', text });
    }
    return notes;
  }

  #gaps(asked: readonly Asked[], coverage: Coverage): Gap[] {
    const gaps: Gap[] = [...this.#params.beside.gaps];
    const { asked: own, beside, story } = this.#found;
    for (const kept of [own, beside, ...(story === null ? [] : [story])]) {
      if (kept.dropped === 0) continue;
      const text = `only the newest ${kept.size} requests were kept; ${kept.dropped} older ones were let go: narrow it, or ask for them with --until`;
      gaps.push({ code: 'rows-bound', text, source: null });
    }
    if (coverage.from === null) {
      const text = 'nothing of the time asked about is in what was read';
      gaps.push({ code: 'no-witness', text, source: null });
    } else if (asked.length === 0 && coverage.witness === 0) {
      const text = 'the log holds no request on this resource: its policy may not log them';
      gaps.push({ code: 'no-witness', text, source: null });
    }
    return gaps;
  }
}

function besideNotes(left: number): Note[] {
  if (left === 0) return [];
  const which = left === 1 ? '1 event, alert or line' : `${left} events, alerts and lines`;
  const text = `${which} of the other logs (--with) in that time tell of nothing that is here, and are not shown; timeline -A shows all`;
  return [{ code: 'moments-left', text }];
}

function placeOf({ object }: TimelineParams): string | null {
  return object.kind === 'path' ? null : object.namespace;
}

/** A request on a whole collection, of which the log tells that the object was not in it. */
function isElsewhere(fact: Fact, object: ObjectQuery): boolean {
  const name = object.kind === 'resource' ? object.name : null;
  if (name === null || fact.target.name !== null) return false;
  if (isLeftOut(fact.fieldSelector, name) || fact.holdsWanted === false) return true;
  return fact.took !== null && !fact.took.some((taken) => matchesName(taken, name));
}

/** The object, what is owned, and what may own: by its type, anything but a pod. */
function mayBeFamily(fact: Fact, object: ObjectQuery): boolean {
  const thing = thingOf(fact);
  if (thing === null) return false;
  if (isItself(fact, object) || thing.resource !== 'pods') return true;
  return (fact.ties?.owners.length ?? 0) > 0 || ownersByName(thing.resource, thing.name).length > 0;
}

/**
 * who-did VERB OBJECT: the requests that did it or tried to, told apart, newest first; and when nobody did, how sure
 * that is and what came near. Which requests are the deed is deeds.ts's; the sentence is who-did-says.ts's.
 */
import type { Coverage, Gap, Note } from '../event/coverage.ts';
import type { AuditRequest } from '../event/request.ts';
import { matches } from '../query/matches.ts';
import { isOneObject, type ObjectQuery, objectPredicate, resourcePredicate } from '../query/object-query.ts';
import { all, any, equals, type Field, oneOf, type Predicate } from '../query/predicate.ts';
import type { Query, Window } from '../query/query.ts';
import { type Word, WRITES, witnessPredicate, wordPredicate } from '../query/words.ts';
import { counts, type Deed } from './deed.ts';
import { deedsOf } from './deeds.ts';
import { byTime, type Fact, factOf } from './fact.ts';
import { KeptFacts } from './kept-facts.ts';
import { nearMissesOf } from './near-misses.ts';
import type { AnswerDraft, Inputs, Outcome, Question, Round } from './question.ts';
import { columnsFor, nameOfRow, type WhoDidRow, whoDidRow } from './who-did-row.ts';
import { nextCommands, sentence, type Told } from './who-did-says.ts';

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

const FIELDS: readonly Field[] = [
  'auditID',
  'level',
  'stage',
  'verb',
  'requestURI',
  'user.username',
  'user.groups',
  'impersonatedUser.username',
  'impersonatedUser.groups',
  'sourceIPs',
  'userAgent',
  'objectRef.apiGroup',
  'objectRef.resource',
  'objectRef.subresource',
  'objectRef.namespace',
  'objectRef.name',
  'responseStatus.code',
  'responseStatus.reason',
  'requestObject',
  'responseObject',
  'annotations',
  'requestReceivedTimestamp',
  'stageTimestamp',
];

export const whoDid: Question<WhoDidParams> = {
  name: 'who-did',
  needs: [],
  begin: (params: WhoDidParams, _inputs: Inputs, nowUs: number): Round => {
    const kept = new KeptFacts();
    const { sinceUs, untilUs } = params.window;
    return new WhoDidRound(params, nowUs, kept, { sinceUs, untilUs }, false);
  },
};

class WhoDidRound implements Round {
  readonly query: Query;
  readonly #params: WhoDidParams;
  readonly #nowUs: number;
  readonly #kept: KeptFacts;
  readonly #isWidened: boolean;

  constructor(params: WhoDidParams, nowUs: number, kept: KeptFacts, window: Window, isWidened: boolean) {
    this.#params = params;
    this.#nowUs = nowUs;
    this.#kept = kept;
    this.#isWidened = isWidened;
    this.query = {
      window,
      predicate: wanted(params),
      witness: witnessOf(params),
      fields: FIELDS,
      order: 'newest',
      limit: null,
      aggregation: null,
    };
  }

  add(request: AuditRequest): 'go on' {
    const { filters, keepsEvents, isRevealed } = this.#params;
    const fact = factOf(request, { events: keepsEvents, isRevealed });
    this.#kept.add(fact, matches(request.event, filters));
    return 'go on';
  }

  end(coverage: Coverage, canGoOn: boolean): Outcome {
    const facts = this.#kept.inOrder(byTime);
    const found = deedsOf(this.#params.word, this.#params.object, facts);
    const deeds = found.deeds
      .filter((deed) => this.#kept.passes(deed.fact))
      .sort((a, b) => byTime(b.fact, a.fact));
    const hasDeed = deeds.some((deed) => counts(this.#params.word, deed));
    const { window } = this.#params;
    if (!hasDeed && window.isDefault && !this.#isWidened && canGoOn && window.sinceUs !== null) {
      const earlier = { sinceUs: null, untilUs: window.sinceUs };
      return { kind: 'ask', round: new WhoDidRound(this.#params, this.#nowUs, this.#kept, earlier, true) };
    }
    return { kind: 'answer', answer: this.#answer(facts, deeds, found, coverage, hasDeed) };
  }

  #answer(
    facts: readonly Fact[],
    deeds: readonly Deed[],
    found: ReturnType<typeof deedsOf>,
    coverage: Coverage,
    hasDeed: boolean,
  ): AnswerDraft {
    const params = this.#params;
    const shown = params.limit === null ? deeds : deeds.slice(0, params.limit);
    const gaps = this.#gaps(found, coverage, hasDeed);
    const told: Told = {
      params,
      deeds,
      found,
      coverage,
      gaps,
      nowUs: this.#nowUs,
      isWidened: this.#isWidened,
      nearMisses: hasDeed ? [] : nearMissesOf(params.word, params.object, facts, deeds, found),
    };
    const rows: WhoDidRow[] = shown.map((deed) => whoDidRow(deed));
    return {
      question: 'who-did',
      says: sentence(told),
      rows,
      columns: columnsFor(params.object),
      nameOf: nameOfRow,
      nearMisses: told.nearMisses,
      notes: this.#notes(shown, found),
      next: nextCommands(told),
      total: deeds.length,
      events: shown.flatMap((deed) => (deed.fact.event === null ? [] : [deed.fact.event])),
      gaps,
    };
  }

  #gaps(found: ReturnType<typeof deedsOf>, coverage: Coverage, hasDeed: boolean): Gap[] {
    const gaps: Gap[] = [];
    const gap = (code: Gap['code'], text: string) => gaps.push({ code, text, source: null });
    if (this.#kept.dropped > 0)
      gap(
        'rows-bound',
        `only the newest ${this.#kept.size} requests were kept; ${this.#kept.dropped} older ones were let go`,
      );
    if (!hasDeed && coverage.witness === 0) {
      gap(
        'no-witness',
        'the log holds no request of this kind on this resource: its policy may not log them',
      );
    }
    const unsure = found.unsure.filter((fact) => this.#kept.passes(fact));
    if (unsure.length > 0) {
      const isCreate = this.#params.word.name === 'create';
      if (isCreate && !hasDeed)
        gap(
          'generated-names',
          `${unsure.length} created with a generated name that is not in the log (level Metadata)`,
        );
      if (!isCreate)
        gap('level-too-low', `${unsure.length} could have been it: their bodies are not in the log`);
    }
    for (const fact of found.removals?.unlogged ?? []) {
      gap(
        'unlogged',
        `made again at ${fact.row.when ?? 'an unknown time'} without having been removed: a removal is missing from what was read`,
      );
    }
    const orphans = (found.removals?.orphans ?? []).filter((fact) => !hasDeed && this.#kept.passes(fact));
    if (orphans.length > 0) {
      gap(
        'unlogged',
        `${orphans.length} ${orphans.length === 1 ? 'deletion was' : 'deletions were'} completed by a kubelet, but the request that asked for it is not in what was read`,
      );
    }
    return gaps;
  }

  #notes(shown: readonly Deed[], found: ReturnType<typeof deedsOf>): Note[] {
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
    if (found.noOps.length > 0)
      notes.push({
        code: 'no-op',
        text: `${found.noOps.length} requests succeeded and changed nothing; not shown`,
      });
    if (this.#isWidened)
      notes.push({ code: 'widened', text: 'nothing in the last 24 h: everything before was read too' });
    return notes;
  }
}

/**
 * Coarse: the word's requests on the object that pass the filters; whatever explains them, filters or not; and, for one
 * object, the same name elsewhere.
 */
function wanted(params: WhoDidParams): Predicate {
  const { word, object, filters } = params;
  const asked = object.kind === 'path' ? verbsOf(word) : wordScope(word, object);
  const core = all(word.name === 'bind' ? bindScope(object) : objectScope(word, object), asked, filters);
  return any(core, ...explaining(word, object), ...nearby(word, object));
}

function wordScope(word: Word, object: ObjectQuery): Predicate {
  const scope = wordPredicate(word, object.kind === 'resource' ? object.subresource : null);
  const evictions = all(
    equals('objectRef.resource', 'pods'),
    equals('objectRef.subresource', 'eviction'),
    equals('verb', 'create'),
  );
  return word.name === 'drain' ? any(scope, evictions) : scope;
}

/** Non-resource requests have HTTP methods for verbs: a word such as read means its own verbs there too. */
function verbsOf(word: Word): Predicate {
  return word.verbs === null ? all() : oneOf('verb', word.verbs);
}

function objectScope(word: Word, object: ObjectQuery): Predicate {
  if (word.name === 'impersonate') return all();
  if (word.name === 'drain') return any(objectPredicate(object), equals('objectRef.subresource', 'eviction'));
  return objectPredicate(object);
}

/** Of anything at all there is no kind to witness. A role is bound through bindings. */
function witnessOf({ word, object }: WhoDidParams): Predicate | null {
  if (object.kind === 'anything' && word.to === null) return null;
  const resource = word.name === 'bind' ? all() : resourcePredicate(object);
  return all(resource, witnessPredicate(word, object.kind === 'path'));
}

function bindScope(object: ObjectQuery): Predicate {
  const isRole =
    object.kind === 'resource' && object.resources.some((r) => r === 'roles' || r === 'clusterroles');
  return isRole ? all() : objectPredicate(object);
}

function explaining(word: Word, object: ObjectQuery): Predicate[] {
  if (word.name === 'read') return [all(objectPredicate(object), equals('verb', 'delete'))];
  if (word.name !== 'delete' && word.name !== 'change') return [];
  const life = all(objectPredicate(object), oneOf('verb', WRITES));
  if (object.kind !== 'resource') return [];
  const ends: Predicate[] = [];
  if (object.isNamespaced !== false) {
    const which = object.namespace === null ? all() : equals('objectRef.name', object.namespace);
    ends.push(all(equals('objectRef.resource', 'namespaces'), equals('verb', 'delete'), which));
  }
  if (object.group !== '')
    ends.push(all(equals('objectRef.resource', 'customresourcedefinitions'), equals('verb', 'delete')));
  return [life, ...ends];
}

/** The same name in another namespace or of another kind: what helps when nothing is found. */
function nearby(word: Word, object: ObjectQuery): Predicate[] {
  if (!isOneObject(object) || object.kind !== 'resource' || object.name === null) return [];
  const verbs = word.verbs === null ? WRITES : word.verbs;
  return [
    all(
      equals('objectRef.name', object.name),
      oneOf('verb', [...new Set([...verbs, ...(word.name === 'delete' ? WRITES : [])])]),
    ),
  ];
}

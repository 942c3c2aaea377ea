/**
 * Deletions of whole collections whose victims the log does not list: each object of the place may have been one. With its
 * CRD all objects of a type go, and not a word of that is in the log.
 */
import { at, isMap } from './json-tree.ts';
import { isEffective, type Logged } from './logged.ts';
import type { LoggedCollection } from './logged-collection.ts';
import type { LoggedHead } from './request-log.ts';
import type { ObjectId } from './step.ts';

/** Kept at most; they are small and few. */
const MAX_KEPT = 20_000;

export class Collections {
  readonly #byPlace = new Map<string, Map<string, LoggedCollection>>();
  #count = 0;

  add(collection: LoggedCollection): void {
    const key = placeKey(collection.place);
    const known = this.#byPlace.get(key) ?? new Map<string, LoggedCollection>();
    if (this.#count >= MAX_KEPT && !known.has(collection.head.key)) return;
    this.#byPlace.set(key, known);
    if (!known.has(collection.head.key)) this.#count++;
    known.set(collection.head.key, collection);
  }

  /** As if each had been a deletion of the object, but for those that select others. */
  of(id: ObjectId, requests: readonly LoggedHead[]): readonly LoggedHead[] {
    const places = [placeKey(id), placeKey({ ...id, namespace: null })];
    const found = [...new Set(places)].flatMap((place) => [...(this.#byPlace.get(place)?.values() ?? [])]);
    return found
      .filter((one) => selectsName(one, id.name) && !isOfOthers(one, requests))
      .map(({ head, bodies }) => ({ head, read: (): Logged => ({ head, bodies }) }));
  }
}

function placeKey({ group, resource, namespace }: Omit<ObjectId, 'name'>): string {
  return `${group}\n${resource}\n${namespace ?? ''}`;
}

function selectsName({ fieldSelector }: LoggedCollection, name: string): boolean {
  const wanted = /(?:^|,)metadata\.name==?([^,]*)/.exec(fieldSelector ?? '')?.[1];
  return wanted === undefined || wanted === name;
}

/**
 * By the labels that the object had just before, where it was shown then: `a=b`, `a!=b`, `a`, `!a`; of anything else nothing
 * is said.
 */
function isOfOthers({ labelSelector, head }: LoggedCollection, requests: readonly LoggedHead[]): boolean {
  if (labelSelector === null || labelSelector === '' || /[()]/.test(labelSelector)) return false;
  let last: LoggedHead | null = null;
  for (const request of requests) {
    const counts = isEffective(request.head) || request.head.shows === 'object';
    if (!counts || request.head.atUs >= head.endUs) continue;
    if (last === null || request.head.endUs > last.head.endUs) last = request;
  }
  if (last === null || last.head.shows !== 'object' || last.head.endUs > head.atUs) return false;
  const { answer } = last.read().bodies;
  if (answer === null) return false;
  const labels = at(answer, 'metadata', 'labels');
  return labelSelector.split(',').some((term) => !matches(isMap(labels) ? labels : {}, term));
}

function matches(labels: Readonly<Record<string, unknown>>, term: string): boolean {
  const [, not = '', name = '', operator = '', value = ''] = /^(!?)([^=!]+)(==?|!=)?(.*)$/.exec(term) ?? [];
  const has = Object.hasOwn(labels, name);
  if (operator === '') return not === '' ? has : !has;
  const isSame = has && labels[name] === value;
  return operator === '!=' ? !isSame : isSame;
}

/**
 * Tests of events that lie in a field of words, each as a line of JSON: a key and its value are words one after the other. Such a
 * phrase is in every line with that value, and in some others. Whether words are made that way, a few known events show.
 */
import { type EventLeaf, isList } from '../../query/event-test.ts';
import { type Asked, search } from './ask-opensearch.ts';
import { type Json, numberIn, objectIn, textIn } from './json-in.ts';
import { anyOf, atLeast, bool, type LeafQuery, NOTHING_KNOWN, phrase } from './leaf-query.ts';

/** As they stand, in JSON too, whoever wrote it. */
const PLAIN = /^[\w .:@+=~!#$%^()*,;?|/-]{1,200}$/;
const MOST_VALUES = 200;

export function lineLeaf(leaf: EventLeaf, field: string): LeafQuery {
  const key = leaf.path.split('.').at(-1) ?? '';
  if (leaf.kind === 'is') {
    if (leaf.values.length > MOST_VALUES || !leaf.values.every((value) => PLAIN.test(value)))
      return NOTHING_KNOWN;
    return atLeast(anyOf(leaf.values.map((value) => keyed(field, isList(leaf.path) ? '' : key, value))));
  }
  if (leaf.kind !== 'between' || leaf.to - leaf.from >= MOST_VALUES) return NOTHING_KNOWN;
  const numbers = Array.from({ length: leaf.to - leaf.from + 1 }, (_, at) => String(leaf.from + at));
  return atLeast(anyOf(numbers.map((number) => keyed(field, key, number))));
}

/** No word goes across a quotation mark. */
function keyed(field: string, key: string, value: string): Json {
  return phrase(field, key === '' ? value : `"${key}":"${value}"`);
}

export const linePhrase = phrase;

/** Whether known events are found by their values. */
export async function tellsApart(
  asked: Asked,
  field: string,
  sample: readonly Json[],
  eventOf: (record: unknown) => Json | null,
): Promise<boolean> {
  const known = sample.flatMap(({ _id: id, _source: record }) => {
    const event = eventOf(record);
    return event === null ? [] : [{ id, event }];
  });
  const should = known.map(({ id, event }) =>
    bool({ filter: [{ ids: { values: [id] } }, phrase(field, 'auditID'), ...phrasesOf(event, field)] }),
  );
  if (should.length === 0) return false;
  const { hits } = await search(asked, { query: anyOf(should), size: should.length, _source: false });
  return hits.length === should.length;
}

function phrasesOf(event: Json, field: string): readonly Json[] {
  const { username, groups } = objectIn(event.user);
  const { resource, name } = objectIn(event.objectRef);
  const code = numberIn(objectIn(event.responseStatus).code);
  const { verb, stage, requestURI, userAgent } = event;
  const told = {
    ...{ verb, stage, requestURI, userAgent, username, resource, name },
    code: code === null ? null : String(code),
  };
  const pairs = Object.entries(told).map(([key, value]) => [key, value] as const);
  const listed = Array.isArray(groups) ? groups.map((group: unknown) => ['', group] as const) : [];
  return [...pairs, ...listed].flatMap(([key, value]) => {
    const text = textIn(value);
    return text !== null && PLAIN.test(text) ? [keyed(field, key, text)] : [];
  });
}

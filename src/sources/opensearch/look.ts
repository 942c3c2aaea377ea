/** How events lie in an index: which of its fields are theirs, and what can be asked about them. */
import { UserError } from '../../errors.ts';
import { parseMicros } from '../../event/micros.ts';
import { unwrap } from '../envelope.ts';
import { clockOf, type Stamped } from '../store/store-clock.ts';
import { type Asked, fieldCaps, mapping, type Query, search } from './ask-opensearch.ts';
import { fieldPatterns, mappingPaths, TIMES } from './field-names.ts';
import { type DateField, Fields } from './fields.ts';
import { type Json, listIn, objectIn, textIn, valueAt } from './json-in.ts';
import { anyOf, exists, type LeafQuery, leafQuery, NOTHING_KNOWN, terms } from './leaf-query.ts';
import { lineLeaf, linePhrase, tellsApart } from './line-query.ts';
import { mappingsIn } from './mappings.ts';
import type { LeafToQuery } from './test-query.ts';
import type { Times } from './times.ts';

export interface Lies {
  /** Null: it holds nothing. */
  readonly in: 'fields' | 'line' | null;
  /** Of the event in a record, as `a.b.`; ''. */
  readonly prefix: string;
  readonly times: Times;
  readonly leafOf: LeafToQuery;
  /** What all that is looked at passes. */
  readonly filter: readonly Query[];
  /** Of events in fields. */
  readonly fields: Fields | null;
  /** Indices without such a field, which may hold events unseen. */
  readonly unseen: readonly string[];
  /** Other prefixes, of events that are not looked at. */
  readonly others: readonly string[];
  /** A mapping that may not be seen. */
  readonly isMappingHidden: boolean;
}

/** Throws a UserError when there is no such index, and when there are records in it but no events among them. */
export async function look(asked: Asked, prefix: string | null): Promise<Lies> {
  if (prefix !== null) return await lookAtFields(asked, prefix, null);
  const [mapped, ...others] = prefixesIn(
    await fieldCaps(
      asked,
      MARKS.map((mark) => `*${mark}`),
    ),
  );
  if (mapped !== undefined) return { ...(await lookAtFields(asked, mapped, null)), others };
  const sample = await sampleOf(asked);
  const place = placeIn(sample);
  if (place !== null && 'prefix' in place) return await lookAtFields(asked, place.prefix, sample);
  if (place !== null) return await lookAtLines(asked, place.field, sample);
  if (sample.length === 0) return NOTHING;
  throw new UserError(
    'AUDIT_STORE_REFUSED',
    `${asked.kind} at ${asked.server.address} holds no audit event in ${JSON.stringify(asked.index)}, as far as can be seen`,
    { hint: 'index names where they are, and prefix what stands before their keys' },
  );
}

const NO_TIMES: Times = { received: null, stage: null, own: null };
const NOTHING: Lies = {
  ...{
    in: null,
    prefix: '',
    times: NO_TIMES,
    filter: [],
    fields: null,
    unseen: [],
    others: [],
    isMappingHidden: false,
  },
  leafOf: () => NOTHING_KNOWN,
};

const MARKS = ['auditID', 'requestReceivedTimestamp'] as const;

/** What to look at first: Elastic's own, or the one nearest to the root; and others that may well be some. */
function prefixesIn(caps: Json): readonly string[] {
  const names = Object.entries(objectIn(caps.fields)).flatMap(([name, types]) =>
    Object.keys(objectIn(types)).some((type) => type !== 'unmapped') ? [name] : [],
  );
  const [found = [], timed = []] = MARKS.map((mark) =>
    names
      .filter((name) => name === mark || name.endsWith(`.${mark}`))
      .map((name) => name.slice(0, -mark.length))
      .toSorted((a, b) => Number(b === ELASTIC) - Number(a === ELASTIC) || a.length - b.length),
  );
  const [first, ...others] = found;
  return first === undefined ? [] : [first, ...others.filter((prefix) => timed.includes(prefix))];
}

const ELASTIC = 'kubernetes.audit.';

async function lookAtFields(asked: Asked, prefix: string, sample: readonly Json[] | null): Promise<Lies> {
  const { fields, unseen, isMappingHidden } = await fieldsAt(asked, prefix, {
    field: `${prefix}auditID`,
    patterns: fieldPatterns(prefix),
    paths: mappingPaths(prefix),
  });
  const received = fields.date(`${prefix}requestReceivedTimestamp`);
  const stage = fields.date(`${prefix}stageTimestamp`);
  const isTimed = received !== null || stage !== null;
  const own = isTimed ? null : ownTime(fields, sample ?? (await sampleOf(asked)), prefix);
  return {
    ...{ in: 'fields', prefix, fields, times: { received, stage, own } },
    leafOf: (leaf) => leafQuery(leaf, fields),
    filter: isEventFilter(fields),
    ...{ unseen, others: [], isMappingHidden },
  };
}

interface Looked {
  /** What an index with events in it has. */
  readonly field: string;
  /** Of fields, and of the mapping. */
  readonly patterns: readonly string[];
  readonly paths: readonly string[];
}

async function fieldsAt(asked: Asked, prefix: string, { field, patterns, paths }: Looked) {
  const [caps, mapped] = await Promise.all([fieldCaps(asked, patterns), mappingOf(asked, paths)]);
  if (mapped === null) {
    const each = await fieldCaps(asked, patterns, true);
    return { fields: new Fields(prefix, each, null), unseen: [], isMappingHidden: true };
  }
  const { own, unseen } = mappingsIn(mapped, listIn(caps.indices), field);
  return { fields: new Fields(prefix, caps, own), unseen, isMappingHidden: false };
}

/** Null: it may not be seen. */
async function mappingOf(asked: Asked, paths: readonly string[]): Promise<Json | null> {
  try {
    return await mapping(asked, paths);
  } catch (error) {
    // Nobody is told of other clusters' mappings.
    const isRefusal = error instanceof UserError && /FORBIDDEN|REFUSED/.test(error.code);
    if (isRefusal) return null;
    throw error;
  }
}

const STAGES = ['RequestReceived', 'ResponseStarted', 'ResponseComplete', 'Panic'];

/** Every event has its stage. */
function isEventFilter(fields: Fields): readonly Query[] {
  const stage = fields.of('stage');
  if (stage.kind === 'flat') return [terms(stage.name, STAGES)];
  return stage.kind === 'keyword' || stage.kind === 'text' ? [exists(stage.name)] : [];
}

async function lookAtLines(asked: Asked, field: string, sample: readonly Json[]): Promise<Lies> {
  const { fields, unseen, isMappingHidden } = await fieldsAt(asked, '', {
    field,
    patterns: [field, ...TIMES],
    paths: mappingPaths(`${field}.`),
  });
  const name = fields.wordsOf(field);
  const isTestable =
    name !== null && (await tellsApart(asked, name, sample, (record) => eventIn(record, '')));
  const leafOf = (leaf: Parameters<LeafToQuery>[0]): LeafQuery =>
    isTestable ? lineLeaf(leaf, name) : NOTHING_KNOWN;
  return {
    ...{ in: 'line', prefix: '', leafOf, fields: null, unseen, others: [], isMappingHidden },
    times: { received: null, stage: null, own: ownTime(fields, sample, '') },
    filter: isTestable ? [linePhrase(name, 'auditID')] : [],
  };
}

/** Records that are looked at to see how events lie there. */
const SAMPLE = 20;
/** Where forwarders put the line. */
const LINES = [
  'message',
  'log',
  'msg',
  'event.original',
  'body',
  'MESSAGE',
  'line',
  'record',
  'log_processed',
];

/** `_id` and `_source` of a few: the newest of those that seem to be events, else of all. */
async function sampleOf(asked: Asked): Promise<readonly Json[]> {
  const newest = {
    sort: [{ '@timestamp': { order: 'desc', unmapped_type: 'date' } }],
    size: SAMPLE,
    track_total_hits: false,
  };
  const likely = anyOf(LINES.map((line) => ({ match: { [line]: { query: 'auditID', lenient: true } } })));
  const { hits } = await search(asked, { ...newest, query: likely });
  return hits.length > 0 ? hits : (await search(asked, newest)).hits;
}

type Place = { readonly prefix: string } | { readonly field: string };

/** Null: in none of them is an event. */
function placeIn(sample: readonly Json[]): Place | null {
  for (const { _source: record } of sample) {
    const place = placeOf(objectIn(record), '', 0);
    if (place !== null) return place;
  }
  return null;
}

const DEEPEST = 6;

function placeOf(record: Json, prefix: string, depth: number): Place | null {
  if (textIn(record.auditID) !== null && textIn(record.stage) !== null) return { prefix };
  if (depth === DEEPEST) return null;
  for (const [key, value] of Object.entries(record)) {
    if (typeof value === 'string' && /"auditID\\*"/.test(value)) return { field: prefix + key };
    const inner = placeOf(objectIn(value), `${prefix}${key}.`, depth + 1);
    if (inner !== null) return inner;
  }
  return null;
}

/** By the first of its fields that is a date, and what that is the time of. */
function ownTime(fields: Fields, sample: readonly Json[], prefix: string): Times['own'] {
  const field = TIMES.map((name) => fields.date(name)).find((date) => date !== null);
  if (field === undefined) return null;
  return { field, clock: clockOf(sample.flatMap((hit) => stampedIn(hit, field, prefix))) };
}

function stampedIn({ _source: record }: Json, { name }: DateField, prefix: string): readonly Stamped[] {
  const event = eventIn(record, prefix);
  const storeUs = microsIn(valueAt(record, name.split('.')));
  if (storeUs === null || event === null) return [];
  const at = (key: string) => microsIn(event[key]);
  return [{ storeUs, receivedUs: at('requestReceivedTimestamp'), stageUs: at('stageTimestamp') }];
}

function microsIn(value: unknown): number | null {
  if (typeof value === 'number') return Math.round(value * 1000);
  return typeof value === 'string' ? parseMicros(value) : null;
}

/** As it was written; null: there is none. */
function eventIn(record: unknown, prefix: string): Json | null {
  const [carried] = unwrap(recordAt(record, prefix));
  if (carried === undefined || !('json' in carried.event)) return null;
  return objectIn(carried.event.json);
}

/** Where only the settings know what stands before it; else `unwrap` knows more about it. */
export function recordAt(record: unknown, prefix: string): unknown {
  if (prefix === '' || prefix === ELASTIC) return record;
  return valueAt(record, prefix.split('.').slice(0, -1)) ?? record;
}

/**
 * Counts by metric queries. Exact, or none: what a label cannot tell for sure (a timestamp of another form, a line that is not the
 * event's JSON, a blank, which stands for a character that is not valid too) is looked for, and where there is any, the events have to
 * be read.
 */
import { formatMicros } from '../../event/micros.ts';
import { type EventPath, isNone, pathsIn } from '../../query/event-test.ts';
import type { Nanos } from '../store/nanos.ts';
import type { CountAsk, Counted, CountedGroup } from '../store/store.ts';
import {
  extracted,
  hasBlank,
  type LineShape,
  labelFilter,
  labelOf,
  lineFilters,
  quoted,
  VERB,
} from './logql.ts';
import { LimitHit } from './loki-limits.ts';
import { type Asked, type Sample, type TimeSpan, valuesOf } from './query-loki.ts';
import { receivedBefore, receivedFrom } from './received-within.ts';
import type { Allowed } from './stretches.ts';

const RECEIVED: EventPath = 'requestReceivedTimestamp';
/** As the API server writes it, but for the last letter. */
const CANONICAL = '[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}[.][0-9]{6}';
const NS_IN_MS = 1_000_000n;
/** With more of it, reading is as quick. */
const MOST_REFUSED = 12;
const AT = 'ka_at';
/** Go's template of a label: nanoseconds since the epoch. */
const NANOS = `{{ .${labelOf(RECEIVED)} | toDate "2006-01-02T15:04:05Z07:00" | unixEpochNanos }}`;
const BUCKET = 'ka_bucket';
/** `Z` of the events that are written so; others have none. */
const PLAIN = 'ka_plain';
/** A character that is not valid, as it is or written out. As plain texts, so that Loki looks for them as such. */
const INVALID = quoted('\\\\ufffd|\\\\uFFFD|\ufffd');

export interface CountIn {
  readonly selector: string;
  readonly shape: LineShape;
  /** Where those who are counted lie, by Loki's clock. */
  readonly stretch: TimeSpan;
  readonly allowed: Allowed;
  readonly nowNs: () => Nanos;
}

/** Null: the events have to be read. */
export async function countIn(asked: Asked, ask: CountAsk, counting: CountIn): Promise<Counted | null> {
  if (isNone(ask.test)) return { groups: [], bytes: 0 };
  const groups = new Map<string, CountedGroup>();
  let bytes = 0;
  let refused = 0;
  const { stretch, allowed, nowNs } = counting;
  for (let endNs = stretch.toNs; endNs >= stretch.fromNs; ) {
    const left = (endNs - stretch.fromNs) / NS_IN_MS + 1n;
    const most = allowed.lengthNs / NS_IN_MS;
    const ms = left < most ? left : most;
    const piece = { fromNs: endNs - ms * NS_IN_MS + 1n, toNs: endNs };
    try {
      const before = nowNs();
      const counted = await countPiece(asked, ask, counting, { endNs, ms });
      if (counted === null) return null;
      allowed.took(piece, Number((nowNs() - before) / NS_IN_MS), true);
      bytes += counted.bytes;
      for (const group of counted.groups) add(groups, group);
      endNs = piece.fromNs - 1n;
    } catch (error) {
      if (!(error instanceof LimitHit)) throw error;
      const isOfGroups = error.limit.of === 'groups' || error.limit.of === 'answer';
      // In less time are fewer buckets.
      if (isOfGroups && (ask.bucketUs === null || ms < BigInt(ask.bucketUs) / 250n)) return null;
      const isShorter = allowed.lower(isOfGroups ? { of: 'work' } : error.limit, piece);
      if (!isShorter || ++refused > MOST_REFUSED) return null;
    }
  }
  return { groups: [...groups.values()], bytes };
}

/** Rejects with a LimitHit where it is too much. */
async function countPiece(
  asked: Asked,
  ask: CountAsk,
  counting: CountIn,
  { endNs, ms }: { readonly endNs: bigint; readonly ms: bigint },
): Promise<Counted | null> {
  const queries = countQueries(ask, counting, ms);
  let bytes = 0;
  const samplesOf = async (query: string): Promise<readonly Sample[] | null> => {
    const answer = await valuesOf(asked, query, endNs);
    bytes += answer.bytes;
    return answer.warnings.length > 0 ? null : answer.samples;
  };
  const counts = await samplesOf(queries.count);
  if (counts === null || counts.some(({ labels }) => labels[PLAIN] !== 'Z')) return null;
  if (hasBlank(ask.test) || counts.some(({ labels }) => ask.by.some((path) => isBlankIn(labels, path)))) {
    const invalid = await samplesOf(queries.invalid);
    if (invalid === null || invalid.some(({ value }) => value > 0)) return null;
  }
  if (!ask.hasSpans || counts.length === 0) return { groups: groupsOf(ask, counts, [], []), bytes };
  const [firsts, lasts] = await Promise.all([samplesOf(queries.first), samplesOf(queries.last)]);
  return firsts === null || lasts === null ? null : { groups: groupsOf(ask, counts, firsts, lasts), bytes };
}

function isBlankIn(labels: Sample['labels'], path: EventPath): boolean {
  return labels[labelOf(path)]?.includes(' ') === true;
}

export interface CountQueries {
  /** With a group of its own for lines that are no events as the API server writes them. */
  readonly count: string;
  readonly first: string;
  readonly last: string;
  /** Counts lines with a character that is not valid. */
  readonly invalid: string;
}

/** Of so many milliseconds (Loki knows no shorter ones) up to the moment that it is asked for, which belongs to them. */
export function countQueries(
  { test, window, by, bucketUs }: CountAsk,
  { selector, shape }: Pick<CountIn, 'selector' | 'shape'>,
  ms: bigint,
): CountQueries {
  const [verb, received] = [labelOf(VERB), labelOf(RECEIVED)];
  const paths = [...new Set<EventPath>([VERB, RECEIVED, ...by, ...pathsIn(test)])];
  const lines = [selector, ...(shape.endsWithBodies ? lineFilters(test) : [])].join(' ');
  const { sinceUs, untilUs } = window;
  const wanted = [
    labelFilter(test, true),
    sinceUs === null ? null : `${received}=~${quoted(`(?:${receivedFrom(formatMicros(sinceUs))})`)}`,
    untilUs === null ? null : `${received}=~${quoted(`(?:${receivedBefore(formatMicros(untilUs))})`)}`,
  ].filter((part) => part !== null);
  const parsed = `${lines} ${extracted(paths, shape)}`;
  const passing = [parsed, ...wanted.map((part) => `| ${part}`)].join(' ');
  const orOdd =
    wanted.length === 0
      ? parsed
      : `${parsed} | (${wanted.join(' and ')}) or ${verb}="" or ${received}!~${quoted(`${CANONICAL}Z`)}`;
  // A pattern of the line is made once, one in a template for each line.
  const plain = `| line_format ${quoted(`{{ .${verb} }} {{ .${received} }}`)} | regexp ${quoted(`^[^ ].* ${CANONICAL}(?P<${PLAIN}>Z)$`)} | drop __error__, __error_details__`;
  const bucket =
    bucketUs === null
      ? ''
      : `| label_format ${AT}=${quoted(NANOS)} | label_format ${BUCKET}=${quoted(`{{ mul (div .${AT} ${bucketUs}000) ${bucketUs} }}`)} `;
  const keys = [...by.map(labelOf), ...(bucketUs === null ? [] : [BUCKET])];
  const groups = `by (${keys.join(', ')})`;
  const range = `[${ms}ms]`;
  const spans = `${passing} ${bucket}| label_format ${AT}=${quoted(NANOS)} | unwrap ${AT}`;
  return {
    count: `sum by (${[...keys, PLAIN].join(', ')}) (count_over_time(${orOdd} ${bucket}${plain} ${range}))`,
    first: `min ${groups} (min_over_time(${spans} ${range}) ${groups})`,
    last: `max ${groups} (max_over_time(${spans} ${range}) ${groups})`,
    invalid: `sum(count_over_time(${lines} |~ ${INVALID} ${range}))`,
  };
}

function groupsOf(
  { by, bucketUs }: CountAsk,
  counts: readonly Sample[],
  firsts: readonly Sample[],
  lasts: readonly Sample[],
): readonly CountedGroup[] {
  const keyOf = ({ labels }: Sample): readonly (string | null)[] =>
    by.map((path) => labels[labelOf(path)] || null);
  const bucketOf = ({ labels }: Sample): number | null => (bucketUs === null ? null : Number(labels[BUCKET]));
  const idOf = (sample: Sample): string => JSON.stringify([keyOf(sample), bucketOf(sample)]);
  const microsOf = (samples: readonly Sample[]): ReadonlyMap<string, number> =>
    new Map(samples.map((sample) => [idOf(sample), Math.round(sample.value / 1000)]));
  const [first, last] = [microsOf(firsts), microsOf(lasts)];
  return counts.map((sample) => ({
    key: keyOf(sample),
    bucketUs: bucketOf(sample),
    count: sample.value,
    firstUs: first.get(idOf(sample)) ?? null,
    lastUs: last.get(idOf(sample)) ?? null,
  }));
}

function add(groups: Map<string, CountedGroup>, group: CountedGroup): void {
  const id = JSON.stringify([group.key, group.bucketUs]);
  const known = groups.get(id);
  if (known === undefined) {
    groups.set(id, group);
    return;
  }
  const { firstUs, lastUs } = known;
  groups.set(id, {
    ...known,
    count: known.count + group.count,
    firstUs: firstUs === null || group.firstUs === null ? null : Math.min(firstUs, group.firstUs),
    lastUs: lastUs === null || group.lastUs === null ? null : Math.max(lastUs, group.lastUs),
  });
}

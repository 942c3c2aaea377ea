/**
 * How long requests took, by group, in bounded memory: a histogram each whose bins are 2% wide, so that a percentile is
 * within 1% of the request that it names (nearest rank). Beyond so many groups no more are measured; that is said.
 */
import type { AuditEvent } from '../../event/event.ts';

export interface Latency {
  /** Requests of the group whose length is known. */
  readonly measured: number;
  /** Requests that took longer than 500 ms: the API server's own threshold for saying what took the time. */
  readonly over500ms: number;
  /** Milliseconds, within 1%. Null: none is measured. */
  readonly medianMs: number | null;
  readonly p95Ms: number | null;
  /** Milliseconds, exact. */
  readonly slowestMs: number | null;
  /** Which layer took the most time of those over 500 ms, as the API server calls it: `etcd`, `validating-webhook`. Null: not told. */
  readonly mostly: string | null;
}

/** Verbs times types: some thousand at most, where nobody makes them up. */
const MAX_GROUPS = 5000;
const WIDTH = Math.log(1.02);
/** From a microsecond to a day and more; longer ones count as that long. */
const LONGEST_MS = 100_000_000;
const BINS = Math.ceil(Math.log(LONGEST_MS * 1000) / WIDTH) + 2;
const SLOW_US = 500_000;
const LAYER = 'apiserver.latency.k8s.io/';
/** Not a layer: their sum. */
const TOTAL = `${LAYER}total`;
/** Layers are named by annotations, which a webhook may add to: the first ones. */
const MAX_LAYERS = 24;

interface Measured {
  readonly bins: Uint32Array;
  measured: number;
  slow: number;
  slowestUs: number;
  readonly layersUs: Map<string, number>;
}

export class Latencies {
  readonly #groups = new Map<string, Measured>();
  readonly #maxGroups: number;
  #beyond = 0;

  constructor(maxGroups = MAX_GROUPS) {
    this.#maxGroups = maxGroups;
  }

  /** Requests whose group was one too many. */
  get beyond(): number {
    return this.#beyond;
  }

  /** `event`: an outcome. */
  add(key: string, event: AuditEvent): void {
    const group = this.#groups.get(key) ?? this.#begin(key);
    if (group === null) {
      this.#beyond++;
      return;
    }
    const { receivedUs, stageUs } = event;
    if (receivedUs === null || stageUs === null) return;
    // Clocks may be set back while a request is served.
    const us = Math.max(0, stageUs - receivedUs);
    const bin = binOf(us);
    group.bins[bin] = (group.bins[bin] ?? 0) + 1;
    group.measured++;
    group.slowestUs = Math.max(group.slowestUs, us);
    if (us <= SLOW_US) return;
    group.slow++;
    for (const [layer, layerUs] of layersOf(event.annotations)) {
      const known = group.layersUs.get(layer);
      if (known === undefined && group.layersUs.size >= MAX_LAYERS) continue;
      group.layersUs.set(layer, (known ?? 0) + layerUs);
    }
  }

  /** Null: the group is not measured. */
  of(key: string): Latency | null {
    const group = this.#groups.get(key);
    if (group === undefined) return null;
    const { measured, slow, slowestUs, layersUs } = group;
    const [mostly] = [...layersUs].sort(([a, aUs], [b, bUs]) => bUs - aUs || (a < b ? -1 : 1));
    return {
      measured,
      over500ms: slow,
      medianMs: percentileMs(group, 0.5),
      p95Ms: percentileMs(group, 0.95),
      slowestMs: measured === 0 ? null : slowestUs / 1000,
      mostly: mostly?.[0] ?? null,
    };
  }

  /** More for those that were slow more often, then for those whose 95th percentile is higher. */
  rankOf(key: string): number {
    const group = this.#groups.get(key);
    return group === undefined ? -1 : group.slow + (percentileMs(group, 0.95) ?? 0) / LONGEST_MS;
  }

  /** As group-counts.ts's: groups whose keys become the same become one. */
  rename(change: (key: string) => string): void {
    for (const [key, group] of this.#groups) {
      const changed = change(key);
      if (changed === key) continue;
      this.#groups.delete(key);
      const other = this.#groups.get(changed);
      if (other !== undefined) merge(other, group);
      else this.#groups.set(changed, group);
    }
  }

  #begin(key: string): Measured | null {
    if (this.#groups.size >= this.#maxGroups) return null;
    const group = {
      ...{ bins: new Uint32Array(BINS), measured: 0, slow: 0, slowestUs: 0 },
      layersUs: new Map<string, number>(),
    };
    this.#groups.set(key, group);
    return group;
  }
}

function merge(into: Measured, from: Measured): void {
  for (const [bin, count] of from.bins.entries()) into.bins[bin] = (into.bins[bin] ?? 0) + count;
  into.measured += from.measured;
  into.slow += from.slow;
  into.slowestUs = Math.max(into.slowestUs, from.slowestUs);
  for (const [layer, us] of from.layersUs) into.layersUs.set(layer, (into.layersUs.get(layer) ?? 0) + us);
}

/** The first: less than a microsecond. */
function binOf(us: number): number {
  return us < 1 ? 0 : Math.min(BINS - 1, 1 + Math.floor(Math.log(us) / WIDTH));
}

/** Nearest rank: of 20 requests, the 19th takes as long as 95% do at most. */
function percentileMs({ bins, measured, slowestUs }: Measured, share: number): number | null {
  if (measured === 0) return null;
  let left = Math.ceil(measured * share);
  const bin = bins.findIndex((count) => {
    left -= count;
    return left <= 0;
  });
  const us = bin === 0 ? 0 : Math.exp((bin - 0.5) * WIDTH);
  return Math.round(Math.min(us, slowestUs, LONGEST_MS * 1000)) / 1000;
}

function* layersOf(annotations: AuditEvent['annotations']): Generator<readonly [string, number]> {
  for (const [key, text] of Object.entries(annotations)) {
    if (!key.startsWith(LAYER) || key === TOTAL) continue;
    const us = goDurationUs(text);
    if (us !== null) yield [key.slice(LAYER.length), us];
  }
}

const UNITS_US: Readonly<Record<string, number>> = {
  ...{ ns: 0.001, us: 1, µs: 1, μs: 1, ms: 1000, s: 1_000_000, m: 60_000_000, h: 3_600_000_000 },
};

/** As Go's time.Duration prints it: `1m2.5s`, `16.005122724s`, `780ns`. Null: it is none. */
function goDurationUs(text: string): number | null {
  if (text.length > 64 || !/^(?:\d+(?:\.\d+)?(?:ns|us|µs|μs|ms|s|m|h))+$/.test(text)) return null;
  const parts = text.matchAll(/(\d+(?:\.\d+)?)(ns|us|µs|μs|ms|s|m|h)/g);
  return [...parts].reduce((sum, [, count, unit]) => sum + Number(count) * (UNITS_US[unit ?? ''] ?? 0), 0);
}

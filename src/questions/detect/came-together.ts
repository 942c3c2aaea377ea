/** Requests that rules about several are held against: kept until all are known, then looked at in the order of time. */

import type { AuditRequest } from '../../event/request.ts';
import { formatDuration } from '../../query/duration.ts';
import { byTimeOfHit, correlatorOf, type Hit, hitOf } from '../../rules/correlate.ts';
import type { Wanted } from '../../rules/detector.ts';
import type { Correlation, Rule } from '../../rules/rule.ts';
import type { SeenRequest } from './seen-request.ts';

/** Of all rules: some 500 bytes each. */
const MOST_HITS = 250_000;

export interface Episode {
  readonly rule: Rule;
  /** In the order of time, each request once. */
  readonly hits: readonly Hit<SeenRequest>[];
  readonly lastUs: number;
}

export class CameTogether {
  readonly #hits = new Map<Rule, Hit<SeenRequest>[]>();
  readonly #keys = new Map<string, string>();
  #count = 0;
  #dropped = 0;
  #forgotten = 0;

  /** Requests that were not held against others, because there were too many. */
  get dropped(): number {
    return this.#dropped + this.#forgotten;
  }

  add({ rule, step }: Wanted, request: AuditRequest, seen: SeenRequest): void {
    const hit = hitOf(rule, step, request.event, request.key, seen);
    if (hit === null) return;
    if (this.#count >= MOST_HITS) {
      this.#dropped++;
      return;
    }
    this.#count++;
    // The same again and again: each is kept once.
    const key = this.#keys.get(hit.key) ?? hit.key;
    this.#keys.set(key, key);
    const hits = this.#hits.get(rule) ?? [];
    this.#hits.set(rule, hits);
    hits.push({ ...hit, key });
  }

  /** Those that what lies before a time could change what is found of: that time's requests belong to windows with them. */
  reachingBefore(sinceUs: number): readonly Rule[] {
    return [...this.#hits]
      .filter(([{ correlation }, hits]) => {
        const backUs = reachOf(correlation);
        return hits.some(({ atUs }) => atUs - backUs < sinceUs);
      })
      .map(([rule]) => rule);
  }

  /** All that is found of each rule. */
  episodes(): readonly Episode[] {
    return [...this.#hits].flatMap(([rule, hits]) => this.#episodesOf(rule, hits));
  }

  #episodesOf(rule: Rule, hits: readonly Hit<SeenRequest>[]): readonly Episode[] {
    const correlator = correlatorOf<SeenRequest>(rule, 0);
    if (correlator === null) return [];
    const found = new Map<number, { hits: Map<string, Hit<SeenRequest>>; lastUs: number }>();
    for (const hit of [...hits].sort(byTimeOfHit)) {
      for (const one of correlator.add(hit)) {
        const episode = found.get(one.episode) ?? { hits: new Map(), lastUs: one.atUs };
        found.set(one.episode, episode);
        episode.lastUs = one.atUs;
        for (const each of one.hits) if (!episode.hits.has(each.id)) episode.hits.set(each.id, each);
      }
    }
    this.#forgotten += correlator.forgotten;
    return [...found.values()].map((one) => ({ rule, hits: [...one.hits.values()], lastUs: one.lastUs }));
  }
}

/** How far before a request others matter to it, in microseconds. */
export function reachOf(correlation: Correlation | null): number {
  if (correlation === null) return 0;
  return correlation.kind === 'within' ? correlation.withinUs : correlation.lookBackUs;
}

const VALUES_SHOWN = 5;

/** What came together, in words: `4 name in 2m10s: a, b, c, d`. `clean`: what may be shown of a value. */
export function episodeText(
  { rule, hits }: Omit<Episode, 'lastUs'>,
  clean: (text: string) => string,
): string {
  const { correlation } = rule;
  const [first] = hits;
  const last = hits.at(-1);
  if (correlation === null || first === undefined || last === undefined) return '';
  if (correlation.kind === 'first seen') {
    const names = correlation.values.map(({ name }, n) => `${name} ${clean(first.values[n] ?? 'none')}`);
    return `${names.join(', ')}: not in the ${formatDuration(correlation.lookBackUs / 1000)} before`;
  }
  const distinct = correlation.needs.flatMap((need, n) => {
    if (need.kind !== 'distinct') return [];
    const values = [...new Set(hits.map((hit) => hit.values[n]).filter((value) => value != null))];
    const shown = values.slice(0, VALUES_SHOWN).map((value) => clean(value ?? ''));
    const more = values.length > VALUES_SHOWN ? ', …' : '';
    return [`${values.length} of ${need.values[0]?.name ?? 'it'} (${shown.join(', ')}${more})`];
  });
  const steps = correlation.steps.length === 1 ? [] : [stepsText(correlation, hits)];
  const time = formatDuration((last.atUs - first.atUs) / 1000);
  return [`${hits.length} requests in ${time}`, ...steps, ...distinct].join('; ');
}

/** In the order in which they first came. */
function stepsText(
  { steps }: Extract<Correlation, { kind: 'within' }>,
  hits: readonly Hit<SeenRequest>[],
): string {
  const counts = new Map<number, number>();
  for (const { step } of hits) counts.set(step, (counts.get(step) ?? 0) + 1);
  return [...counts]
    .map(([step, count]) => `${steps[step]?.name ?? ''}${count > 1 ? ` ×${count}` : ''}`)
    .join(', then ');
}

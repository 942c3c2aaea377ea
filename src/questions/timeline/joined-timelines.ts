/** Timelines of several clusters or stores as one. Their requests tie to one another in none of them: the same name is another object. */
import type { Answer } from '../../answer.ts';
import type { Coverage } from '../../event/coverage.ts';
import type { AuditEvent } from '../../event/event.ts';
import { interleaved } from './row-order.ts';
import { drawingOf } from './timeline-drawing.ts';
import { columnsFor, type TimelineRow, toldBy } from './timeline-row.ts';

export interface OtherTimeline {
  /** As it was named: `context:eu`. */
  readonly origin: string;
  readonly answer: Answer;
}

export function joinedTimelines(main: Answer, others: readonly OtherTimeline[]): Answer {
  if (others.length === 0) return main;
  const own = main.rows as readonly TimelineRow[];
  const told = others.map(({ origin, answer }) => toldBy(origin, answer.rows as readonly TimelineRow[]));
  const rows = interleaved([own, ...told]);
  const events = new Map<TimelineRow, AuditEvent['json']>([
    ...withEvents(own, main),
    ...told.flatMap((its, n) => withEvents(its, others[n]?.answer ?? main)),
  ]);
  const aside = new Set([
    ...(main.aside?.rows ?? []),
    ...others.flatMap(({ answer }, n) =>
      answer.rows.flatMap((row, at) => (answer.aside?.rows.has(row) === true ? (told[n]?.[at] ?? []) : [])),
    ),
  ]);
  const all = [main, ...others.map(({ answer }) => answer)];
  return {
    ...main,
    says: [main.says, ...others.map(({ origin, answer }) => `${origin}: ${answer.says}`)].join('; '),
    rows,
    columns: columnsFor(rows, aside),
    notes: [
      ...main.notes,
      ...others.flatMap(({ origin, answer }) =>
        answer.notes
          .filter(({ code }) => code !== 'housekeeping')
          .map(({ code, text }) => ({ code, text: `${origin}: ${text}` })),
      ),
    ],
    coverage: joinedCoverage(main.coverage, others),
    drawing: drawingOf(rows),
    total: all.reduce((sum, { total }) => sum + total, 0),
    ...(aside.size === 0 ? {} : { aside: { rows: aside, total: aside.size } }),
    events: rows.flatMap((row) => {
      const event = events.get(row);
      return event === undefined ? [] : [event];
    }),
  };
}

/** `rows`: as told of the answer's, whose requests' events stand in their order. */
function withEvents(
  rows: readonly TimelineRow[],
  { events }: Answer,
): readonly (readonly [TimelineRow, AuditEvent['json']])[] {
  const requests = rows.filter(({ auditID }) => auditID !== null);
  return requests.flatMap((row, n) => {
    const event = events[n];
    return event === undefined ? [] : [[row, event] as const];
  });
}

function joinedCoverage(main: Coverage, others: readonly OtherTimeline[]): Coverage {
  const all = [main, ...others.map(({ answer }) => answer.coverage)];
  const sum = (of: (one: Coverage) => number) => all.reduce((total, one) => total + of(one), 0);
  const times = (of: (one: Coverage) => string | null) => all.flatMap((one) => of(one) ?? []).sort();
  const witnesses = all.flatMap(({ witness }) => witness ?? []);
  return {
    complete: all.every(({ complete }) => complete),
    from: times(({ from }) => from)[0] ?? null,
    to: times(({ to }) => to).at(-1) ?? null,
    events: sum(({ events }) => events),
    requests: sum(({ requests }) => requests),
    bytes: sum(({ bytes }) => bytes),
    unreadable: sum(({ unreadable }) => unreadable),
    witness: witnesses.length === 0 ? null : witnesses.reduce((a, b) => a + b, 0),
    gaps: [
      ...main.gaps,
      ...others.flatMap(({ origin, answer }) =>
        answer.coverage.gaps.map((gap) => ({
          ...gap,
          source: gap.source === null ? origin : `${origin} ${gap.source}`,
        })),
      ),
    ],
    levels: joinedLevels(all),
    sources: [
      ...main.sources,
      ...others.flatMap(({ origin, answer }) =>
        answer.coverage.sources.map((source) => ({ ...source, name: `${origin} ${source.name}` })),
      ),
    ],
  };
}

function joinedLevels(all: readonly Coverage[]): Coverage['levels'] {
  const levels = new Map<string, Map<string, number>>();
  for (const one of all) {
    for (const [resource, counts] of Object.entries(one.levels)) {
      const known = levels.get(resource) ?? new Map<string, number>();
      levels.set(resource, known);
      for (const [level, count] of Object.entries(counts)) known.set(level, (known.get(level) ?? 0) + count);
    }
  }
  return Object.fromEntries([...levels].map(([resource, counts]) => [resource, Object.fromEntries(counts)]));
}

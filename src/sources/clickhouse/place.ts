/** Where in a row an event lies: how a query says the values at its paths, and what becomes of the row. */
import type { EventPath } from '../../query/event-test.ts';
import type { Values } from './sql.ts';

export type Row = Readonly<Record<string, unknown>>;

export interface Place {
  /** For messages: `the column Body, as text`. */
  readonly in: string;
  /** A text, '' where there is none; null: it cannot be said. */
  text(path: EventPath): string | null;
  /** A list of texts. */
  list(path: EventPath): string | null;
  /** A whole number or NULL. */
  number(path: EventPath): string | null;
  /** One of the event's own times. */
  moment(field: OwnTime): Moment | null;
  /** Something that rows fail at once which do not have that text anywhere; null: there is no such thing. */
  mention?(text: string, values: Values): string | null;
  /** A row that does not pass holds no event. */
  readonly holds: string;
  /** Rows that hold one which cannot be tested; null: there are none. */
  readonly broken: string | null;
  /** Texts that look like times may lie there as times, written otherwise. */
  readonly mayTakeForTime: boolean;
  /** What is asked for. */
  readonly columns: readonly string[];
  /** The row's event, as `unwrap` knows it. `times`: its own, microseconds, where they do not stand in it as they were. */
  recordOf(row: Row, times: Readonly<Record<OwnTime, number | null>>): unknown;
}

export const OWN_TIMES = ['requestReceivedTimestamp', 'stageTimestamp'] as const;
export type OwnTime = (typeof OWN_TIMES)[number];

/** `text`: as the API server writes it, '' for none; `micros`: since the epoch, or NULL. */
export interface Moment {
  readonly as: 'text' | 'micros';
  readonly sql: string;
}

/** `sql`: a text; microseconds or NULL. */
export function microsOf({ as, sql }: Moment): string {
  return as === 'micros' ? sql : microsOfText(sql);
}

export function microsOfText(sql: string): string {
  return `toUnixTimestamp64Micro(parseDateTime64BestEffortOrNull(${sql}, 6, 'UTC'))`;
}

/** `sql`: a DateTime or DateTime64, whatever its zone and precision. */
export function microsOfTime(sql: string): string {
  return `toUnixTimestamp64Micro(CAST(${sql}, 'Nullable(DateTime64(6))'))`;
}

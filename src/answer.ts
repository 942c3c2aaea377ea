/**
 * The one shape between questions and renderers. json, jsonl, yaml, jsonpath and custom-columns read rows; table, csv,
 * markdown and html read columns over them. Redacted before it is built: renderers never see a secret.
 */

import type { Coverage, Note } from './event/coverage.ts';
import type { AuditEvent } from './event/event.ts';

/** A row's own fields are those of the machine output; unknown is null, never a missing key. */
export type Row = Readonly<Record<string, unknown>>;

/** How a cell is to be drawn; renderers decide what that looks like. */
export type Cell =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'none' }
  /** RFC 3339 with microseconds. */
  | { readonly kind: 'time'; readonly at: string }
  /** The time since then, at the time of the answer. */
  | { readonly kind: 'age'; readonly at: string }
  | { readonly kind: 'number'; readonly value: number }
  /** Several texts of one row, each on a line of its own where the format has lines. */
  | { readonly kind: 'list'; readonly items: readonly string[] }
  /** `tone`: good (done), bad (refused, failed), muted (had no effect), plain. */
  | { readonly kind: 'status'; readonly text: string; readonly tone: 'good' | 'bad' | 'muted' | 'plain' };

export interface Column<R extends Row = Row> {
  /** Upper case in tables; as it is elsewhere. */
  readonly name: string;
  /** Only with `-o wide` (and in csv); where that depends on them, of these rows. */
  readonly wide?: boolean | ((rows: readonly Row[]) => boolean);
  /** When a table is too narrow, columns of a higher rank shrink first, those of 0 only when all others have. Default 1. */
  readonly shrink?: number;
  /** The width at which its texts can still be read, when they are longer. Default 12. */
  readonly readable?: number;
  /** A table too narrow for all columns to be readable leaves out those of the highest rank first. Default: never. */
  readonly drop?: number;
  /** What goes first of a text that is too long. Default: its end. */
  readonly shorten?: 'end' | 'middle' | 'path';
  cell(row: R): Cell;
  /** For a table that has to fit: without what the question or another column says already. Default: the cell. */
  brief?(row: R): Cell;
}

/** What a page draws of the rows: a mark for each, from the top in their order, in the lane of whoever did it. */
export interface Drawing {
  /** Names, in the order in which they first appear. */
  readonly lanes: readonly string[];
  readonly marks: readonly Mark[];
}

export interface Mark {
  /** RFC 3339 with microseconds; null: not known. */
  readonly at: string | null;
  /** Which lane; null: across all of them (a gap). */
  readonly lane: number | null;
  readonly text: string;
  readonly tone: Extract<Cell, { kind: 'status' }>['tone'];
  /** The mark that set it off, by its place; null: none that is drawn. */
  readonly under: number | null;
  readonly isLikely: boolean;
}

export interface NearMiss {
  readonly code: string;
  readonly text: string;
  /** How often the like of it came about. */
  readonly count: number;
  /** The request it is about, the newest of several, as a row; null when it is about none. */
  readonly row: Row | null;
}

export interface Answer {
  readonly question: string;
  readonly says: string;
  readonly rows: readonly Row[];
  readonly columns: readonly Column[];
  /** kind/namespace/name of each row's object, for `-o name`. */
  readonly nameOf: (row: Row) => string;
  readonly nearMisses: readonly NearMiss[];
  readonly notes: readonly Note[];
  /** What the rows led to, for people. Empty, or absent: nothing known. */
  readonly ledTo?: readonly string[];
  /** How things stand now, for people: what the rows' own fields say, and what stands beside them. Empty: not asked. */
  readonly now: readonly string[];
  readonly next: readonly string[];
  readonly coverage: Coverage;
  /** Rows there are, when more than `rows` holds; else rows.length. */
  readonly total: number;
  /** Rows that `-o table` leaves out, because a note tells of them together; `total` counts also those that `rows` lacks. */
  readonly aside?: { readonly rows: ReadonlySet<Row>; readonly total: number };
  /** Absent: the rows are all there is to see. */
  readonly drawing?: Drawing;
  /** What a later question can be given of this one (`--save`), as the text of a file; absent: nothing was asked to be kept. */
  readonly kept?: string;
  /** The rows' events, redacted, in the rows' order; only when they were asked for (`-o raw`). */
  readonly events: readonly AuditEvent['json'][];
}

/** What `-o json` prints (PRODUCT §4). docs/answer.schema.json is made from it. */
export interface AnswerDocument<R> {
  readonly apiVersion: 'kubectl-audit/v1';
  readonly kind: 'Answer';
  readonly question: string;
  /** One sentence. */
  readonly says: string;
  readonly rows: readonly R[];
  readonly nearMisses: readonly (Omit<NearMiss, 'row'> & { readonly row: R | null })[];
  readonly notes: readonly Note[];
  /** Commands to try next. */
  readonly next: readonly string[];
  readonly coverage: Coverage;
}

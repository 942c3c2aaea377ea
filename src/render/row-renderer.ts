/** The contract of a format that rows can be printed in one by one, before it is known which others will come. */
import type { Answer, Column, Row } from '../answer.ts';
import type { AuditEvent } from '../event/event.ts';
import type { RenderOptions } from './renderer.ts';

export interface RowShape {
  readonly columns: readonly Column[];
  readonly nameOf: (row: Row) => string;
}

export interface RowPrinter {
  /** Each a whole number of lines; every text in them escaped. '' for nothing. */
  readonly header: string;
  /** `event`: redacted; only where it was asked for (`-o raw`). */
  line(row: Row, event: AuditEvent['json'] | null): string;
  /** Its rows are those that were printed. Null: the caller prints `coverageLines` on stderr. */
  end(answer: Answer): string | null;
}

export type RowRenderer = (shape: RowShape, options: RenderOptions) => RowPrinter;

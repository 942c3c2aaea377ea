/** What the readers of text hand on: parsed records, and text that should have been one. */

export interface Place {
  /** Where the record begins, from 1. */
  readonly line: number;
  /** Of a prefix before the record, RFC 3339. */
  readonly recordTime: string | null;
  /** The text stands at the very end of the input, without a newline. */
  readonly isUnfinished: boolean;
  /** The text has fewer openers than values may nest. Default: not known. */
  readonly isShallow?: boolean;
}

export interface RecordSink {
  record(value: unknown, place: Place): void;
  /** Text of a record that is not whole, for salvage; `tail`: the end of one whose middle was left out. */
  broken(
    reason: 'not JSON' | 'line cut' | 'line too long',
    text: string,
    tail: string | null,
    place: Place,
  ): void;
  /** Another program's text. */
  foreign(place: Place): void;
  /** A line of the legacy text format, as a v1 event. */
  legacy(json: Readonly<Record<string, unknown>>, place: Place): void;
}

/** Keys that only audit events have, also where the event is a string within a record. */
export const AUDIT_KEYS = /"(?:auditID|requestReceivedTimestamp|stageTimestamp)\\*"\s*:/;

/** The contract of an archive: objects under keys, listed in the order of their keys and read as streams. What they hold is not its affair. */
import type { UserError } from '../../errors.ts';

export interface Archive {
  /** For messages: `s3://audit-logs/prod/`. */
  readonly name: string;
  /** What all keys begin with; '' for nothing. */
  readonly prefix: string;
  /** A list can begin behind a key, so that what lies between can be leapt over. */
  readonly leaps: boolean;
  /** A page of the list, by the bytes of the keys. Rejects with a UserError. */
  list(from: ListFrom, signal: AbortSignal): Promise<ListPage>;
  /**
   * The object's bytes from `from` on. Rejects with ObjectGone, ObjectAsleep, PassingRefusal or a UserError; so does
   * reading.
   */
  open(object: StoredObject, from: number, signal: AbortSignal): Promise<AsyncIterable<Uint8Array>>;
  /** Where requests go, for `--explain`. */
  readonly explained: string;
  /** What to do about objects that lie in cold storage. */
  restoreHint(key: string): string;
  close(): Promise<void>;
}

/** Behind that key (it itself may come too), or where a page left off; null: from the beginning. `after` only where it `leaps`. */
export type ListFrom = { readonly after: string } | { readonly token: string } | null;

export interface ListPage {
  readonly objects: readonly StoredObject[];
  /** Null: it is the last. */
  readonly next: string | null;
}

export interface StoredObject {
  readonly key: string;
  readonly bytes: number;
  /** When it was written, or, of one written in parts, begun. */
  readonly modifiedUs: number;
  readonly isInParts: boolean;
  /** Of its content. */
  readonly tag: string;
}

/** Deleted since it was listed. */
export class ObjectGone extends Error {}

/** Replaced since it was listed, by one with other content. */
export class ObjectChanged extends Error {}

/** In cold storage: it has to be brought back first. */
export class ObjectAsleep extends Error {}

/** What was to be asked may be answered next time: the server is busy, or has an error of its own. */
export class PassingRefusal extends Error {
  readonly refusal: UserError;

  constructor(refusal: UserError) {
    super(refusal.message);
    this.refusal = refusal;
  }
}

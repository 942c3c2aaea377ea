/** The contract of another log: what it tells, as moments; what cannot be read is told, never guessed and never dropped. */
import type { Moment } from '../event/moment.ts';

export interface Telling {
  readonly source: string;
  /** From 1. */
  readonly line: number;
  /** For times without a year or a zone. */
  readonly nowMs: number;
  readonly timeZone: string;
}

export type Told =
  | { readonly moment: Moment }
  /** Why it is none, in a few words. */
  | { readonly unreadable: string };

interface Named {
  /** `--with NAME:PATH`. */
  readonly name: string;
  /** For help. */
  readonly means: string;
  /** `--with NAME`: the cluster is asked for them. Default no. */
  readonly isInCluster?: boolean;
  /** `--with NAME:node/NODE`: files below the node's /var/log, of which the first is read that is there. Default none. */
  readonly nodeFiles?: readonly string[];
}

export interface RecordKind extends Named {
  readonly reads: 'records';
  /** A JSON value; an empty answer: it is none of this kind's business (an empty list). */
  decode(record: unknown, telling: Telling): readonly Told[];
}

export interface LineKind extends Named {
  readonly reads: 'lines';
  decode(line: string, telling: Telling): readonly Told[];
  /** What of its times was assumed, said when there was such a time. */
  readonly assumes: ((telling: Telling) => string) | null;
}

export type MomentKind = RecordKind | LineKind;

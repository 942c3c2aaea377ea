/** What the parts of what-changed's answer are made from. */
import type { Coverage } from '../../event/coverage.ts';
import type { ObjectId } from '../object-history/step.ts';
import type { Found } from './found.ts';
import type { WhatChangedParams } from './what-changed.ts';

export interface Told {
  readonly params: WhatChangedParams;
  readonly nowUs: number;
  readonly found: Found;
  /** The objects asked about of which the log holds anything. */
  readonly ids: readonly ObjectId[];
  readonly coverage: Coverage;
  /** Only some of the requests were looked at: those that may be among the rows shown. */
  readonly isPicked: boolean;
  /** Nothing was found in the last 24 h, and everything before was read. */
  readonly isWidened: boolean;
}

/** Not all that was done was looked at: the tally counts it. */
export function isCounted({ isPicked, found, params }: Told): boolean {
  return (isPicked && params.limit !== null) || found.dropped > 0;
}

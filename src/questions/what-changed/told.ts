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
  /** Nothing was found in the last 24 h, and everything before was read. */
  readonly isWidened: boolean;
}

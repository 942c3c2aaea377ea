/** The answers of all questions: what docs/answer.schema.json is made from. */
import type { AnomaliesAnswer } from './anomalies/anomalies-row.ts';
import type { DetectAnswer } from './detect/detect-row.ts';
import type { FailedAuthAnswer } from './failed-auth/failed-auth-row.ts';
import type { RbacDiffAnswer } from './rbac-diff/rbac-diff-row.ts';
import type { TimelineAnswer } from './timeline/timeline-row.ts';
import type { TopAnswer } from './top/top-row.ts';
import type { WhatChangedAnswer } from './what-changed/what-changed-row.ts';
import type { WhoDidAnswer } from './who-did/who-did-row.ts';

export type AnyAnswer =
  | WhoDidAnswer
  | AnomaliesAnswer
  | DetectAnswer
  | FailedAuthAnswer
  | RbacDiffAnswer
  | TimelineAnswer
  | TopAnswer
  | WhatChangedAnswer;

/** All rules. Which of them speak of a request, each says itself. */
import type { Rule } from '../finding.ts';
import { operator, podOfAccount, token } from './accounts.ts';
import { autoscaler } from './autoscaler.ts';
import { schedule, timeToLive } from './batch.ts';
import { completion, release } from './completion.ts';
import { deployment } from './deployment.ts';
import { garbage } from './garbage.ts';
import { furnishing, namespaceContent } from './namespace-content.ts';
import { drain, lostNode } from './nodes.ts';
import { pods } from './pods.ts';
import { endpoints } from './services.ts';

/** What set a controller's request off: where one identity stands for all controllers, these compete. */
export const CONTROLLER_RULES: readonly Rule[] = [
  garbage,
  namespaceContent,
  furnishing,
  deployment,
  pods,
  schedule,
  timeToLive,
  autoscaler,
  lostNode,
  endpoints,
  operator,
];

/** What a request completes, and by whose leave it was sent: beside whatever set it off. */
export const OTHER_RULES: readonly Rule[] = [completion, release, drain, token, podOfAccount];

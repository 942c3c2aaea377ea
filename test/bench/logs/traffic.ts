/** What goes on in the cluster: each kind of request with its share of all, in the proportions of a busy one. */
import { deploymentWrites, endpoints, nodeStatusPatch, podLife, podStatusPatch, roles } from './changes.ts';
import { execs, refused, unauthenticated } from './exceptions.ts';
import type { Random } from './random.ts';
import type { Request } from './request.ts';
import {
  accessReviews,
  controllerLists,
  events,
  leaderElection,
  nodeLease,
  operatorReads,
  personReads,
  probes,
  watches,
} from './routine.ts';

export function nextRequest(random: Random): Request {
  let at = random.below(SHARES);
  for (const [share, make] of KINDS) {
    if (at < share) return make(random);
    at -= share;
  }
  throw new Error('the shares do not add up');
}

/** Parts of their sum. */
const KINDS: readonly (readonly [number, (random: Random) => Request])[] = [
  [130, nodeLease],
  [80, leaderElection],
  [160, operatorReads],
  [70, controllerLists],
  [30, watches],
  [30, probes],
  [90, personReads],
  [70, accessReviews],
  [70, events],
  [80, podStatusPatch],
  [25, nodeStatusPatch],
  [60, podLife],
  [85, deploymentWrites],
  [20, endpoints],
  [15, refused],
  [4, unauthenticated],
  [4, execs],
  [2, roles],
];
const SHARES = KINDS.reduce((sum, [share]) => sum + share, 0);

/** An actor as people say it: `alice (as agent-smith)`, `sa:ci/runner`, `all nodes`. */
import { shortUser } from '../short-user.ts';
import type { SeenActor } from './seen.ts';

export function actorName({ user, session, as }: SeenActor): string {
  const name = user === 'system:node:*' ? 'the nodes' : shortUser(user);
  const known = session === null || session === user ? name : `${session} (${name})`;
  return as === null ? known : `${known} as ${shortUser(as)}`;
}

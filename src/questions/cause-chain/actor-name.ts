/** An actor in the sentence of a chain: controllers by their own names. */
import type { RequestRow } from '../fact/request-row.ts';
import { shortUser } from '../short-user.ts';
import { controllerName } from './controllers.ts';

export function actorName(who: RequestRow['who']): string {
  const controller = controllerName(who);
  if (controller !== null) return controller;
  const user = shortUser(who.user);
  const session = who.session === null ? '' : ` (${who.session})`;
  return who.as === null ? `${user}${session}` : `${user}${session} as ${shortUser(who.as)}`;
}

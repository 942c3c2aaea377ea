/** Whether an actor is one of those that `--by`, `--not-by` and `--humans` mean: by its names, for counts have no groups. */
import type { AuditEvent, UserInfo } from '../../event/event.ts';
import { matches } from '../../query/matches.ts';
import type { Predicate } from '../../query/predicate.ts';
import type { SeenActor } from './seen.ts';

export function isBy({ user, session, as }: SeenActor, who: Predicate): boolean {
  const extra = session === null ? {} : { sessionName: [session] };
  return matches({ ...NOTHING, user: userOf(user, extra), impersonatedUser: userOf(as, {}) }, who);
}

function userOf(username: string | null, extra: UserInfo['extra']): UserInfo | null {
  return username === null ? null : { username, uid: null, groups: [], extra };
}

/** An event that tells nothing but who it was. */
const NOTHING: AuditEvent = {
  ...{ auditID: '', level: 'Metadata', stage: 'ResponseComplete', verb: '', requestURI: '' },
  ...{ user: null, impersonatedUser: null, sourceIPs: [], userAgent: null, objectRef: null },
  ...{ responseStatus: null, requestObject: undefined, responseObject: undefined, annotations: {} },
  ...{ receivedUs: null, stageUs: null, requestReceivedTimestamp: null, stageTimestamp: null },
  ...{ json: {}, source: '', position: { file: '', line: 0 }, cut: null },
};

/** A request as a row of the machine output (PRODUCT §4): the fields every question's rows about one request share. */
import { type Actor, actorOf } from '../event/actor.ts';
import { type Outcome, outcomeOf } from '../event/outcome.ts';
import { redactText } from '../event/redact.ts';
import type { AuditRequest } from '../event/request.ts';
import { isDryRun, type Target, targetOf } from '../event/target.ts';

export type RequestRow = {
  readonly auditID: string;
  /** requestReceivedTimestamp. */
  readonly when: string | null;
  /** stageTimestamp of the outcome; null while there is none. */
  readonly until: string | null;
  readonly who: Actor;
  /** `verb` is the API's, `word` the trade's. */
  readonly did: { readonly verb: string; readonly word: string };
  readonly object: Target;
  /** `ip`: the last address, the only one a client cannot forge. */
  readonly from: { readonly ip: string | null; readonly chain: readonly string[] };
  readonly with: string | null;
  readonly result: Outcome;
  readonly dryRun: boolean;
  readonly stage: string;
  readonly level: string;
  readonly source: string;
};

/** `isRevealed`: with --reveal, text is left as it is. */
export function requestRow(request: AuditRequest, word: string, isRevealed: boolean): RequestRow {
  const { event } = request;
  const clean = (text: string | null): string | null =>
    text === null || isRevealed ? text : redactText(text);
  const target = targetOf(event);
  return {
    auditID: redactedID(event.auditID, isRevealed),
    when: event.requestReceivedTimestamp,
    until: request.endedUs === null ? null : event.stageTimestamp,
    who: cleanActor(actorOf(event), clean),
    did: { verb: event.verb, word },
    object: { ...target, name: clean(target.name), namespace: clean(target.namespace) },
    from: { ip: event.sourceIPs.at(-1) ?? null, chain: event.sourceIPs.map((ip) => clean(ip) ?? '') },
    with: clean(event.userAgent),
    result: outcomeOf(event),
    dryRun: isDryRun(event),
    stage: event.stage,
    level: event.level,
    source: event.source,
  };
}

/** Somebody's token can end up where a name was meant. */
function cleanActor(who: Actor, clean: (text: string | null) => string | null): Actor {
  return {
    ...who,
    user: clean(who.user),
    as: clean(who.as),
    groups: who.groups.map((group) => clean(group) ?? ''),
    session: clean(who.session),
    credential: clean(who.credential),
    pod: clean(who.pod),
    node: clean(who.node),
  };
}

/** A client may put anything into its Audit-ID, a token by mistake too. */
function redactedID(id: string, isRevealed: boolean): string {
  return isRevealed ? id : redactText(id);
}

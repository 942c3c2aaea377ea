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

/** `isRevealed`: with --reveal, text is left as it is. Somebody's token can end up in any field, so every text is cleaned. */
export function requestRow(request: AuditRequest, word: string, isRevealed: boolean): RequestRow {
  const { event } = request;
  const row: RequestRow = {
    auditID: event.auditID,
    when: event.requestReceivedTimestamp,
    until: request.endedUs === null ? null : event.stageTimestamp,
    who: actorOf(event),
    did: { verb: event.verb, word },
    object: targetOf(event),
    from: { ip: event.sourceIPs.at(-1) ?? null, chain: event.sourceIPs },
    with: event.userAgent,
    result: outcomeOf(event),
    dryRun: isDryRun(event),
    stage: event.stage,
    level: event.level,
    source: event.source,
  };
  return withTexts(row, isRevealed ? shared : (text) => shared(redactText(text)));
}

/** The same, but for its texts, however deep. Keys are ours. */
function withTexts<T>(value: T, change: (text: string) => string): T {
  if (typeof value === 'string') return change(value) as T;
  if (Array.isArray(value)) return value.map((one) => withTexts(one, change)) as T;
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([key, one]) => [key, withTexts(one, change)]);
  return Object.fromEntries(entries) as T;
}

/** Users, agents, addresses and names come again and again: kept rows hold each text once. */
const SHARED_TEXTS = 20_000;
const texts = new Map<string, string>();

function shared(text: string): string {
  const known = texts.get(text);
  if (known !== undefined) return known;
  if (texts.size >= SHARED_TEXTS) texts.clear();
  texts.set(text, text);
  return text;
}

/** A request as a row of the machine output (PRODUCT §4): the fields every question's rows about one request share. */
import { type Actor, actorOf } from '../../event/actor.ts';
import { type Outcome, outcomeOf } from '../../event/outcome.ts';
import { redactText } from '../../event/redact.ts';
import type { AuditRequest } from '../../event/request.ts';
import { isDryRun, type Target, targetOf } from '../../event/target.ts';

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
  const clean = <T>(value: T): T => (isRevealed ? value : withTexts(value, redactText));
  const shared = <T>(value: T): T => sharedAs(isRevealed ? revealed : cleaned, value, clean);
  return {
    auditID: clean(event.auditID),
    when: event.requestReceivedTimestamp,
    until: request.endedUs === null ? null : event.stageTimestamp,
    who: shared(actorOf(event)),
    did: shared({ verb: event.verb, word }),
    object: clean(targetOf(event)),
    from: shared({ ip: event.sourceIPs.at(-1) ?? null, chain: event.sourceIPs }),
    with: shared(event.userAgent),
    result: shared(outcomeOf(event)),
    dryRun: isDryRun(event),
    stage: event.stage,
    level: event.level,
    source: event.source,
  };
}

/** The same but for its texts, however deep; itself when none changes. Keys are ours. */
function withTexts<T>(value: T, change: (text: string) => string): T {
  if (typeof value === 'string') return change(value) as T;
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([key, one]): [string, unknown] => [key, withTexts(one, change)]);
  if (entries.every(([key, one]) => value[key as keyof T] === one)) return value;
  return (Array.isArray(value) ? entries.map(([, one]) => one) : Object.fromEntries(entries)) as T;
}

/** Who, from where and with what come again and again: a question keeps tens of thousands of rows, and each of these once. */
const SHARED = 10_000;
const cleaned = new Map<string, unknown>();
const revealed = new Map<string, unknown>();

function sharedAs<T>(known: Map<string, unknown>, value: T, clean: (value: T) => T): T {
  const key = JSON.stringify(value);
  const same = known.get(key);
  if (same !== undefined) return same as T;
  if (known.size >= SHARED) known.clear();
  const kept = clean(value);
  known.set(key, kept);
  return kept;
}

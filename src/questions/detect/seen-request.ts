/** What is kept of a request that a rule holds of: its row, and where it stands in the log. */

import type { AuditEvent } from '../../event/event.ts';
import { redactEvent, redactText } from '../../event/redact.ts';
import type { AuditRequest } from '../../event/request.ts';
import type { Rule } from '../../rules/rule.ts';
import { type RequestRow, requestRow } from '../fact/request-row.ts';
import { wordOf } from '../fact/word-of.ts';

export interface SeenRequest {
  readonly key: string;
  /** Receipt, else the stage's time, else 0. */
  readonly atUs: number;
  readonly row: RequestRow;
  /** The API group's version, as the request named it. */
  readonly version: string | null;
  /** Redacted; null when it was not asked for. */
  readonly event: AuditEvent['json'] | null;
  readonly file: string;
  readonly line: number;
}

export interface Keeping {
  readonly keepsEvents: boolean;
  readonly isRevealed: boolean;
}

export function seenRequest(request: AuditRequest, { keepsEvents, isRevealed }: Keeping): SeenRequest {
  const { event } = request;
  return {
    key: request.key,
    atUs: event.receivedUs ?? event.stageUs ?? 0,
    row: requestRow(request, wordOf(event), isRevealed),
    version: event.objectRef?.version ?? null,
    event: keepsEvents ? (isRevealed ? event.json : redactEvent(event.json)) : null,
    file: event.position.file,
    line: event.position.line,
  };
}

/** The rule's author's words for it; null: there are none. */
export function describedBy(rule: Rule, { event }: AuditRequest, isRevealed: boolean): string | null {
  const text = rule.describe?.(event) ?? null;
  return text === null || isRevealed ? text : redactText(text);
}

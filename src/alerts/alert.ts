/**
 * An alert: what is said, once, of findings of one rule about one actor and one object that come one after the other. Whom it is
 * sent to and when is delivery.ts's; how it is written, a receiver's.
 */
import { createHash } from 'node:crypto';
import { escapeTerminal } from '../render/escape.ts';
import { actorText, addressText, type Finding, objectText } from './finding.ts';

export interface Alert {
  /** Of the rule, the actor and the object: the same in every run, and on every machine. */
  readonly fingerprint: string;
  /** The latest, but for what they have in common: `count`, `first`, `last` and `auditIDs` are of all of them. */
  readonly finding: Finding;
  /** When it was first told of; milliseconds since the epoch. With the fingerprint it names what is told: a repeated delivery bears the same. */
  readonly beganMs: number;
  /** When the latest finding of it came; milliseconds since the epoch. */
  readonly foundMs: number;
}

/** As many as a finding itself has. */
const MOST_AUDIT_IDS = 20;

/** Of an actor that nobody has logged in as, its address is all that is known. */
export function fingerprintOf(finding: Finding): string {
  const { rule, who, object, from } = finding;
  const actor = who?.user == null ? [null, who?.as ?? null, from.top[0]?.ip ?? null] : [who.user, who.as];
  const { group, resource, subresource, namespace, name } = object ?? {};
  const of = [rule, actor, [group, resource, subresource, namespace, name].map((part) => part ?? null)];
  return createHash('sha256').update(JSON.stringify(of)).digest('hex').slice(0, 16);
}

export function newAlert(finding: Finding, nowMs: number): Alert {
  return { fingerprint: fingerprintOf(finding), finding, beganMs: nowMs, foundMs: nowMs };
}

/** With one more finding of it. */
export function again(
  { fingerprint, finding: before, beganMs }: Alert,
  finding: Finding,
  nowMs: number,
): Alert {
  const first = earliest(before.first, finding.first);
  const last = latest(before.last, finding.last);
  const count = before.count + finding.count;
  const auditIDs = [...new Set([...before.auditIDs, ...finding.auditIDs])].slice(-MOST_AUDIT_IDS);
  return { fingerprint, finding: { ...finding, count, first, last, auditIDs }, beganMs, foundMs: nowMs };
}

/** In one line, for whoever is woken by it: `A command was run in a pod: alice, pods/exec prod/api-1, from 10.0.3.7`. */
export function summaryOf(finding: Finding): string {
  const from = addressText(finding);
  const parts = [actorText(finding), objectText(finding), from === null ? null : `from ${from}`];
  const said = parts.filter((part) => part !== null).join(', ');
  return said === '' ? finding.title : `${finding.title}: ${said}`;
}

/** Nothing in it acts on what shows it, and it is no longer than that: what is cut ends with a mark, and differs where the texts did. */
export function shown(text: string, most: number): string {
  // What is escaped is longer, and never of use: the rest is not looked at.
  const seen = escapeTerminal(text.slice(0, most * 2).toWellFormed());
  if (seen.length <= most && text.length <= most * 2) return seen;
  const digest = createHash('sha256').update(text).digest('hex').slice(0, 8);
  return `${seen.slice(0, most - 10).toWellFormed()}… ${digest}`;
}

function earliest(a: string | null, b: string | null): string | null {
  if (a === null || b === null) return a ?? b;
  return Date.parse(b) < Date.parse(a) ? b : a;
}

function latest(a: string | null, b: string | null): string | null {
  if (a === null || b === null) return a ?? b;
  return Date.parse(b) > Date.parse(a) ? b : a;
}

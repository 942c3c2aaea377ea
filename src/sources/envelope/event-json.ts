/** What an audit event looks like as JSON, and the small words that all envelopes share. */
import type { Carried } from '../../event/decode.ts';

export type Json = Readonly<Record<string, unknown>>;

export const NOTHING: readonly Carried[] = [];

export function faithful(json: unknown): Carried {
  return { event: { json }, recordTime: null, lost: [], isReconstructed: false };
}

export function isRecord(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Of any audit.k8s.io version; items of a list and forwarded events may lack kind and apiVersion. */
export function isEvent(value: unknown): boolean {
  if (!isRecord(value)) return false;
  const { kind, apiVersion, auditID, stage, verb, requestURI } = value;
  if (typeof apiVersion === 'string' && apiVersion.startsWith('audit.k8s.io/'))
    return kind === 'Event' || kind === undefined;
  if (typeof apiVersion === 'string') return false;
  const isNamed = typeof auditID === 'string' && typeof stage === 'string';
  return isNamed && (typeof verb === 'string' || typeof requestURI === 'string');
}

const LEVELS: ReadonlySet<unknown> = new Set(['Metadata', 'Request', 'RequestResponse']);

/** OpenShift's forwarder overwrites `level` with a log level and keeps the audit level beside it. */
export function ofStatedLevel(event: Json): Json {
  if (event.level === undefined || LEVELS.has(event.level)) return event;
  const stated = [event.k8s_audit_level, event.openshift_audit_level].find((level) => LEVELS.has(level));
  return stated === undefined ? event : { ...event, level: stated };
}

/** Leaves out what is absent, null or ''. */
export function present(fields: Json): Json {
  const kept = Object.entries(fields).filter(
    ([, value]) => value !== undefined && value !== null && value !== '',
  );
  return Object.fromEntries(kept);
}

export function text(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null;
}

/** A column that holds JSON, as text or already parsed; other text as it is. */
export function parsed(value: unknown): unknown {
  if (typeof value !== 'string') return value;
  const first = value.trimStart()[0];
  if (first !== '{' && first !== '[') return value;
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
}

/**
 * Annotation keys as the API server wrote them: stores nest them at their dots, or write `_` for the dots before the slash
 * (no domain has an underscore).
 */
export function repairedAnnotations(value: unknown): Record<string, string> {
  const pairs: [string, string][] = [];
  const visit = (node: unknown, path: string, depth: number) => {
    if (isRecord(node) && depth < 12) {
      for (const [key, child] of Object.entries(node))
        visit(child, path === '' ? key : `${path}.${key}`, depth + 1);
    } else if (path !== '' && node !== null && node !== undefined) {
      pairs.push([repairedKey(path), typeof node === 'string' ? node : JSON.stringify(node)]);
    }
  };
  visit(value, '', 0);
  return Object.fromEntries(pairs);
}

function repairedKey(key: string): string {
  const slash = key.indexOf('/');
  if (slash >= 0) return key.slice(0, slash).replaceAll('_', '.') + key.slice(slash);
  return KNOWN_BY_WORDS.get(key.replaceAll(/[./-]/g, '_')) ?? key;
}

/** Keys that questions and answers read, for stores that write `_` for the slash too (Loki's `json` does). */
const KNOWN_BY_WORDS: ReadonlyMap<string, string> = new Map(
  [
    'authorization.k8s.io/decision',
    'authorization.k8s.io/reason',
    'audit.k8s.io/truncated',
    'authentication.kubernetes.io/issued-credential-id',
    'authentication.k8s.io/legacy-token',
    'authentication.k8s.io/stale-token',
    'pod-security.kubernetes.io/enforce-policy',
    'pod-security.kubernetes.io/audit-violations',
    'pod-security.kubernetes.io/exempt',
    'validation.policy.admission.k8s.io/validation_failure',
    'k8s.io/deprecated',
    'k8s.io/removed-release',
  ].map((key) => [key.replaceAll(/[./-]/g, '_'), key]),
);

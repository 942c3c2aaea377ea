/** What rules tell requests apart and tie them together by: the fields that `top` counts by, and what only rules need. */
import { actorOf } from '../../event/actor.ts';
import type { AuditEvent } from '../../event/event.ts';
import { COUNT_FIELDS, parseCountFields } from '../../query/count-fields.ts';
import { groupKeyOf } from '../../query/group-of.ts';
import type { RuleValue } from '../rule.ts';

const ISSUED = 'authentication.kubernetes.io/issued-credential-id';

/** Names that one service account, or one token, has in different requests. */
const TIES: readonly RuleValue[] = [
  /** The credential that was used: `JTI=…`, `X509SHA256=…`. */
  {
    name: 'credential',
    isRequired: true,
    fields: ['user.username', 'session'],
    of: (event) => actorOf(event).credential,
  },
  /** The one that was issued: a TokenRequest's annotation. */
  {
    name: 'issued-credential',
    isRequired: true,
    fields: ['annotations'],
    of: ({ annotations }) => (Object.hasOwn(annotations, ISSUED) ? (annotations[ISSUED] ?? null) : null),
  },
  /** The service account that the request is about, as the user that it is. */
  {
    name: 'account',
    isRequired: true,
    fields: ['objectRef.resource', 'objectRef.namespace', 'objectRef.name'],
    of: ({ objectRef }) =>
      objectRef?.resource === 'serviceaccounts' ? accountOf(objectRef.namespace, objectRef.name) : null,
  },
  /** The first subject of a binding, as the user that it is; `group:NAME`. */
  { name: 'subject', isRequired: true, fields: ['requestObject', 'objectRef.namespace'], of: subjectOf },
];

export const VALUE_NAMES = [...COUNT_FIELDS.map(({ name }) => name), ...TIES.map(({ name }) => name)];

/** Throws UserError AUDIT_USAGE for what is none of them. */
export function ruleValue(name: string): RuleValue | null {
  const tie = TIES.find((one) => one.name === name);
  if (tie !== undefined) return tie;
  const [field] = parseCountFields([name]);
  if (field === undefined) return null;
  return {
    name: field.name,
    fields: [field.field],
    of: (event: AuditEvent) => groupKeyOf(event, { by: [field.field] })[0] ?? null,
  };
}

function subjectOf({ requestObject, objectRef }: AuditEvent): string | null {
  const [first] = listOf(field(requestObject, 'subjects'));
  const kind = field(first, 'kind');
  const name = field(first, 'name');
  if (typeof name !== 'string') return null;
  if (kind === 'Group') return `group:${name}`;
  if (kind !== 'ServiceAccount') return name;
  const namespace = field(first, 'namespace');
  return accountOf(typeof namespace === 'string' ? namespace : (objectRef?.namespace ?? null), name);
}

function accountOf(namespace: string | null, name: string | null): string | null {
  return namespace === null || name === null ? null : `system:serviceaccount:${namespace}:${name}`;
}

function field(of: unknown, name: string): unknown {
  if (typeof of !== 'object' || of === null || !Object.hasOwn(of, name)) return undefined;
  return (of as Readonly<Record<string, unknown>>)[name];
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

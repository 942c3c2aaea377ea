/**
 * What an event has, as audit.k8s.io/v1 declares it (k8s.io/apiserver, pkg/apis/audit/v1/types.go), for --where: the names
 * that can be read, and of what type their values are.
 */

export type CelKind =
  | 'text'
  | 'number'
  | 'true or false'
  | 'time'
  | 'duration'
  | 'list'
  | 'object'
  | 'anything';

export interface CelField {
  readonly kind: CelKind;
  /** The fields of an object; null when it may have any. */
  readonly fields: CelFields | null;
}

export type CelFields = ReadonlyMap<string, CelField>;

const TEXT: CelField = { kind: 'text', fields: null };
const NUMBER: CelField = { kind: 'number', fields: null };
const TIME: CelField = { kind: 'time', fields: null };
const LIST: CelField = { kind: 'list', fields: null };
/** A body, annotations: whatever somebody put there. */
const OPEN: CelField = { kind: 'object', fields: null };

const USER = objectOf({ username: TEXT, uid: TEXT, groups: LIST, extra: OPEN });

export const EVENT_FIELDS: CelFields = fieldsOf({
  kind: TEXT,
  apiVersion: TEXT,
  level: TEXT,
  auditID: TEXT,
  stage: TEXT,
  requestURI: TEXT,
  verb: TEXT,
  user: USER,
  impersonatedUser: USER,
  authenticationMetadata: objectOf({ impersonationConstraint: TEXT }),
  sourceIPs: LIST,
  userAgent: TEXT,
  objectRef: objectOf({
    resource: TEXT,
    subresource: TEXT,
    namespace: TEXT,
    name: TEXT,
    uid: TEXT,
    apiGroup: TEXT,
    apiVersion: TEXT,
    resourceVersion: TEXT,
  }),
  responseStatus: objectOf({
    kind: TEXT,
    apiVersion: TEXT,
    metadata: OPEN,
    status: TEXT,
    message: TEXT,
    reason: TEXT,
    details: OPEN,
    code: NUMBER,
  }),
  requestObject: OPEN,
  responseObject: OPEN,
  requestReceivedTimestamp: TIME,
  stageTimestamp: TIME,
  annotations: OPEN,
});

/** `user.username`; null for what is not declared. */
export function fieldAt(path: string): CelField | null {
  let field: CelField | null = null;
  for (const name of path.split('.')) {
    const fields: CelFields | null = field === null ? EVENT_FIELDS : field.fields;
    field = fields?.get(name) ?? null;
    if (field === null) return null;
  }
  return field;
}

function objectOf(fields: Readonly<Record<string, CelField>>): CelField {
  return { kind: 'object', fields: fieldsOf(fields) };
}

function fieldsOf(fields: Readonly<Record<string, CelField>>): CelFields {
  return new Map(Object.entries(fields));
}

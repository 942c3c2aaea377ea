/** What `top` counts by: the names people say for the fields of an event, and the audit API's own paths. */
import { UserError } from '../errors.ts';
import { didYouMean, nearestName } from './nearest.ts';
import type { Field } from './predicate.ts';

export interface CountField {
  /** As it is typed, and the name of the value in the machine output. */
  readonly name: string;
  readonly field: Field;
  /** Other names for it, besides the field's own. In lower case. */
  readonly also: readonly string[];
  readonly means: string;
}

export const COUNT_FIELDS: readonly CountField[] = [
  field('user', 'user.username', 'the authenticated user', 'who', 'username', 'actor'),
  field('as', 'impersonatedUser.username', 'whom they acted as', 'impersonated', 'impersonated-user'),
  field('session', 'session', 'the person behind a shared login'),
  field('verb', 'verb', 'of the API: get, list, patch, …', 'did'),
  field('group', 'objectRef.apiGroup', "the resource's API group", 'api-group', 'apigroup'),
  field('resource', 'objectRef.resource', 'the plural: pods, deployments', 'type', 'resources'),
  field('subresource', 'objectRef.subresource', 'status, scale, exec, …', 'sub'),
  field('namespace', 'objectRef.namespace', "the object's", 'ns'),
  field('name', 'objectRef.name', "the object's", 'object'),
  field('code', 'responseStatus.code', 'of the answer: 200, 404', 'status', 'result'),
  field('reason', 'responseStatus.reason', 'of a failure: NotFound, Conflict', 'error'),
  field(
    'ip',
    'sourceIPs',
    'the last address, the only one a client cannot forge',
    'from',
    'address',
    'source-ip',
  ),
  field('agent', 'userAgent', 'the user agent', 'user-agent', 'client', 'with'),
  field('path', 'requestPath', 'of the URL, without its query', 'url'),
  field('uri', 'requestURI', 'the URL as it was sent', 'request-uri'),
  field('level', 'level', 'Metadata, Request, RequestResponse'),
  field('stage', 'stage', 'that told the outcome: ResponseComplete, Panic'),
  field('dryRun', 'dryRun', 'whether nothing was to be stored', 'dry-run'),
  field('auditID', 'auditID', 'several requests may share one', 'audit-id', 'id'),
];

export const DEFAULT_COUNT = ['user', 'verb', 'resource'];

/** As typed: each a list with commas. Throws AUDIT_USAGE for what is none of them. */
export function parseCountFields(typed: readonly string[]): readonly CountField[] {
  const names = typed.flatMap((text) => text.split(',')).map((name) => name.trim());
  return [...new Set(names.map(parseCountField))];
}

function parseCountField(typed: string): CountField {
  const name = typed.toLowerCase();
  const found = COUNT_FIELDS.find((one) => namesOf(one).some((known) => known.toLowerCase() === name));
  if (found !== undefined) return found;
  if (typed === '')
    throw new UserError('AUDIT_USAGE', '--count names nothing between two commas', { hint: HINT });
  const why = Object.hasOwn(NOT_COUNTED, name) ? NOT_COUNTED[name] : undefined;
  if (why !== undefined)
    throw new UserError('AUDIT_USAGE', `--count ${JSON.stringify(typed)}: ${why.message}`, {
      hint: why.hint,
    });
  const meant = COUNT_FIELDS.flatMap(namesOf);
  throw new UserError(
    'AUDIT_USAGE',
    `--count ${JSON.stringify(typed)} is no field to count by${didYouMean(typed, meant)}`,
    { hint: `--count ${nearestName(typed, meant) ?? DEFAULT_COUNT.join(',')}; ${HINT}` },
  );
}

const HINT = `count by any of ${COUNT_FIELDS.map(({ name }) => name).join(', ')}`;

const SEVERAL = { message: 'a request has several of them, and would count several times' };
const TIME = { message: 'time is counted in buckets', hint: '--bucket 1h' };
const BODY = { message: 'bodies are not counted', hint: HINT };

/** Fields of an event that are no single value to tell requests apart by. */
const NOT_COUNTED: Readonly<Record<string, { readonly message: string; readonly hint: string }>> = {
  groups: { ...SEVERAL, hint: '--by group:ops counts the requests of one group' },
  'user.groups': { ...SEVERAL, hint: '--by group:ops counts the requests of one group' },
  'impersonateduser.groups': { ...SEVERAL, hint: '--by group:ops counts the requests of one group' },
  annotations: { ...SEVERAL, hint: '--where \'annotations["k8s.io/deprecated"] == "true"\' narrows by one' },
  requestobject: BODY,
  responseobject: BODY,
  time: TIME,
  hour: TIME,
  day: { ...TIME, hint: '--bucket 1d' },
  requestreceivedtimestamp: TIME,
  stagetimestamp: TIME,
};

function namesOf({ name, field: of, also }: CountField): readonly string[] {
  return [name, of, ...also];
}

function field(name: string, of: Field, means: string, ...also: string[]): CountField {
  return { name, field: of, also, means };
}

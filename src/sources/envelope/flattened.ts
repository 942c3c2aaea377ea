/**
 * Rows of stores that flatten JSON into `objectRef.resource` or `objectRef_resource`, numbers and arrays into text
 * (VictoriaLogs, Loki's `json`, ClickHouse, Elastic's fields): the event put together again.
 */
import type { Carried } from '../../event/decode.ts';
import { bodiesWithoutMetadata } from './elastic.ts';
import {
  faithful,
  isRecord,
  type Json,
  ofStatedLevel,
  parsed,
  repairedAnnotations,
  text,
} from './event-json.ts';

/** How a row's keys begin, and what stands between their parts; null when the row is no flattened event. */
export interface Flattening {
  readonly prefix: string;
  readonly separator: Separator;
}

const SEPARATORS = ['.', '_', '__', '/'] as const;
type Separator = (typeof SEPARATORS)[number];

export function flattenedPrefix(row: Json): Flattening | null {
  for (const key of Object.keys(row)) {
    if (!key.endsWith('auditID')) continue;
    const prefix = key.slice(0, -'auditID'.length);
    if (prefix !== '' && !/[._]$/.test(prefix)) continue;
    const separator = separatorOf(row, prefix);
    if (separator !== null && text(row[`${prefix}stage`]) !== null) return { prefix, separator };
  }
  return null;
}

/** An event has no such keys of its own, nor objects as text: a record without any is whole. */
function separatorOf(row: Json, prefix: string): Separator | null {
  if (PARENTS.some((parent) => typeof row[`${prefix}${parent}`] === 'string')) return '.';
  for (const separator of SEPARATORS) {
    if (PARENTS.some((parent) => Object.hasOwn(row, `${prefix}${parent}${separator}${CHILD[parent]}`)))
      return separator;
  }
  return prefix.endsWith('.') ? '.' : null;
}

const PARENTS = ['user', 'objectRef', 'responseStatus'] as const;
/** The child that every such parent has. */
const CHILD = { user: 'username', objectRef: 'resource', responseStatus: 'code' } as const;

export function ofFlattened(row: Json, { prefix, separator }: Flattening): Carried {
  const event: Record<string, unknown> = {};
  const annotations: Record<string, unknown> = {};
  const lost = new Set<string>();
  for (const [key, value] of Object.entries(row)) {
    if (!key.startsWith(prefix) || value === '' || value === null) continue;
    const name = key.slice(prefix.length);
    if (FIELDS.has(name)) event[name] = typedValue(name, value);
    else if (name.startsWith(`annotations${separator}`))
      define(annotations, name.slice('annotations'.length + separator.length), value);
    else place(event, name, value, separator, lost);
  }
  const whole = {
    ...event,
    annotations: repairedAnnotations({ ...asRecord(event.annotations), ...annotations }),
  };
  for (const name of bodiesWithoutMetadata(whole)) lost.add(name);
  // Arrays are what Loki leaves out.
  if (separator === '_') for (const name of ['sourceIPs']) if (!(name in whole)) lost.add(name);
  return { ...faithful(ofStatedLevel(whole)), lost: [...lost] };
}

/** Fields of an event that stand under their own name, whole. */
const FIELDS: ReadonlySet<string> = new Set([
  'kind',
  'apiVersion',
  'level',
  'auditID',
  'stage',
  'requestURI',
  'verb',
  'user',
  'impersonatedUser',
  'sourceIPs',
  'userAgent',
  'objectRef',
  'responseStatus',
  'requestObject',
  'responseObject',
  'requestReceivedTimestamp',
  'stageTimestamp',
  'annotations',
  'authenticationMetadata',
  'timestamp',
  'metadata',
]);

const USERS = ['user', 'impersonatedUser'] as const;
const BODIES = ['requestObject', 'responseObject'] as const;
const OBJECTS = ['objectRef', 'responseStatus', 'authenticationMetadata', 'metadata'] as const;

/** Never text of their own: a user agent or an audit ID may look like JSON, and stays what it is. */
const OBJECT_FIELDS: ReadonlySet<string> = new Set([...USERS, ...BODIES, ...OBJECTS, 'annotations']);

function place(
  event: Record<string, unknown>,
  name: string,
  value: unknown,
  separator: string,
  lost: Set<string>,
): void {
  for (const parent of [...USERS, ...OBJECTS, ...BODIES]) {
    if (!name.startsWith(parent + separator)) continue;
    const rest = name.slice(parent.length + separator.length);
    const isBody = parent === 'requestObject' || parent === 'responseObject';
    // Types of numbers, and keys with dots, are gone from a body.
    if (isBody) lost.add(parent);
    // But for dots nobody can tell `spec_replicas` from a key of that name.
    if (isBody && separator !== '.') return;
    const path = isBody ? bodyPath(rest) : knownPath(rest, separator);
    put(
      childOf(event, parent),
      path,
      isBody
        ? bodyValue(path, value)
        : path[0] === 'extra'
          ? listOf(value)
          : typedValue(path.at(-1) ?? '', value),
    );
    return;
  }
}

/** `extra.authentication.kubernetes.io/pod-name` → extra and the rest. Everything else is one or two deep. */
function knownPath(rest: string, separator: string): readonly string[] {
  if (rest.startsWith(`extra${separator}`)) {
    return ['extra', repairedExtra(rest.slice('extra'.length + separator.length))];
  }
  return rest.startsWith(`details${separator}`)
    ? ['details', rest.slice('details'.length + separator.length)]
    : [rest];
}

function repairedExtra(key: string): string {
  const words = /^authentication[._]kubernetes[._]io[._/](\w+)$/.exec(key.replaceAll('-', '_'));
  return words === null ? key : `authentication.kubernetes.io/${(words[1] ?? '').replaceAll('_', '-')}`;
}

/** Maps of the user's own keys, dots and all. */
const OPEN_MAPS: ReadonlySet<string> = new Set([
  'labels',
  'annotations',
  'data',
  'stringData',
  'matchLabels',
  'nodeSelector',
]);
const MAX_PARTS = 40;

function bodyPath(rest: string): readonly string[] {
  const parts = rest.split('.', MAX_PARTS);
  const open = parts.findIndex((part) => OPEN_MAPS.has(part));
  if (open < 0 || open === parts.length - 1) return parts;
  return [
    ...parts.slice(0, open + 1),
    rest
      .split('.')
      .slice(open + 1)
      .join('.'),
  ];
}

function bodyValue(path: readonly string[], value: unknown): unknown {
  const isOwnText = path.some((part) => OPEN_MAPS.has(part));
  if (typeof value !== 'string' || isOwnText) return value;
  if (/^-?\d{1,15}$/.test(value)) return Number(value);
  return value === 'true' || value === 'false' ? value === 'true' : parsed(value);
}

const ARRAYS: ReadonlySet<string> = new Set(['groups', 'sourceIPs']);

function typedValue(name: string, value: unknown): unknown {
  if (name === 'code' && typeof value === 'string') return Number(value);
  if (ARRAYS.has(name)) return listOf(value);
  return OBJECT_FIELDS.has(name) ? parsed(value) : value;
}

/** `["a","b"]`, `a, b`, or a list already. */
function listOf(value: unknown): unknown {
  const whole = parsed(value);
  return typeof whole === 'string' ? whole.split(/, ?/) : whole;
}

function childOf(parent: Record<string, unknown>, name: string): Record<string, unknown> {
  const child = Object.hasOwn(parent, name) ? parent[name] : undefined;
  if (isRecord(child)) return child as Record<string, unknown>;
  const made: Record<string, unknown> = {};
  define(parent, name, made);
  return made;
}

function put(into: Record<string, unknown>, path: readonly string[], value: unknown): void {
  let here = into;
  for (const part of path.slice(0, -1)) here = childOf(here, part);
  define(here, path.at(-1) ?? '', value);
}

/** A key may be `__proto__`: it becomes a field like any other. */
function define(into: object, name: string, value: unknown): void {
  Object.defineProperty(into, name, { value, writable: true, enumerable: true, configurable: true });
}

function asRecord(value: unknown): Json {
  return isRecord(value) ? value : {};
}

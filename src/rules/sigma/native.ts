/**
 * A test of a field → a predicate that sources and the scan can push down; only where it holds of just the same requests. Sigma's
 * texts are of any case.
 */
import {
  absent,
  all,
  any,
  equals,
  type Field,
  glob,
  NOTHING,
  not,
  type Predicate,
} from '../../query/predicate.ts';
import { asLogged } from '../as-logged.ts';
import type { SigmaField } from './fields.ts';
import { plainText, toGlob } from './pattern.ts';
import type { Wanted } from './values.ts';

const FIELDS: Readonly<Record<string, Field>> = {
  auditID: 'auditID',
  level: 'level',
  verb: 'verb',
  requestURI: 'requestURI',
  userAgent: 'userAgent',
  sourceIPs: 'sourceIPs',
  'user.username': 'user.username',
  'user.groups': 'user.groups',
  'impersonatedUser.username': 'impersonatedUser.username',
  'impersonatedUser.groups': 'impersonatedUser.groups',
  'objectRef.apiGroup': 'objectRef.apiGroup',
  'objectRef.resource': 'objectRef.resource',
  'objectRef.subresource': 'objectRef.subresource',
  'objectRef.namespace': 'objectRef.namespace',
  'objectRef.name': 'objectRef.name',
  'responseStatus.reason': 'responseStatus.reason',
};
/** The API server knows these in lower case only, and takes no others: a value in capitals means the same. */
const LOWER: ReadonlySet<Field> = new Set<Field>([
  ...(['verb', 'objectRef.apiGroup', 'objectRef.resource', 'objectRef.subresource'] as const),
  'objectRef.namespace',
]);

/** `otherwise`: the same over the event's JSON. Null: there is no such predicate. */
export function nativeTest(field: SigmaField, wanted: Wanted, otherwise: () => Predicate): Predicate | null {
  const { path } = field;
  if (path === null) return null;
  const [top, key = ''] = path;
  if (top === 'annotations' && path.length === 2) return annotationTest(key, wanted);
  if (top === 'responseStatus' && key === 'code' && path.length === 2) return codeTest(wanted);
  const native = Object.hasOwn(FIELDS, path.join('.')) ? FIELDS[path.join('.')] : undefined;
  if (native === undefined) return null;
  if (native === 'sourceIPs' && wanted.kind === 'network')
    return { kind: 'fromNetwork', cidr: wanted.network.cidr };
  if (wanted.kind === 'null' || wanted.kind === 'exists') return presence(native, wanted);
  const test = wanted.kind === 'pattern' ? patternTest(native, wanted) : null;
  return test === null
    ? null
    : asLogged(native, test, native === 'objectRef.namespace' ? otherwise() : NOTHING);
}

/** Predicates call the core group '', the event leaves it out; and fill in names and namespaces that it has elsewhere. */
function presence(native: Field, wanted: Extract<Wanted, { kind: 'null' | 'exists' }>): Predicate | null {
  if (native === 'objectRef.name' || native === 'objectRef.namespace') return null;
  const isThere = wanted.kind === 'exists' && wanted.isThere;
  if (native === 'objectRef.apiGroup')
    return isThere
      ? all(not(absent(native)), not(equals(native, '')))
      : any(absent(native), equals(native, ''));
  return isThere ? not(absent(native)) : absent(native);
}

function patternTest(
  native: Field,
  { pattern, isCased }: Extract<Wanted, { kind: 'pattern' }>,
): Predicate | null {
  const text = plainText(pattern);
  if (text !== null && isCased) return equals(native, text);
  if (text !== null && LOWER.has(native)) return equals(native, text.toLowerCase());
  const wanted = toGlob(pattern);
  return wanted === null ? null : glob(native, wanted, !isCased);
}

/** An annotation is one text in a predicate: `key=value`. */
function annotationTest(key: string, wanted: Wanted): Predicate | null {
  if (/[*?]/.test(key)) return null;
  const exists = glob('annotations', `${key}=*`);
  if (wanted.kind === 'null') return not(exists);
  if (wanted.kind === 'exists') return wanted.isThere ? exists : not(exists);
  if (wanted.kind !== 'pattern') return null;
  const value = toGlob(wanted.pattern);
  return value === null ? null : glob('annotations', `${key}=${value}`, !wanted.isCased);
}

const LAST_CODE = 999;

function codeTest(wanted: Wanted): Predicate | null {
  const between = (from: number, to: number): Predicate => ({ kind: 'codeBetween', from, to });
  switch (wanted.kind) {
    case 'null':
      return absent('responseStatus.code');
    case 'exists':
      return wanted.isThere ? not(absent('responseStatus.code')) : absent('responseStatus.code');
    case 'pattern': {
      const text = plainText(wanted.pattern);
      if (text === null) return null;
      return /^\d{1,9}$/.test(text) ? between(Number(text), Number(text)) : NOTHING;
    }
    case 'compare':
      switch (wanted.operator) {
        case 'lt':
          return between(0, Math.ceil(wanted.number) - 1);
        case 'lte':
          return between(0, Math.floor(wanted.number));
        case 'gt':
          return between(Math.floor(wanted.number) + 1, LAST_CODE);
        case 'gte':
          return between(Math.ceil(wanted.number), LAST_CODE);
      }
      return null;
    default:
      return null;
  }
}

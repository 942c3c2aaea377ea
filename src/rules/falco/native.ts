/**
 * A comparison → a predicate that sources and the scan can push down; only where it holds of just the same requests. The
 * others run over the event's JSON.
 */
import { hasGlob } from '../../query/glob.ts';
import {
  absent,
  all,
  any,
  equals,
  type Field,
  glob,
  not,
  oneOf,
  type Predicate,
} from '../../query/predicate.ts';
import { asLogged } from '../as-logged.ts';
import type { Operator } from './condition.ts';

const FIELDS: Readonly<Record<string, Field>> = {
  auditID: 'auditID',
  level: 'level',
  verb: 'verb',
  requestURI: 'requestURI',
  userAgent: 'userAgent',
  'user.username': 'user.username',
  'impersonatedUser.username': 'impersonatedUser.username',
  'objectRef.resource': 'objectRef.resource',
  'objectRef.subresource': 'objectRef.subresource',
  'objectRef.namespace': 'objectRef.namespace',
  'objectRef.name': 'objectRef.name',
  'responseStatus.reason': 'responseStatus.reason',
};

/** `otherwise`: the comparison over the event's JSON. Null: there is no such predicate. */
export function nativeTest(
  path: readonly string[],
  operator: Operator,
  texts: readonly string[],
  otherwise: Predicate,
): Predicate | null {
  const [top = '', key = ''] = path;
  if (top === 'annotations' && path.length === 2) return annotationTest(key, operator, texts);
  if (top === 'responseStatus' && key === 'code' && path.length === 2) return codeTest(operator, texts);
  const field = path.length > 2 ? undefined : FIELDS[path.join('.')];
  if (field === undefined) return null;
  const test = valueTest(field, operator, texts);
  if (test === null) return null;
  return asLogged(field, test, otherwise);
}

/** Of a list that is a field of its own. Predicates know whether one of its values is among the wanted ones, not whether all are. */
export function nativeList(
  field: Field,
  operator: Operator,
  texts: readonly string[],
  otherwise: Predicate,
): Predicate {
  if (operator === 'exists') return not(absent(field));
  return operator === 'intersects' ? oneOf(field, texts) : all(oneOf(field, texts), otherwise);
}

function valueTest(field: Field, operator: Operator, texts: readonly string[]): Predicate | null {
  const [text = ''] = texts;
  switch (operator) {
    case 'exists':
      return not(absent(field));
    case '=':
      return equals(field, text);
    case '!=':
      return all(not(absent(field)), not(equals(field, text)));
    case 'in':
    case 'intersects':
      return oneOf(field, texts);
    default: {
      const pattern = patternOf(operator, text);
      return pattern === null ? null : glob(field, pattern, operator === 'icontains' || operator === 'iglob');
    }
  }
}

/** An annotation is one text in a predicate: `key=value`. */
function annotationTest(key: string, operator: Operator, texts: readonly string[]): Predicate | null {
  const [text = ''] = texts;
  const exists = hasGlob(key) ? null : glob('annotations', `${key}=*`);
  switch (operator) {
    case 'exists':
      return exists;
    case '=':
      return equals('annotations', `${key}=${text}`);
    case '!=':
      return exists === null ? null : all(exists, not(equals('annotations', `${key}=${text}`)));
    case 'in':
    case 'intersects':
      return oneOf(
        'annotations',
        texts.map((one) => `${key}=${one}`),
      );
    case 'icontains':
    case 'iglob':
      return null;
    default: {
      const pattern = hasGlob(key) ? null : patternOf(operator, text);
      return pattern === null ? null : glob('annotations', `${key}=${pattern}`);
    }
  }
}

function patternOf(operator: Operator, text: string): string | null {
  switch (operator) {
    case 'contains':
    case 'icontains':
      return hasGlob(text) ? null : `*${text}*`;
    case 'startswith':
      return hasGlob(text) ? null : `${text}*`;
    case 'endswith':
      return hasGlob(text) ? null : `*${text}`;
    case 'glob':
    case 'iglob':
      return /[[\\]/.test(text) ? null : text;
    default:
      return null;
  }
}

/** Codes have three digits, so that as texts they are in the same order as as numbers. */
function codeTest(operator: Operator, texts: readonly string[]): Predicate | null {
  const codes = texts.filter((text) => /^[1-9]\d\d$/.test(text)).map(Number);
  const isCode = codes.length === texts.length;
  const [code = 0] = codes;
  const between = (from: number, to: number): Predicate => ({ kind: 'codeBetween', from, to });
  const exists = not(absent('responseStatus.code'));
  switch (operator) {
    case 'exists':
      return exists;
    case '=':
    case 'in':
    case 'intersects':
      return isCode && codes.length > 0 ? any(...codes.map((one) => between(one, one))) : null;
    case '!=':
      return isCode ? all(exists, not(between(code, code))) : null;
    case '<':
      return isCode ? between(100, code - 1) : null;
    case '<=':
      return isCode ? between(100, code) : null;
    case '>':
      return isCode ? between(code + 1, 999) : null;
    case '>=':
      return isCode ? between(code, 999) : null;
    case 'startswith': {
      const [text = ''] = texts;
      if (!/^[1-9]\d{0,2}$/.test(text)) return null;
      const width = 10 ** (3 - text.length);
      return between(Number(text) * width, Number(text) * width + width - 1);
    }
    default:
      return null;
  }
}

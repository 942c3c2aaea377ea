/**
 * Tests of events → Cloud Logging's query language. They are about what envelope/cloud-logging.ts makes of an entry, and pass at
 * least what it would: the language compares texts without case, and nobody says which escapes it knows. So no value brings a quote or a
 * backslash into a filter: such characters may be any. https://cloud.google.com/logging/docs/view/logging-query-language
 */
import { assertNever } from '../../errors.ts';
import { type EventLeaf, type EventPath, type EventTest, textsOf } from '../../query/event-test.ts';
import { HTTP_CODES } from '../envelope/cloud-logging.ts';
import { globPattern } from '../store/re2.ts';

/** True, false: of every entry. */
export type Filter = string | boolean;

/** Of leaves that `canTest` alone. */
export function toFilter(test: EventTest): Filter {
  switch (test.kind) {
    case 'all':
      return joined(test.of.map(toFilter), 'AND', false);
    case 'any':
      return joined(test.of.map(toFilter), 'OR', true);
    case 'not':
      return negatedFilter(test.of);
    default:
      return leafFilter(test);
  }
}

/** `decisive`: what one part has to be for the whole to be it. */
function joined(parts: readonly Filter[], word: 'AND' | 'OR', decisive: boolean): Filter {
  const left = parts.filter((part) => typeof part === 'string');
  if (parts.includes(decisive)) return decisive;
  const [only = !decisive] = left;
  return left.length < 2 ? only : `(${left.join(` ${word} `)})`;
}

/** Whether that leaf, or its negation, can be asked so that nothing is missed. */
export function canTest(leaf: EventLeaf, isNegated: boolean): boolean {
  if (leaf.path === 'stage') return isNegated && leaf.kind === 'is' && !leaf.values.some(isTold);
  if (leaf.kind === 'between') return !isNegated && isOfFailures(leaf);
  if (!isShort(leaf)) return false;
  if (Object.hasOwn(SEGMENTS, leaf.path)) return !isNegated && leaf.kind !== 'missing';
  if (leaf.path !== 'verb' && !Object.hasOwn(FIELDS, leaf.path)) return false;
  if (leaf.kind === 'missing') return leaf.path !== 'verb';
  return !isNegated || isExact(leaf);
}

/** Stages that an entry may be told as. */
function isTold(stage: string): boolean {
  return stage !== 'RequestReceived' && stage !== 'Panic';
}

/** A success may be the one that a long-running request began with, and came to another end. */
function isOfFailures({ path, from, to }: Between): boolean {
  return path === 'responseStatus.code' && !(from <= 201 && to >= 200);
}

type Between = Extract<EventLeaf, { kind: 'between' }>;
type Texts = Exclude<EventLeaf, { kind: 'between' }>;

/** A filter holds 20,000 characters. */
const LONGEST = 4000;

function isShort(leaf: Texts): boolean {
  return textsOf(leaf).join('').length <= LONGEST;
}

function isExact(leaf: Texts): boolean {
  const isPlain = textsOf(leaf).every(
    (text) => PLAIN.test(text) && !(leaf.path === 'verb' && text.includes('.')),
  );
  return isPlain && !(leaf.kind === 'like' && leaf.ignoreCase);
}

/** Each stands for itself in a pattern, or can be made to. */
const PLAIN = /^[A-Za-z0-9 _:@/,=&;!~#%'<>.*+?(){}|$-]*$/;

/** Where the texts stand that a value is taken from: the first that is there. */
const FIELDS: Readonly<Record<EventPath, readonly [string, ...string[]]>> = {
  auditID: ['insertId', 'operation.id'],
  'user.username': [
    'protoPayload.authenticationInfo.principalEmail',
    'protoPayload.authenticationInfo.principalSubject',
  ],
  userAgent: ['protoPayload.requestMetadata.callerSuppliedUserAgent'],
  sourceIPs: ['protoPayload.requestMetadata.callerIp'],
  'responseStatus.reason': ['protoPayload.response.reason'],
};

/** `apps/v1/namespaces/prod/deployments/api/scale`: what stands before the value. Another place may hold that text as well. */
const SEGMENTS: Readonly<Record<EventPath, string>> = {
  'objectRef.apiGroup': '^/*',
  'objectRef.namespace': '(?:^|/)namespaces/+',
  'objectRef.resource': '(?:^|/)',
  'objectRef.name': '(?:^|/)',
  'objectRef.subresource': '(?:^|/)',
};

const RESOURCE = 'protoPayload.resourceName';
const METHOD = 'protoPayload.methodName';

function leafFilter(leaf: EventLeaf): Filter {
  if (leaf.kind === 'between') return codeFilter(leaf);
  const before = SEGMENTS[leaf.path];
  if (before !== undefined) return patternFilter(leaf, RESOURCE, [before, '(?:/|$)'], '[^/]');
  // `io.k8s.core.v1.pods.exec.create`
  if (leaf.path === 'verb') return patternFilter(leaf, METHOD, ['(?:^|[.])', '$'], '[^.]');
  const fields = FIELDS[leaf.path];
  if (fields === undefined) throw new Error(`${leaf.path} cannot be asked for`);
  switch (leaf.kind) {
    case 'missing':
      return joined(
        fields.map((field) => without(field, ANYTHING)),
        'AND',
        false,
      );
    case 'is':
      return joined(
        fields.map((field) => isFilter(field, leaf)),
        'OR',
        true,
      );
    case 'like':
      return joined(
        fields.map((field) => patternFilter(leaf, field, ['^', '$'], '.')),
        'OR',
        true,
      );
    default:
      return assertNever(leaf);
  }
}

function negatedFilter(leaf: EventLeaf): Filter {
  if (leaf.kind === 'between') throw new Error(`${leaf.path} cannot be ruled out`);
  if (leaf.path === 'stage') return true;
  if (leaf.path === 'verb') return without(METHOD, patternOf(leaf, ['(?:^|[.])', '$'], '[^.]'));
  const [first, ...others] = FIELDS[leaf.path] ?? [''];
  if (leaf.kind === 'missing')
    return joined(
      [first, ...others].map((field) => `${field}=~"${ANYTHING}"`),
      'OR',
      true,
    );
  if (textsOf(leaf).length === 0) return true;
  return without(first, patternOf(leaf, ['^', '$'], '.'));
}

const ANYTHING = '(?s).';

/** What is missing passes. */
function without(field: string, pattern: string): string {
  return `(NOT ${field}:* OR NOT ${field}=~"${pattern}")`;
}

/** Fields are compared, patterns are searched for: the former may be in an index. */
function isFilter(field: string, leaf: Extract<EventLeaf, { kind: 'is' }>): Filter {
  const values = leaf.values.filter((value) => value !== '');
  const odd = values.filter((value) => !COMPARABLE.test(value) || value.includes('--'));
  const tests = values.filter((value) => !odd.includes(value)).map((value) => `${field}="${value}"`);
  if (odd.length > 0) tests.push(`${field}=~"${patternOf({ ...leaf, values: odd }, ['^', '$'], '.')}"`);
  return joined(tests, 'OR', true);
}

const COMPARABLE = /^[ !#-[\]-~]+$/;

function patternFilter(leaf: Texts, field: string, around: readonly [string, string], any: string): Filter {
  if (textsOf(leaf).every((text) => text === '')) return false;
  const test = `${field}=~"${patternOf(leaf, around, any)}"`;
  // Beyond these letters, nobody knows which are taken for the same.
  return leaf.kind === 'like' && leaf.ignoreCase ? `(${test} OR ${field}=~"[^ -~]")` : test;
}

/** Of RE2. `any`: what `?` may be. */
function patternOf(leaf: Texts, [before, after]: readonly [string, string], any: string): string {
  const patterns =
    leaf.kind === 'like'
      ? [globPattern(leaf.pattern, any, literal)]
      : textsOf(leaf).map((text) => [...text].map(literal).join(''));
  const flags = leaf.kind === 'like' && leaf.ignoreCase ? '(?is)' : '(?s)';
  return `${flags}${before}(?:${patterns.join('|')})${after}`.replaceAll(/-(?=-)/g, '[-]');
}

/** One character, or whatever stands in its place. */
function literal(sign: string): string {
  if (/^[.*+?(){}|$]$/.test(sign)) return `[${sign}]`;
  if (PLAIN.test(sign)) return sign;
  return sign <= '~' ? '.' : '.+';
}

/** The answer's own code goes first, where it is logged. */
function codeFilter({ from, to }: Between): Filter {
  const isWithin = (code: number) => code >= from && code <= to;
  const codes = Object.entries(HTTP_CODES).flatMap(([rpc, code]) => (isWithin(code) ? [rpc] : []));
  const tests = codes.map((rpc) => `protoPayload.status.code=${rpc}`);
  if (isWithin(500)) tests.push('protoPayload.status.code>16', 'protoPayload.status.code<0');
  const own = 'protoPayload.response.code';
  return joined([...tests, `(${own}>=${from} AND ${own}<=${to})`], 'OR', true);
}

/** `-o sarif`: findings of rules as SARIF 2.1.0, which code hosts and CI systems show. Of other questions, each row is a result too. */
import type { Answer, Row } from '../answer.ts';
import { escapeJson } from './escape.ts';
import type { Renderer } from './renderer.ts';

const SCHEMA = 'https://json.schemastore.org/sarif-2.1.0.json';

export const sarif: Renderer = {
  carriesCoverage: true,
  *render(answer: Answer) {
    yield `${escapeJson(JSON.stringify(logOf(answer), null, 2))}\n`;
  },
};

/** Types as the OASIS schema has them, as far as they are used. */
interface Result {
  readonly ruleId: string;
  readonly ruleIndex: number;
  readonly level: 'none' | 'note' | 'warning' | 'error';
  readonly message: { readonly text: string };
  readonly locations: readonly unknown[];
  readonly partialFingerprints: Readonly<Record<string, string>>;
  readonly occurrenceCount?: number;
  readonly properties: Readonly<Record<string, unknown>>;
}

function logOf(answer: Answer) {
  const rules = rulesOf(answer);
  const ids = rules.map(({ id }) => id);
  const { coverage } = answer;
  return {
    $schema: SCHEMA,
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: {
            name: 'kubectl-audit',
            informationUri: 'https://github.com/kubectl-audit/kubectl-audit',
            rules,
          },
        },
        columnKind: 'utf16CodeUnits',
        invocations: [
          {
            executionSuccessful: true,
            toolExecutionNotifications: [
              ...coverage.gaps.map(({ code, text }) => notification('warning', code, text)),
              ...answer.notes.map(({ code, text }) => notification('note', code, text)),
            ],
          },
        ],
        results: answer.rows.map((row) => resultOf(row, answer, ids)),
        properties: { says: answer.says, next: answer.next, coverage },
      },
    ],
  };
}

function notification(level: 'warning' | 'note', code: string, text: string) {
  return { level, descriptor: { id: code }, message: { text } };
}

interface RuleDescriptor {
  readonly id: string;
  readonly name?: string;
  readonly [key: string]: unknown;
}

/** Each once, in the order of the results. */
function rulesOf(answer: Answer): readonly RuleDescriptor[] {
  const known = new Map<string, RuleDescriptor>();
  for (const row of answer.rows) {
    const id = ruleIdOf(row, answer);
    if (!known.has(id)) known.set(id, descriptorOf(id, row));
  }
  return [...known.values()];
}

function descriptorOf(id: string, row: Row): RuleDescriptor {
  const title = textOf(row.title) ?? id;
  const why = textOf(row.why);
  const advice = textsOf(row.advice);
  const harmless = textsOf(row.falsePositives);
  const help = [
    ...(why === null ? [] : [why]),
    ...(advice.length === 0 ? [] : [`What to do: ${advice.join(' ')}`]),
    ...(harmless.length === 0 ? [] : [`Harmless causes: ${harmless.join(' ')}`]),
  ].join('\n\n');
  const severity = textOf(row.severity);
  return {
    id,
    shortDescription: { text: title },
    ...(why === null ? {} : { fullDescription: { text: why } }),
    ...(help === '' ? {} : { help: { text: help } }),
    defaultConfiguration: { level: levelOf(severity) },
    properties: {
      tags: ['security', ...textsOf(row.tags)],
      ...(severity === null ? {} : { severity, 'security-severity': SCORES[severity] ?? '0.0' }),
    },
  };
}

function resultOf(row: Row, answer: Answer, ids: readonly string[]): Result {
  const ruleId = ruleIdOf(row, answer);
  const name = answer.nameOf(row);
  const count = typeof row.count === 'number' && row.count > 0 ? { occurrenceCount: row.count } : {};
  return {
    ruleId,
    ruleIndex: ids.indexOf(ruleId),
    level: levelOf(textOf(row.severity)),
    message: { text: messageOf(row, name) },
    locations: [locationOf(row, name)],
    partialFingerprints: { 'kubectlAudit/v1': fingerprintOf(row, ruleId, name) },
    ...count,
    properties: { ...row },
  };
}

/** Of a question without rules, its name. */
function ruleIdOf(row: Row, answer: Answer): string {
  return textOf(row.rule) ?? textOf(row.kind) ?? textOf(row.class) ?? answer.question;
}

function messageOf(row: Row, name: string): string {
  const who = `${whoOf(row)}${othersOf(row)}`;
  const times = typeof row.count === 'number' && row.count > 1 ? `, ${row.count} requests` : '';
  const detail = textOf(row.detail);
  const about = name === '' ? '' : ` on ${placeOf(row, name)}`;
  const title = textOf(row.title) ?? textOf(row.value) ?? textOf(row.missing) ?? 'A request';
  return `${title}: by ${who}${about}${times}${detail === null ? '' : ` (${detail})`}`;
}

function whoOf(row: Row): string {
  const user = textOf(at(row.who, 'user')) ?? 'nobody known';
  const as = textOf(at(row.who, 'as'));
  return as === null ? user : `${user} as ${as}`;
}

function othersOf(row: Row): string {
  const count = at(row.others, 'distinct');
  if (typeof count !== 'number' || count === 0) return '';
  return ` and ${count} ${count === 1 ? 'other' : 'others'}`;
}

function placeOf(row: Row, name: string): string {
  const namespace = textOf(at(row.object, 'namespace'));
  return namespace === null ? name : `${namespace}/${name}`;
}

/** The object is the logical location; the event's line, where it stands in a file, the physical one. */
function locationOf(row: Row, name: string) {
  const file = textOf(at(row.position, 'file'));
  const line = at(row.position, 'line');
  const logical = placeOf(row, name) || whoOf(row);
  const kind = textOf(at(row.object, 'resource')) ?? 'resource';
  return {
    logicalLocations: [{ fullyQualifiedName: logical, kind }],
    ...(file === null || file === '-'
      ? {}
      : {
          physicalLocation: {
            artifactLocation: { uri: uriOf(file) },
            ...(typeof line === 'number' && line > 0 ? { region: { startLine: line } } : {}),
          },
        }),
  };
}

/** The same finding has the same, whenever it is asked for. */
function fingerprintOf(row: Row, ruleId: string, name: string): string {
  return [ruleId, whoOf(row), placeOf(row, name)]
    .map((part) => encodeURIComponent(wellFormed(part)))
    .join('/');
}

/** Half a character has no place in a URI. */
function wellFormed(text: string): string {
  return text.toWellFormed();
}

function uriOf(path: string): string {
  const parts = wellFormed(path).replaceAll('\\', '/').split('/').map(encodeURIComponent).join('/');
  return path.startsWith('/') ? `file://${parts}` : parts;
}

function levelOf(severity: string | null): Result['level'] {
  switch (severity) {
    case 'critical':
    case 'high':
      return 'error';
    case 'medium':
      return 'warning';
    default:
      return 'note';
  }
}

/** What code hosts sort by: above 9.0 critical, from 7.0 high, from 4.0 medium. */
const SCORES: Readonly<Record<string, string>> = {
  info: '0.0',
  low: '3.0',
  medium: '5.5',
  high: '8.0',
  critical: '9.5',
};

function at(value: unknown, key: string): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
  return (value as Readonly<Record<string, unknown>>)[key];
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null;
}

function textsOf(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((one) => typeof one === 'string') : [];
}

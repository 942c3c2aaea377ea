/** What detect says of its findings: the sentence, the notes, and what to ask next. */
import type { Coverage, Gap, Note } from '../../event/coverage.ts';
import { REDACTED } from '../../event/secret-names.ts';
import { flagText } from '../../event/shell.ts';
import { SEVERITIES } from '../../rules/rule.ts';
import type { DetectParams } from './detect-params.ts';
import { actorsText, type FindingRow, objectText } from './detect-row.ts';
import { MAX_ACTORS } from './finding-groups.ts';
import { shortShowCommand } from './show-requests.ts';
import type { Unanswered } from './unanswered.ts';

const IDS_NAMED = 8;
const RESOURCES_NAMED = 6;

/** What is known of rules that were not, or not wholly, held against the log. */
export interface Limits {
  readonly unanswered: readonly Unanswered[];
  /** How many rules about what is new have nothing to hold it against; and since when others have. */
  readonly withoutBaseline: number;
  /** Rules about several requests, which did not see those before the window. */
  readonly cutOff: number;
  /** Requests that were not held against others: there were too many. */
  readonly dropped: number;
  /** Requests of which a cut took what a rule asks for. */
  readonly unsure: number;
  /** Requests that are in no row. */
  readonly left: number;
}

export function sentence(
  rows: readonly FindingRow[],
  { rules }: DetectParams,
  limits: Limits,
  coverage: Coverage,
): string {
  const of = `${rules.length} ${rules.length === 1 ? 'rule' : 'rules'}`;
  const blind = limits.unanswered.filter(({ isPartly }) => !isPartly).length;
  const but = blind === 0 ? '' : `; ${blind} of them this log cannot answer`;
  const [first] = rows;
  if (first === undefined) {
    if (coverage.from === null) return `this log cannot tell: nothing of the time asked about is in it`;
    return `nothing found by ${of} in ${coverage.requests} requests${but}`;
  }
  const counts = [...SEVERITIES]
    .reverse()
    .map((severity) => [severity, rows.filter((row) => row.severity === severity).length] as const)
    .filter(([, count]) => count > 0)
    .map(([severity, count]) => `${count} ${severity}`);
  const found = `${rows.length} ${rows.length === 1 ? 'finding' : 'findings'} by ${of}: ${counts.join(', ')}`;
  return `${found}; ${rows.length === 1 ? 'it is' : 'first'} ${first.rule} by ${actorsText(first)} on ${objectText(first)}${but}`;
}

export function notesOf(params: DetectParams, { unanswered, withoutBaseline, cutOff }: Limits): Note[] {
  const notes: Note[] = params.ruleNotes.map(({ text, place }) => ({
    code: 'rule-file',
    text: `${place.file}:${place.line}: ${text}`,
  }));
  const whole = unanswered.filter(({ isPartly }) => !isPartly);
  const part = unanswered.filter(({ isPartly }) => isPartly);
  if (whole.length > 0) {
    const text = `${whole.length} of ${params.rules.length} rules cannot be answered by this log, which lacks the bodies they look into: ${idsOf(whole)} (${resourcesOf(whole)})`;
    notes.push({ code: 'rules-unanswered', text });
  }
  if (part.length > 0) {
    const text = `${part.length} of ${params.rules.length} rules see only part of what they are about, for want of bodies: ${idsOf(part)} (${resourcesOf(part)})`;
    notes.push({ code: 'rules-partly-answered', text });
  }
  if (withoutBaseline > 0) {
    const text = `${withoutBaseline} rules about what is new were not asked: the log that was read does not go back far enough before`;
    notes.push({ code: 'no-baseline', text });
  }
  if (cutOff > 0) {
    const text = `${cutOff} rules about several requests did not see those before the window: the log is read once`;
    notes.push({ code: 'window-edge', text });
  }
  return notes;
}

function idsOf(unanswered: readonly Unanswered[]): string {
  return listed(
    unanswered.map(({ rule }) => rule.id),
    IDS_NAMED,
  );
}

function resourcesOf(unanswered: readonly Unanswered[]): string {
  return listed([...new Set(unanswered.flatMap(({ resources }) => resources))].sort(), RESOURCES_NAMED);
}

function listed(texts: readonly string[], most: number): string {
  const more = texts.length > most ? `, and ${texts.length - most} more` : '';
  return `${texts.slice(0, most).join(', ')}${more}`;
}

/** `coverage`: null while it is followed. */
export function gapsOf({ dropped, unsure, left }: Limits, coverage: Coverage | null): Gap[] {
  const gaps: Gap[] = [];
  const add = (code: Gap['code'], text: string): void => void gaps.push({ code, text, source: null });
  if (coverage?.from === null) add('no-witness', 'nothing of the time asked about is in what was read');
  if (dropped > 0)
    add(
      'memory-bound',
      `${dropped} requests were not held against others, as there were too many: ask about less time, or fewer --rules`,
    );
  if (unsure > 0) add('cut-events', `of ${unsure} requests, what a rule looks at was cut away`);
  if (left > 0)
    add(
      'rows-bound',
      `${left} requests are in no row: at most ${MAX_ACTORS} actors are told apart for each rule; narrow it with --by, -n, --rules`,
    );
  return gaps;
}

export function nextCommands(rows: readonly FindingRow[], params: DetectParams): string[] {
  const [first] = rows;
  const { calledAs, sameLogs, sameWindow } = params;
  if (first === undefined) return [`${calledAs} anomalies${sameLogs}`];
  const { user, as } = first.who;
  const name = as ?? user;
  const isPlain = name !== null && !name.includes(REDACTED);
  return [
    shortShowCommand(first, params),
    `${calledAs} detect --explain-rule ${first.rule}`,
    ...(isPlain ? [`${calledAs} timeline -A${flagText('by', name)}${sameWindow}${sameLogs}`] : []),
  ];
}

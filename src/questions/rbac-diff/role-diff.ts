/** What changed in a role rule by rule, in a binding subject by subject: one line each. */
import { type BindingContent, knownSubjects, type LabelSelector, type RoleContent } from './rbac-object.ts';
import { ruleWords } from './right-words.ts';
import { beyond, compact } from './rights.ts';
import type { Rule } from './rule.ts';
import type { Standing } from './standing.ts';
import { subjectKey, subjectText } from './subject.ts';

export interface RoleDiff {
  /** What it is, or was: `ClusterRole edit → bob`; null: not known, or said by the lines. */
  readonly gist: string | null;
  /** `+ get secrets`, `- group:dev`. */
  readonly lines: readonly string[];
}

export function roleDiff(before: Standing, after: Standing): RoleDiff {
  const some = after ?? before;
  if (some === null) return { gist: null, lines: [] };
  if (isUntold(before) && after !== null && !isUntold(after))
    return { gist: null, lines: ['before: the log does not hold it', ...nowLines(after)] };
  if (before !== null && after !== null) return { gist: null, lines: linesBetween(before, after) };
  if (some.kind === 'binding') return { gist: bindingText(some), lines: [] };
  const sign = after === null ? '-' : '+';
  return {
    gist: null,
    lines: [...ruleLines(some.rules ?? [], sign), ...gatherLines(some.selectors ?? [], sign)],
  };
}

/** Of what is there, what it gives is not known. */
function isUntold(standing: Standing): boolean {
  return standing?.kind === 'binding' ? standing.subjects === null : standing?.rules === null;
}

function nowLines(after: NonNullable<Standing>): readonly string[] {
  if (after.kind === 'binding') return [`now: ${bindingText(after) ?? '?'}`];
  const rules = compact(after.rules ?? []).map((rule) => `now: ${ruleWords([rule])}`);
  return rules.length === 0 ? ['now: no rules'] : rules;
}

function linesBetween(before: NonNullable<Standing>, after: NonNullable<Standing>): readonly string[] {
  if (before.kind === 'binding' && after.kind === 'binding') return subjectLines(before, after);
  if (before.kind === 'role' && after.kind === 'role') return roleLines(before, after);
  return [];
}

function roleLines(before: RoleContent, after: RoleContent): readonly string[] {
  const [was, is] = [before.rules, after.rules];
  const rules =
    was === null || is === null
      ? []
      : [...ruleLines(beyond(was, is), '-'), ...ruleLines(beyond(is, was), '+')];
  return [...rules, ...selectorLines(before.selectors, after.selectors)];
}

function ruleLines(rights: readonly Rule[], sign: '+' | '-'): readonly string[] {
  return compact(rights).map((rule) => `${sign} ${ruleWords([rule])}`);
}

function selectorLines(
  before: readonly LabelSelector[] | null,
  after: readonly LabelSelector[] | null,
): readonly string[] {
  if (before === null || after === null || JSON.stringify(before) === JSON.stringify(after)) return [];
  return [...gatherLines(before, '-'), ...gatherLines(after, '+')];
}

function gatherLines(selectors: readonly LabelSelector[], sign: '+' | '-'): readonly string[] {
  return selectors.map((selector) => `${sign} gathers the rules of roles with ${selectorText(selector)}`);
}

function selectorText(selector: LabelSelector): string {
  if (selector.length === 0) return 'any labels';
  return selector
    .map(({ key, operator, values }) => {
      if (operator === 'Exists') return key;
      if (operator === 'DoesNotExist') return `!${key}`;
      const isOne = operator === 'In' && values.length === 1;
      return isOne
        ? `${key}=${values[0]}`
        : `${key} ${operator === 'In' ? 'in' : 'notin'} (${values.join(', ')})`;
    })
    .join(', ');
}

function subjectLines(before: BindingContent, after: BindingContent): readonly string[] {
  if (before.subjects === null || after.subjects === null) return [];
  const [was, is] = [new Set(before.subjects.map(subjectKey)), new Set(after.subjects.map(subjectKey))];
  return [
    ...before.subjects.filter((one) => !is.has(subjectKey(one))).map((one) => `- ${subjectText(one)}`),
    ...after.subjects.filter((one) => !was.has(subjectKey(one))).map((one) => `+ ${subjectText(one)}`),
  ];
}

const SAID = 4;

function bindingText(content: BindingContent): string | null {
  const { role, subjects, seen = [] } = content;
  if (role === null && subjects === null) return null;
  const names = knownSubjects(content).map(subjectText);
  const more = names.length - SAID;
  const to = more > 1 ? `${names.slice(0, SAID).join(', ')} and ${more} more` : names.join(', ');
  const others = seen.length > 0 ? `${to}, perhaps others` : '?';
  return `${role === null ? '?' : `${role.kind} ${role.name}`} → ${subjects === null ? others : to || 'nobody'}`;
}

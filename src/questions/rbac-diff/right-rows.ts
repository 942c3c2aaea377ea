/** A change of rights as rows: each a rule; and what a table says of them, where many are one thing: all of a role. */
import { redactText } from '../../event/redact.ts';
import { whoText } from '../who-did/who-did-row.ts';
import type { Deed } from './deeds.ts';
import { type Drawn, drawn, type RightRow } from './rbac-diff-row.ts';
import { isRole, type RbacId, type RoleContent } from './rbac-object.ts';
import type { RightChange } from './right-changes.ts';
import { countOfRights, inVerbOrder, mayWords, placeWords, ruleWords } from './right-words.ts';
import { compact } from './rights.ts';
import { RISKS, type Risk } from './risks.ts';
import { type Giver, risksOf } from './risks-of.ts';
import type { Rule } from './rule.ts';
import { roleId } from './rule-set.ts';
import { subjectText } from './subject.ts';

/** Rules of one change that a table tells by themselves. */
const TOLD = 3;

export interface RightRowsHow {
  readonly isRevealed: boolean;
  /** One row tells of a role with many rules. */
  readonly isFolded: boolean;
  readonly lasts: (change: RightChange) => boolean;
  readonly roleContent: (role: RbacId) => RoleContent | null;
}

/** How many rows it would be, without making them. */
export function countRows(
  { rights }: RightChange,
  isFolded: boolean,
): { readonly rows: number; readonly folded: number } {
  const count = rights === null ? 1 : mergedEverything(compact(rights)).length;
  return isFolded && count > TOLD ? { rows: 1, folded: count - 1 } : { rows: count, folded: 0 };
}

export function rightRows(change: RightChange, deed: Deed, how: RightRowsHow): readonly RightRow[] {
  const rules = change.rights === null ? [] : mergedEverything(compact(change.rights));
  const given = change.rights === null ? [null] : rules;
  const lasts = how.lasts(change);
  const rows = given.map((rule) => rowOf(rule, change, deed, how, lasts));
  const [first] = rows;
  if (first === undefined || rows.length <= TOLD || !how.isFolded) {
    for (const [n, row] of rows.entries())
      drawn(row, drawnOf(row, given[n] ?? null, change, deed, null, how));
    return rows;
  }
  const summary: Summary = {
    text: summaryText(change, rules),
    risks: (Object.keys(RISKS) as Risk[]).filter((risk) => rows.some((row) => row.risks.includes(risk))),
  };
  drawn(first, drawnOf(first, given[0] ?? null, change, deed, summary, how));
  return [first];
}

interface Both {
  readonly resource: Rule;
  readonly url: Rule;
}

/** What cluster-admin says in two rules, everything, is one right. */
function mergedEverything(rules: readonly Rule[]): readonly (Rule | Both)[] {
  const [first, second, ...more] = rules;
  const isAll =
    first?.kind === 'resource' &&
    second?.kind === 'url' &&
    more.length === 0 &&
    ruleWords([first, second]) === ruleWords([first]);
  return isAll ? [{ resource: first, url: second }] : rules;
}

function rulesIn(rule: Rule | Both | null): readonly Rule[] {
  if (rule === null) return [];
  return 'url' in rule ? [rule.resource, rule.url] : [rule];
}

function rowOf(
  given: Rule | Both | null,
  { subject, op, grant, heldElsewhere }: RightChange,
  { change, cause, fact }: Deed,
  { isRevealed, roleContent }: RightRowsHow,
  lasts: boolean,
): RightRow {
  const clean = (text: string) => (isRevealed ? text : redactText(text));
  const { binding, role, namespace } = grant;
  const rules = rulesIn(given);
  const content = role === null ? null : roleContent(roleId(role, namespace));
  const giver = op === 'gained' ? giverOf(cause ?? fact) : null;
  const isGathered = op === 'gained' && isGatheredBy({ change, cause, fact }, content);
  const context = { subject, namespace, role, labels: content?.labels ?? null, isGathered, giver };
  const risks =
    given === null ? risksOf(null, context) : inOrder(rules.flatMap((rule) => risksOf(rule, context)));
  return {
    kind: 'right',
    subject: {
      kind: subject.kind,
      name: clean(subject.name),
      namespace: subject.namespace === null ? null : clean(subject.namespace),
    },
    op,
    ...saidOf(rules, isRevealed),
    namespace,
    via: {
      binding: { kind: binding.kind, namespace: binding.namespace, name: clean(binding.name) },
      role: role === null ? null : { kind: role.kind, name: clean(role.name) },
    },
    by: cause?.row.who ?? null,
    when: cause?.row.when ?? null,
    auditID: cause?.row.auditID ?? null,
    risks,
    lasts,
    heldElsewhere,
  };
}

type Said = Pick<RightRow, 'verbs' | 'resources' | 'apiGroups' | 'resourceNames' | 'nonResourceURLs'>;

/** Many hold the same: it is told in the same lists. */
const SAID = { asItIs: new WeakMap<Rule, Said>(), redacted: new WeakMap<Rule, Said>() };

function saidOf(rules: readonly Rule[], isRevealed: boolean): Said {
  const [first] = rules;
  if (first === undefined) return NOTHING_SAID;
  // Together with all URLs: everything, which few are given.
  if (rules.length > 1) return lists(rules, isRevealed);
  const known = isRevealed ? SAID.asItIs : SAID.redacted;
  const said = known.get(first) ?? lists(rules, isRevealed);
  known.set(first, said);
  return said;
}

const NOTHING_SAID: Said = {
  ...{ verbs: null, resources: null, apiGroups: null, resourceNames: null, nonResourceURLs: null },
};

function lists(rules: readonly Rule[], isRevealed: boolean): Said {
  const list = (texts: readonly string[]) => (isRevealed ? texts : texts.map(redactText));
  const resource = rules.find((rule) => rule.kind === 'resource');
  const url = rules.find((rule) => rule.kind === 'url');
  return {
    verbs: list(inVerbOrder((resource ?? url)?.verbs ?? [])),
    resources: resource === undefined ? null : list(resource.resources),
    apiGroups: resource === undefined ? null : list(resource.apiGroups),
    resourceNames: resource?.resourceNames == null ? null : list(resource.resourceNames),
    nonResourceURLs: url === undefined ? null : list(url.urls),
  };
}

/** It came by a role that says what it gathers, or that the controller wrote after another one had changed. */
export function isGatheredBy(
  { change, cause, fact }: Pick<Deed, 'change' | 'cause' | 'fact'>,
  role: RoleContent | null,
): boolean {
  return isRole(change.id.kind) && ((role?.selectors ?? []).length > 0 || cause !== fact);
}

/** Null: nobody known gave it. */
export function giverOf(fact: Deed['cause']): Giver | null {
  if (fact === null) return null;
  const { user, as, groups } = fact.row.who;
  return { names: [user, as].filter((name) => name !== null), groups };
}

function inOrder(risks: readonly Risk[]): readonly Risk[] {
  return (Object.keys(RISKS) as Risk[]).filter((risk) => risks.includes(risk));
}

interface Summary {
  readonly text: string;
  readonly risks: readonly Risk[];
}

function drawnOf(
  row: RightRow,
  rule: Rule | Both | null,
  change: RightChange,
  { cause }: Deed,
  summary: Summary | null,
  { isRevealed }: RightRowsHow,
): Drawn {
  const clean = (words: string) => (isRevealed ? words : redactText(words));
  const sign = row.op === 'gained' ? '+' : '-';
  const rights = rule === null ? unknownText(row) : ruleWords(rulesIn(rule));
  const text = `${sign} ${mayWords(row.subject, rights, row.namespace)}`;
  const briefRights = rule === null ? rights : ruleWords(rulesIn(rule), true);
  const briefText = mayWords(row.subject, briefRights, row.namespace);
  return {
    when: row.when,
    who: cause === null ? '?' : whoText(cause.row.who),
    what: [clean(text)],
    brief: [clean(`${sign} ${summary?.text ?? briefText}`)],
    via: viaText(row),
    briefVia: `${row.via.binding.name}${row.via.role === null ? '' : ` → ${row.via.role.name}`}`,
    risks: row.risks,
    briefRisks: summary?.risks ?? null,
    tone: row.op === 'gained' && (summary?.risks ?? row.risks).length > 0 ? 'bad' : 'plain',
    from: cause?.row.from.ip ?? null,
    name: clean(subjectText(change.subject)),
  };
}

function unknownText({ via }: RightRow): string {
  return via.role === null ? 'do what its role allows' : `do what ${via.role.kind} ${via.role.name} allows`;
}

/** `bob may do all of edit in shop: 409 rights`; the column beside it tells what edit is. */
function summaryText(
  { subject, rights, isAll, grant }: RightChange,
  rules: readonly (Rule | Both)[],
): string {
  const count = countOfRights(rules.flatMap(rulesIn));
  const { role, namespace } = grant;
  const place = placeWords(namespace);
  const of = role === null ? 'its role' : role.name;
  const who = subjectText(subject);
  return isAll && rights !== null
    ? `${who} may do all of ${of} ${place}: ${count} rights`
    : `${who} may do ${count} things of ${of} ${place}`;
}

export function viaText({ via }: RightRow): string {
  const { binding, role } = via;
  return `${binding.kind} ${binding.name}${role === null ? '' : ` → ${role.kind} ${role.name}`}`;
}

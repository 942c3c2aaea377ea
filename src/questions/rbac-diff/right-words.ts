/** A right in words: `get, list secrets in prod`, `everything everywhere`, `get /metrics`. */

import { countOf } from './rights.ts';
import type { Rule } from './rule.ts';
import { type Subject, subjectText } from './subject.ts';

/** Names said before the rest is counted. */
const SAID = 4;
const VERB_ORDER = ['*', 'get', 'list', 'watch', 'create', 'update', 'patch', 'delete', 'deletecollection'];

/** `carol may get secrets in payments`. */
export function mayWords(subject: Subject, rights: string, namespace: string | null): string {
  return `${subjectText(subject)} may ${rights} ${placeWords(namespace)}`;
}

export function placeWords(namespace: string | null): string {
  return namespace === null ? 'everywhere' : `in ${namespace}`;
}

/** `rules`: compact; together. `isBrief`: of types that Kubernetes has itself without their group. */
export function ruleWords(rules: readonly Rule[], isBrief = false): string {
  const [first, second] = rules;
  const isAll = first !== undefined && isEverything(first);
  if (
    isAll &&
    (rules.length === 1 || (rules.length === 2 && second?.kind === 'url' && second.urls.includes('*')))
  )
    return 'do everything';
  return rules.map((rule) => oneRuleWords(rule, isBrief)).join('; ');
}

function oneRuleWords(rule: Rule, isBrief: boolean): string {
  const verbs = verbWords(rule.verbs);
  if (rule.kind === 'url') {
    const urls = rule.urls.includes('*') ? 'all URLs' : some(rule.urls);
    return rule.verbs.includes('*') ? `do everything on ${urls}` : `${verbs} ${urls}`;
  }
  const what = resourceWords(rule.apiGroups, rule.resources, isBrief);
  const names = rule.resourceNames === null ? '' : ` ${some(rule.resourceNames.map((name) => `"${name}"`))}`;
  if (isEverything(rule)) return 'do everything';
  return rule.verbs.includes('*') ? `do everything with ${what}${names}` : `${verbs} ${what}${names}`;
}

function isEverything(rule: Rule): boolean {
  return (
    rule.kind === 'resource' &&
    rule.resourceNames === null &&
    [rule.verbs, rule.apiGroups, rule.resources].every((list) => list.includes('*'))
  );
}

/** `pods, deployments.apps`; of several groups `jobs (batch, extensions)`. */
function resourceWords(groups: readonly string[], resources: readonly string[], isBrief: boolean): string {
  const isAnyGroup = groups.includes('*');
  const [only] = groups;
  if (resources.includes('*')) {
    if (isAnyGroup) return 'everything';
    return `everything in ${some(groups.map((group) => (group === '' ? 'the core group' : group)))}`;
  }
  if (isAnyGroup) return `${some(resources)} of any group`;
  if (groups.length === 1)
    return some(
      resources.map((resource) => typeText(isBrief && isOwn(only ?? '') ? '' : (only ?? ''), resource)),
    );
  return `${some(resources)} (${groups.map((group) => (group === '' ? 'core' : group)).join(', ')})`;
}

/** Of Kubernetes' own groups: `apps`, `rbac.authorization.k8s.io`. */
function isOwn(group: string): boolean {
  return !group.includes('.') || group.endsWith('.k8s.io');
}

/** `deployments.apps/scale`, as kubectl has it. */
function typeText(group: string, resource: string): string {
  if (group === '') return resource;
  const [type = '', ...sub] = resource.split('/');
  return [`${type}.${group}`, ...sub].join('/');
}

export function inVerbOrder(verbs: readonly string[]): readonly string[] {
  const rank = (verb: string) => (VERB_ORDER.indexOf(verb) + VERB_ORDER.length + 1) % (VERB_ORDER.length + 1);
  return verbs.toSorted((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1));
}

function verbWords(verbs: readonly string[]): string {
  return verbs.includes('*') ? 'do everything with' : inVerbOrder(verbs).join(', ');
}

function some(texts: readonly string[]): string {
  const left = texts.length - SAID;
  return left <= 1 ? texts.join(', ') : `${texts.slice(0, SAID).join(', ')} and ${left} more`;
}

export function countOfRights(rules: readonly Rule[]): number {
  return rules.reduce((sum, rule) => sum + countOf(rule), 0);
}

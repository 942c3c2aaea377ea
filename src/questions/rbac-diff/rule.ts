/**
 * What a rule of a role allows, as the API server's authorizer decides it (kubernetes, pkg/apis/rbac/v1/evaluation_helpers.go
 * and plugin/pkg/auth/authorizer/rbac, v1.34 and v1.36). Everything is one rule: rights are rules with one of each.
 */
import { at } from '../fact/body.ts';

/** Lists are sorted and without repetition, so that the same rule always looks the same. */
export type Rule = ResourceRule | UrlRule;

export interface ResourceRule {
  readonly kind: 'resource';
  readonly verbs: readonly string[];
  readonly apiGroups: readonly string[];
  /** `pods`, `pods/exec`, any resource's scale as `*` + `/scale`, `*`. */
  readonly resources: readonly string[];
  /** Null: whichever. */
  readonly resourceNames: readonly string[] | null;
}

export interface UrlRule {
  readonly kind: 'url';
  readonly verbs: readonly string[];
  /** `/metrics`, `/healthz/*`, `*`. */
  readonly urls: readonly string[];
}

/** What an authorizer is asked: the attributes of a SubjectAccessReview. */
export type AccessRequest =
  | {
      readonly kind: 'resource';
      readonly verb: string;
      readonly apiGroup: string;
      readonly resource: string;
      /** '' for none. */
      readonly subresource: string;
      /** '' for none: a list, a creation. */
      readonly name: string;
      /** '' for cluster-scoped objects and for all namespaces. */
      readonly namespace: string;
    }
  | { readonly kind: 'url'; readonly verb: string; readonly path: string };

/** `rules` of a role's body. What is no rule allows nothing, as in the API server. */
export function rulesFrom(rules: unknown): readonly Rule[] {
  if (!Array.isArray(rules)) return [];
  return rules.flatMap((rule): Rule[] => {
    const verbs = listOf(at(rule, 'verbs'));
    const apiGroups = listOf(at(rule, 'apiGroups'));
    const resources = listOf(at(rule, 'resources'));
    const names = listOf(at(rule, 'resourceNames'));
    const urls = listOf(at(rule, 'nonResourceURLs'));
    const resourceNames = names.length === 0 ? null : names;
    const isEmpty = verbs.length === 0;
    return [
      ...(isEmpty || apiGroups.length === 0 || resources.length === 0
        ? []
        : [{ kind: 'resource' as const, verbs, apiGroups, resources, resourceNames }]),
      ...(isEmpty || urls.length === 0 ? [] : [{ kind: 'url' as const, verbs, urls }]),
    ];
  });
}

function listOf(value: unknown): readonly string[] {
  if (!Array.isArray(value)) return [];
  return [...new Set(value.filter((text) => typeof text === 'string'))].sort();
}

export function allows(rule: Rule, request: AccessRequest): boolean {
  if (!has(rule.verbs, request.verb)) return false;
  if (rule.kind === 'url')
    return request.kind === 'url' && rule.urls.some((url) => isUrlIn(request.path, url));
  if (request.kind === 'url') return false;
  const { resource, subresource, name } = request;
  const combined = subresource === '' ? resource : `${resource}/${subresource}`;
  return (
    has(rule.apiGroups, request.apiGroup) &&
    (rule.resources.includes('*') ||
      rule.resources.includes(combined) ||
      (subresource !== '' && rule.resources.includes(`*/${subresource}`))) &&
    (rule.resourceNames === null || rule.resourceNames.includes(name))
  );
}

/** Everything that `right` allows, `rule` alone allows. */
export function covers(rule: Rule, right: Rule): boolean {
  if (!right.verbs.every((verb) => has(rule.verbs, verb))) return false;
  if (right.kind === 'url')
    return rule.kind === 'url' && right.urls.every((url) => rule.urls.some((wider) => isUrlIn(url, wider)));
  return (
    rule.kind === 'resource' &&
    right.apiGroups.every((group) => has(rule.apiGroups, group)) &&
    right.resources.every((resource) => hasResource(rule.resources, resource)) &&
    hasNames(rule.resourceNames, right.resourceNames)
  );
}

/** False: nothing of what the one allows, the other allows too. */
export function mayMeet(a: Rule, b: Rule): boolean {
  if (a.kind !== b.kind || !shares(a.verbs, b.verbs)) return false;
  if (a.kind === 'url' || b.kind === 'url') return true;
  // Subresources of any resource are stars too.
  const isAny = ({ resources }: ResourceRule) => resources.some((resource) => resource.startsWith('*'));
  return shares(a.apiGroups, b.apiGroups) && (isAny(a) || isAny(b) || shares(a.resources, b.resources));
}

function shares(some: readonly string[], others: readonly string[]): boolean {
  return some.includes('*') || others.includes('*') || some.some((one) => others.includes(one));
}

function has(list: readonly string[], wanted: string): boolean {
  return list.includes('*') || list.includes(wanted);
}

/** `*` stands for resources and subresources alike; that of `pods/` and a star stands for nothing but itself. */
function hasResource(list: readonly string[], wanted: string): boolean {
  if (list.includes('*') || list.includes(wanted)) return true;
  const slash = wanted.indexOf('/');
  return slash > 0 && list.includes(`*${wanted.slice(slash)}`);
}

function hasNames(wider: readonly string[] | null, names: readonly string[] | null): boolean {
  if (wider === null) return true;
  return names?.every((name) => wider.includes(name)) === true;
}

/** Of a path, or of all that a pattern stands for: a star at the end stands for any rest, elsewhere for itself. */
function isUrlIn(url: string, pattern: string): boolean {
  if (pattern === '*' || pattern === url) return true;
  return pattern.endsWith('*') && url.startsWith(pattern.replace(/\*+$/, ''));
}

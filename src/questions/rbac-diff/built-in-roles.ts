/**
 * What the roles and bindings that every API server makes at its start say, for logs that do not hold it: an assumption,
 * since anybody who may write them can have changed them.
 *
 * A role's line: its name, `<edit` for the label by which it flows into edit, `>edit` when it gathers by that label, and its
 * rules: `verbs;groups;resources[;names]` or `verbs@urls`. A binding's: its name, its ClusterRole, `kind|name[|namespace]`.
 */
import { BINDINGS, ROLES } from './built-in-table.ts';
import type { BindingContent, RbacId, RoleContent } from './rbac-object.ts';
import type { Rule } from './rule.ts';
import { type Subject, userSubject } from './subject.ts';

const LABEL = 'rbac.authorization.k8s.io/aggregate-to-';

export function builtInRoles(): readonly (readonly [RbacId, RoleContent])[] {
  return ROLES.map((line) => {
    const [name = '', ...words] = line.split(' ');
    const into = words.filter((word) => word.startsWith('<')).map((word) => word.slice(1));
    const from = words.filter((word) => word.startsWith('>')).map((word) => word.slice(1));
    const content: RoleContent = {
      kind: 'role',
      rules: words.flatMap((word) => (/^[<>]/.test(word) ? [] : [ruleOf(word)])),
      labels: new Map(into.map((role) => [`${LABEL}${role}`, 'true'])),
      selectors: from.map((role) => [{ key: `${LABEL}${role}`, operator: 'In', values: ['true'] }]),
    };
    return [{ kind: 'ClusterRole', namespace: null, name }, content];
  });
}

export function builtInBindings(): readonly (readonly [RbacId, BindingContent])[] {
  return BINDINGS.map((line) => {
    const [name = '', role = '', ...words] = line.split(' ');
    const content: BindingContent = {
      kind: 'binding',
      role: { kind: 'ClusterRole', name: role },
      subjects: words.map(subjectOf),
    };
    return [{ kind: 'ClusterRoleBinding', namespace: null, name }, content];
  });
}

function ruleOf(word: string): Rule {
  const [verbs = '', urls] = word.split('@');
  if (urls !== undefined) return { kind: 'url', verbs: verbs.split(','), urls: urls.split(',') };
  const [of = '', groups = '', resources = '', names] = word.split(';');
  return {
    kind: 'resource',
    verbs: of.split(','),
    apiGroups: groups.split(','),
    resources: resources.split(','),
    resourceNames: names?.split(',') ?? null,
  };
}

function subjectOf(word: string): Subject {
  const [kind, name = '', namespace = null] = word.split('|');
  if (kind === 'ServiceAccount') return { kind, name, namespace };
  return kind === 'Group' ? { kind, name, namespace: null } : userSubject(name);
}

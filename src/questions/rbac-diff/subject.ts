/** Whom bindings bind, and the groups they are in by being what they are. */
import { at, text } from '../fact/body.ts';

export interface Subject {
  readonly kind: 'User' | 'Group' | 'ServiceAccount';
  readonly name: string;
  /** Of a service account; null for the others. */
  readonly namespace: string | null;
}

const ACCOUNT = /^system:serviceaccount:([^:]+):([^:]+)$/;
/** The API server lets its members do everything, whatever the roles say. */
export const MASTERS = 'system:masters';

/** `subjects` of a binding's body. `namespace`: the binding's own; null for a ClusterRoleBinding. */
export function subjectsFrom(subjects: unknown, namespace: string | null): readonly Subject[] {
  if (!Array.isArray(subjects)) return [];
  const found = subjects.flatMap((one): Subject[] => {
    const name = text(at(one, 'name'));
    if (name === null) return [];
    switch (at(one, 'kind')) {
      case 'User':
        return [userSubject(name)];
      case 'Group':
        return [{ kind: 'Group', name, namespace: null }];
      case 'ServiceAccount': {
        const place = text(at(one, 'namespace')) ?? namespace;
        return place === null ? [] : [{ kind: 'ServiceAccount', name, namespace: place }];
      }
      default:
        return [];
    }
  });
  return [...new Map(found.map((subject) => [subjectKey(subject), subject])).values()];
}

/** By its full name a service account is the same account. */
export function userSubject(name: string): Subject {
  const [, namespace, account] = ACCOUNT.exec(name) ?? [];
  return namespace === undefined || account === undefined
    ? { kind: 'User', name, namespace: null }
    : { kind: 'ServiceAccount', name: account, namespace };
}

export function subjectKey({ kind, name, namespace }: Subject): string {
  return JSON.stringify([kind, namespace, name]);
}

/** The name that requests of a user or service account carry; null for groups. */
export function usernameOf({ kind, name, namespace }: Subject): string | null {
  if (kind === 'Group') return null;
  return kind === 'User' ? name : `system:serviceaccount:${namespace}:${name}`;
}

/**
 * Groups that whoever the subject stands for is in besides. `known`: of a user, from the log. A group's own members are
 * logged in, all but those of `system:unauthenticated`.
 */
export function groupsOf({ kind, name, namespace }: Subject, known: readonly string[]): readonly string[] {
  switch (kind) {
    case 'ServiceAccount':
      return ['system:serviceaccounts', `system:serviceaccounts:${namespace}`, AUTHENTICATED];
    case 'User':
      if (name === 'system:anonymous') return ['system:unauthenticated'];
      return [
        ...new Set([...known, ...(name.startsWith('system:node:') ? ['system:nodes'] : []), AUTHENTICATED]),
      ];
    case 'Group':
      if (name === AUTHENTICATED || name === 'system:unauthenticated') return [];
      return name.startsWith('system:serviceaccounts:')
        ? ['system:serviceaccounts', AUTHENTICATED]
        : [AUTHENTICATED];
  }
}

const AUTHENTICATED = 'system:authenticated';

/** `mallory`, `group:dev`, `sa:ci/runner`: as --subject and --by take it. */
export function subjectText({ kind, name, namespace }: Subject): string {
  if (kind === 'Group') return `group:${name}`;
  if (kind === 'ServiceAccount') return `sa:${namespace}/${name}`;
  // A user may be called anything.
  return /^(?:group|sa|user):/.test(name) ? `user:${name}` : name;
}

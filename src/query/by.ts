/**
 * Who, as people type it: `--by`, `--not-by` and `--humans`. Either name of an impersonated request counts, and what
 * reveals the person behind a shared login. What kind of actor a row shows is event/actor.ts's.
 */
import { UserError } from '../errors.ts';
import { hasGlob } from './glob.ts';
import { absent, all, any, equals, type Field, glob, not, oneOf, type Predicate } from './predicate.ts';

const SERVICE_ACCOUNT = 'system:serviceaccount:';

/**
 * `alice`, `sa:ci/runner`, `sa:ci/*`, `node:cp-1`, `group:ops`, a full `system:…` name; `*` and `?` in all of them. Commas
 * stand between several, but not in a distinguished name (`CN=alice,OU=ops`).
 */
export function parseBy(text: string): Predicate {
  const names = text.includes('=') ? [text] : text.split(',');
  return any(...names.map((name) => parseOne(name.trim(), text)));
}

/** Theirs under both names: whoever acts as another, or lets others act as them, is somebody else. Forms as of parseBy. */
export function parseOnlyBy(text: string): Predicate {
  const names = text.includes('=') ? [text] : text.split(',');
  return any(...names.map((name) => parseOnly(name.trim(), text)));
}

function parseOnly(name: string, typed: string): Predicate {
  if (name.startsWith('group:')) {
    const group = rest(name, 'group:');
    return all(named('user.groups', group), asNobodyBut('impersonatedUser.groups', group));
  }
  const full = fullName(name, typed);
  return all(
    any(named('user.username', full), named('session', full)),
    asNobodyBut('impersonatedUser.username', full),
  );
}

function asNobodyBut(field: Field, name: string): Predicate {
  return any(absent('impersonatedUser.username'), named(field, name));
}

function parseOne(name: string, typed: string): Predicate {
  if (name.startsWith('group:')) {
    const group = rest(name, 'group:');
    return any(named('user.groups', group), named('impersonatedUser.groups', group));
  }
  const full = fullName(name, typed);
  return any(
    named('user.username', full),
    named('impersonatedUser.username', full),
    // Where many share a login, this is who they are.
    named('session', full),
  );
}

/**
 * People: a person's login, or a machine's that acts as a person (Rancher's proxy does). No nodes, service accounts, system:
 * and cloud components, and nobody known (anonymous, 401). event/actor.ts's isHuman, in a form that sources can push.
 */
export function humans(): Predicate {
  return any(person('user.username'), person('impersonatedUser.username'));
}

function person(field: Field): Predicate {
  return all(
    not(absent(field)),
    not(oneOf(field, ['', 'system:anonymous'])),
    any(equals(field, 'system:admin'), not(machine(field))),
  );
}

function machine(field: Field): Predicate {
  return any(...MACHINE_PATTERNS.map((pattern) => glob(field, pattern)));
}

const MACHINE_PATTERNS = [
  'system:*',
  'eks:*',
  'aksService*',
  'kube-apiserver*',
  'kubelet-*',
  '*.gserviceaccount.com',
] as const;

function fullName(name: string, typed: string): string {
  if (name.startsWith('sa:')) {
    // As kubectl's --serviceaccount has it, and as the full name goes on, with a colon too.
    const account = rest(name, 'sa:').split(/[/:]/);
    const [namespace, serviceAccount] = account;
    if (account.length !== 2 || !namespace || !serviceAccount) {
      const half = namespace || serviceAccount || 'ci';
      throw badBy(
        typed,
        `sa:NAMESPACE/NAME: --by 'sa:${half}/*' for a namespace's, --by 'sa:*/${half}' for a name`,
      );
    }
    return `${SERVICE_ACCOUNT}${namespace}:${serviceAccount}`;
  }
  if (name.startsWith('node:')) return `system:node:${rest(name, 'node:')}`;
  if (name === '')
    throw badBy(typed, "a user, a service account, a node or a group: --by alice, --by 'sa:ci/*'");
  return name;
}

function rest(name: string, prefix: string): string {
  const tail = name.slice(prefix.length);
  if (tail === '') throw badBy(name, `a name after ${prefix}, or a pattern: --by '${prefix}*'`);
  return tail;
}

/** With `*` and `?` as in any pattern. */
export function named(field: Field, name: string): Predicate {
  return hasGlob(name) ? glob(field, name) : equals(field, name);
}

function badBy(typed: string, hint: string): UserError {
  return new UserError('AUDIT_BAD_FILTER', `${JSON.stringify(typed)} names nobody`, { hint });
}

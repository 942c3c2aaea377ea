/**
 * Who, as people type it: `--by`, `--not-by` and `--humans`. Either name of an impersonated request counts. What kind of
 * actor a row shows is event/actor.ts's.
 */
import { UserError } from '../errors.ts';
import { hasGlob } from './glob.ts';
import { absent, all, any, equals, type Field, glob, not, oneOf, type Predicate } from './predicate.ts';

const SERVICE_ACCOUNT = 'system:serviceaccount:';

/** `alice`, `sa:ci/runner`, `sa:ci/*`, `node:cp-1`, `group:ops`, a full `system:…` name; `*` and `?` in all of them. */
export function parseBy(text: string): Predicate {
  const name = text.trim();
  if (name.startsWith('group:'))
    return eitherOf('user.groups', 'impersonatedUser.groups', rest(name, 'group:'));
  return eitherOf('user.username', 'impersonatedUser.username', fullName(name, text));
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
    const account = rest(name, 'sa:').split('/');
    const [namespace, serviceAccount] = account;
    if (account.length !== 2 || !namespace || !serviceAccount) {
      throw badBy(typed, `a service account is sa:NAMESPACE/NAME: --by 'sa:${namespace || '*'}/*'`);
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

function eitherOf(own: Field, impersonated: Field, name: string): Predicate {
  return any(named(own, name), named(impersonated, name));
}

function named(field: Field, name: string): Predicate {
  return hasGlob(name) ? glob(field, name) : equals(field, name);
}

function badBy(typed: string, hint: string): UserError {
  return new UserError('AUDIT_BAD_FILTER', `${JSON.stringify(typed)} names nobody`, { hint });
}

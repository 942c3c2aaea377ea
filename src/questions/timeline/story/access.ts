/** What a request put into somebody's hands: a token, a Secret that may hold one, the inside of a pod, an account of their own. */
import { redactText } from '../../../event/redact.ts';
import type { Fact } from '../../fact/fact.ts';

export interface Account {
  readonly namespace: string;
  readonly name: string;
}

export type Access =
  | { readonly kind: 'token'; readonly account: Account; readonly issued: string | null }
  /** Tokens of before Kubernetes 1.24 lie in Secrets, and tell no credential id. */
  | { readonly kind: 'secrets'; readonly namespace: string | null; readonly name: string | null }
  | { readonly kind: 'pod'; readonly namespace: string; readonly name: string }
  | { readonly kind: 'account'; readonly account: Account };

/** What a service account shows of the token that it used. */
export interface Shown {
  readonly account: Account;
  readonly credential: string | null;
  readonly pod: string | null;
}

const INSIDE: readonly (string | null)[] = ['exec', 'attach', 'ephemeralcontainers'];
const READING: readonly string[] = ['get', 'list', 'watch'];

/** Null: none, or it came to nothing. */
export function accessOf({ target, row, effect, ties }: Fact): Access | null {
  if (effect !== 'done' && effect !== 'open') return null;
  const { resource, subresource, namespace, name } = target;
  const { verb } = row.did;
  if (target.group !== '') return null;
  if (resource === 'serviceaccounts' && namespace !== null && name !== null && verb === 'create') {
    const account = { namespace, name };
    if (subresource === 'token') return { kind: 'token', account, issued: ties?.issued ?? null };
    return subresource === null ? { kind: 'account', account } : null;
  }
  if (resource === 'secrets' && READING.includes(verb)) return { kind: 'secrets', namespace, name };
  const isInside = resource === 'pods' && INSIDE.includes(subresource);
  return isInside && namespace !== null && name !== null ? { kind: 'pod', namespace, name } : null;
}

/** Null: by no service account. */
export function shownBy({ row: { who } }: Fact): Shown | null {
  const [, namespace, name] = /^system:serviceaccount:([^:]+):([^:]+)$/.exec(who.user ?? '') ?? [];
  if (namespace === undefined || name === undefined) return null;
  return { account: { namespace, name }, credential: who.credential, pod: who.pod };
}

/**
 * Whether the token that was used can be had by it. 'hardly': of a Secret by a name that has nothing of the account's, for
 * Kubernetes names a token's Secret after the account, and people do.
 */
export function opens(access: Access, { account, credential, pod }: Shown): 'well' | 'hardly' | 'no' {
  switch (access.kind) {
    case 'token': {
      const isIt = access.issued === null || credential === null || access.issued === credential;
      return isSame(access.account, account) && isIt ? 'well' : 'no';
    }
    case 'secrets': {
      const isThere = access.namespace === null || access.namespace === account.namespace;
      if (credential !== null || !isThere) return 'no';
      return access.name === null || access.name.includes(account.name) ? 'well' : 'hardly';
    }
    case 'pod': {
      // Older servers do not tell a token's pod.
      const isIt = pod === null ? credential === null : access.name === pod;
      return access.namespace === account.namespace && isIt ? 'well' : 'no';
    }
    case 'account':
      // Who made an account has no token of it yet.
      return isSame(access.account, account) && pod === null ? 'hardly' : 'no';
  }
}

/** After `by NAME`: what they did. */
export function accessWords(access: Access): string {
  return redactText(wordsOf(access));
}

function wordsOf(access: Access): string {
  switch (access.kind) {
    case 'token':
      return `took a token of sa:${access.account.namespace}/${access.account.name}`;
    case 'secrets':
      return access.name === null
        ? `read the Secrets${access.namespace === null ? '' : ` of ${access.namespace}`}`
        : `read secret ${access.namespace}/${access.name}`;
    case 'pod':
      return `entered pod ${access.namespace}/${access.name}`;
    case 'account':
      return `made sa:${access.account.namespace}/${access.account.name}`;
  }
}

export function accountUser({ namespace, name }: Account): string {
  return `system:serviceaccount:${namespace}:${name}`;
}

function isSame(one: Account, other: Account): boolean {
  return one.namespace === other.namespace && one.name === other.name;
}

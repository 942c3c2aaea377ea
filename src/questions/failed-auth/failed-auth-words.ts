/** What stood in the way of a row's requests, in words. */
import { formatMicros } from '../../event/micros.ts';
import { kubectlName } from '../../event/resource-names.ts';
import type { DeadToken } from './dead-tokens.ts';
import type { RefusalGroup } from './failed-auth-group.ts';
import { isNamespaced, permissionWords } from './missing-permission.ts';
import type { TextCounts } from './smallest-keys.ts';

const SAID = 2;

export function missingWords(group: RefusalGroup, deadToken: DeadToken | null): string {
  const asked = askedWords(group);
  const reasons = someOf(group.reasons, (reason) => reason);
  switch (group.class) {
    case 'rbac':
      return group.who.kind === 'anonymous' && group.who.as === null ? `${asked}, without a login` : asked;
    case 'unauthenticated': {
      const clients = someOf(group.agents, (agent) => agent.split(' ')[0] ?? '');
      const tried = reasons === '' ? '' : ` (${reasons})`;
      const login =
        deadToken === null ? 'a valid login' : `a valid login instead of ${tokenWords(deadToken)}`;
      return `${login}${tried}, for: ${asked}${clients === '' ? '' : ` (${clients})`}`;
    }
    default:
      return reasons === '' ? asked : `${asked}: ${reasons}`;
  }
}

/** For a table, whose other columns say the rest: `delete prod/deploy/api`. */
export function shortWords(group: RefusalGroup): string {
  const { group: apiGroup, resource, subresource, namespace, name } = group.what;
  const verbs = group.verbs().join(',');
  const names = namesOf(group);
  if (resource === null) return `${verbs} ${name ?? manyOf(names)}`;
  const [only] = names;
  const isOne = names.length === 1 && group.unnamed.size === 0;
  const type = isOne ? kubectlName(apiGroup ?? '', resource) : resource;
  const path = [namespace, type, isOne ? only : null, subresource].filter((part) => part != null).join('/');
  const reasons = someOf(group.reasons, (reason) => reason);
  const isAll = namespace === null && !isOne && isNamespaced(apiGroup ?? '', resource);
  return `${verbs} ${path}${isAll ? ' -A' : ''}${reasons === '' ? '' : `: ${reasons}`}`;
}

function manyOf(names: readonly string[]): string {
  const [first = ''] = names;
  return names.length > 1 ? `${first} +${names.length - 1}` : first;
}

/** To the second. */
function tokenWords({ account, deletedUs }: DeadToken): string {
  return `the token of ${account}, deleted at ${formatMicros(deletedUs).slice(0, 19)}Z`;
}

function askedWords(group: RefusalGroup): string {
  const hasMore = group.names.entries().some(([, of]) => of.hasMore);
  return permissionWords(group.verbs(), group.what, namesOf(group), hasMore);
}

function namesOf(group: RefusalGroup): string[] {
  return [...new Set(group.names.entries().flatMap(([, of]) => of.texts()))].sort();
}

function someOf(counts: TextCounts, toText: (text: string) => string): string {
  const texts = [...new Set(counts.top().map(([text]) => toText(text)))].filter((text) => text !== '');
  const left = texts.length - SAID;
  const more = counts.hasMore ? ' and others' : left > 0 ? ` and ${left} more` : '';
  return `${texts.slice(0, SAID).join('; ')}${more}`;
}

/** A right that somebody lacks, in words: `create deployments.apps in namespace prod`. */
import { parseResource } from '../../event/resource-names.ts';
import type { Target } from '../../event/target.ts';

/** What an authorizer is asked; the attributes of a SubjectAccessReview. */
export type Permission =
  | {
      readonly kind: 'resource';
      readonly verb: string;
      readonly group: string;
      readonly resource: string;
      readonly subresource: string | null;
      /** Null: all namespaces, or a resource that is in none. */
      readonly namespace: string | null;
      /** Null: whichever. */
      readonly name: string | null;
    }
  | { readonly kind: 'path'; readonly verb: string; readonly path: string };

/** Names said before the rest is counted. */
const NAMES_SAID = 3;

/** `names`: of the objects asked for; `hasMore`: not all of them are known. */
export function permissionWords(
  verbs: readonly string[],
  what: Target,
  names: readonly string[],
  hasMore: boolean,
): string {
  const asked = verbs.join(', ');
  if (what.resource === null) {
    const paths = what.name === null ? named(names, hasMore, (path) => path) : what.name;
    return `${asked} ${paths}`.trim();
  }
  const { group, resource, subresource } = what;
  const type = group === null || group === '' ? resource : `${resource}.${group}`;
  const full = subresource === null ? type : `${type}/${subresource}`;
  const which = named(names, hasMore, (name) => `"${name}"`);
  return [asked, full, which, placeWords(what)].filter((part) => part !== '').join(' ');
}

function named(names: readonly string[], hasMore: boolean, quoted: (name: string) => string): string {
  const said = names.slice(0, NAMES_SAID).map(quoted);
  const left = names.length - said.length;
  if (said.length === 0) return '';
  return left === 0 && !hasMore ? said.join(', ') : `${said.join(', ')} and ${hasMore ? 'many' : left} more`;
}

function placeWords({ group, resource, namespace }: Target): string {
  if (namespace !== null) return `in namespace ${namespace}`;
  return isNamespaced(group ?? '', resource ?? '') ? 'in all namespaces' : 'cluster-wide';
}

/** As far as the built-in table knows. The resource's name is the client's choice, and may be no name at all. */
export function isNamespaced(group: string, resource: string): boolean {
  if (!/^[a-z][a-z0-9-]*$/.test(resource) || !/^[a-z0-9.-]*$/.test(group)) return false;
  return parseResource(`${resource}.${group}`).isNamespaced === true;
}

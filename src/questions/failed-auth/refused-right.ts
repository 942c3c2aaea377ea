/** The right that an authorizer or an impersonator says is missing, read from the refusal's message. */

export interface RefusedRight {
  readonly verb: string;
  readonly group: string;
  readonly resource: string;
  readonly subresource: string | null;
  readonly namespace: string | null;
  readonly name: string | null;
}

/**
 * Null when the message is no such refusal. The object's name is the client's choice and stands in front, unescaped: only
 * what the server wrote after it is read (apiserver, pkg/endpoints/handlers/responsewriters/errors.go).
 */
export function refusedRight(message: string): RefusedRight | null {
  const at = message.lastIndexOf(FORBIDDEN);
  if (at < 0) return null;
  const found = CANNOT.exec(message.slice(at + FORBIDDEN.length));
  if (found === null) return null;
  const [, verb = '', what = '', group = '', namespace] = found;
  const slash = what.indexOf('/');
  return {
    verb,
    group,
    resource: slash < 0 ? what : what.slice(0, slash),
    subresource: slash < 0 ? null : what.slice(slash + 1),
    namespace: namespace ?? null,
    name: /^[^" ]+ "(.+)"$/s.exec(message.slice(0, at))?.[1] ?? null,
  };
}

const FORBIDDEN = ' is forbidden: User "';
const CANNOT =
  /^(?:[^"\\]|\\.)*" cannot ([a-z][a-z:-]{0,80}) resource "([^"\\]*)" in API group "([^"\\]*)" (?:at the cluster scope|in the namespace "([^"\\]*)")/;

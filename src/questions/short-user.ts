/** A user's name as people say it: `sa:ci/runner`, `node:cp-1`. */

export function shortUser(user: string | null): string {
  if (user === null) return 'nobody known';
  const [, namespace, name] = /^system:serviceaccount:([^:]+):([^:]+)$/.exec(user) ?? [];
  if (name !== undefined) return `sa:${namespace}/${name}`;
  return user.startsWith('system:node:') ? `node:${user.slice('system:node:'.length)}` : user;
}

/** Paths as a table shows them: what a pod runs, without the template that it stands in. */

const TEMPLATES = ['spec.template.spec.', 'spec.jobTemplate.spec.template.spec.'];

/** The path itself where, shortened, it could be taken for another of those that it stands beside. */
export function briefPath(path: string, among: readonly { readonly path: string }[]): string {
  const template = TEMPLATES.find((one) => path.startsWith(one));
  if (template === undefined) return path;
  const brief = path.slice(template.length);
  const root = rootOf(brief);
  return among.some((other) => rootOf(other.path) === root) ? path : brief;
}

/** Its first name. */
function rootOf(path: string): string {
  return /^[^.[]*/.exec(path)?.[0] ?? '';
}

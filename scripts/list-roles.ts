/**
 * Writes src/questions/rbac-diff/built-in-table.ts: the ClusterRoles and ClusterRoleBindings that every API server makes.
 * `node scripts/list-roles.ts FOLDER VERSION`: plugin/pkg/auth/authorizer/rbac/bootstrappolicy/testdata of Kubernetes.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';

interface Rule {
  readonly verbs: readonly string[];
  readonly apiGroups?: readonly string[];
  readonly resources?: readonly string[];
  readonly resourceNames?: readonly string[];
  readonly nonResourceURLs?: readonly string[];
}

interface Role {
  readonly metadata: { readonly name: string; readonly labels?: Readonly<Record<string, string>> };
  readonly aggregationRule?: {
    readonly clusterRoleSelectors: readonly { readonly matchLabels: Readonly<Record<string, string>> }[];
  };
  readonly rules: readonly Rule[] | null;
}

interface Binding {
  readonly metadata: { readonly name: string };
  readonly roleRef: { readonly name: string };
  readonly subjects?: readonly {
    readonly kind: string;
    readonly name: string;
    readonly namespace?: string;
  }[];
}

const [folder, version] = process.argv.slice(2);
if (folder === undefined || version === undefined)
  throw new Error('usage: node scripts/list-roles.ts FOLDER VERSION');

const listOf = <T>(file: string) => (parse(readFileSync(join(folder, file), 'utf8')) as { items: T[] }).items;
const LABEL = 'rbac.authorization.k8s.io/aggregate-to-';

function roleLine({ metadata, aggregationRule, rules }: Role): string {
  const labels = Object.keys(metadata.labels ?? {}).filter((label) => label.startsWith(LABEL));
  const selected = (aggregationRule?.clusterRoleSelectors ?? []).flatMap((one) =>
    Object.keys(one.matchLabels),
  );
  return [
    metadata.name,
    ...labels.map((label) => `<${label.slice(LABEL.length)}`),
    ...selected.map((label) => `>${label.slice(LABEL.length)}`),
    ...(rules ?? []).map(ruleWord),
  ].join(' ');
}

function ruleWord({
  verbs,
  apiGroups = [],
  resources = [],
  resourceNames = [],
  nonResourceURLs,
}: Rule): string {
  if (nonResourceURLs !== undefined) return `${verbs.join()}@${nonResourceURLs.join()}`;
  const names = resourceNames.length === 0 ? [] : [resourceNames.join()];
  return [verbs.join(), apiGroups.join(), resources.join(), ...names].join(';');
}

function bindingLine({ metadata, roleRef, subjects = [] }: Binding): string {
  const words = subjects.map(({ kind, name, namespace }) =>
    [kind, name, namespace].filter(Boolean).join('|'),
  );
  return [metadata.name, roleRef.name, ...words].join(' ');
}

const quoted = (lines: readonly string[]) => lines.map((line) => `  '${line}',\n`).join('');
const roles = listOf<Role>('cluster-roles.yaml').map(roleLine);
const bindings = listOf<Binding>('cluster-role-bindings.yaml').map(bindingLine);
writeFileSync(
  fileURLToPath(new URL('../src/questions/rbac-diff/built-in-table.ts', import.meta.url)),
  `/**
 * The roles and bindings that every API server makes and mends. Made by scripts/list-roles.ts from Kubernetes ${version}; not
 * to be edited. Read by built-in-roles.ts, which says what the lines mean.
 */
export const BUILT_IN_VERSION = '${version}';

export const ROLES: readonly string[] = [
${quoted(roles)}];

export const BINDINGS: readonly string[] = [
${quoted(bindings)}];
`,
);

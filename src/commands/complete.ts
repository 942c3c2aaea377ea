/**
 * What could stand where the cursor is: questions, verbs, types, flags and their values from our own lists, names from the
 * cluster. Answers in the protocol of kubectl's own completion (spf13/cobra), which asks plugins in it too.
 */
import { kubectlName } from '../event/resource-names.ts';
import { resourceTypes } from '../event/resource-table.ts';
import { COUNT_FIELDS } from '../query/count-fields.ts';
import { WORDS } from '../query/words.ts';
import { VIEW_MEANS } from '../questions/top/views/view-means.ts';
import { FORMATS } from '../render/registry.ts';
import type { CommandSummary } from './command.ts';
import { FLAGS, type Flag, type FlagName } from './flags.ts';
import { COMMANDS, SHELLS } from './registry.ts';

/** A value, and what it means; '' where nothing need be said. */
export type Candidate = readonly [value: string, means: string];

/** Names that only the cluster knows. Each may be slow or fail: then none are offered. */
export interface LiveNames {
  namespaces(): Promise<readonly string[]>;
  /** `type`: as typed. `namespace`: null for the context's. */
  objects(type: string, namespace: string | null): Promise<readonly string[]>;
  nodes(): Promise<readonly string[]>;
}

/** cobra's ShellCompDirective: bits that tell the shell what to do besides. */
const NO_SPACE = 2;
const NO_FILES = 4;

/** `argv`: the words behind the program's name, the last of which is being typed (may be ''). One line each, `:N` last. */
export async function complete(argv: readonly string[], live: LiveNames): Promise<string> {
  const { candidates, directive } = await completion(argv, live);
  const lines = candidates.map(([value, means]) => (means === '' ? value : `${value}\t${means}`));
  return [...lines, `:${directive}`, ''].join('\n');
}

interface Completion {
  readonly candidates: readonly Candidate[];
  readonly directive: number;
}

async function completion(argv: readonly string[], live: LiveNames): Promise<Completion> {
  // bash splits at `=`; PowerShell cannot pass an empty argument.
  const words = argv.filter((word) => word !== '=').map((word) => (word === '""' ? '' : word));
  const typed = words.at(-1) ?? '';
  const before = words.slice(0, -1);
  const pending = flagOf(before.at(-1));
  if (pending !== null) return await valuesOf(pending, typed, '', live);
  const [, flagText = '', value = ''] = /^(--[a-z-]+=)(.*)$/s.exec(typed) ?? [];
  const attached = flagOf(flagText.slice(0, -1));
  if (attached !== null) return await valuesOf(attached, value, flagText, live);
  const { positions, namespace } = read(before);
  const command = COMMANDS.find(({ name }) => name === positions[0]);
  if (typed.startsWith('-')) return offered(flagsOf(command), typed);
  if (command === undefined) return positions.length > 0 ? NOTHING : offered(questions(), typed);
  return await wordAt(command, positions.slice(1), typed, namespace, live);
}

const NOTHING: Completion = { candidates: [], directive: NO_FILES };

/** The flag that still awaits its value. */
function flagOf(word: string | undefined): Flag | null {
  const found = (Object.values(FLAGS) as Flag[]).find(
    ({ name, short }) => word === `--${name}` || (short !== undefined && word === `-${short}`),
  );
  return found?.type === 'string' ? found : null;
}

function read(before: readonly string[]): { positions: readonly string[]; namespace: string | null } {
  const positions: string[] = [];
  let namespace: string | null = null;
  for (let at = 0; at < before.length; at++) {
    const word = before[at] ?? '';
    const flag = flagOf(word);
    if (flag !== null) at++;
    if (flag?.name === 'namespace') namespace = before[at] ?? null;
    if (word.startsWith('--namespace=')) namespace = word.slice('--namespace='.length);
    if (flag === null && !word.startsWith('-')) positions.push(word);
  }
  return { positions, namespace };
}

function questions(): readonly Candidate[] {
  return COMMANDS.map(({ name, summary }) => [name, summary]);
}

function flagsOf(command: CommandSummary | undefined): readonly Candidate[] {
  const names: readonly FlagName[] = command?.flags ?? ['help', 'version'];
  return names.map((name) => [`--${name}`, FLAGS[name].help]);
}

async function wordAt(
  command: CommandSummary,
  earlier: readonly string[],
  typed: string,
  namespace: string | null,
  live: LiveNames,
): Promise<Completion> {
  // A type may be followed by a name.
  const takes = command.takes[earlier.length] ?? (command.takes.at(-1) === 'object' ? 'name' : null);
  switch (takes) {
    case 'verb':
      return offered(
        WORDS.map(({ name, means }) => [name, means]),
        typed,
      );
    case 'shell':
      return offered(
        SHELLS.map((shell) => [shell, '']),
        typed,
      );
    case 'object':
      return await objectsFor(typed, namespace, live);
    case 'name': {
      const isNamed = earlier.length > command.takes.length || earlier.at(-1)?.includes('/') === true;
      return isNamed
        ? NOTHING
        : offered(named(await quietly(live.objects(earlier.at(-1) ?? '', namespace))), typed);
    }
    case null:
      return NOTHING;
  }
}

async function objectsFor(typed: string, namespace: string | null, live: LiveNames): Promise<Completion> {
  const slash = typed.indexOf('/');
  if (slash < 0) return offered(types(), typed);
  const type = typed.slice(0, slash);
  const names = await quietly(live.objects(type, namespace));
  return offered(
    names.map((name) => [`${type}/${name}`, '']),
    typed,
  );
}

function types(): readonly Candidate[] {
  return resourceTypes()
    .filter(({ isBuiltIn }) => isBuiltIn)
    .map(({ group, resource, kind }) => [kubectlName(group, resource), kind]);
}

async function valuesOf(flag: Flag, typed: string, prefix: string, live: LiveNames): Promise<Completion> {
  const comma = flag.name === 'count' ? typed.lastIndexOf(',') + 1 : 0;
  if (comma > 0) return await valuesOf(flag, typed.slice(comma), prefix + typed.slice(0, comma), live);
  const values = await valuesFor(flag.name as FlagName, live);
  if (values === 'files') return { candidates: [], directive: 0 };
  const { candidates, directive } = offered(values, typed);
  return { candidates: candidates.map(([value, means]) => [`${prefix}${value}`, means]), directive };
}

async function valuesFor(name: FlagName, live: LiveNames): Promise<readonly Candidate[] | 'files'> {
  switch (name) {
    case 'file':
    case 'baseline-file':
    case 'save':
      return 'files';
    case 'kubeconfig':
    case 'certificate-authority':
    case 'client-certificate':
    case 'client-key':
      return 'files';
    case 'namespace':
      return named(await quietly(live.namespaces()));
    case 'node':
      return named(await quietly(live.nodes()));
    case 'output':
      return FORMATS.map((format) => [
        format.takesTemplate ? `${format.name}=` : format.name,
        format.summary,
      ]);
    case 'count':
      return COUNT_FIELDS.map((field) => [field.name, field.means]);
    case 'view':
      return Object.entries(VIEW_MEANS);
    default:
      return named(SUGGESTED[name] ?? []);
  }
}

const SUGGESTED: Readonly<Partial<Record<FlagName, readonly string[]>>> = {
  since: ['15m', '1h', '6h', '24h', '3d', '7d', 'today', 'yesterday'],
  until: ['15m', '1h', '24h', 'today', 'yesterday'],
  verb: ['get', 'list', 'watch', 'create', 'update', 'patch', 'delete', 'deletecollection'],
  code: ['401', '403', '404', '409', '4xx', '5xx', '!2xx'],
  subresource: ['none', 'status', 'scale', 'exec', 'attach', 'portforward', 'log', 'eviction', 'token'],
  by: ['sa:', 'group:', 'node:'],
  bucket: ['1m', '5m', '1h', '1d'],
  compare: ['previous'],
  baseline: ['7d', '14d', '28d'],
  color: ['auto', 'always', 'never'],
  via: ['proxy', 'pod', 'stdout'],
  'max-bytes': ['100MB', '500MB', '2GiB'],
};

function offered(candidates: readonly Candidate[], typed: string): Completion {
  const fitting = candidates.filter(([value]) => value.startsWith(typed));
  const isOpen = fitting.length > 0 && fitting.every(([value]) => /[=:]$/.test(value));
  return { candidates: fitting, directive: isOpen ? NO_FILES | NO_SPACE : NO_FILES };
}

function named(names: readonly string[]): readonly Candidate[] {
  return names.map((name) => [name, '']);
}

/** Completion must never complain: the shell has no place for it. */
async function quietly(names: Promise<readonly string[]>): Promise<readonly string[]> {
  return await names.catch(() => []);
}

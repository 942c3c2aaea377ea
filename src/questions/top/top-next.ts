/** The command that shows the requests behind top's first row: by flags where there is one, by --where for the rest. */
import { kubectlName } from '../../event/resource-names.ts';
import { REDACTED } from '../../event/secret-names.ts';
import { flagText, namespaceText, shellQuoted } from '../../event/shell.ts';
import { READS, WRITES } from '../../query/words.ts';
import type { TopParams } from './top.ts';
import type { GroupValue, TopRow } from './top-row.ts';
import type { Told } from './top-says.ts';

export function nextCommands({ params, rows, isWidened }: Told): string[] {
  const [row] = rows;
  if (row === undefined || row.count === 0 || !Object.values(row.group).every(isPlain)) return [];
  const words = objectWords(params, row);
  const flags = new Map(params.sameFilters);
  const clauses: string[] = [];
  for (const [name, value] of Object.entries(row.group)) {
    const flag = flagFor(name, value);
    if (flag !== null && (flag.name !== 'by' || !flags.has('by'))) setFlag(flags, flag);
    else if (!isInWords(name, value, words, params)) clauses.push(...clauseFor(name, value));
  }
  const own = params.view?.where ?? null;
  if (own !== null || clauses.length > 0) {
    const typed = params.where === null ? [] : [`(${params.where})`];
    flags.set(
      'where',
      flagText('where', [...typed, ...(own === null ? [] : [own]), ...clauses].join(' && ')),
    );
  }
  const narrowed = [...flags.values()].join('');
  const when = isWidened ? '' : params.sameWindow;
  return [`${params.calledAs} who-did touch${words}${narrowed}${when}${params.sameLogs}`];
}

/** Can be typed as it is: nothing is masked in it, and nothing that a terminal would act on. */
function isPlain(value: GroupValue): boolean {
  const text = String(value);
  return !text.includes(REDACTED) && !/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u.test(text);
}

/** After a space each: what was typed, else the type and name that the row has. */
function objectWords({ sameObject }: TopParams, { group }: TopRow): string {
  if (sameObject !== '') return sameObject;
  const { resource, name, path } = group;
  if (resource === undefined || resource === null) {
    return typeof path === 'string' && /^\/[\w/.-]+$/.test(path) ? ` ${path}` : '';
  }
  if (!/^[a-z][a-z0-9-]*$/.test(String(resource))) return '';
  const type = kubectlName(String(group.group ?? ''), String(resource));
  // Without the group, the plural is any group's.
  const named = group.group == null ? String(resource) : type;
  const isNamed = typeof name === 'string' && /^[a-z0-9][\w.:-]*$/.test(name);
  return ` ${shellQuoted(isNamed ? `${named}/${name}` : named)}`;
}

interface TypedFlag {
  readonly name: string;
  readonly text: string;
}

/** Null: there is none that says it exactly enough. */
function flagFor(name: string, value: GroupValue): TypedFlag | null {
  if (value === null) return null;
  const text = String(value);
  const flag = (flagName: string) => ({ name: flagName, text: flagText(flagName, text) });
  switch (name) {
    case 'user':
      return /^(?!group:|sa:|node:)[\w@.:/+-]+$/.test(text) ? flag('by') : null;
    case 'verb':
      return VERBS.includes(text) ? flag('verb') : null;
    case 'code':
      return flag('code');
    case 'ip':
      return /^[\da-f.:]+$/i.test(text) ? flag('from-ip') : null;
    case 'subresource':
      return SUBRESOURCE.test(text) ? flag('subresource') : null;
    case 'namespace':
      return /^[a-z0-9-]+$/.test(text) ? { name: 'namespace', text: namespaceText(text) } : null;
    case 'dryRun':
      return { name: 'dry-run', text: value === true ? ' --dry-run' : ' --no-dry-run' };
    case 'auditID':
      return flag('audit-id');
    default:
      return null;
  }
}

const VERBS: readonly string[] = [...READS, ...WRITES];
/** Others can be called otherwise in a flag. */
const SUBRESOURCE =
  /^(?:status|scale|exec|attach|portforward|log|eviction|token|binding|approval|proxy|finalize)$/;

/** A namespace takes the place of `-A` too. */
function setFlag(flags: Map<string, string>, { name, text }: TypedFlag): void {
  if (name === 'namespace') flags.delete('all-namespaces');
  flags.set(name, text);
}

/** Told by the type and name already. */
function isInWords(name: string, value: GroupValue, words: string, { sameObject }: TopParams): boolean {
  if (sameObject !== '' || words === '') return false;
  if (name === 'path') return true;
  if (name === 'group' || name === 'resource') return value !== null;
  return name === 'name' && words.includes('/');
}

/** None for what the log has not to the letter: effective names, derived fields, and lists. */
function clauseFor(name: string, value: GroupValue): string[] {
  const path = PATHS[name];
  if (path === undefined) return [];
  // The core group has no name in an event.
  if (value === null || (name === 'group' && value === ''))
    return path.includes('.') ? [`!has(${path})`] : [];
  return [`${path} == ${JSON.stringify(value)}`];
}

const PATHS: Readonly<Record<string, string>> = {
  user: 'user.username',
  as: 'impersonatedUser.username',
  verb: 'verb',
  group: 'objectRef.apiGroup',
  resource: 'objectRef.resource',
  subresource: 'objectRef.subresource',
  code: 'responseStatus.code',
  reason: 'responseStatus.reason',
  agent: 'userAgent',
  uri: 'requestURI',
  level: 'level',
  stage: 'stage',
  version: 'objectRef.apiVersion',
};

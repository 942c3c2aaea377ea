/** What `--rules` names → rules: files, folders of them, our own pack, and ids of what is loaded. */
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { UserError } from '../errors.ts';
import { hasGlob, matchesGlob } from '../query/glob.ts';
import { didYouMean } from '../query/nearest.ts';
import { loadRules } from './load-rules.ts';
import type { LoadedRules, Rule, RuleText } from './rule.ts';

/** Stands for the rules that come with the program. */
const PACK = 'pack';
/** A rule file is no log. */
const MOST_BYTES = 16 * 1024 * 1024;

export interface RulesWanted {
  /** They take time to read. Default no: only those of files that are named have theirs. */
  readonly withTests?: boolean;
}

/**
 * `typed`: each a file, a folder, or ids with commas between, globs too. Without a file, the ids are of our own pack; `pack` adds it
 * to files. Throws a UserError for what is not there.
 */
export async function readRules(
  typed: readonly string[],
  { withTests = false }: RulesWanted = {},
): Promise<LoadedRules> {
  const { files, ids, isPackWanted } = await namedRules(typed);
  const isPackIn = isPackWanted || files.length === 0;
  const loaded = await loadRules(files, isPackIn ? await ownPack(withTests) : []);
  return ids.length === 0 ? loaded : { ...loaded, rules: chosen(loaded.rules, ids) };
}

/** What `--rules` names, not looked into: files, ids, and whether our own pack is named. */
export async function namedRules(typed: readonly string[]): Promise<{
  readonly files: readonly RuleText[];
  readonly ids: readonly string[];
  readonly isPackWanted: boolean;
}> {
  const files: RuleText[] = [];
  const ids: string[] = [];
  let isPackWanted = false;
  for (const text of typed) {
    const found = await filesAt(text);
    if (found !== null) files.push(...found);
    else
      for (const id of text.split(',').map((one) => one.trim())) {
        if (id === PACK) isPackWanted = true;
        else ids.push(id);
      }
  }
  return { files, ids, isPackWanted };
}

async function ownPack(withTests: boolean): Promise<readonly Rule[]> {
  const { packPacked } = await import('./pack-packed.ts');
  const packed = withTests ? null : packPacked();
  if (packed !== null) return (await import('./own/packed.ts')).packedRules(packed);
  const { packFiles } = await import('./pack-files.ts');
  return (await loadRules(packFiles())).rules;
}

/** Throws UserError AUDIT_UNKNOWN_RULE. */
export function chosen(rules: readonly Rule[], ids: readonly string[]): readonly Rule[] {
  const wanted = new Set<Rule>();
  for (const id of ids) {
    const found = rules.filter((rule) => (hasGlob(id) ? matchesGlob(rule.id, id) : rule.id === id));
    if (found.length === 0) throw unknownRule(id, rules);
    for (const rule of found) wanted.add(rule);
  }
  return rules.filter((rule) => wanted.has(rule));
}

function unknownRule(id: string, rules: readonly Rule[]): UserError {
  const names = rules.map((rule) => rule.id);
  const near = didYouMean(id, names);
  return new UserError(
    'AUDIT_UNKNOWN_RULE',
    `there is no rule ${JSON.stringify(id)}, and no such file${near}`,
    {
      hint: 'docs/detections.md lists the rules that come with the program; for files of your own: --rules ./rules.yaml',
    },
  );
}

/** Null: nothing of the file system is called that, and it does not look as if something were meant to be. */
async function filesAt(path: string): Promise<readonly RuleText[] | null> {
  try {
    const stats = await stat(path);
    if (!stats.isDirectory()) return [await textAt(path, stats.size)];
    const names = await readdir(path, { recursive: true });
    const rules = names.filter((name) => /\.ya?ml$/i.test(name)).sort();
    if (rules.length === 0)
      throw new UserError('AUDIT_FILE_NOT_FOUND', `there is no .yaml file in ${JSON.stringify(path)}`);
    return await Promise.all(
      rules.map(async (name) => textAt(join(path, name), (await stat(join(path, name))).size)),
    );
  } catch (error) {
    if (error instanceof UserError) throw error;
    const isPath = /[\\/]|\.ya?ml$/i.test(path);
    const code = codeOf(error);
    if (code === 'ENOENT' && !isPath) return null;
    if (code === 'ENOENT')
      throw new UserError('AUDIT_FILE_NOT_FOUND', `there is no rule file ${JSON.stringify(path)}`, {
        cause: error,
      });
    throw new UserError('AUDIT_FILE_UNREADABLE', `${JSON.stringify(path)} cannot be read (${code})`, {
      cause: error,
    });
  }
}

async function textAt(file: string, bytes: number): Promise<RuleText> {
  if (bytes > MOST_BYTES)
    throw new UserError('AUDIT_BAD_RULE', `${file}:1:1: too large to be a rule file`, {
      hint: 'logs are --file',
    });
  return { file, text: await readFile(file, 'utf8') };
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
}

/**
 * The configuration file: found where the system keeps such files, never in the working directory; refused when others can write
 * it, for it names commands that are run. What stands in it is config.ts's.
 */
import { readFile, stat } from 'node:fs/promises';
import { homedir, platform, userInfo } from 'node:os';
import { dirname, isAbsolute, join } from 'node:path';
import { UserError } from '../errors.ts';
import type { Io } from '../io.ts';
import { type Config, emptyConfig } from './config.ts';

/** `KUBECTL_AUDIT_CONFIG`, else in XDG_CONFIG_HOME or ~/.config; on Windows in %APPDATA%. */
export function configPath(env: Io['env'], system: NodeJS.Platform = platform()): string {
  const named = env.KUBECTL_AUDIT_CONFIG;
  if (named !== undefined && named !== '') {
    if (isAbsolute(named)) return named;
    throw new UserError(
      'AUDIT_BAD_CONFIG',
      `KUBECTL_AUDIT_CONFIG=${JSON.stringify(named)} is no absolute path`,
      {
        hint: 'say it from the root on',
      },
    );
  }
  const isWindows = system === 'win32';
  const home = isWindows ? env.APPDATA : env.XDG_CONFIG_HOME;
  const fallback = join(homedir(), isWindows ? 'AppData/Roaming' : '.config');
  // A relative XDG_CONFIG_HOME is to be ignored, says the specification: it would be the working directory's.
  return join(home !== undefined && isAbsolute(home) ? home : fallback, 'kubectl-audit', 'config.yaml');
}

/** What it says; nothing where there is none. Throws UserError AUDIT_BAD_CONFIG. */
export async function readConfig(env: Io['env']): Promise<Config> {
  const path = configPath(env);
  const text = await readFileOrNull(path);
  if (text === null) {
    if (!env.KUBECTL_AUDIT_CONFIG) return emptyConfig(path);
    throw new UserError('AUDIT_BAD_CONFIG', `${path} is not there`, {
      hint: 'KUBECTL_AUDIT_CONFIG names it',
    });
  }
  await refuseOthersWriting(path);
  await refuseOthersWriting(dirname(path));
  // Most have no such file, and need neither YAML nor a schema.
  const { parseConfig } = await import('./parse-config.ts');
  return parseConfig(text, path);
}

/** Null: there is none. Throws UserError AUDIT_BAD_CONFIG. */
export async function readFileOrNull(path: string): Promise<string | null> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return null;
    throw new UserError('AUDIT_BAD_CONFIG', `${path} cannot be read (${code})`, { cause: error });
  }
}

/** As ssh does with its own. Windows keeps %APPDATA% to its user. */
async function refuseOthersWriting(path: string): Promise<void> {
  if (platform() === 'win32') return;
  const { mode, uid } = await stat(path);
  const { uid: own } = userInfo();
  const isStrangers = uid !== 0 && uid !== own;
  if ((mode & 0o022) === 0 && !isStrangers) return;
  throw new UserError(
    'AUDIT_BAD_CONFIG',
    `${path} ${isStrangers ? 'belongs to another user' : 'can be written by others'}`,
    {
      hint: isStrangers ? `chown ${own} ${path}` : `chmod go-w ${path}`,
    },
  );
}

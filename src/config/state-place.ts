/** Where a state is kept that outlives a run, when nobody says where. */
import { homedir, platform } from 'node:os';
import { isAbsolute, join } from 'node:path';
import type { Io } from '../io.ts';

/** In XDG_STATE_HOME or ~/.local/state; on Windows in %LOCALAPPDATA%. */
export function statePath(env: Io['env'], name: string, system: NodeJS.Platform = platform()): string {
  const isWindows = system === 'win32';
  const home = isWindows ? env.LOCALAPPDATA : env.XDG_STATE_HOME;
  const fallback = join(homedir(), isWindows ? 'AppData/Local' : '.local/state');
  return join(home !== undefined && isAbsolute(home) ? home : fallback, 'kubectl-audit', name);
}

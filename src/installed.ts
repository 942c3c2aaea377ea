/** How the program was installed: what it is called, and what came with it. An executable has its own of this: scripts/release. */
import { fileURLToPath } from 'node:url';

/** The path that it was called by, of what the process says of itself: its arguments, and the first as it was given. */
export function calledPath(argv: readonly string[], _argv0: string): string {
  return argv[1] ?? '';
}

/** Of the recorded incident: beside the source, and beside the bundle, of which this is a chunk. */
export function demoFolder(): string {
  const demo = import.meta.url.endsWith('.ts') ? '../demo' : '../../demo';
  return fileURLToPath(new URL(demo, import.meta.url));
}

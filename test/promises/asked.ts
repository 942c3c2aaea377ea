/** The questions whose documents are promised, as they are asked of the demo. What anomalies finds may get better: its shape alone is promised. */
import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DEMO } from '../../src/commands/demo.ts';
import { run } from '../../src/run.ts';
import { fixedIo } from '../support/fixed-io.ts';

/** Rules of the tests' own: those that come with the program may get better. */
export const RULES = join(import.meta.dirname, 'golden/rules.yaml');

/** The golden file's name → what is typed. */
export const ASKED: Readonly<Record<string, readonly string[]>> = {
  'who-did': ['who-did', 'delete', 'deploy/api', '--effects', '--demo'],
  'who-did-nobody': ['who-did', 'delete', 'deploy/worker', '--demo'],
  'who-did-incomplete': ['who-did', 'delete', 'deploy/api', '-n', 'prod', '--file', 'demo/audit/cp-1'],
  'what-changed': ['what-changed', 'deploy/worker', '--demo'],
  'failed-auth': ['failed-auth', '-A', '--demo'],
  'rbac-diff': ['rbac-diff', '--by', 'bob', '--limit', '4', '--demo'],
  timeline: ['timeline', '-A', '--by', 'agent-smith', '--demo'],
  detect: ['detect', '--rules', RULES, '--demo'],
  top: ['top', '-A', '--count', 'user,verb', '--limit', '3', '--demo'],
};

export interface Said {
  readonly status: number;
  readonly out: string;
}

/** What is printed in a folder that has the demo in it, without a configuration or a cluster. */
export async function asked(argv: readonly string[]): Promise<Said> {
  const home = mkdtempSync(join(tmpdir(), 'promise-'));
  try {
    symlinkSync(join(import.meta.dirname, '../../demo'), join(home, 'demo'));
    const io = fixedIo({ nowMs: DEMO.nowMs, cwd: home, demoFolder: 'demo', env: { HOME: home } });
    return { status: await run(argv, io), out: io.stdout() };
  } finally {
    rmSync(home, { recursive: true });
  }
}

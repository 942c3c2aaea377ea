/** The promise of docs/output.md on exit statuses, each by a case that really ends so; and on the codes of errors. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { ERROR_CODES } from '../../src/errors.ts';
import { programWords, runProgram } from '../support/program.ts';

const env = { PATH: process.env.PATH ?? '', TZ: 'UTC', HOME: '/nonexistent' };

/** Ours, not the shell's: a program killed by a signal would have none. */
function statusOf(...args: readonly string[]): number | null {
  return runProgram(args, { env, input: '' }).status;
}

describe('the exit status', () => {
  it('is 0: answered, also when nobody did and the log would show it', () => {
    expect(statusOf('who-did', 'delete', 'deploy/api', '--demo')).toBe(0);
    expect(statusOf('who-did', 'delete', 'deploy/worker', '--demo')).toBe(0);
  });

  it('is 1: failed, outside of what was typed', () => {
    expect(statusOf('who-did', 'delete', 'deploy/api', '--file', '/no/such.log')).toBe(1);
    expect(statusOf('who-did', 'delete', 'deploy/api', '--kubeconfig', '/no/such.config')).toBe(1);
  });

  it('is 2: wrong usage', () => {
    expect(statusOf('who-did', 'delet', 'deploy/api', '--demo')).toBe(2);
    expect(statusOf()).toBe(2);
  });

  it('is 3: answered, but a gap could hold a match', () => {
    const asked = ['who-did', 'delete', 'deploy/api', '-n', 'prod', '--since', '2026-11-24T14:00Z'];
    expect(statusOf(...asked, '--file', 'demo/audit/cp-1')).toBe(3);
    expect(statusOf(...asked, '--file', 'demo/audit/cp-1', '--file', 'demo/audit/cp-2')).toBe(0);
  });

  it('is 4: detect found what --fail-on means', { timeout: 60_000 }, () => {
    expect(statusOf('detect', '--demo', '--no-live', '--fail-on', 'medium')).toBe(4);
  });

  it.each(['SIGINT', 'SIGTERM'] as const)('is 130: interrupted by %s', async (signal) => {
    const [command, ...words] = programWords();
    const child = spawn(command, [...words, 'who-did', 'touch', '-A', '--file', '-', '--follow'], { env });
    // It says so when it listens.
    await once(child.stderr, 'data');
    child.kill(signal);
    expect(await once(child, 'exit')).toEqual([130, null]);
  });
});

describe('codes of errors', () => {
  it('keep their exit status', () => {
    expect(ERROR_CODES).toMatchObject({
      AUDIT_USAGE: 2,
      AUDIT_UNKNOWN_COMMAND: 2,
      AUDIT_UNKNOWN_WORD: 2,
      AUDIT_BAD_OBJECT: 2,
      AUDIT_BAD_TIME: 2,
      AUDIT_BAD_FILTER: 2,
      AUDIT_BAD_WHERE: 2,
      AUDIT_BAD_FORMAT: 2,
      AUDIT_BAD_TEMPLATE: 2,
      AUDIT_NO_SOURCE: 2,
      AUDIT_UNKNOWN_SOURCE: 2,
      AUDIT_FILE_NOT_FOUND: 1,
      AUDIT_FILE_UNREADABLE: 1,
      AUDIT_NOT_AN_AUDIT_LOG: 1,
      AUDIT_STDIN_IS_TERMINAL: 2,
      AUDIT_UNSUPPORTED_COMPRESSION: 1,
      AUDIT_BAD_WITH: 1,
      AUDIT_OLD_NODE: 1,
      AUDIT_NOT_BUILT: 1,
      AUDIT_INTERRUPTED: 1,
      AUDIT_BAD_KUBECONFIG: 1,
      AUDIT_NO_CREDENTIALS: 1,
      AUDIT_CLUSTER_UNREACHABLE: 1,
      AUDIT_FORBIDDEN: 1,
      AUDIT_STORE_UNREACHABLE: 1,
      AUDIT_STORE_REFUSED: 1,
      AUDIT_BAD_CONFIG: 2,
      AUDIT_BAD_RULE: 2,
      AUDIT_UNKNOWN_RULE: 2,
      AUDIT_BAD_BASELINE: 1,
      AUDIT_NO_AUDIT_LOG: 1,
      AUDIT_NOT_CONFIRMED: 1,
    });
    for (const status of Object.values(ERROR_CODES)) expect([1, 2]).toContain(status);
  });
});

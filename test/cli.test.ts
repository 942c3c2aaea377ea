/** The program as a person starts it: arguments, streams, exit status. */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { COMMANDS, findCommand } from '../src/commands/registry.ts';
import { ERROR_CODES } from '../src/errors.ts';
import { CALLED_AS, PROGRAM_PATH, programLine, programWords, runProgram } from './support/program.ts';

const LOG = 'test/fixtures/shop/audit.log';

function run(args: readonly string[], input?: string | Buffer, more: Readonly<Record<string, string>> = {}) {
  const env = { PATH: process.env.PATH ?? '', TZ: 'UTC', COLUMNS: '100', ...more };
  const done = runProgram(args, { env, input: input ?? '' });
  return { status: done.status, out: done.stdout, err: done.stderr };
}

describe('the command line', () => {
  it('answers: 0, on stdout, with nothing on stderr', () => {
    const { status, out, err } = run(['who-did', 'delete', 'cm', 'flags', '-n', 'shop', '-f', LOG]);
    expect([status, err]).toEqual([0, '']);
    expect(out).toMatch(/^shop\/cm\/flags: deleted by alice as dave /);
  });

  it('says 3 when a gap could hold a match', () => {
    const cut = readFileSync(LOG, 'utf8').split('\n').slice(0, 50).join('\n').slice(0, -400);
    const { status, out } = run(
      ['who-did', 'delete', 'cm/flags', '-n', 'shop', '-f', '-'],
      `${cut}\n${'{"kind":"Event","auditID":"x"'}\n{}\n`,
    );
    expect(status).toBe(3);
    expect(out).toContain('INCOMPLETE');
  });

  it('takes a half-written last line for a live file, not for a gap', () => {
    const { status, out } = run(
      ['who-did', 'delete', 'cm/flags', '-n', 'shop', '-o', 'json', '-f', '-'],
      readFileSync(LOG).subarray(0, -700),
    );
    expect(status).toBe(0);
    expect(JSON.parse(out)).toMatchObject({ coverage: { complete: true, unreadable: 0 } });
  });

  it('reads standard input whole, whatever the default window', () => {
    const { out } = run(
      ['who-did', 'delete', 'cm/flags', '-n', 'shop', '-o', 'json', '--file', '-'],
      readFileSync(LOG),
    );
    expect(JSON.parse(out).rows).toHaveLength(2);
  });

  it.each([
    [[], 'AUDIT_USAGE'],
    [['who-dd'], 'AUDIT_UNKNOWN_COMMAND'],
    [['delete', 'deploy/api', '--demo'], 'AUDIT_UNKNOWN_COMMAND'],
    [['who-did', '--demo'], 'AUDIT_USAGE'],
    [['who-did', 'delet', 'cm/x', '--demo'], 'AUDIT_UNKNOWN_WORD'],
    [['who-did', 'delete', 'cm/x', '--demo', '--bogus'], 'AUDIT_USAGE'],
    [['who-did', 'delete', 'cm/x'], 'AUDIT_BAD_KUBECONFIG'],
    [['who-did', 'delete', 'cm/x', '-f', 'a.log', 'b.log'], 'AUDIT_USAGE'],
    [['who-did', 'delete', 'cm/x', '--demo', '--suggest-role'], 'AUDIT_USAGE'],
    [['who-did', 'delete', 'cm/x', '-f', '/no/such/log'], 'AUDIT_FILE_NOT_FOUND'],
    [['who-did', 'delete', 'cm/x', '-f', 'package.json'], 'AUDIT_NOT_AN_AUDIT_LOG'],
    [['who-did', 'delete', 'cm/x', '--source', 'gopher://x'], 'AUDIT_UNKNOWN_SOURCE'],
    [['who-did', 'delete', 'cm/x', '--demo', '--since', 'tomorrow'], 'AUDIT_BAD_TIME'],
    [['who-did', 'delete', 'cm/x', '--demo', '--code', 'abc'], 'AUDIT_BAD_FILTER'],
    [['who-did', 'delete', 'cm/x', '--demo', '--where', 'verb ='], 'AUDIT_BAD_WHERE'],
    [['who-did', 'delete', 'cm/x', '--demo', '-o', 'xml'], 'AUDIT_BAD_FORMAT'],
    [['who-did', 'delete', 'cm/x', '--demo', '-o', 'jsonpath={.rows['], 'AUDIT_BAD_TEMPLATE'],
    [['who-did', 'delete', 'cm/a/b', '--demo'], 'AUDIT_BAD_OBJECT'],
  ] as const)('%j: names the input and the mend (%s)', (args, code) => {
    const { status, out, err } = run(args);
    expect([out, status]).toEqual(['', ERROR_CODES[code]]);
    expect(err).toMatch(new RegExp(`^error: .+ \\[${code}\\]\n(?: .*\n)*hint: .+\n$`));
  });

  it.each([[['who-did', '--help']], [['who-did', 'delete', 'deploy/api', '-h']], [['who-did', 'help']]])(
    '%j prints the help of the question on stdout',
    (args) => {
      const { status, out, err } = run(args);
      expect([status, err]).toEqual([0, '']);
      expect(out).toContain(`${CALLED_AS} who-did VERB`);
      expect(out).toContain('Verbs (any other');
      const { flags } = findCommand(['who-did'], '');
      for (const name of flags) expect(out).toMatch(new RegExp(`--${name}\\s`));
    },
  );

  it('keeps help within the terminal', () => {
    for (const args of [['--help'], ...COMMANDS.map((command) => [command.name, '--help'])]) {
      const { out } = run(args, '', { COLUMNS: '80' });
      expect(out.split('\n').filter((line) => line.length > 80)).toEqual([]);
    }
  });

  it('says who it is', () => {
    const version = JSON.parse(readFileSync('package.json', 'utf8')).version;
    expect(run(['--version'])).toEqual({ status: 0, out: `${version}\n`, err: '' });
    expect(run(['who-did', '--version']).out).toBe(`${version}\n`);
  });

  it('is called as kubectl calls it when it is its plugin', () => {
    const folder = mkdtempSync(join(tmpdir(), 'plugin-'));
    symlinkSync(PROGRAM_PATH, join(folder, 'kubectl-audit_log'));
    const [command, ...words] = programWords(join(folder, 'kubectl-audit_log'));
    const done = spawnSync(command, words, { encoding: 'utf8' });
    expect(done.stderr).toContain('hint: kubectl audit-log who-did delete deploy/api --demo');
    rmSync(folder, { recursive: true });
  });

  it('ends well when the reader of its output goes away', () => {
    const command = `${programLine()} who-did touch -A -f ${LOG} -o jsonl; echo "status $?" >&2`;
    const done = spawnSync('bash', ['-c', `{ ${command}; } | head -1`], { encoding: 'utf8' });
    expect(done.stderr).toBe('status 0\n');
  });

  it('explains without reading, within the terminal and in local time', () => {
    const args = ['who-did', 'delete', 'deploy/web', '-n', 'shop', '-f', LOG, '--since', '2026-11-22 10:00'];
    const { status, out, err } = run([...args, '--explain'], '', { COLUMNS: '80', TZ: 'Europe/Berlin' });
    expect([status, err]).toEqual([0, '']);
    expect(out).toContain(LOG);
    expect(out).toMatch(/^window {6}from 2026-11-22 10:00:00\+01:00 to now$/m);
    expect(out).toMatch(/^ {2}cost {6}\d+ MB in 1 part$/m);
    expect(out).toMatch(/^or {10}objectRef.resource is "namespaces"/m);
    expect(out.split('\n').filter((line) => line.length > 80)).toEqual([]);
  });

  it.each(['', 'No/Where', ':Europe/Berlin'])('takes TZ=%j as the C library does', (TZ) => {
    const { status, out } = run(['who-did', 'delete', 'deploy/api', '--demo'], '', { TZ });
    expect([status, out.includes(TZ === ':Europe/Berlin' ? '15:40:41' : '14:40:41')]).toEqual([0, true]);
  });

  it('tells a document that holds a part of the rows', () => {
    const { out } = run([
      'who-did',
      'touch',
      '-A',
      '-f',
      LOG,
      '--since',
      '30d',
      '-o',
      'json',
      '--limit',
      '2',
    ]);
    const { rows, notes } = JSON.parse(out);
    expect(rows).toHaveLength(2);
    expect(notes).toContainEqual({ code: 'limited', text: expect.stringMatching(/^2 of \d+ rows/) });
  });

  it('ends at once when interrupted, also while it waits for a pipe', async () => {
    const [command, ...words] = programWords();
    const child = spawn(command, [...words, 'who-did', 'touch', '-f', '-'], { stdio: 'pipe' });
    await new Promise((resolve) => setTimeout(resolve, 3000));
    const startedAt = performance.now();
    child.kill('SIGINT');
    const [status] = await once(child, 'exit');
    expect(status).toBe(130);
    expect(performance.now() - startedAt).toBeLessThan(1000);
  });
});

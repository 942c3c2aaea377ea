/** The program as a person starts it: arguments, streams, exit status. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { ERROR_CODES } from '../src/errors.ts';

const LOG = 'test/fixtures/shop/audit.log';

function run(args: readonly string[], input?: string | Buffer) {
  const env = { PATH: process.env.PATH ?? '', TZ: 'UTC', COLUMNS: '100' };
  const done = spawnSync(process.execPath, ['src/cli.ts', ...args], {
    encoding: 'utf8',
    env,
    input: input ?? '',
  });
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
    [['who-dd'], 'AUDIT_USAGE'],
    [['who-did', '--demo'], 'AUDIT_USAGE'],
    [['who-did', 'delet', 'cm/x', '--demo'], 'AUDIT_UNKNOWN_WORD'],
    [['who-did', 'delete', 'cm/x', '--demo', '--bogus'], 'AUDIT_USAGE'],
    [['who-did', 'delete', 'cm/x'], 'AUDIT_NO_SOURCE'],
    [['who-did', 'delete', 'cm/x', '-f', '/no/such/log'], 'AUDIT_FILE_NOT_FOUND'],
    [['who-did', 'delete', 'cm/x', '-f', 'package.json'], 'AUDIT_NOT_AN_AUDIT_LOG'],
    [['who-did', 'delete', 'cm/x', '--source', 'gopher://x'], 'AUDIT_UNKNOWN_SOURCE'],
    [['who-did', 'delete', 'cm/x', '--demo', '--since', 'tomorrow'], 'AUDIT_BAD_TIME'],
    [['who-did', 'delete', 'cm/x', '--demo', '--code', 'abc'], 'AUDIT_BAD_FILTER'],
    [['who-did', 'delete', 'cm/x', '--demo', '--where', 'verb ='], 'AUDIT_BAD_WHERE'],
    [['who-did', 'delete', 'cm/x', '--demo', '-o', 'xml'], 'AUDIT_BAD_FORMAT'],
    [['who-did', 'delete', 'cm/x', '--demo', '-o', 'jsonpath={.rows['], 'AUDIT_BAD_TEMPLATE'],
    [['who-did', 'delete', 'cm/a/b', '--demo'], 'AUDIT_BAD_OBJECT'],
    [['who-did', 'exec', 'deploy/x', '--demo'], 'AUDIT_BAD_OBJECT'],
    [['who-did', 'delete', 'cm/x', '--demo', '--max-bytes', 'much'], 'AUDIT_USAGE'],
    [['who-did', 'delete', 'cm/x', '--demo', '-n', 'a', '-A'], 'AUDIT_USAGE'],
    [['who-did', 'delete', 'cm/x', '--demo', '-n', 'a', '-n', 'b'], 'AUDIT_USAGE'],
  ] as const)('%j: names the input and the mend (%s)', (args, code) => {
    const { status, out, err } = run(args);
    expect([out, status]).toEqual(['', ERROR_CODES[code]]);
    expect(err).toMatch(new RegExp(`^error: .+ \\[${code}\\]\n(?: .*\n)*hint: .+\n$`));
  });

  it('prints help on stdout, under the name it was called by', () => {
    const { status, out, err } = run(['who-did', '--help']);
    expect([status, err]).toEqual([0, '']);
    expect(out).toContain('kubectl-audit who-did VERB');
    expect(out).toContain('Verbs:');
  });

  it('ends well when the reader of its output goes away', () => {
    const command = `"${process.execPath}" src/cli.ts who-did touch -A -f ${LOG} -o jsonl; echo "status $?" >&2`;
    const done = spawnSync('bash', ['-c', `{ ${command}; } | head -1`], { encoding: 'utf8' });
    expect(done.stderr).toBe('status 0\n');
  });

  it('explains without reading', () => {
    const { status, out } = run(['who-did', 'delete', 'deploy/web', '-n', 'shop', '-f', LOG, '--explain']);
    expect(status).toBe(0);
    expect(out).toContain(LOG);
    expect(out).toMatch(/cost {6}\d+ bytes/);
  });

  it('lists every error code once in the README', () => {
    const readme = readFileSync('README.md', 'utf8');
    for (const code of Object.keys(ERROR_CODES)) expect(readme.split(`\`${code}\``)).toHaveLength(2);
  });
});

import { describe, expect, it } from 'vitest';
import { parseCommandLine } from '../../src/commands/command-line.ts';
import { UserError } from '../../src/errors.ts';

const read = (...argv: string[]) => parseCommandLine(argv, 'kubectl audit');

function mistake(...argv: string[]): UserError {
  try {
    read(...argv);
  } catch (error) {
    if (error instanceof UserError) return error;
  }
  throw new Error(`no UserError for ${argv.join(' ')}`);
}

describe('parseCommandLine', () => {
  it.each<[string[], Record<string, unknown>]>([
    [['-o', 'json'], { output: 'json' }],
    [['-ojson'], { output: 'json' }],
    [['-o=json'], { output: 'json' }],
    [['--output', 'json'], { output: 'json' }],
    [['--output=json'], { output: 'json' }],
    [['-Aojson'], { 'all-namespaces': true, output: 'json' }],
    [['-An', 'prod'], { 'all-namespaces': true, namespace: 'prod' }],
    [['-nprod'], { namespace: 'prod' }],
    [['-n', ''], { namespace: '' }],
    [['--namespace='], { namespace: '' }],
    [['--since', '-2h'], { since: '-2h' }],
    [['--by', '-x'], { by: ['-x'] }],
    [['-f', '-'], { file: ['-'] }],
    [['-f', 'a', '-f=b', '--file', 'c'], { file: ['a', 'b', 'c'] }],
    [['--where', 'a == "=" && -1 < 2'], { where: 'a == "=" && -1 < 2' }],
    [['--where=a=="b"'], { where: 'a=="b"' }],
    [['--where', '"x" in user.groups || verb == "y"'], { where: '"x" in user.groups || verb == "y"' }],
    [['--between', '10:00', '-2h'], { between: ['10:00', '-2h'] }],
    [['--between=10:00', '11:00'], { between: ['10:00', '11:00'] }],
    [['--between', '10:00,11:00'], { between: ['10:00', '11:00'] }],
    [['--dry-run'], { 'dry-run': true }],
    [['--no-dry-run'], { 'dry-run': false }],
    [['--dry-run=false'], { 'dry-run': false }],
    [['--no-headers'], { 'no-headers': true }],
    [['--no-live'], { live: false }],
    [['-A', '-A'], { 'all-namespaces': true }],
    [['-h'], { help: true }],
  ])('%j', (argv, flags) => {
    expect(read('who-did', ...argv, 'delete')).toEqual({ words: ['who-did', 'delete'], flags });
  });

  it('keeps words as they are, wherever flags stand', () => {
    expect(read('-A', 'who-did', '--demo', 'delete', '-o', 'name', 'deploy', '', '-').words).toEqual([
      ...['who-did', 'delete', 'deploy', '', '-'],
    ]);
    expect(read('who-did', '--demo', '--', 'delete', '-x', '--by', '--').words).toEqual([
      ...['who-did', 'delete', '-x', '--by', '--'],
    ]);
  });

  it.each([
    [['--namespac', 'x'], '"--namespac"', 'did you mean --namespace?'],
    [['--bogus-thing=1'], '"--bogus-thing"', 'kubectl audit --help'],
    [['-x'], '"-x"', '--help'],
    [['-xyz'], '"-xyz"', '--help'],
    [['-Ax'], '"-x"', '--help'],
    [['--no-since'], '"--no-since"', '--help'],
    [['--no-utc=true'], '"--no-utc"', '--help'],
    [['--headers'], '"--headers"', '--help'],
    [['--since'], '--since needs a value', '--since TIME: from then on'],
    [['-n'], '-n needs a value', '--namespace NS'],
    [['--since', '--until', '2h'], '--since needs a value', 'TIME'],
    [['-n', '-A'], '-n needs a value', 'NS'],
    [['-o', '-f=x'], '-o needs a value', 'jsonl'],
    [['--by', '--no-dry-run'], '--by needs a value', 'WHO'],
    [['-o', 'json', '-oyaml'], '--output is given more than once', 'leave one'],
    [['--dry-run=server'], '"server"', '--dry-run=false'],
    [['-A=1'], '"1"', '-A=false'],
  ])('%j: says what is wrong and how to mend it', (argv, problem, mend) => {
    const { code, message, hint } = mistake('who-did', ...argv);
    expect(code).toBe('AUDIT_USAGE');
    expect(message).toContain(problem);
    expect(hint).toContain(mend);
  });
});

import { describe, expect, it } from 'vitest';
import { UserError } from '../../src/errors.ts';
import { compileWhere } from '../../src/query/cel.ts';
import { COUNT_FIELDS, parseCountFields } from '../../src/query/count-fields.ts';

function mistake(typed: string): UserError {
  try {
    parseCountFields([typed]);
  } catch (error) {
    if (error instanceof UserError) return error;
    throw error;
  }
  throw new Error(`${JSON.stringify(typed)} was taken`);
}

function names(...typed: string[]): string[] {
  return parseCountFields(typed).map(({ name }) => name);
}

describe('parseCountFields', () => {
  it('takes the names people say, the paths of the audit API, in any case, and each once', () => {
    expect(names('user,verb', 'objectRef.resource, NS')).toEqual(['user', 'verb', 'resource', 'namespace']);
    expect(names('user.username,who,USER')).toEqual(['user']);
    expect(names('user-agent,status,objectref.apigroup,dry-run,from')).toEqual([
      ...['agent', 'code', 'group', 'dryRun', 'ip'],
    ]);
  });

  it('has no name for two fields', () => {
    const all = COUNT_FIELDS.flatMap(({ name, field, also }) => [...new Set([name, field, ...also])]);
    const lower = all.map((name) => name.toLowerCase());
    for (const { name, field, also } of COUNT_FIELDS) {
      const own = new Set([name, field, ...also].map((one) => one.toLowerCase()));
      expect(lower.filter((one) => own.has(one))).toHaveLength(own.size);
    }
  });

  it.each([
    ['usr', /"usr" is no field to count by; did you mean user\?/],
    ['user.name', /"user\.name" is no field/],
    ['user,,verb', /names nothing between two commas/],
    ['', /names nothing/],
    ['user.groups', /a request has several/],
    ['hour', /time is counted in buckets/],
    ['requestObject', /bodies are not counted/],
    ['__proto__', /is no field/],
  ])('refuses %j', (typed, message) => {
    const { code, message: said, hint } = mistake(typed);
    expect([code, said, hint]).toEqual(['AUDIT_USAGE', expect.stringMatching(message), expect.any(String)]);
  });

  it('hints at an expression that compiles', async () => {
    const { hint = '' } = mistake('annotations');
    const expression = /--where '([^']+)'/.exec(hint)?.[1] ?? '';
    expect(await compileWhere(expression)).toMatchObject({ kind: expect.any(String) });
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { UserError } from '../../src/errors.ts';
import { compileWhere } from '../../src/query/cel.ts';
import type { Predicate } from '../../src/query/predicate.ts';

async function mistake(text: string): Promise<UserError> {
  const error = await compileWhere(text).catch((caught: unknown) => caught);
  if (!(error instanceof UserError)) throw new Error(`no UserError for ${text}: ${String(error)}`);
  return error;
}

describe('mistakes in --where', () => {
  it('shows the place and how to mend it', async () => {
    const error = await mistake('verb = "get"');
    expect(error.code).toBe('AUDIT_BAD_WHERE');
    expect(`${error.message}\n${error.hint}`).toMatchInlineSnapshot(`
      "--where: "=" was not expected here
        verb = "get"
             ^
      to compare: =="
    `);
  });

  it.each([
    ['verb == "get" and true', 14, '&& for and'],
    ['user.?username == "x"', 4, 'has(user.username) && …, or get('],
    ['sourceIPs[?0] == "x"', 9, 'there are no optional fields'],
    ['userAgent like "x"', 10, 'userAgent.contains'],
    ['verb ==', 7, 'an example'],
    ['verb == get', 8, 'text goes in quotes'],
    ['code == 403', 0, 'it is responseStatus.code'],
    ['user.groups.exists(g, g == oops)', 27, 'fields are kind'],
    ['has(impersonatedUser)', 0, 'has(impersonatedUser.username)'],
    ['shout(verb)', 0, 'startsWith'],
    ['verb.matches("(")', 13, 'RE2'],
    ['verb.matches("(?=a)")', 13, 'RE2'],
    ['verb.matches(userAgent)', 4, 'userAgent.matches("^helm/3")'],
    ['verb + 1 == "x"', 5, 'text is compared with text'],
    ['verb < 3', 5, 'text is compared with text'],
    ['timestamp(stageTimestamp) > timestamp("yesterday")', 28, 'timestamp("2026-11-22T10:00:00Z")'],
    ['__proto__ == "x"', 0, 'fields are kind'],
    ['objectref.name == "x"', 0, 'did you mean objectRef?'],
    ['verbb == "get"', 0, 'did you mean verb?'],
    ['verb == delete', 8, `'… == "delete"'`],
    ['user.name == "alice"', 4, 'user has username, uid, groups, extra'],
    ['user["usrname"] == "alice"', 4, 'did you mean user.username?'],
    ['has(objectRef.nme)', 0, 'did you mean objectRef.name?'],
    ['responseStatus.Code == 403', 14, 'did you mean responseStatus.code?'],
    ['user.groups.name == "x"', 11, '"ops" in user.groups'],
    ['verb.name == "x"', 4, '"ops" in user.groups'],
    ['responseStatus.code == "403"', 20, 'codes with numbers'],
    ['"403" != responseStatus.code', 6, 'codes with numbers'],
    ['responseStatus.code in ["403"]', 20, 'codes with numbers'],
    ['user == "alice"', 5, 'user.username'],
    ['user.groups == "ops"', 12, '"ops" in user.groups'],
    ['1 in user.groups', 2, 'codes with numbers'],
    ['"helm" in userAgent', 7, 'userAgent.contains("helm")'],
    ['requestReceivedTimestamp > "2026-11-22"', 25, 'timestamp("2026-11-22T10:00:00Z")'],
    ['verb == "get" || user.username', 21, 'compare it'],
    ['verb == "get" || 1', 17, 'compare it'],
    ['!verb', 1, 'compare it'],
    ['verb ? true : false', 0, 'compare it'],
    ['verb == "get', 8, 'an example'],
    ["verb == 'get && true", 8, 'an example'],
  ])('%s: at %i, %s', async (text, offset, hint) => {
    const error = await mistake(text);
    expect(error.message.split('\n').slice(1)).toEqual([`  ${text}`, `  ${' '.repeat(offset)}^`]);
    expect(error.hint).toContain(hint);
  });

  it.each(['', '   ', 'user.username', '1 + 2', '"text"', '[true]', '1 / 0 == 1', 'user.username.size()'])(
    'refuses %j, which is never true or false',
    async (text) => {
      expect((await mistake(text)).code).toBe('AUDIT_BAD_WHERE');
    },
  );

  it('says what does not go together without the words of a type system', async () => {
    expect((await mistake('responseStatus.code == "403"')).message).toContain(
      'a number cannot be compared with a text',
    );
    expect((await mistake('user.groups.contains("ops")')).message).toContain(
      'contains() does not work on list.(text)',
    );
    expect((await mistake('verb + 1 == "x"')).message).toContain('+ does not work on (text, number)');
    expect((await mistake('verb == "get')).message).toContain('this quote is not closed');
  });

  it('bounds length, nesting and loops within loops', async () => {
    const nested = (n: number) => `${'('.repeat(n)}true${')'.repeat(n)}`;
    const loops = 'user.groups.exists(a, user.groups.exists(b, user.groups.exists(c, a == b && b == c)))';
    expect((await mistake(`verb == "${'x'.repeat(5000)}"`)).message).toContain('4096 at most');
    expect((await mistake(nested(2000))).message).toContain('nested too deeply');
    expect((await mistake(`size(${'['.repeat(150)}${']'.repeat(150)}) == 1`)).message).toContain(
      'nested too deeply',
    );
    expect((await mistake(loops)).message).toContain('more than 2 loops');
  });

  it('shows the part around the place of a long expression', async () => {
    const error = await mistake(`verb == "${'a'.repeat(200)}" && nope == 1`);
    const [, shown = '', caret = ''] = error.message.split('\n');
    expect(shown.length).toBeLessThan(110);
    expect(shown.slice(caret.length - 1)).toMatch(/^nope == 1/);
  });

  it('answers any text with a predicate or a UserError', async () => {
    const pieces = [
      'verb',
      'user',
      '.',
      'username',
      '"a"',
      "'",
      '==',
      '&&',
      '(',
      ')',
      '[',
      ']',
      '!',
      '1',
      ' ',
      '{',
      '.?',
      'has',
      'x',
    ];
    await fc.assert(
      fc.asyncProperty(fc.array(fc.constantFrom(...pieces), { maxLength: 8 }), async (parts) => {
        const found = await compileWhere(parts.join('')).catch((caught: unknown) => caught);
        expect(found instanceof UserError || (found as Predicate).kind !== undefined).toBe(true);
      }),
      { numRuns: 400 },
    );
  });
});

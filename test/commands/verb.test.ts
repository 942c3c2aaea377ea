import { describe, expect, it } from 'vitest';
import { parseVerb } from '../../src/commands/verb.ts';
import { UserError } from '../../src/errors.ts';

function mistake(typed: string | undefined, ...rest: string[]): UserError {
  try {
    parseVerb(typed, rest, 'kubectl audit');
  } catch (error) {
    if (error instanceof UserError) return error;
  }
  throw new Error(`${typed} is a verb`);
}

describe('parseVerb', () => {
  it('takes words of the trade and verbs of the API', () => {
    expect(['delete', 'Delete', 'list'].map((typed) => parseVerb(typed, [], '').name)).toEqual([
      ...['delete', 'delete', 'list'],
    ]);
  });

  it.each([
    [['delet', 'deploy/api'], 'kubectl audit who-did delete deploy/api'],
    [['deleted', 'deploy', 'api'], 'kubectl audit who-did delete deploy api'],
    [['removed', 'pod/web-*'], "kubectl audit who-did delete 'pod/web-*'"],
    [['edited', 'cm'], 'kubectl audit who-did change cm'],
    [['shell', 'pods'], 'kubectl audit who-did exec pods'],
  ])('%j: offers the command that was meant', ([typed, ...rest], hint) => {
    expect(mistake(typed, ...rest)).toMatchObject({ code: 'AUDIT_UNKNOWN_WORD', hint });
  });

  it('lists them all when nothing is near', () => {
    expect(mistake('xyzzy').hint).toMatch(/^verbs: delete, create, .*list$/);
  });

  it.each([[['deploy/api']], [['deploy', 'api']], [['widgets.example.com/x']]])(
    '%j: misses the verb before the object',
    ([typed = '', ...rest]) => {
      const { code, message, hint } = mistake(typed, ...rest);
      expect([code, message]).toEqual(['AUDIT_USAGE', `a verb is missing before "${typed}"`]);
      expect(hint).toContain(`who-did touch ${[typed, ...rest].join(' ')}; verbs:`);
    },
  );

  it.each([undefined, ''])('%j: says that there is none', (typed) => {
    expect(mistake(typed)).toMatchObject({ code: 'AUDIT_USAGE' });
  });
});

import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { shellQuoted } from '../../src/event/shell.ts';

describe('shellQuoted', () => {
  it.each(['deploy/web', 'a=b', 'x@y:z,1%2+3'])('leaves %j plain', (text) => {
    expect(shellQuoted(text)).toBe(text);
  });

  it.each(['=ls', '~', '', "it's", '$(id)', '`id`', 'a;b', 'a b', '*', '!x', "'; rm -rf / #", '\\', '部署'])(
    'hands %j over as it is',
    (text) => {
      expect(shellQuoted(text)).toMatch(/^'/);
      expect(execFileSync('sh', ['-c', `printf %s ${shellQuoted(text)}`], { encoding: 'utf8' })).toBe(text);
    },
  );

  it('holds nothing that a terminal acts on', () => {
    expect(shellQuoted('a\u001b[31m\nb\u202e\ud800')).toBe("'a?[31m?b??'");
  });
});

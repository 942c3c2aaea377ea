/** What the README and CONTRIBUTING tell people to type. Console blocks, with their output: test/docs. */
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { compileWhere } from '../src/query/cel.ts';
import { programLine } from './support/program.ts';

const README = readFileSync('README.md', 'utf8');
const LOG = resolve('test/fixtures/shop/audit.log');
/** A PATH on which `kubectl audit` is this program, and `ssh NODE sudo cat FILE` prints a log. */
const bin = mkdtempSync(join(tmpdir(), 'readme-'));

beforeAll(() => {
  const script = (name: string, text: string) => {
    writeFileSync(join(bin, name), `#!/bin/sh\n${text}\n`);
    chmodSync(join(bin, name), 0o755);
  };
  script('kubectl', `shift; exec ${programLine()} "$@"`);
  script('ssh', `exec cat "${LOG}"`);
});
afterAll(() => rmSync(bin, { recursive: true }));

const commands = [...README.matchAll(/```sh\n([\s\S]*?)```/g)].flatMap((block) =>
  (block[1] ?? '').trim().split('\n'),
);

describe('the README', () => {
  it.each(commands.filter((line) => line.includes('kubectl audit')))('%s', (line) => {
    const command = line.replaceAll(/\/var\/log\/kubernetes\/audit\/[\w*.]+/g, LOG);
    const env = { PATH: `${bin}:${process.env.PATH ?? ''}`, TZ: 'UTC', XDG_CACHE_HOME: bin };
    const { status, stdout, stderr } = spawnSync('sh', ['-c', command], { encoding: 'utf8', env });
    expect([0, 3]).toContain(status);
    expect([stdout.length > 0, stderr]).toEqual([true, '']);
  });

  it('names only npm scripts that there are', () => {
    const { scripts } = JSON.parse(readFileSync('package.json', 'utf8'));
    const texts = [README, readFileSync('CONTRIBUTING.md', 'utf8')].join('\n');
    const named = [...texts.matchAll(/npm (?:run )?([a-z0-9]+)/g)].map((match) => match[1] ?? '');
    const builtIn = ['ci', 'install', 'pack', 'alone'];
    expect(named.filter((name) => scripts[name] === undefined && !builtIn.includes(name))).toEqual([]);
  });

  it('shows expressions that compile', async () => {
    const shown = /More of them: (.*?)\. It is judged/s.exec(README)?.[1] ?? '';
    const expressions = [...shown.matchAll(/`([^`]+)`/g)].map((match) => match[1] ?? '');
    expect(expressions.length).toBeGreaterThan(4);
    for (const expression of expressions)
      expect(await compileWhere(expression)).toMatchObject({ kind: expect.any(String) });
  });
});

import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { complete, type LiveNames } from '../../src/commands/complete.ts';
import { completionScript } from '../../src/commands/completion-scripts.ts';
import { programLine } from '../support/program.ts';

const live: LiveNames = {
  namespaces: async () => ['prod', 'preview-42'],
  objects: async (type, namespace) => [`${type}-in-${namespace ?? 'context'}`],
  nodes: async () => ['cp-1'],
};
const dead: LiveNames = {
  namespaces: () => Promise.reject(new Error('no cluster')),
  objects: () => Promise.reject(new Error('no cluster')),
  nodes: () => Promise.reject(new Error('no cluster')),
};

/** The values offered, and the directive. */
async function at(...argv: string[]): Promise<{ values: string[]; directive: string | undefined }> {
  const lines = (await complete(argv, live)).trimEnd().split('\n');
  return { directive: lines.at(-1), values: lines.slice(0, -1).map((line) => line.split('\t')[0] ?? '') };
}

describe('completing', () => {
  it('offers questions, with what they answer', async () => {
    expect(await complete(['who'], live)).toMatch(/^who-did\twho did it.*\n:4\n$/);
    expect((await at('')).values).toContain('failed-auth');
  });

  it('offers verbs, types, and names of the cluster', async () => {
    expect((await at('who-did', 'de')).values).toEqual(['delete', 'debug']);
    expect((await at('who-did', 'delete', 'deploy')).values).toEqual(['deploy']);
    expect((await at('who-did', 'delete', 'deploy/')).values).toEqual(['deploy/deploy-in-context']);
    expect((await at('who-did', 'delete', '-n', 'prod', 'deploy', '')).values).toEqual(['deploy-in-prod']);
    expect((await at('who-did', 'delete', 'deploy/api', '')).values).toEqual([]);
    expect((await at('failed-auth', 'secret', '', '')).values).toEqual([]);
  });

  it('offers flags, and their values in every way of writing them', async () => {
    expect((await at('who-did', 'delete', '--no')).values).toContain('--not-by');
    expect((await at('completion', '--f')).values).toEqual([]);
    expect((await at('who-did', '-n', 'pr')).values).toEqual(['prod', 'preview-42']);
    expect((await at('who-did', '--namespace=pr')).values).toEqual([
      '--namespace=prod',
      '--namespace=preview-42',
    ]);
    expect((await at('who-did', '--namespace', '=', 'pro')).values).toEqual(['prod']);
    expect(await at('who-did', '-o', 'jsonp')).toEqual({ values: ['jsonpath='], directive: ':6' });
    expect(await at('who-did', '--file', 'au')).toEqual({ values: [], directive: ':0' });
  });

  it('offers what can be counted by, also behind a comma', async () => {
    expect((await at('top', '--count', 'ver')).values).toEqual(['verb']);
    expect((await at('top', '--count', 'user,re')).values).toEqual(['user,resource', 'user,reason']);
    expect((await at('top', '--count=user,na')).values).toEqual([
      '--count=user,namespace',
      '--count=user,name',
    ]);
  });

  it('never complains', async () => {
    expect(await complete(['who-did', 'delete', 'deploy/'], dead)).toBe(':4\n');
    expect(await complete(['no-such-question', ''], live)).toBe(':4\n');
    expect(await complete([], live)).toContain('who-did');
  });
});

describe('the script for bash', () => {
  const folder = mkdtempSync(join(tmpdir(), 'completion-'));

  beforeAll(() => {
    const run = `#!/bin/sh\nexec ${programLine()} "$@"\n`;
    writeFileSync(join(folder, 'kubectl-audit'), run, { mode: 0o755 });
    writeFileSync(join(folder, 'completion'), completionScript('bash'));
  });

  afterAll(() => {
    rmSync(folder, { recursive: true });
  });

  /** What bash would offer, the words split as it splits them. */
  function offeredTo(...words: string[]): string[] {
    const line = `source "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); compopt() { :; }; _kubectl_audit; printf '%s\\n' "\${COMPREPLY[@]}"`;
    const { stdout, stderr } = spawnSync(
      'bash',
      ['--norc', '-c', line, 'bash', join(folder, 'completion'), ...words],
      {
        encoding: 'utf8',
        env: { PATH: `${folder}${delimiter}${process.env.PATH ?? ''}` },
      },
    );
    expect(stderr).toBe('');
    return stdout.split('\n').filter((word) => word !== '');
  }

  it('asks us', () => {
    expect(offeredTo('kubectl-audit', 'who-did', 'dele')).toEqual(['delete']);
    expect(offeredTo('kubectl-audit', 'who-did', '--output', '=', 'js')).toEqual([
      'json',
      'jsonl',
      'jsonpath=',
    ]);
  });
});

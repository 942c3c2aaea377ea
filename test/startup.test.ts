/** `--help` loads little, and never the Kubernetes client. Times are the benchmark's; here modules are counted. */
import { spawnSync } from 'node:child_process';
import { BlockList } from 'node:net';
import { describe, expect, it } from 'vitest';
import { leanBuiltins } from '../scripts/lean-builtins.ts';

/** Runs the program from source with a hook that writes down every module it loads. */
function modulesLoadedBy(...args: string[]): string[] {
  const hook = `
    import { registerHooks } from 'node:module';
    registerHooks({ load(url, context, next) { process.stderr.write('LOAD ' + url + '\\n'); return next(url, context); } });
  `;
  const preload = `data:text/javascript,${encodeURIComponent(hook)}`;
  const run = spawnSync(process.execPath, ['--import', preload, 'src/cli.ts', ...args], { encoding: 'utf8' });
  expect(run.status).toBe(0);
  return run.stderr.split('\n').flatMap((line) => (line.startsWith('LOAD ') ? [line.slice(5)] : []));
}

describe('the bundle', () => {
  it('takes Node’s own modules without importing them, under the names they are used by', () => {
    const written = [
      'import{readFileSync as a,stat}from"node:fs";import b from"path";import*as c from"node:util";',
      'import d,{e}from"yargs";import{f as g}from"./chunks/g.js";import"./chunks/h.js";',
    ];
    expect(leanBuiltins(written.join(''))).toBe(
      [
        'const {readFileSync:a,stat}=process.getBuiltinModule("node:fs");',
        'const b=process.getBuiltinModule("path");const c=process.getBuiltinModule("node:util");',
        written[1],
      ].join(''),
    );
  });

  it('takes what is dear to load when it is first used, and as what it is', async () => {
    const written =
      'import{hash as a,Hash}from"node:crypto";import{BlockList as b,isIP}from"net";' +
      'export{a,b,Hash};export class Own extends b{};export const is=isIP("::1");';
    const lean = leanBuiltins(written);
    expect(lean).not.toMatch(/import/);
    const made = await import(`data:text/javascript,${encodeURIComponent(lean)}`);
    expect(made.a('sha256', '', 'hex')).toMatch(/^e3b0c442/);
    expect(made.is).toBe(6);
    const [own, list] = [new made.Own(), new made.b()];
    own.addAddress('10.0.0.1');
    expect([own.check('10.0.0.1'), list.check('10.0.0.1')]).toEqual([true, false]);
    expect([own instanceof made.Own, own instanceof BlockList, list instanceof made.b]).toEqual([
      true,
      true,
      true,
    ]);
  });

  it('has a require where something asks for one, behind the first line that names the program', () => {
    const [first, second] = leanBuiltins('#!/usr/bin/env node\nrequire("fs");').split('\n');
    expect(first).toBe('#!/usr/bin/env node');
    expect(second).toContain('createRequire(import.meta.url)');
  });
});

describe('start-up', () => {
  it('loads few modules for --help, and none of what only some questions need', () => {
    const modules = modulesLoadedBy('--help');
    expect(modules.length).toBeGreaterThan(10);
    // yargs has 50.
    expect(modules.length).toBeLessThan(82);
    expect(modules.filter((url) => url.includes('/src/')).length).toBeLessThan(27);
    const heavy =
      /client-node|@bufbuild|\/yaml\/|cli-table3|\/questions\/(?!failed-auth\/signs|rbac-diff\/risks\.|anomalies\/finding-kinds|top\/views\/view-means)|\/sources\/|\/scan\//;
    expect(modules.filter((url) => heavy.test(url))).toEqual([]);
  });

  it('reads a file without the Kubernetes client, the CEL library or a YAML library', () => {
    const modules = modulesLoadedBy(
      'who-did',
      'delete',
      'cm/flags',
      '-n',
      'shop',
      '-o',
      'json',
      '--file',
      'test/fixtures/shop/audit.log',
    );
    expect(modules.filter((url) => /client-node|@bufbuild|\/yaml\//.test(url))).toEqual([]);
  });
});

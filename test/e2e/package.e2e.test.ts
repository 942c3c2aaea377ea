/** What `npm pack` makes, installed and run as a user would, under the Nodes that it works with and under one too old. */
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bin as executables } from './support/cluster.ts';
import { nodeOf } from './support/node-of.ts';

const repository = fileURLToPath(new URL('../../', import.meta.url));
const ownNode = dirname(process.execPath);
const needed = [22, 19] as const;

/** What people have: the line that we ship, the one after it, and one that is too old. */
const NODES = { ours: ownNode, 24: nodeOf('24.22.1'), 20: nodeOf('20.19.0') } as const;
let folder = '';
let tarball = '';

/** As if typed in the folder where the package is installed. */
function type(
  line: string,
  node = ownNode,
  cwd = folder,
  more: Readonly<Record<string, string>> = {},
): Promise<{ status: number; stdout: string; stderr: string }> {
  const [program = '', ...args] = line.split(' ');
  return new Promise((resolve) => {
    // Without what npm told this test's own process about the repository.
    const outside = Object.entries(process.env).filter(
      ([name]) => !/^(npm_|INIT_CWD|NODE_OPTIONS|VITEST|NODE_ENV)/.test(name),
    );
    const env = {
      ...Object.fromEntries(outside),
      PATH: `${node}${delimiter}${process.env.PATH ?? ''}`,
      NO_COLOR: '1',
      ...more,
    };
    execFile(program, args, { cwd, env, timeout: 240_000 }, (error, stdout, stderr) =>
      resolve({
        status: error === null ? 0 : typeof error.code === 'number' ? error.code : -1,
        stdout,
        stderr: withoutNpm(stderr),
      }),
    );
  });
}

/** npx speaks of its own configuration on the same stream. */
function withoutNpm(stderr: string): string {
  return stderr.replaceAll(/^npm warn .*\n?/gm, '');
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'package-'));
  const packed = await type(`npm pack --silent --pack-destination ${folder}`, ownNode, repository);
  expect(packed, packed.stderr).toMatchObject({ status: 0 });
  tarball = packed.stdout.trim().split('\n').at(-1) ?? '';
  await writeFile(join(folder, 'package.json'), '{"name":"somewhere","private":true}');
  const installed = await type(`npm install --prefer-offline --no-audit --no-fund ./${tarball}`);
  expect(installed, installed.stderr).toMatchObject({ status: 0 });
});

afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

describe('the installed package', () => {
  it('holds what it needs and nothing else', async () => {
    const files = await readdir(join(folder, 'node_modules/kubectl-audit'), { recursive: true });
    const expected = [
      /^(?:bin|dist|dist\/chunks|dist\/scan|dist\/scan\/threads|demo|demo\/audit|demo\/audit\/cp-\d)$/,
      /^(?:LICENSE|README\.md|CHANGELOG\.md|package\.json)$/,
      /^bin\/kubectl-audit\.js$/,
      /^dist\/(?:cli|chunks\/[\w-]+-[A-Z0-9]{8})\.js$/,
      /^dist\/scan\/threads\/worker\.js$/,
      /^dist\/THIRD-PARTY-NOTICES\.txt$/,
      /^demo\/(?:README\.md|context\.json|policy\.yaml|audit\/cp-\d\/audit[\w.-]*\.log(?:\.gz)?)$/,
    ];
    expect(files.filter((file) => !expected.some((one) => one.test(file)))).toEqual([]);
    for (const one of expected)
      expect(
        files.some((file) => one.test(file)),
        String(one),
      ).toBe(true);
  });

  it('brings no other package along, but the notices of those that are bundled in it', async () => {
    const others = (await readdir(join(folder, 'node_modules'))).filter((name) => !name.startsWith('.'));
    expect(others).toEqual(['kubectl-audit']);
    const notices = await readFile(
      join(folder, 'node_modules/kubectl-audit/dist/THIRD-PARTY-NOTICES.txt'),
      'utf8',
    );
    for (const name of ['yargs', 'cli-table3', 'date-fns', 'yaml', '@bufbuild/cel'])
      expect(notices).toMatch(new RegExp(`^${name} \\d`, 'm'));
    expect(notices.match(/^={78}$/gm)?.length).toBeGreaterThan(10);
  });

  it('says so when it was not built', async () => {
    const unbuilt = join(folder, 'unbuilt');
    await cp(join(folder, 'node_modules/kubectl-audit'), unbuilt, {
      recursive: true,
      filter: (path) => !path.endsWith('/dist'),
    });
    const shown = await type(`node ${join(unbuilt, 'bin/kubectl-audit.js')} --help`);
    expect(shown).toMatchObject({ status: 1, stdout: '' });
    expect(shown.stderr.trim().split('\n')).toHaveLength(2);
    expect(shown.stderr).toContain('npm run build');
  });

  it('knows its version', async () => {
    const shown = await type('npx kubectl-audit --version');
    expect(shown).toMatchObject({ status: 0, stderr: '' });
    expect(shown.stdout).toContain(version);
  });

  it('helps', async () => {
    const shown = await type('npx kubectl-audit --help');
    expect(shown).toMatchObject({ status: 0, stderr: '' });
    expect(shown.stdout).toContain('who-did');
  });

  it('answers every question of the demo as its facts say', async () => {
    interface Fact {
      readonly ask: string;
      readonly rows: readonly { auditID: string; as?: string; code: number; dryRun?: boolean }[];
    }
    const facts = JSON.parse(await readFile(join(repository, 'demo/facts.json'), 'utf8')) as {
      questions: Fact[];
    };
    for (const question of facts.questions) {
      const shown = await type(`node_modules/.bin/kubectl-audit ${question.ask} --demo -o json`);
      expect([0, 3], `${question.ask}\n${shown.stderr}`).toContain(shown.status);
      const { rows } = JSON.parse(shown.stdout) as {
        rows: { auditID: string; who: { as: string | null }; result: { code: number }; dryRun: boolean }[];
      };
      for (const expected of question.rows) {
        expect(
          rows.find((row) => row.auditID === expected.auditID),
          question.ask,
        ).toMatchObject({
          who: expected.as === undefined ? {} : { as: expected.as },
          result: { code: expected.code },
          dryRun: expected.dryRun ?? false,
        });
      }
      const own = rows.filter((row) => question.rows.some((expected) => expected.auditID === row.auditID));
      expect(
        own.map((row) => row.auditID),
        question.ask,
      ).toEqual(question.rows.map((row) => row.auditID));
    }
  });
});

const { version } = JSON.parse(readFileSync(join(repository, 'package.json'), 'utf8')) as { version: string };

describe.each([
  ['22', NODES.ours],
  ['24', NODES[24]],
] as const)('under Node %s, as people do it', (major, node) => {
  const ask = 'who-did delete deploy/api --demo -o jsonpath={.rows[0].who.as}';

  it('is that Node', async () => {
    expect((await type('node --version', node)).stdout).toMatch(new RegExp(`^v${major}\\.`));
  });

  it('runs by npx, in a folder that has nothing', async () => {
    const empty = join(folder, `empty-${major}`);
    await mkdir(empty);
    const npx = `npx --yes --prefer-offline --package ${join(folder, tarball)} kubectl-audit`;
    expect(await type(`${npx} --version`, node, empty)).toEqual({
      status: 0,
      stdout: `${version}\n`,
      stderr: '',
    });
    expect(await type(`${npx} ${ask} --no-live`, node, empty)).toMatchObject({
      status: 0,
      stdout: 'agent-smith',
    });
    expect(await readdir(empty)).toEqual([]);
  });

  it('is installed for all folders, is kubectl’s plugin then, and goes again', async () => {
    const prefix = join(folder, `global-${major}`);
    const npm = `npm --prefix ${prefix} --no-audit --no-fund --prefer-offline --global`;
    const installed = await type(`${npm} install ${join(folder, tarball)}`, node);
    expect(installed, installed.stderr).toMatchObject({ status: 0 });
    const path = { PATH: [join(prefix, 'bin'), executables, node, '/usr/bin', '/bin'].join(delimiter) };
    expect(await type('kubectl-audit --version', node, folder, path)).toEqual({
      status: 0,
      stdout: `${version}\n`,
      stderr: '',
    });
    const asPlugin = await type(`kubectl audit ${ask}`, node, folder, path);
    expect(asPlugin, asPlugin.stderr).toMatchObject({ status: 0, stdout: 'agent-smith' });
    expect((await type('kubectl audit --help', node, folder, path)).stdout).toContain(
      'kubectl audit QUESTION',
    );
    expect((await type('kubectl audit who-did dance deploy/api --demo', node, folder, path)).status).toBe(2);
    expect(await type(`${npm} uninstall kubectl-audit`, node)).toMatchObject({ status: 0 });
    expect(await readdir(join(prefix, 'bin'))).toEqual([]);
  });
});

describe('under a Node that is too old', () => {
  it.each(['npx kubectl-audit --version', 'npx kubectl-audit who-did delete deploy/api --demo'])(
    'says which it needs, and what to do: %s',
    async (line) => {
      const shown = await type(line, NODES[20]);
      expect(shown).toMatchObject({ status: 1, stdout: '' });
      const [error, hint, ...others] = shown.stderr.trim().split('\n');
      expect(error).toBe(
        `error: kubectl-audit needs Node ${needed.join('.')} or newer; this is Node 20.19.0 [AUDIT_OLD_NODE]`,
      );
      expect(hint).toMatch(/^hint: .*krew/);
      expect(others).toEqual([]);
    },
  );
});

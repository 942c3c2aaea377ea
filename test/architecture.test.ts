/** DESIGN §2's table, held against the imports that are really there. */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const src = fileURLToPath(new URL('../src', import.meta.url));

interface Room {
  /** Rooms it may import from; `x (types)`: only with `import type`. */
  readonly rooms: readonly string[];
  readonly packages: readonly RegExp[];
}

const ROOMS: Readonly<Record<string, Room>> = {
  event: { rooms: [], packages: [/^node:crypto$/] },
  query: {
    rooms: ['event'],
    packages: [
      /^date-fns\/\w+$/,
      /^@bufbuild\/cel/,
      /^@bufbuild\/protobuf/,
      /^@bufbuild\/re2$/,
      /^node:net$/,
    ],
  },
  'answer.ts': { rooms: ['event (types)'], packages: [] },
  'io.ts': { rooms: [], packages: [/^node:stream$/] },
  'installed.ts': { rooms: [], packages: [/^node:url$/] },
  'live.ts': { rooms: [], packages: [] },
  'version.ts': { rooms: ['../package.json'], packages: [] },
  scan: {
    rooms: ['query', 'event', 'sources (types)'],
    // Threads read the file by themselves, as many as there are cores.
    packages: [/^node:(zlib|worker_threads|stream|buffer|fs|os)$/],
  },
  moments: {
    rooms: ['scan', 'query', 'event', 'io.ts (types)'],
    packages: [/^node:(fs|path)$/],
  },
  sources: {
    rooms: ['scan', 'query', 'event', 'config (types)', 'io.ts (types)', 'reach', 'wire', 'version.ts'],
    packages: [
      /^(?:aws4fetch|zod)$/,
      /^node:(child_process|crypto|fs|fs\/promises|path|url|buffer|net|stream|util)$/,
    ],
  },
  config: {
    rooms: ['io.ts (types)'],
    packages: [/^(?:yaml|zod)$/, /^node:(crypto|fs\/promises|os|path)$/],
  },
  reach: {
    rooms: ['io.ts (types)', 'wire', 'version.ts'],
    packages: [/^zod$/, /^node:(child_process|fs\/promises|stream|util)$/],
  },
  wire: {
    rooms: ['io.ts (types)'],
    packages: [
      /^(?:https-proxy-agent|socks-proxy-agent)$/,
      /^node:(crypto|http|https|net|stream|stream\/consumers|tls|timers\/promises)$/,
    ],
  },
  rules: {
    rooms: ['query', 'event', 'config', 'installed.ts', 'io.ts (types)'],
    packages: [/^(?:yaml|zod)$/, /^node:(fs|fs\/promises|path)$/],
  },
  alerts: {
    rooms: [
      'rules',
      'render',
      'event',
      'answer.ts (types)',
      'io.ts (types)',
      'config',
      'reach',
      'wire',
      'version.ts',
    ],
    packages: [/^(?:yaml|zod)$/, /^node:(crypto|fs|fs\/promises|http|path|timers\/promises)$/],
  },
  questions: {
    rooms: ['query', 'event', 'answer.ts (types)', 'live.ts (types)', 'rules'],
    // zlib: computing and no I/O. Object histories hold their bodies packed.
    packages: [/^date-fns\/\w+$/, /^node:zlib$/],
  },
  cluster: {
    rooms: ['event', 'answer.ts', 'io.ts (types)', 'live.ts (types)', 'version.ts', 'wire'],
    packages: [
      /^@kubernetes\/client-node$/,
      /^(?:ws|yaml)$/,
      /^node:(child_process|crypto|fs|fs\/promises|http|net|path|stream|timers\/promises)$/,
    ],
  },
  render: {
    rooms: ['answer.ts (types)', 'event (types)'],
    packages: [/^cli-table3$/, /^date-fns\/\w+$/, /^yaml$/, /^get-east-asian-width$/, /^node:util$/],
  },
  commands: {
    rooms: [
      'render',
      'questions',
      'rules',
      'alerts',
      'reach',
      'sources',
      'moments',
      'query',
      'event',
      'answer.ts',
      'io.ts',
      'live.ts (types)',
      'config',
      'cluster',
      '../demo/context.json',
    ],
    packages: [/^zod$/, /^node:(v8|vm)$/],
  },
  'run.ts': { rooms: ['commands', 'io.ts', 'render', 'version.ts'], packages: [/^yargs$/] },
  'cli.ts': { rooms: ['run.ts', 'installed.ts', 'io.ts'], packages: [/^node:path$/] },
};

interface Import {
  readonly file: string;
  readonly to: string;
  readonly isType: boolean;
}

function filesOf(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    return entry.isDirectory() ? filesOf(path) : entry.name.endsWith('.ts') ? [path] : [];
  });
}

function importsOf(file: string): Import[] {
  const text = readFileSync(file, 'utf8').replaceAll(/\/\*[\s\S]*?\*\//g, '');
  const found = text.matchAll(
    /^(?:import|export)\s+(type\s+)?(?:[^'";]*?\sfrom\s+)?'([^']+)'|import\('([^']+)'\)/gm,
  );
  return [...found].map((match) => ({
    file,
    to: match[2] ?? match[3] ?? '',
    isType: match[1] !== undefined,
  }));
}

function roomOf(path: string): string {
  const [first = ''] = relative(src, path).split('/');
  return first === '..' ? `../${relative(src, path).split('/').slice(1).join('/')}` : first;
}

const imports = filesOf(src).flatMap(importsOf);

describe('architecture', () => {
  it('finds the imports it checks', () => {
    expect(imports.length).toBeGreaterThan(100);
  });

  it('lets each room import only from the rooms of its table', () => {
    const wrong = imports
      .filter(({ to }) => to.startsWith('.'))
      .filter(({ file, to, isType }) => {
        const from = roomOf(file);
        const room = roomOf(resolve(dirname(file), to));
        if (from === room || room === 'errors.ts') return false;
        const allowed = ROOMS[from]?.rooms ?? [];
        return !allowed.includes(room) && !(isType && allowed.includes(`${room} (types)`));
      })
      .map(({ file, to }) => `${relative(src, file)} → ${to}`);
    expect(wrong).toEqual([]);
  });

  it('lets each room use only the packages of its table', () => {
    const wrong = imports
      .filter(({ to }) => !to.startsWith('.'))
      .filter(({ file, to }) => !(ROOMS[roomOf(file)]?.packages ?? []).some((allowed) => allowed.test(to)))
      .map(({ file, to }) => `${relative(src, file)} → ${to}`);
    expect(wrong).toEqual([]);
  });

  it('lets sources, questions and renderers never meet', () => {
    const families = ['sources', 'questions', 'render'];
    const wrong = imports.filter(({ file, to }) => {
      const room = to.startsWith('.') ? roomOf(resolve(dirname(file), to)) : '';
      return families.includes(roomOf(file)) && families.includes(room) && room !== roomOf(file);
    });
    expect(wrong.map(({ file, to }) => `${relative(src, file)} → ${to}`)).toEqual([]);
  });

  it('touches process in cli.ts only', () => {
    const wrong = filesOf(src).filter(
      (file) =>
        !file.endsWith('/cli.ts') &&
        /(?<![.\w'"`])process\.(?!\w*['"`])/.test(stripComments(readFileSync(file, 'utf8'))),
    );
    expect(wrong.map((file) => relative(src, file))).toEqual([]);
  });

  it('keeps every file under 400 lines, but for lists', () => {
    const lists = ['event/resource-table.ts', 'commands/flags.ts', 'commands/registry.ts'];
    const long = filesOf(src).filter(
      (file) => readFileSync(file, 'utf8').split('\n').length > 400 && !lists.includes(relative(src, file)),
    );
    expect(long.map((file) => relative(src, file))).toEqual([]);
  });

  it('opens every file with a line on its duty', () => {
    const bare = filesOf(src).filter((file) => !/^(#!.*\n)?\/\*\*/.test(readFileSync(file, 'utf8')));
    expect(bare.map((file) => relative(src, file))).toEqual([]);
  });
});

function stripComments(text: string): string {
  return text.replaceAll(/\/\*[\s\S]*?\*\//g, '').replaceAll(/^\s*\/\/.*$/gm, '');
}

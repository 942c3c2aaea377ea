/**
 * What a page's console block shows, as a person would see it who types its commands in the repository's folder: in this process, 100
 * columns wide, in UTC, with no kubeconfig and no configuration, at the time at which the demo is asked about.
 */
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DEMO } from '../../src/commands/demo.ts';
import { run } from '../../src/run.ts';
import { fixedIo } from '../support/fixed-io.ts';
import { weekLog } from '../support/world/write-week.ts';
import { shellWords } from './shell-words.ts';

const root = join(import.meta.dirname, '../..');

interface Ran {
  readonly status: number;
  readonly text: string;
}

/** Files that pages ask about as a script in the repository makes them. */
const MADE: Readonly<Record<string, () => string>> = { 'week.log': weekLog };

/** The page with every console block's commands, and under each what it prints. Throws for what fails unless `echo $?` follows it. */
export async function playedPage(page: string): Promise<string> {
  const home = mkdtempSync(join(tmpdir(), 'page-'));
  try {
    for (const name of ['demo', 'docs', 'test']) symlinkSync(join(root, name), join(home, name));
    for (const [name, make] of Object.entries(MADE))
      if (page.includes(name)) writeFileSync(join(home, name), make());
    const pieces = page.split(/(```console\n[\s\S]*?```)/);
    for (const [at, piece] of pieces.entries()) {
      const block = /^```console\n([\s\S]*?)```$/.exec(piece)?.[1];
      if (block !== undefined) pieces[at] = `\`\`\`console\n${await playedBlock(block, home)}\`\`\``;
    }
    return pieces.join('');
  } finally {
    rmSync(home, { recursive: true });
  }
}

async function playedBlock(block: string, home: string): Promise<string> {
  const commands = block.split('\n').flatMap((line) => (line.startsWith('$ ') ? [line.slice(2)] : []));
  if (commands.length === 0) throw new Error(`a console block without a command:\n${block}`);
  const shown: string[] = [];
  let status = 0;
  for (const [at, command] of commands.entries()) {
    const isStatus = command === 'echo $?';
    const ran = isStatus ? { status: 0, text: `${status}` } : await ranOnce(command, home);
    const isShown = commands[at + 1] === 'echo $?';
    if (![0, 3].includes(ran.status) && !isShown)
      throw new Error(`${command} ends with ${ran.status}, and no "echo $?" follows: ${ran.text}`);
    if (isStatus) shown.push(`${shown.pop()?.trimEnd()}\n$ ${command}\n${ran.text}\n`);
    else shown.push(`$ ${command}\n${ran.text}\n`);
    status = ran.status;
  }
  return shown.join('\n');
}

const known = new Map<string, Ran>();

/** Many pages show the same, and nothing that a page can show changes anything. */
async function ranOnce(command: string, home: string): Promise<Ran> {
  const ran = known.get(command) ?? (await ranBy(command, home));
  known.set(command, ran);
  return ran;
}

/** `[cat FILE… |] kubectl audit … [2>/dev/null] [| head -N]`. */
async function ranBy(command: string, home: string): Promise<Ran> {
  const parts = shellWords(command);
  const stdin = parts[0]?.[0] === 'cat' ? parts.shift()?.slice(1) : undefined;
  const [words = [], head, ...others] = parts;
  const lines = head?.[0] === 'head' ? Number(/^-(\d+)$/.exec(head[1] ?? '')?.[1]) : null;
  if (words[0] !== 'kubectl' || words[1] !== 'audit' || Number.isNaN(lines) || others.length > 0)
    throw new Error(`a page can only show kubectl audit, cat before it and head -N behind it: ${command}`);
  const argv = words.slice(2).filter((word) => word !== '2>/dev/null');
  const io = fixedIo({
    nowMs: DEMO.nowMs,
    cwd: home,
    demoFolder: 'demo',
    env: { COLUMNS: '100', HOME: home },
    ...(stdin === undefined
      ? {}
      : { stdin: stdin.map((file) => readFileSync(join(root, file), 'utf8')).join('') }),
  });
  const status = await run(argv, io);
  const out = `${io.stdout()}${argv.length < words.length - 2 ? '' : io.stderr()}`.trimEnd().split('\n');
  return {
    status,
    text: out
      .slice(0, lines ?? out.length)
      .join('\n')
      .replaceAll(home, '~'),
  };
}

/** Who answers, and with which command line. A peer that is not installed is named, not left out. */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Encoding, LOG_BEGINS } from './generate.ts';
import type { BenchQuestion } from './questions.ts';

export interface Contestant {
  readonly name: string;
  /** What must be on the machine. */
  readonly needs: readonly string[];
  /** The line for bash that prints the audit IDs; null: it has no way to answer this. */
  line(question: BenchQuestion, log: string, encoding: Encoding): string | null;
  /** The audit IDs in what it printed. */
  idsIn(stdout: string): string[];
  /** Exit statuses besides 0 that are answers too. */
  readonly allowed?: readonly number[];
}

const root = fileURLToPath(new URL('../../', import.meta.url));
const peers = fileURLToPath(new URL('./peers/', import.meta.url));
const lines = (stdout: string) => stdout.split('\n').filter(Boolean);

export const ours: Contestant = {
  name: 'kubectl-audit',
  needs: [],
  line: (question, log) =>
    `'${process.execPath}' '${root}bin/kubectl-audit.js' ${question.ours} --since ${LOG_BEGINS} --file '${log}' -o jsonl 2> /dev/null`,
  idsIn: (stdout) =>
    lines(stdout)
      .map((line) => JSON.parse(line) as { auditID?: string })
      .flatMap(({ auditID }) => (auditID === undefined ? [] : [auditID])),
  allowed: [3],
};

/** What prints the plain text of a log. */
const READER: Readonly<Record<Encoding, string>> = { plain: 'cat', gzip: 'gzip -dc', zstd: 'zstd -dcq' };
const readerOf = (log: string, encoding: Encoding) => `${READER[encoding]} '${log}'`;
const select = (question: BenchQuestion) => `jq -r 'select(${question.jq}) | .auditID'`;

function jqAfter(search: string): Contestant['line'] {
  return (question, log, encoding) =>
    question.literal === null
      ? null
      : encoding === 'plain'
        ? `${search} '${question.literal}' '${log}' | ${select(question)}`
        : `${readerOf(log, encoding)} | ${search} '${question.literal}' | ${select(question)}`;
}

/** Fastest last. */
export function listPeers(cacheFolder: string): readonly Contestant[] {
  return [
    {
      name: 'jq',
      needs: ['jq'],
      line: (question, log, encoding) =>
        encoding === 'plain'
          ? `${select(question)} '${log}'`
          : `${readerOf(log, encoding)} | ${select(question)}`,
      idsIn: lines,
    },
    {
      name: 'Node, readline + JSON.parse',
      needs: [],
      line: (question, log, encoding) => {
        const script = `'${process.execPath}' '${peers}readline.mjs' ${question.name}`;
        return encoding === 'plain' ? `${script} < '${log}'` : `${readerOf(log, encoding)} | ${script}`;
      },
      idsIn: lines,
    },
    {
      name: 'Go, bufio + encoding/json',
      needs: ['go'],
      line: (question, log, encoding) => {
        const program = `'${join(cacheFolder, 'scan-go')}' ${question.name}`;
        return encoding === 'plain' ? `${program} < '${log}'` : `${readerOf(log, encoding)} | ${program}`;
      },
      idsIn: lines,
    },
    { name: 'grep -F, then jq', needs: ['grep', 'jq'], line: jqAfter('LC_ALL=C grep -F'), idsIn: lines },
    { name: 'rg -F, then jq', needs: ['rg', 'jq'], line: jqAfter('rg -F --no-config'), idsIn: lines },
  ];
}

/** What it needs and is not here; empty when it can take part. */
export function missing(contestant: Contestant): string[] {
  return contestant.needs.filter((tool) => spawnSync('sh', ['-c', `command -v ${tool}`]).status !== 0);
}

export function buildGoPeer(cacheFolder: string): void {
  mkdirSync(cacheFolder, { recursive: true });
  execFileSync('go', ['build', '-o', join(cacheFolder, 'scan-go'), join(peers, 'scan.go')], {
    cwd: peers,
    env: { ...process.env, GO111MODULE: 'off', CGO_ENABLED: '0' },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
}

/**
 * Whole processes, ours and our peers', on the same log: wall and CPU time, peak memory, and that the answers agree.
 *   npm run bench -- [--size 300MB] [--runs 3] [--encodings plain,gzip,zstd] [--peers no] [--folder FOLDER]
 * Prints markdown. The log is made once for each size and kept in the folder, outside the checkout. Installs nothing.
 */
import { createReadStream, statSync } from 'node:fs';
import { cpus, homedir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { buildGoPeer, type Contestant, listPeers, missing, ours } from './contestants.ts';
import { type Encoding, generatedLogs } from './generate.ts';
import { QUESTIONS } from './questions.ts';
import { race } from './race.ts';
import { startUp } from './start-up.ts';
import { answersTable, startUpTable } from './table.ts';

const startUpRuns = 15;

const cache = join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'kubectl-audit/bench');
const { values } = parseArgs({
  options: {
    size: { type: 'string', default: '300MB' },
    runs: { type: 'string', default: '3' },
    encodings: { type: 'string', default: 'plain,gzip,zstd' },
    peers: { type: 'string', default: 'yes' },
    folder: { type: 'string', default: cache },
  },
});
const runs = Number(values.runs);
const encodings = values.encodings.split(',').filter(isEncoding);
if (!(runs >= 1) || encodings.length === 0)
  throw new Error('usage: see the first lines of test/bench/bench.ts');

say(
  `${cpus().length} cores, ${cpus()[0]?.model.trim()}; Node ${process.versions.node}; medians of ${runs} runs in turns\n`,
);
say(`## Start-up (medians of ${startUpRuns})\n\n${startUpTable(await startUp(startUpRuns))}\n`);

const logs = await generatedLogs(values.folder, toBytes(values.size), encodings);
const contestants: readonly Contestant[] = [ours, ...(values.peers === 'no' ? [] : listPeers(values.folder))];
if (
  contestants.some(({ needs }) => needs.includes('go')) &&
  missing({ ...ours, needs: ['go'] }).length === 0
) {
  buildGoPeer(values.folder);
}
for (const question of QUESTIONS) {
  say(`## ${question.title}\n`);
  for (const [encoding, log] of logs) {
    const megabytes = (statSync(log).size / 1e6).toFixed(0);
    await warm(log);
    const results = await race(contestants, (one) => one.line(question, log, encoding), runs);
    say(`${encoding}, ${megabytes} MB\n\n${answersTable(results)}\n`);
  }
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

function isEncoding(text: string): text is Encoding {
  return text === 'plain' || text === 'gzip' || text === 'zstd';
}

function toBytes(text: string): number {
  const [, count = '', unit = ''] = /^(\d+)\s*([kMG]?)B?$/.exec(text) ?? [];
  const bytes = Number(count) * { '': 1, k: 1e3, M: 1e6, G: 1e9 }[unit as '' | 'k' | 'M' | 'G'];
  if (!(bytes > 0)) throw new Error(`--size ${text}: 300MB, 5GB`);
  return bytes;
}

/** Everybody reads from memory: the disk is not what is compared. */
async function warm(path: string): Promise<void> {
  for await (const _chunk of createReadStream(path, { highWaterMark: 1 << 20 }));
}

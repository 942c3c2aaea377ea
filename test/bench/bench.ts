/**
 * Whole processes, ours and our peers', on the same logs: README.md says how. Prints a table; `--json` writes the figures and
 * all runs. Fails when two answer differently; an aim that is not met is printed.
 */
import { createReadStream, writeFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { COMMANDS } from '../../src/commands/registry.ts';
import { CASES, type Case } from './cases.ts';
import { madeLog } from './logs/logs.ts';
import { isAsked, type Options, parseOptions, USAGE } from './options.ts';
import { bringTools, type Tools } from './peers/peers.ts';
import { docsPage, markdown, type Report } from './report.ts';
import { type CaseResult, runCase } from './run-case.ts';

const docs = fileURLToPath(new URL('../../docs/', import.meta.url));

const options = optionsOrUsage();
const tools = bringTools(join(options.folder, 'peers'));
const results: CaseResult[] = [];
const report: Report = { machine: machine(), versions: versions(tools), runs: options.runs, cases: results };
for (const one of CASES.filter(({ name }) => isAsked(name, options))) {
  process.stderr.write(`${one.name}\n`);
  results.push(await resultOf(one, tools, options));
  // After each case: one that is broken off was not for nothing.
  if (options.json !== null) writeFileSync(options.json, toJson(report));
}
process.stdout.write(`${markdown(report)}\n`);
if (options.writesDocs) {
  writeFileSync(join(docs, 'benchmark.json'), toJson(report));
  writeFileSync(join(docs, 'benchmark.md'), docsPage(report));
}

function optionsOrUsage(): Options {
  try {
    return parseOptions(process.argv.slice(2));
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : error}\n${USAGE}\n`);
    process.exit(2);
  }
}

function toJson(report: Report): string {
  return `${JSON.stringify(report, null, 1)}\n`;
}

async function resultOf(
  one: Case,
  tools: Tools,
  { bytes, folder, peers, runs }: Options,
): Promise<CaseResult> {
  const { command } = one;
  if (command !== null && !COMMANDS.some(({ name }) => name === command)) {
    const why = `there is no \`kubectl audit ${command}\` yet`;
    const passedOver = [{ against: 'all', why }];
    return { name: one.name, title: one.title, log: one.log, bytes: null, figures: [], passedOver };
  }
  if (one.rivals.length === 0)
    throw new Error(`${one.name}: the command is there now; say in cases.ts against whom`);
  const log = one.log === null ? null : await madeLog(join(folder, 'logs'), one.log, bytes);
  if (log !== null) await warm(log.path);
  const rivals = one.rivals.filter(({ name }) => peers.length === 0 || peers.includes(name));
  return await runCase({ ...one, rivals }, log, tools, runs);
}

/** Everybody reads from memory: the disk is not what is compared. */
async function warm(path: string): Promise<void> {
  for await (const _chunk of createReadStream(path, { highWaterMark: 1 << 20 }));
}

function machine(): string {
  const memory = Math.round(totalmem() / 2 ** 30);
  return `${cpus().length} cores of ${cpus()[0]?.model.trim()}, ${memory} GiB, ${process.platform}, Node ${process.versions.node}`;
}

function versions(tools: Tools): Record<string, string> {
  return Object.fromEntries(
    Object.entries(tools).map(([name, tool]) => [
      name,
      'why' in tool ? `not to be had: ${tool.why}` : tool.version,
    ]),
  );
}

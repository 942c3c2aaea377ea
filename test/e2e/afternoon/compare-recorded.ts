/**
 * By hand, without a cluster: `node compare-recorded.ts FOLDER [TURNS]` holds the histories at each level against an afternoon that
 * perform-afternoon.ts has recorded, and prints what was claimed and what was wrong of it.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { compare, historiesOf } from './compare.ts';
import { atLevel, LEVELS, type LoggedEvent, mixed } from './levels.ts';
import { momentsOf, type WriteEvent } from './moments.ts';
import type { Snapshot } from './recording.ts';

const [folder = '/tmp/afternoon'] = process.argv.slice(2);
const events = rows<LoggedEvent & WriteEvent>('RequestResponse/audit.log');
const moments = momentsOf(rows<Snapshot>('states.jsonl'), events).filter(([one]) => one?.name !== 'unheard');
const [, turns = '20'] = process.argv.slice(2);
const MIXED = Array.from({ length: Number(turns) }, (_, turn) => turn);
for (const level of [...LEVELS, ...MIXED]) {
  const logged = events.map((event) =>
    typeof level === 'number' ? mixed(event, level) : atLevel(event, level),
  );
  const { claims, wrong } = compare(historiesOf(logged), moments);
  process.stdout.write(
    `${level}: ${JSON.stringify(claims)}, wrong: ${wrong.length}\n${wrong.map((one) => `    ${one}\n`).join('')}`,
  );
}

function rows<T>(name: string): readonly T[] {
  const lines = readFileSync(join(folder, name), 'utf8').trimEnd().split('\n');
  return lines.map((line) => JSON.parse(line) as T);
}

/** Writes the golden documents. Only for a new question, or together with a new apiVersion: they are what we promised. */
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ASKED, asked } from './asked.ts';
import { promisedOf } from './promised.ts';
import { answerShapes, configShapes } from './shapes.ts';

const folder = join(import.meta.dirname, 'golden');
const isForced = process.argv.includes('--overwrite');
for (const [name, argv] of Object.entries(ASKED)) {
  const { status, out } = await asked([...argv, '-o', 'json']);
  write(`${name}.json`, `${JSON.stringify({ status, document: promisedOf(JSON.parse(out)) }, null, 1)}\n`);
}
write('answers.txt', `${answerShapes().join('\n')}\n`);
write('settings.txt', `${configShapes().join('\n')}\n`);

function write(name: string, text: string): void {
  const path = join(folder, name);
  if (isForced || !existsSync(path)) writeFileSync(path, text);
}

/** `index`: makes, extends or removes the indexes of log files, by which later questions are answered without reading all of them. */
import { UserError } from '../errors.ts';
import type { Io } from '../io.ts';
import { escapeTerminal } from '../render/escape.ts';
import { clearFileIndexes, type Indexed, indexFiles } from '../sources/file/index-files.ts';
import type { Command } from './command.ts';
import { boolFlag, type FlagValues, listFlag, textFlag } from './flags.ts';

export const indexCommand: Command = {
  async run(words, flags, io) {
    if (boolFlag(flags, 'clear') === true) return await clear(words, flags, io);
    const format = textFlag(flags, 'output') ?? 'table';
    if (format !== 'table' && format !== 'json')
      throw new UserError('AUDIT_BAD_FORMAT', `index has no output format ${JSON.stringify(format)}`, {
        hint: `${io.calledAs} index … -o json`,
      });
    const patterns = [...listFlag(flags, 'file'), ...words];
    if (patterns.length === 0)
      throw new UserError('AUDIT_NO_SOURCE', 'index which log files?', {
        hint: `${io.calledAs} index /var/log/kubernetes/audit/audit.log`,
      });
    const indexed = await indexFiles(patterns, io);
    if (format === 'json') await io.out.write(`${JSON.stringify(indexed, null, 2)}\n`);
    else for (const one of indexed) await io.out.write(`${escapeTerminal(inWords(one))}\n`);
    return 0;
  },
};

async function clear(words: readonly string[], flags: FlagValues, io: Io): Promise<number> {
  const [given] = [...listFlag(flags, 'file'), ...words];
  if (given !== undefined)
    throw new UserError(
      'AUDIT_USAGE',
      `--clear removes all indexes, and ${JSON.stringify(given)} was given`,
      {
        hint: `${io.calledAs} index --clear`,
      },
    );
  const removed = await clearFileIndexes(io);
  await io.out.write(`removed ${removed} ${removed === 1 ? 'index' : 'indexes'}\n`);
  return 0;
}

function inWords({ file, lines, bytes, newBytes, seconds, indexBytes, share }: Indexed): string {
  const percent = `${(share * 100).toFixed(1)} %`;
  const what = newBytes === bytes ? 'indexed' : newBytes === 0 ? 'nothing new in' : 'extended by';
  const added = newBytes === bytes || newBytes === 0 ? '' : ` ${newBytes} bytes:`;
  return `${what}${added} ${file}: ${lines} lines, ${bytes} bytes in ${seconds.toFixed(1)} s; index ${indexBytes} bytes (${percent})`;
}

/** `sources`: which log stores are configured; one more; whether one can be read, and what it holds. */
import { UserError } from '../../errors.ts';
import { didYouMean } from '../../query/nearest.ts';
import type { Command } from '../command.ts';
import { addSource } from './add-source.ts';
import { listSources } from './list-sources.ts';
import { testSources } from './test-sources.ts';

export const sourcesCommand: Command = {
  async run([what = 'list', ...names], flags, io) {
    switch (what) {
      case 'list':
        return await listSources(names, flags, io);
      case 'add':
        return await addSource(names, flags, io);
      case 'test':
        return await testSources(names, flags, io);
      default:
        throw new UserError(
          'AUDIT_USAGE',
          `sources cannot ${JSON.stringify(what)}${didYouMean(what, ['list', 'add', 'test'])}`,
          {
            hint: `${io.calledAs} sources [list], sources add [NAME URL], sources test NAME`,
          },
        );
    }
  },
};

/** `completion SHELL`: prints the script that completes our command line there. */
import { UserError } from '../errors.ts';
import type { Command } from './command.ts';
import { completionScript } from './completion-scripts.ts';
import { SHELLS } from './registry.ts';

export const completionCommand: Command = {
  async run([name, ...more], _flags, io) {
    const shell = SHELLS.find((one) => one === name);
    if (shell === undefined || more.length > 0) {
      const typed = [name, ...more].filter((word) => word !== undefined).join(' ');
      throw new UserError(
        'AUDIT_USAGE',
        typed === ''
          ? 'completion for which shell?'
          : `${JSON.stringify(typed)} is no shell that can be completed for`,
        {
          hint: `${io.calledAs} completion ${SHELLS.join('|')}`,
        },
      );
    }
    await io.out.write(completionScript(shell));
    return 0;
  },
};

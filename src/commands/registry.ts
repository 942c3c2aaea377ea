/** The commands, one entry each; their code is loaded when they are called. */
import { WORDS } from '../query/words.ts';
import type { CommandSummary } from './command.ts';
import type { FlagName } from './flags.ts';

const WHERE_FROM: readonly FlagName[] = ['file', 'source', 'demo', 'max-bytes', 'explain'];
const WHEN: readonly FlagName[] = ['since', 'until'];
const WHAT: readonly FlagName[] = [
  'namespace',
  'all-namespaces',
  'by',
  'not-by',
  'humans',
  'verb',
  'code',
  'from-ip',
  'user-agent',
  'subresource',
  'audit-id',
  'dry-run',
  'where',
];
const OUT: readonly FlagName[] = ['output', 'limit', 'no-headers', 'utc', 'color', 'reveal', 'live'];

export const COMMANDS: readonly CommandSummary[] = [
  {
    name: 'who-did',
    usage: 'VERB [TYPE/NAME | TYPE NAME | TYPE | /PATH]',
    summary: 'who did it, when, from where, and what came of it',
    flags: [...WHERE_FROM, ...WHEN, ...WHAT, ...OUT],
    examples: [
      ['Who deleted the Deployment api?', 'who-did delete deploy/api --demo'],
      ['Who changed anything in namespace prod, people only?', 'who-did change -n prod --humans --demo'],
      [
        'Whose requests were refused in the last two hours?',
        "who-did touch --code 403 --since 2h --file '/var/log/kubernetes/audit/*.log*'",
      ],
    ],
    more: `Verbs:\n${WORDS.map((word) => `  ${word.name.padEnd(14)}${word.means}`).join('\n')}\n  The API's own verbs (list, update, …) are taken to the letter.`,
    load: async () => (await import('./who-did.ts')).whoDidCommand,
  },
];

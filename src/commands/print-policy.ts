/** `top --view noise --suggest-policy`: from its rows to the rules of an audit policy. */
import type { Answer } from '../answer.ts';
import { UserError } from '../errors.ts';
import type { Io } from '../io.ts';
import type { TopRow } from '../questions/top/top-row.ts';
import { suggestPolicy } from '../questions/top/views/suggest-policy.ts';
import type { View } from '../questions/top/views/view.ts';
import { coverageLines } from '../render/coverage-lines.ts';
import { escapeTerminal } from '../render/escape.ts';
import { manifestText } from '../render/manifest.ts';
import { type FlagName, type FlagValues, textFlag } from './flags.ts';
import type { Printing } from './print-answer.ts';
import { flagsInGroup } from './typed-again.ts';

/** What a policy's rule can say too. `--not-by` is not among them: it leaves out who acts in another's name. */
const ALLOWED: readonly FlagName[] = ['namespace', 'all-namespaces', 'by', 'verb'];

/** Throws AUDIT_USAGE for what no rule can say. */
export function checkSuggesting(view: View | null, words: readonly string[], flags: FlagValues): void {
  if (view?.name !== 'noise')
    throw new UserError('AUDIT_USAGE', '--suggest-policy is for what fills the log', {
      hint: 'top -A --view noise --suggest-policy',
    });
  if (textFlag(flags, 'output') !== null)
    throw new UserError('AUDIT_USAGE', '--suggest-policy prints a policy, and -o another format', {
      hint: 'leave one of them out',
    });
  const narrowed = flagsInGroup('Who and what').find(
    (name) => flags[name] !== undefined && !ALLOWED.includes(name),
  );
  const what = narrowed === undefined ? words[0] : `--${narrowed}`;
  if (what !== undefined)
    throw new UserError(
      'AUDIT_USAGE',
      `--suggest-policy with ${what}: a rule would stop more than what was counted`,
      {
        hint: `leave it out; ${ALLOWED.map((name) => `--${name}`).join(', ')} may stay`,
      },
    );
}

/** The rules to stdout; what they are from in their head, what was read to stderr. `namespace`: the only one counted. */
export function printPolicy(namespaceOf: () => string | null) {
  return async (answer: Answer, printing: Printing, io: Io): Promise<void> => {
    const { rules, comments } = suggestPolicy(answer.rows as readonly TopRow[], namespaceOf());
    const head = [
      'Suggested by top --view noise --suggest-policy: rules that would stop what fills the log.',
      `From: ${answer.says}.`,
      'Not applied, and no whole policy: put them before the rules of your own, the first that fits decides. A rule with level',
      'Metadata stands behind those of yours with level None that fit the same requests, or it logs what they leave out.',
      ...(answer.total > answer.rows.length
        ? [`Of ${answer.total} rows, ${answer.rows.length} (--limit).`]
        : []),
      ...(answer.coverage.complete
        ? []
        : ['What was read is INCOMPLETE: who acts in another’s name may be missing.']),
      ...(rules.length === 0
        ? [
            'Nothing to suggest: writes, secrets, rights, people and service accounts are kept, and nothing else makes up 1%.',
          ]
        : []),
      ...comments,
    ];
    const policy = { apiVersion: 'audit.k8s.io/v1', kind: 'Policy', rules };
    await io.out.write(manifestText(rules.length === 0 ? [] : [policy], head));
    const options = { nowMs: printing.nowMs, timeZone: io.timeZone, utc: printing.utc };
    for (const line of coverageLines(answer, options)) await io.err.write(`${escapeTerminal(line)}\n`);
  };
}

/** `failed-auth`: from words and flags to the question's parameters; with --suggest-role, from its rows to manifests. */
import type { Answer } from '../answer.ts';
import { UserError } from '../errors.ts';
import { shellQuoted } from '../event/shell.ts';
import type { Io } from '../io.ts';
import { parseObject } from '../query/parse-object.ts';
import { findWord, type Word } from '../query/words.ts';
import { failedAuth } from '../questions/failed-auth/failed-auth.ts';
import { suggestRoles } from '../questions/failed-auth/suggest-role.ts';
import { coverageLines } from '../render/coverage-lines.ts';
import { escapeTerminal } from '../render/escape.ts';
import { manifestText } from '../render/manifest.ts';
import type { Command } from './command.ts';
import { boolFlag, textFlag } from './flags.ts';
import type { Printing } from './print-answer.ts';
import { runQuestion } from './run-question.ts';
import { flagsInGroup, typedAgain } from './typed-again.ts';

export const failedAuthCommand: Command = {
  async run(words, flags, io) {
    const isSuggesting = boolFlag(flags, 'suggest-role') === true;
    if (isSuggesting && textFlag(flags, 'output') !== null)
      throw new UserError('AUDIT_USAGE', '--suggest-role prints manifests, and -o another format', {
        hint: 'leave one of them out',
      });
    const more = {
      sameWindow: typedAgain(flags, ['since', 'until']),
      sameQuestion: `${words.map((word) => ` ${shellQuoted(word)}`).join('')}${typedAgain(flags, NARROWING)}`,
    };
    const print = isSuggesting ? printRoles : undefined;
    return runQuestion(
      failedAuth,
      words[0],
      ({ placed, ...shared }) => ({ ...shared, ...more, object: parseObject(ANYTHING, words, placed) }),
      flags,
      io,
      print,
    );
  },
};

/** Any verb on any object: what it was is what the answer tells. */
const ANYTHING: Word = findWord('touch') ?? {
  ...{ name: 'touch', means: '', atMetadata: '', verbs: null, through: 'any', to: null, witnessVerbs: null },
};

const NARROWING = flagsInGroup('Who and what');

/** The manifests to stdout, so that they can be piped; what they are from in their head, what was read to stderr. */
async function printRoles(answer: Answer, printing: Printing, io: Io): Promise<void> {
  const { objects, comments } = suggestRoles(answer.rows);
  const head = [
    'Suggested by failed-auth --suggest-role: the smallest roles that would have allowed what was refused by RBAC.',
    `From: ${answer.says}.`,
    'Not applied. Read them before you apply them: that it was refused may be right.',
    ...(answer.total > answer.rows.length
      ? [`Of ${answer.total} rows, ${answer.rows.length} (--limit).`]
      : []),
    ...(answer.coverage.complete ? [] : ['What was read is INCOMPLETE: other refusals may be missing.']),
    ...(objects.length === 0 ? ['Nothing to suggest: no refusal by RBAC that a role should mend.'] : []),
    ...comments,
  ];
  await io.out.write(manifestText(objects, head));
  const options = { nowMs: printing.nowMs, timeZone: io.timeZone, utc: printing.utc };
  for (const line of coverageLines(answer, options)) await io.err.write(`${escapeTerminal(line)}\n`);
}

/** `rbac-diff`: from flags to the question's parameters. It takes no object: -n and --subject narrow it. */
import { UserError } from '../errors.ts';
import { type LocalZone, type ParsedWindow, parseTime } from '../query/time-range.ts';
import { rbacDiff } from '../questions/rbac-diff/rbac-diff.ts';
import { parseSubject } from '../questions/rbac-diff/subject-filter.ts';
import type { Command } from './command.ts';
import { boolFlag, listFlag, textFlag } from './flags.ts';
import { runQuestion } from './run-question.ts';
import { typedAgain } from './typed-again.ts';

export const rbacDiffCommand: Command = {
  async run(words, flags, io) {
    const [word] = words;
    if (word !== undefined)
      throw new UserError('AUDIT_USAGE', `rbac-diff takes no object, and ${JSON.stringify(word)} was given`, {
        hint: `${io.calledAs} rbac-diff -n prod, or --subject alice`,
      });
    const includesAll = boolFlag(flags, 'all') === true;
    const between = listFlag(flags, 'between');
    const subject = textFlag(flags, 'subject');
    // Most of what gives rights is in no namespace: the context's does not narrow it.
    const namespace = textFlag(flags, 'namespace') || null;
    const more = {
      namespace,
      subject: subject === null ? null : parseSubject(subject),
      isNet: between.length > 0,
      includesAll,
      isFolded: !includesAll && (textFlag(flags, 'output') ?? 'table') === 'table',
      sameWindow: typedAgain(flags, ['since', 'until']),
    };
    return runQuestion(
      rbacDiff,
      undefined,
      ({ placed: _placed, ...shared }) => ({
        ...shared,
        ...more,
        window: between.length === 0 ? shared.window : windowBetween(between, shared.nowUs, shared.localZone),
      }),
      flags,
      io,
    );
  },
};

function windowBetween(between: readonly string[], nowUs: number, localZone: LocalZone): ParsedWindow {
  const [from = '', to = ''] = between;
  const [sinceUs, untilUs] = [
    parseTime(from, nowUs, localZone, 'since'),
    parseTime(to, nowUs, localZone, 'until'),
  ];
  if (sinceUs >= untilUs)
    throw new UserError(
      'AUDIT_BAD_TIME',
      `--between ${JSON.stringify(from)} ${JSON.stringify(to)}: the first is not before the second`,
      {
        hint: "--between 'yesterday 09:00' now",
      },
    );
  return { sinceUs, untilUs, isDefault: false };
}

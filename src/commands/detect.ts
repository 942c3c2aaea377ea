/** `detect`: from words and flags to the question's parameters; with --explain-rule and --test, to what is said of rules themselves. */
import type { Answer } from '../answer.ts';
import type { Io } from '../io.ts';
import { all } from '../query/predicate.ts';
import { detect } from '../questions/detect/detect.ts';
import { asRow } from '../questions/detect/detect-row.ts';
import { escapeTerminal } from '../render/escape.ts';
import { explainRule } from '../rules/explain-rule.ts';
import { chosen, readRules } from '../rules/read-rules.ts';
import type { LoadedRules } from '../rules/rule.ts';
import { runRuleTests } from '../rules/rule-tests.ts';
import { isAtLeast, refuseObject, scopeOf, severe, severityOf } from './asked-rules.ts';
import { columnsOf } from './columns.ts';
import type { Command } from './command.ts';
import { boolFlag, listFlag, textFlag } from './flags.ts';
import { type Printing, printAnswer } from './print-answer.ts';
import { runQuestion } from './run-question.ts';
import { typedAgain } from './typed-again.ts';

/** Something was found that is as grave as --fail-on says. */
const FOUND = 4;

export const detectCommand: Command = {
  async run(words, flags, io) {
    refuseObject('detect', words);
    const failOn = severityOf(flags, 'fail-on');
    const id = textFlag(flags, 'explain-rule');
    const isTest = boolFlag(flags, 'test') === true;
    const wanted = { withTests: isTest || id !== null };
    const loaded = severe(await readRules(listFlag(flags, 'rules'), wanted), severityOf(flags, 'severity'));
    if (id !== null) return await explain(loaded, id, io);
    if (isTest) return await test(loaded, io);
    const scope = scopeOf(flags);
    const sameWindow = typedAgain(flags, ['since', 'until']);
    let isGrave = false;
    const print = async (answer: Answer, printing: Printing, to: Io): Promise<void> => {
      await printAnswer(answer, printing, to);
      isGrave = failOn !== null && answer.rows.some((row) => isAtLeast(asRow(row).severity, failOn));
    };
    const status = await runQuestion(
      detect,
      undefined,
      ({ placed: _, filters, ...shared }) => ({
        ...shared,
        filters: all(scope, filters),
        rules: loaded.rules,
        ruleNotes: loaded.notes,
        sameWindow,
      }),
      flags,
      io,
      print,
    );
    return isGrave ? FOUND : status;
  },
};

async function explain({ rules }: LoadedRules, id: string, io: Io): Promise<number> {
  const columns = Math.min(columnsOf(io) ?? 100, 100);
  for (const [n, rule] of chosen(rules, [id]).entries()) {
    const lines = [...(n === 0 ? [] : ['']), ...explainRule(rule, columns)];
    await io.out.write(`${lines.map(escapeTerminal).join('\n')}\n`);
  }
  return 0;
}

async function test({ rules }: LoadedRules, io: Io): Promise<number> {
  const results = runRuleTests(rules);
  const failed = results.filter(({ failure }) => failure !== null);
  for (const { rule, test: of, failure } of failed) {
    const at = `${of.place.file}:${of.place.line}`;
    await io.out.write(`${escapeTerminal(`FAIL ${at} ${rule.id}, ${of.name}: ${failure}`)}\n`);
  }
  const untested = rules.filter(({ tests = [] }) => tests.length === 0);
  const without = untested.length === 0 ? '' : `; ${untested.length} rules have none`;
  await io.out.write(
    `${results.length - failed.length} of ${results.length} tests of ${rules.length} rules hold${without}\n`,
  );
  return failed.length === 0 ? 0 : 1;
}

/** `who-did`: from words and flags to the question's parameters. */
import type { Answer } from '../answer.ts';
import type { Note } from '../event/coverage.ts';
import { parseObject } from '../query/parse-object.ts';
import { whoDid } from '../questions/who-did/who-did.ts';
import type { Command } from './command.ts';
import { boolFlag } from './flags.ts';
import { printAnswer } from './print-answer.ts';
import { runQuestion } from './run-question.ts';
import { notesOnTyped } from './typed-notes.ts';
import { parseVerb } from './verb.ts';

export const whoDidCommand: Command = {
  async run([verb, ...rest], flags, io) {
    const word = parseVerb(verb, rest, io.calledAs);
    let onTyped: readonly Note[] = [];
    const print: typeof printAnswer = (answer, ...how) =>
      printAnswer(answer.rows.length > 0 ? answer : withNotes(answer, onTyped), ...how);
    return runQuestion(
      whoDid,
      rest[0],
      ({ placed, ...shared }) => {
        const object = parseObject(word, rest, placed);
        onTyped = notesOnTyped(object);
        return {
          ...shared,
          word,
          object,
          isLast: boolFlag(flags, 'last') === true,
          wantsEffects: boolFlag(flags, 'effects') === true,
        };
      },
      flags,
      io,
      print,
    );
  },
};

function withNotes(answer: Answer, notes: readonly Note[]): Answer {
  return { ...answer, notes: [...answer.notes, ...notes] };
}

/** `who-did`: from words and flags to the question's parameters. */
import type { Answer } from '../answer.ts';
import type { Note } from '../event/coverage.ts';
import { parseObject } from '../query/parse-object.ts';
import { whoDid } from '../questions/who-did.ts';
import type { Command } from './command.ts';
import { printAnswer } from './print-answer.ts';
import { placedOf, runQuestion } from './run-question.ts';
import { notesOnTyped } from './typed-notes.ts';
import { parseVerb } from './verb.ts';

export const whoDidCommand: Command = {
  async run([verb, ...rest], flags, io) {
    const word = parseVerb(verb, rest, io.calledAs);
    const object = parseObject(word, rest, placedOf(flags));
    const print: typeof printAnswer = (answer, ...how) =>
      printAnswer(answer.rows.length > 0 ? answer : withNotes(answer, notesOnTyped(object)), ...how);
    return runQuestion(whoDid, (shared) => ({ ...shared, word, object }), flags, io, print);
  },
};

function withNotes(answer: Answer, notes: readonly Note[]): Answer {
  return { ...answer, notes: [...answer.notes, ...notes] };
}

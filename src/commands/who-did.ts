/** `who-did`: from words and flags to the question's parameters. */
import { parseObject } from '../query/parse-object.ts';
import { whoDid } from '../questions/who-did.ts';
import type { Command } from './command.ts';
import { placedOf, runQuestion } from './run-question.ts';
import { parseVerb } from './verb.ts';

export const whoDidCommand: Command = {
  async run([verb, ...rest], flags, io) {
    const word = parseVerb(verb, rest, io.calledAs);
    const object = parseObject(word, rest, placedOf(flags));
    return runQuestion(whoDid, (shared) => ({ ...shared, word, object }), flags, io);
  },
};

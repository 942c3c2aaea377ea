import { describe, expect, it } from 'vitest';
import { notesOnTyped } from '../../src/commands/typed-notes.ts';
import { parseObject } from '../../src/query/parse-object.ts';
import { findWord } from '../../src/query/words.ts';
import { whoDid } from '../support/run-command.ts';

function notes(...words: string[]): string[] {
  const word = findWord('delete');
  if (word === null) throw new Error('no verb');
  return notesOnTyped(parseObject(word, words, { namespace: null, subresource: null })).map(
    (note) => note.text,
  );
}

describe('notesOnTyped', () => {
  it('asks whether a type that Kubernetes does not have is a slip of the finger', () => {
    expect(notes('depoly/api')).toEqual([
      'Kubernetes itself has no type "depoly": did you mean deploy? A custom type is TYPE.GROUP',
    ]);
    expect(notes('xyzzies')).toEqual([
      'Kubernetes itself has no type "xyzzies": a custom type is TYPE.GROUP',
    ]);
  });

  it('says how to ask about a subresource', () => {
    expect(notes('pods/exec')).toEqual([
      'asked about the object that is called exec; for the subresource: pods --subresource exec',
    ]);
  });

  it.each([['deploy/api'], ['widgets.example.com/x'], ['pods'], ['/metrics']])(
    'has nothing to say about %s',
    (typed) => {
      expect(notes(typed)).toEqual([]);
    },
  );

  it('is heard only when nothing was found', async () => {
    const codes = async (object: string) =>
      (await whoDid(`delete ${object}`, { demo: true })).notes.map((note) => note.code);
    expect(await codes('depoly/api')).toContain('unknown-type');
    expect(await codes('deploy/api')).not.toContain('unknown-type');
  });
});

/** What the names of lists stand for. Items are put into conditions as text, so that quotes in them are Falco's quotes. */
import type { Scalar } from '../yaml-tree.ts';
import { ConditionError, type Word } from './condition.ts';
import type { ListDefinition } from './definitions.ts';
import { unquote } from './unquote.ts';

/** A word that is no list's name stands for itself. */
export function expandWith(lists: ReadonlyMap<string, ListDefinition>): (word: Word) => readonly string[] {
  const known = new Map<string, readonly string[]>();
  const itemsOf = (list: ListDefinition, offset: number): readonly string[] => {
    const items = known.get(list.name) ?? itemsIn(list, lists, offset, new Set([list.name]));
    known.set(list.name, items);
    return items;
  };
  return ({ text, offset }) => {
    const list = lists.get(text);
    return list === undefined ? [text] : itemsOf(list, offset);
  };
}

/** Lists see lists that were defined before they were last changed. */
function itemsIn(
  list: ListDefinition,
  lists: ReadonlyMap<string, ListDefinition>,
  offset: number,
  within: ReadonlySet<string>,
): readonly string[] {
  return list.items.flatMap((item) => {
    const inner = lists.get(item.text);
    if (inner === undefined || inner.first >= list.last || within.has(inner.name))
      return wordsOf(item, offset).map(({ text }) => text);
    return itemsIn(inner, lists, offset, new Set([...within, inner.name]));
  });
}

/** An item is quoted, or has a blank in it and is taken whole, or is a word, or several with commas between. */
export function wordsOf({ text }: Scalar, offset: number): readonly Word[] {
  const trimmed = text.trim();
  const quote = trimmed[0];
  if (quote === '"' || quote === "'") {
    if (trimmed.length < 2 || !trimmed.endsWith(quote))
      throw new ConditionError(offset, `${trimmed} is not closed by its quote`);
    return [{ text: unquote(trimmed, offset), isQuoted: true, offset }];
  }
  if (/\s/.test(trimmed)) return [{ text: trimmed, isQuoted: true, offset }];
  const words = trimmed.split(',').filter((word) => word !== '');
  return words.map((word) => ({ text: word, isQuoted: false, offset }));
}

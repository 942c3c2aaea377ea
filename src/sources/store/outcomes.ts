/** Which events tell an outcome, as a store can be asked: assembler.ts's isOutcome. */
import { allOf, anyOf, type EventLeaf, type EventTest, is, missing } from '../../query/event-test.ts';
import type { CanTest } from '../../query/narrow.ts';

/** Null: this store cannot tell them from earlier stages. */
export function outcomesOf(test: EventTest, can: CanTest): EventTest | null {
  const ended = is('stage', 'ResponseComplete', 'Panic');
  const began = is('stage', 'ResponseStarted');
  const code = (value: number): EventLeaf => ({
    kind: 'between',
    path: 'responseStatus.code',
    from: value,
    to: value,
  });
  const nobody = missing('user.username');
  if (![ended, began, nobody, code(401)].every((leaf) => can(leaf, false))) return null;
  return allOf(test, anyOf(ended, allOf(began, nobody, anyOf(code(400), code(401)))));
}

/** Tests of events, cut down to what a language can say and to how long it may be: what is left holds of more, never of less. */
import { ANY_EVENT, allOf, anyOf, type EventTest, isAny } from '../../query/event-test.ts';
import type { CanTest } from '../../query/narrow.ts';

/** Null: nothing is left of it. */
export function asText(
  test: EventTest,
  { can, toText, maxLength }: { can: CanTest; toText: (test: EventTest) => string; maxLength: number },
): string | null {
  for (let left = withoutUnaskable(test, can); !isAny(left); left = shortened(left, toText)) {
    const text = toText(left);
    if (text.length <= maxLength) return text;
  }
  return null;
}

function withoutUnaskable(test: EventTest, can: CanTest): EventTest {
  switch (test.kind) {
    case 'all':
      return allOf(...test.of.map((part) => withoutUnaskable(part, can)));
    case 'any':
      return anyOf(...test.of.map((part) => withoutUnaskable(part, can)));
    case 'not':
      return can(test.of, true) ? test : ANY_EVENT;
    default:
      return can(test, false) ? test : ANY_EVENT;
  }
}

function shortened(test: EventTest, toText: (test: EventTest) => string): EventTest {
  if (test.kind !== 'all' && test.kind !== 'any') return ANY_EVENT;
  // What tells stages apart goes with its neighbours, or not at all: else earlier stages pass whose outcome does not.
  if (test.kind === 'all' && test.of.some(tellsStages)) return ANY_EVENT;
  const lengths = test.of.map((part) => toText(part).length);
  const longest = lengths.indexOf(Math.max(...lengths));
  const parts = test.of.map((part, at) => (at === longest ? shortened(part, toText) : part));
  return test.kind === 'all' ? allOf(...parts) : anyOf(...parts);
}

function tellsStages(test: EventTest): boolean {
  if (test.kind === 'any') return test.of.some((part) => part.kind !== 'all' && tellsStages(part));
  if (test.kind === 'all') return false;
  return (test.kind === 'not' ? test.of : test).path === 'stage';
}

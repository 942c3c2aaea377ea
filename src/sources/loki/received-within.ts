/** A stretch of time → a pattern of the API server's own timestamps (`2026-11-22T10:00:00.000000Z`): Loki compares no texts. */

const WIDTH = '2026-11-22T10:00:00.000000Z'.length;

/** RE2, of the whole text. `fromText ≤ text`, and `text < beforeText`; null: no bound. */
export function receivedFrom(fromText: string): string {
  return [...beyond(fromText, (digit) => above(digit)), literal(fromText)].join('|');
}

export function receivedBefore(beforeText: string): string {
  return beyond(beforeText, (digit) => below(digit)).join('|') || '[^\\s\\S]';
}

/** Alike up to a digit, and that one on the other side. */
function beyond(text: string, others: (digit: number) => string | null): readonly string[] {
  return [...text].flatMap((sign, at) => {
    const digits = /\d/.test(sign) ? others(Number(sign)) : null;
    if (digits === null) return [];
    return [`${literal(text.slice(0, at))}${digits}.{${WIDTH - at - 1}}`];
  });
}

function above(digit: number): string | null {
  return digit === 9 ? null : `[${digit + 1}-9]`;
}

function below(digit: number): string | null {
  return digit === 0 ? null : `[0-${digit - 1}]`;
}

function literal(text: string): string {
  return text.replaceAll('.', '[.]');
}

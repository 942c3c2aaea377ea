/** Cells that the rows of several questions have alike. */
import type { Cell } from '../answer.ts';
import type { Target } from '../event/target.ts';

export function text(of: string): Cell {
  return of === '' ? { kind: 'none' } : { kind: 'text', text: of };
}

/** RFC 3339; null: not known. */
export function time(at: string | null, kind: 'time' | 'age'): Cell {
  return at === null ? { kind: 'none' } : { kind, at };
}

/** Addresses that requests came from, the most frequent first: `10.0.3.7 +2`. */
export function addressesText(from: {
  readonly top: readonly { readonly ip: string }[];
  readonly distinct: number;
}): string {
  const [most] = from.top;
  if (most === undefined) return '';
  return from.distinct === 1 ? most.ip : `${most.ip} +${from.distinct - 1}`;
}

/** kubectl's form of an object, or of its resource; '' where there are several. */
export function kubectlForm(object: Target | null): string {
  if (object === null || object.resource === null) return object?.name ?? '';
  const type =
    object.group === null || object.group === '' ? object.resource : `${object.resource}.${object.group}`;
  return object.name === null ? type : `${type}/${object.name}`;
}

/** Cell kinds → words, not escaped yet. */
import type { Cell } from '../answer.ts';
import { ageOf, type Clock } from './clock.ts';

export function cellText(cell: Cell, clock: Clock, nowMs: number): string {
  switch (cell.kind) {
    case 'none':
      return '<none>';
    case 'time':
      return clock.time(cell.at);
    case 'age':
      return ageOf(cell.at, nowMs);
    case 'number':
      return String(cell.value);
    case 'list':
      return cell.items.length === 0 ? '<none>' : cell.items.join('; ');
    case 'text':
    case 'status':
      return cell.text;
  }
}

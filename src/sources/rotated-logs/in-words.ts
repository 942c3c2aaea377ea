/** Sizes, lists of names and stretches, for messages about files. */
import { formatMicros } from '../../event/micros.ts';
import type { StageWindow } from '../stage-window.ts';
import type { Narrowed } from './narrow.ts';

const SHOWN = 5;

export function sizeOf(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  const [size, unit] =
    bytes < 1e6 ? [bytes / 1e3, 'KB'] : bytes < 1e9 ? [bytes / 1e6, 'MB'] : [bytes / 1e9, 'GB'];
  return `${size < 10 ? size.toFixed(1) : Math.round(size)} ${unit}`;
}

export function listOf(names: readonly string[]): string {
  const shown = names.slice(0, SHOWN).map((name) => `"${name}"`);
  return names.length > SHOWN ? `${shown.join(', ')} and ${names.length - SHOWN} more` : shown.join(', ');
}

/** For `--explain`. */
export function stretchInWords(
  file: { readonly name: string; readonly bytes: number; readonly about: string },
  { from, to, why }: Narrowed,
  window: StageWindow,
): string {
  const size = `${sizeOf(file.bytes)}${file.about}`;
  if (why !== null) return `read all of ${file.name} (${size}): ${REASONS[why]}`;
  if (from === 0 && to === file.bytes) return `read ${file.name} (${size})`;
  return `read ${sizeOf(to - from)} of ${file.name} (${size}): ${windowInWords(window)}, found by looking at a few places of it`;
}

const REASONS: Readonly<Record<NonNullable<Narrowed['why']>, string>> = {
  'no order': 'its lines are in no order of time',
  'no times': 'its lines have no times to go by',
  'other form': 'its lines are not as the API server writes them',
};

function windowInWords({ sinceUs, untilUs }: StageWindow): string {
  const from = sinceUs === null ? 'from its beginning' : `from ${formatMicros(sinceUs).slice(0, 19)}Z`;
  return `${from} ${untilUs === null ? 'to its end' : `to ${formatMicros(untilUs).slice(0, 19)}Z`}`;
}

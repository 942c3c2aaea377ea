/** From the flags about output to text on stdout; what a format cannot carry of the coverage goes to stderr. */
import type { Answer } from '../answer.ts';
import { UserError } from '../errors.ts';
import type { Io } from '../io.ts';
import { coverageLines } from '../render/coverage-lines.ts';
import { type ChosenFormat, parseFormat } from '../render/registry.ts';
import type { RenderOptions } from '../render/renderer.ts';
import { columnsOf } from './columns.ts';
import { boolFlag, type FlagValues, textFlag } from './flags.ts';
import { Heap } from './heap.ts';

export interface Printing {
  readonly format: ChosenFormat;
  /** Rows are limited unless --limit says otherwise. */
  readonly isForTerminal: boolean;
  readonly needsEvents: boolean;
  readonly noHeaders: boolean;
  readonly utc: boolean;
  readonly color: boolean;
  readonly nowMs: number;
}

export function printingOf(flags: FlagValues, io: Io, nowMs: number): Printing {
  const format = parseFormat(textFlag(flags, 'output') ?? 'table');
  return {
    format,
    isForTerminal: io.out.isTTY && (format.name === 'table' || format.name === 'wide'),
    needsEvents: format.name === 'raw',
    noHeaders: boolFlag(flags, 'no-headers') === true,
    utc: boolFlag(flags, 'utc') === true,
    color: wantsColor(textFlag(flags, 'color'), io),
    nowMs,
  };
}

/** https://no-color.org; --color stands above it. */
function wantsColor(asked: string | null, io: Io): boolean {
  switch (asked ?? 'auto') {
    case 'always':
      return true;
    case 'never':
      return false;
    case 'auto':
      return io.out.isTTY && (io.env.NO_COLOR ?? '') === '' && io.env.TERM !== 'dumb';
    default:
      throw new UserError('AUDIT_USAGE', `--color "${asked}" is not known`, {
        hint: 'auto, always or never',
      });
  }
}

/** When nothing says how wide: what a pager or a file can show. */
const DEFAULT_COLUMNS = 160;

/** An answer of many rows fills memory by itself: little else may lie about while it is drawn. */
const PRINTING_GARBAGE_BYTES = 12 * 1024 * 1024;

/** At a time: to write each row by itself takes longer than to make it. */
const WRITTEN_CHARACTERS = 64 * 1024;

export async function printAnswer(answer: Answer, printing: Printing, io: Io): Promise<void> {
  const { format } = printing;
  const renderer = await format.load();
  const options = renderOptionsOf(printing, io);
  const heap = new Heap(PRINTING_GARBAGE_BYTES);
  let text = '';
  for (const piece of renderer.render(limitNoted(answer, format.name), options)) {
    text += piece;
    if (text.length < WRITTEN_CHARACTERS) continue;
    heap.relieve();
    await io.out.write(text);
    text = '';
  }
  await io.out.write(text);
  if (renderer.carriesCoverage) return;
  for (const line of coverageLines(answer, options)) await io.err.write(`${line}\n`);
}

export function renderOptionsOf({ format, ...how }: Printing, io: Io): RenderOptions {
  return {
    columns: columnsOf(io) ?? DEFAULT_COLUMNS,
    isTTY: io.out.isTTY,
    color: how.color,
    utc: how.utc,
    get timeZone() {
      return io.timeZone;
    },
    nowMs: how.nowMs,
    noHeaders: how.noHeaders,
    template: format.template,
  };
}

/** A document must say that it holds a part of the rows only; tables say it beneath them. */
function limitNoted(answer: Answer, format: string): Answer {
  if (answer.total <= answer.rows.length || format === 'table' || format === 'wide') return answer;
  const text = `${answer.rows.length} of ${answer.total} rows (--limit)`;
  return { ...answer, notes: [...answer.notes, { code: 'limited', text }] };
}

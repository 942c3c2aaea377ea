/** Falco's output formats: text with `%field` in it, filled in for one event. What is not there is `<NA>`, as Falco writes it. */
import type { AuditEvent } from '../../event/event.ts';
import type { Field } from '../../query/predicate.ts';
import { fieldsOf } from '../event-fields.ts';
import type { Json } from '../json.ts';
import { ConditionError } from './condition.ts';
import { type ReadOperand, readOperand, UnknownField } from './operand.ts';
import { parseOperand } from './parse-condition.ts';

export interface Output {
  readonly describe: (event: AuditEvent) => string;
  readonly fields: readonly Field[];
}

type Piece = string | { readonly operand: ReadOperand; readonly width: number };

/** Throws a ConditionError; of a field that is not known an UnknownField. */
export function parseOutput(format: string): Output {
  const pieces = piecesOf(format);
  const reads = pieces.flatMap((piece) => (typeof piece === 'string' ? [] : piece.operand.reads));
  return {
    describe: (event) => pieces.map((piece) => fill(piece, event.json)).join(''),
    fields: fieldsOf(reads),
  };
}

function piecesOf(format: string): readonly Piece[] {
  const pieces: Piece[] = [];
  let at = 0;
  for (let sign = format.indexOf('%'); sign >= 0; sign = format.indexOf('%', at)) {
    if (sign > at) pieces.push(format.slice(at, sign));
    const width = /^\d{0,4}/.exec(format.slice(sign + 1, sign + 5))?.[0] ?? '';
    const from = sign + 1 + width.length;
    const { operand, length } = longest(format.slice(from), from);
    pieces.push({ operand, width: Number(width) });
    at = from + length;
  }
  if (at < format.length) pieces.push(format.slice(at));
  return pieces;
}

/** The longest text at the beginning that is a field: what follows it may be letters too. */
function longest(text: string, offset: number): { readonly operand: ReadOperand; readonly length: number } {
  const whole = parsed(text, offset);
  if (whole === null) throw new ConditionError(offset, '% stands before no field');
  for (let length = whole.end; length > 0; length--) {
    const part = parsed(text.slice(0, length), offset);
    if (part?.operand !== undefined && part.end === length) return { operand: part.operand, length };
  }
  readOperand({ ...whole.written, offset });
  throw new ConditionError(offset, '% stands before no field');
}

type Parsed = {
  readonly end: number;
  readonly written: Parameters<typeof readOperand>[0];
  readonly operand: ReadOperand | undefined;
};

function parsed(text: string, offset: number): Parsed | null {
  let found: ReturnType<typeof parseOperand>;
  try {
    found = parseOperand(text);
  } catch (error) {
    if (error instanceof ConditionError && text.length > 0) return shorter(text, offset);
    throw error;
  }
  if (found === null) return null;
  try {
    return { end: found.end, written: found.operand, operand: readOperand(found.operand) };
  } catch (error) {
    if (!(error instanceof UnknownField)) throw placedAt(error, offset);
    return { end: found.end, written: found.operand, operand: undefined };
  }
}

function placedAt(error: unknown, offset: number): unknown {
  return error instanceof ConditionError ? new ConditionError(offset, error.message) : error;
}

/** A bracket that is none of the field's: `%ka.verb[`. */
function shorter(text: string, offset: number): Parsed | null {
  const bracket = text.search(/[[(]/);
  return bracket <= 0 ? null : parsed(text.slice(0, bracket), offset);
}

function fill(piece: Piece, json: Json): string {
  if (typeof piece === 'string') return piece;
  const text = valueText(piece.operand, json);
  return piece.width === 0 ? text : text.slice(0, piece.width).padEnd(piece.width);
}

function valueText(operand: ReadOperand, json: Json): string {
  const values = operand.of(json);
  if (values === null) return '<NA>';
  return operand.isList ? `(${values.join(',')})` : String(values[0]);
}

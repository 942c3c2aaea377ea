/** What stands left of an operator, or in `val()`: a field, perhaps transformed. */
import { assertNever } from '../../errors.ts';
import { TOP_LEVEL } from '../event-fields.ts';
import { asText, at, type Json } from '../json.ts';
import { ConditionError, type Operand, type Transformer } from './condition.ts';
import { type FieldKind, fieldKind, isOfEngine, pointerPath, type Values } from './fields.ts';

export interface ReadOperand {
  /** As it is written, for messages and to tell programs apart. */
  readonly text: string;
  readonly type: 'text' | 'number';
  readonly isList: boolean;
  readonly reads: readonly string[];
  of(json: Json): Values;
  /** The field itself, and its place in the event; null: it is transformed. */
  readonly field: { readonly kind: FieldKind; readonly path: readonly string[] | null } | null;
}

/** The field is none that Falco has for this source: with `skip-if-unknown-filter` its rule is passed over. */
export class UnknownField extends ConditionError {}

/** Throws a ConditionError. */
export function readOperand(operand: Operand): ReadOperand {
  if (operand.kind === 'transformed') return transformed(operand, readOperand(operand.of));
  const { name, argument, offset } = operand;
  const kind = fieldKind(name);
  if (kind === null) throw unknownField(name, offset);
  refuseArgument(kind, argument, offset);
  const path = pathOf(kind, argument);
  return {
    ...{ text: argument === null ? name : `${name}[${argument}]`, type: kind.type, isList: kind.isList },
    reads: path === null ? kind.reads : readsOf(path),
    of: path === null ? (json) => kind.of(json, argument) : (json) => valueAt(json, path),
    field: { kind, path },
  };
}

function unknownField(name: string, offset: number): UnknownField {
  const message = isOfEngine(name)
    ? `${name} is known to a running Falco only, not to a log`
    : `there is no field ${name} for source k8s_audit`;
  return new UnknownField(offset, message);
}

function refuseArgument(kind: FieldKind, argument: string | null, offset: number): void {
  if (kind.argument === 'none' && argument !== null)
    throw new ConditionError(offset, `${kind.name} takes nothing in brackets`);
  if (kind.argument === 'key' && argument === null)
    throw new ConditionError(offset, `${kind.name} must have a name in brackets: ${kind.name}[…]`);
  if (kind.argument === 'index' && argument !== null && !/^(?:0|[1-9]\d{0,8})$/.test(argument))
    throw new ConditionError(offset, `${kind.name} takes a number in brackets, counted from 0`);
}

function pathOf(kind: FieldKind, argument: string | null): readonly string[] | null {
  if (kind.path === undefined) return null;
  return kind.path[0] === '*' ? pointerPath(argument ?? '') : kind.path;
}

function valueAt(json: Json, path: readonly string[]): Values {
  const value = at(json, ...path);
  return value === undefined ? null : [asText(value)];
}

/** An empty pointer is the whole event. */
function readsOf(path: readonly string[]): readonly string[] {
  return path.length === 0 ? TOP_LEVEL : path.slice(0, 1);
}

function transformed(operand: Extract<Operand, { kind: 'transformed' }>, of: ReadOperand): ReadOperand {
  const { by, offset } = operand;
  if (of.type === 'number') throw new ConditionError(offset, `${by}() is for texts, not for numbers`);
  const type = by === 'len' ? 'number' : 'text';
  return {
    ...{ text: `${by}(${of.text})`, type, reads: of.reads, field: null },
    isList: by === 'len' ? false : of.isList,
    of(json) {
      const values = of.of(json);
      if (values === null) return null;
      if (by === 'len' && of.isList) return [BigInt(values.length)];
      return by === 'len'
        ? values.map((value) => BigInt(Buffer.byteLength(String(value))))
        : each(values as readonly string[], (value) => transform(by, value));
    },
  };
}

function each(values: readonly string[], make: (value: string) => string | null): readonly string[] | null {
  const made = values.map(make);
  return made.every((value) => value !== null) ? made : null;
}

/** Null: it cannot be transformed, and the field counts as not there. */
function transform(by: Exclude<Transformer, 'len'>, value: string): string | null {
  switch (by) {
    // Of ASCII letters only, as the C library has them.
    case 'tolower':
      return value.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
    case 'toupper':
      return value.replace(/[a-z]+/g, (letters) => letters.toUpperCase());
    case 'b64':
      return /^[A-Za-z0-9+/]*={0,2}$/.test(value) ? Buffer.from(value, 'base64').toString('utf8') : null;
    case 'basename':
      return value.slice(value.lastIndexOf('/') + 1);
    default:
      return assertNever(by);
  }
}

/** An object beside its redacted copy, walked together: what may be shown of a place, and of the way to it. */
import { REDACTED } from '../../event/secret-names.ts';
import { maskSecrets } from '../../event/secret-shapes.ts';
import { nameOf } from './item-name.ts';
import { fieldOf, isObject, isScalar, type Scalar } from './scalar.ts';
import { itemText, type OrderSegment, type Segment } from './segment.ts';

/** `clean`: as redactBody left it. Undefined: there is none. */
export interface Both {
  readonly raw: unknown;
  readonly clean: unknown;
}

export interface Objects {
  readonly before: Both;
  readonly after: Both;
}

type Side = keyof Objects;

export function valueAt(objects: Objects, segments: readonly Segment[], side: Side): Both {
  const last = segments.at(-1);
  if (last?.kind === 'order') return orderOf(objects, segments.slice(0, -1), last, side);
  let here = objects[side];
  for (const segment of segments) if (segment.kind !== 'order') here = stepTo(here, segment, side);
  return here;
}

/** The segments as they may be written. */
export function cleanSegments(segments: readonly Segment[], objects: Objects): readonly Segment[] {
  let { before, after } = objects;
  return segments.map((segment): Segment => {
    if (segment.kind === 'order') return segment;
    [before, after] = [stepTo(before, segment, 'before'), stepTo(after, segment, 'after')];
    if (segment.kind === 'field') return { kind: 'field', name: maskSecrets(segment.name) };
    const { name } = segment;
    return { ...segment, name: name && cleanName(cleanName(name, before), after) };
  });
}

function stepTo({ raw, clean }: Both, segment: Exclude<Segment, OrderSegment>, side: Side): Both {
  const inside = within(raw, segment, side);
  if (inside === undefined) return NOTHING;
  // A name that is a secret itself stands under another name there, perhaps with others.
  const isMasked = segment.kind === 'field' && maskSecrets(segment.name) !== segment.name;
  const found = isMasked ? undefined : within(clean, segment, side);
  return { raw: inside, clean: found === undefined ? REDACTED : found };
}

const NOTHING: Both = { raw: undefined, clean: undefined };

function within(value: unknown, segment: Exclude<Segment, OrderSegment>, side: Side): unknown {
  if (segment.kind === 'field') return isObject(value) ? fieldOf(value, segment.name) : undefined;
  const position = segment[side];
  return Array.isArray(value) && position !== null ? value[position] : undefined;
}

/** A name is out of an item's fields: where one that holds such a value is hidden, so is the value in the name. */
function cleanName(name: readonly Scalar[], { raw, clean }: Both): readonly Scalar[] {
  if (raw === undefined) return name;
  return name.map((value) => {
    if (isScalar(raw)) return clean === raw ? value : REDACTED;
    if (!isObject(raw) || !isObject(clean)) return REDACTED;
    const isHidden = Object.keys(raw).some(
      (field) => raw[field] === value && fieldOf(clean, field) !== value,
    );
    return isHidden ? REDACTED : value;
  });
}

/** The names of the kept items, in their order on that side. */
function orderOf(
  objects: Objects,
  list: readonly Segment[],
  { from, identity }: OrderSegment,
  side: Side,
): Both {
  const [before, after] = [valueAt(objects, list, 'before'), valueAt(objects, list, 'after')];
  const shown = new Map<string, string>();
  for (const { raw, clean } of [before, after].flatMap(itemsOf)) {
    const name = nameOf(raw, identity) ?? [];
    const cleaned = itemText(cleanName(name, { raw, clean }));
    if (cleaned !== itemText(name) || !shown.has(cleaned)) shown.set(itemText(name), cleaned);
  }
  const positions = side === 'before' ? from.toSorted((a, b) => a - b) : from;
  const items = itemsOf(before);
  const names = positions.map((n) => itemText(nameOf(items[n]?.raw, identity) ?? []));
  const clean = names.map((name) => shown.get(name) ?? REDACTED);
  return { raw: names, clean: clean.every((name, n) => name === names[n]) ? names : clean };
}

function itemsOf({ raw, clean }: Both): Both[] {
  if (!Array.isArray(raw)) return [];
  return raw.map((item: unknown, n) => ({ raw: item, clean: Array.isArray(clean) ? clean[n] : REDACTED }));
}

/** When an event was written: the time of its stage, as the plugin tells it to Falco. In UTC, Falco's own zone is not known. */
import { parseMicros } from '../../event/micros.ts';
import { childOf, type Json } from '../json.ts';
import type { FieldKind, Values } from './fields.ts';

const READS = ['stageTimestamp', 'requestReceivedTimestamp'];

/** `jevt.rawtime` is a text, `evt.rawtime` a number. */
export function timeFields(prefix: 'jevt' | 'json' | 'evt'): readonly FieldKind[] {
  const field = (name: string, of: (ns: bigint) => string | bigint, form: RegExp): FieldKind => ({
    ...{ name: `${prefix}.${name}`, isList: false, argument: 'none', reads: READS, form },
    type: typeof of(0n) === 'bigint' ? 'number' : 'text',
    of: (json) => {
      const ns = nanosOf(json);
      return ns === null ? null : ([of(ns)] as Values);
    },
  });
  const text = [
    field('time', (ns) => `${clock(ns)}.${fraction(ns)}`, /^\d\d:/),
    field('time.s', clock, /^\d\d:/),
    field('time.iso8601', (ns) => `${date(ns)}T${clock(ns)}.${fraction(ns)}+0000`, /^\d{4}-/),
    field('datetime', (ns) => `${date(ns)} ${clock(ns)}.${fraction(ns)}`, /^\d{4}-/),
    field('datetime.s', (ns) => `${date(ns)} ${clock(ns)}`, /^\d{4}-/),
  ];
  if (prefix !== 'evt') return [...text, field('rawtime', String, /^\d{16,20}$/)];
  return [
    ...text,
    field('rawtime', (ns) => ns, /^\d{16,20}$/),
    field('rawtime.s', (ns) => ns / BILLION, /^\d{9,11}$/),
    field('rawtime.ns', (ns) => ns % BILLION, /^\d{1,9}$/),
  ];
}

const BILLION = 1_000_000_000n;

function nanosOf(json: Json): bigint | null {
  for (const name of READS) {
    const value = childOf(json, name);
    const micros = typeof value === 'string' ? parseMicros(value) : null;
    if (micros !== null) return BigInt(micros) * 1000n;
  }
  return null;
}

function iso(ns: bigint): string {
  return new Date(Number(ns / 1_000_000n)).toISOString();
}

function date(ns: bigint): string {
  return iso(ns).slice(0, 10);
}

function clock(ns: bigint): string {
  return iso(ns).slice(11, 19);
}

function fraction(ns: bigint): string {
  return String(ns % BILLION).padStart(9, '0');
}

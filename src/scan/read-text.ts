/** A text that is a log of its own, in memory → its records, and what is broken in it. */
import { LineReader } from './lines.ts';
import type { RecordSink } from './record-sink.ts';
import { RecordReader } from './records.ts';

export type ReadPart = { readonly record: unknown } | { readonly broken: string };

export function readText(text: string): readonly ReadPart[] {
  const parts: ReadPart[] = [];
  const sink: RecordSink = {
    record: (record) => parts.push({ record }),
    legacy: (record) => parts.push({ record }),
    broken: (_reason, broken) => parts.push({ broken }),
    foreign: () => {},
  };
  const bytes = Buffer.from(`${text}\n`);
  // Nothing in it is too long to be held: it is held already.
  const lines = new LineReader(bytes.length);
  const records = new RecordReader(sink, bytes.length);
  lines.push(bytes);
  for (let line = lines.next(); line !== null; line = lines.next()) records.take(line);
  records.end();
  return parts;
}

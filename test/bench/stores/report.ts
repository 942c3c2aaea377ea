/** The stores' figures as a table. */
import { cpus, totalmem } from 'node:os';
import type { Spread } from '../figures.ts';
import {
  MOST_BYTES_A_HIT_BYTE,
  MOST_OF_CURLS_TIME,
  type QuestionResult,
  type StoreResult,
} from './run-store.ts';

export function markdown(results: readonly StoreResult[], runs: number): string {
  const head = [
    ...[
      'Store',
      'Question',
      'Found',
      'Their bytes',
      'Ours over the wire',
      'curl’s',
      'of the hits',
      'Requests',
    ],
    ...['Ours', 'curl', 'ours / curl', 'Empty window'],
  ];
  const rows = results.flatMap((result) => result.questions.map((question) => cellsOf(result, question)));
  return [
    `${machine()}. Whole processes of the built bundle and of curl, in turn, ${runs} of each after one that is not counted; medians, of ratios those of neighbours. Aims: at most ${MOST_BYTES_A_HIT_BYTE}× the bytes of the hits, ${MOST_OF_CURLS_TIME}× curl’s time; **bold** where it is not met.`,
    table(head, rows),
  ].join('\n\n');
}

function cellsOf({ store, emptyMs, emptyTraffic }: StoreResult, question: QuestionResult): readonly string[] {
  const { title, found, hitBytes, ourTraffic, curlTraffic, oursMs, curlMs, timesCurl, isMet } = question;
  const empty = emptyMs[question.question];
  const ofHits = hitBytes === null ? '' : `${(ourTraffic.bytes / hitBytes).toFixed(2)}×`;
  const times = `${timesCurl.median.toFixed(2)}× (${timesCurl.min.toFixed(2)} – ${timesCurl.max.toFixed(2)})`;
  return [
    ...[store, title, String(found), hitBytes === null ? '' : kilobytes(hitBytes)],
    ...[kilobytes(ourTraffic.bytes), kilobytes(curlTraffic.bytes), bold(ofHits, isMet.bytes)],
    String(ourTraffic.requests),
    ...[milliseconds(oursMs), milliseconds(curlMs), bold(times, isMet.time)],
    empty === undefined
      ? ''
      : `${milliseconds(empty)}, ${emptyTraffic[question.question]?.requests} requests`,
  ];
}

function bold(text: string, isMet: boolean | null): string {
  return isMet === false ? `**${text}**` : text;
}

function kilobytes(bytes: number): string {
  return `${(bytes / 1000).toFixed(bytes < 100_000 ? 1 : 0)} kB`;
}

function milliseconds({ median }: Spread): string {
  return `${median.toFixed(0)} ms`;
}

function machine(): string {
  const memory = Math.round(totalmem() / 2 ** 30);
  return `${cpus().length} cores of ${cpus()[0]?.model.trim()}, ${memory} GiB, Node ${process.versions.node}`;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

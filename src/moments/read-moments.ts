/** Files of other logs → their moments, the newest of too many, and what could not be read. Memory stays bounded. */
import { createReadStream } from 'node:fs';
import { resolve } from 'node:path';
import { UserError } from '../errors.ts';
import type { Gap, Note } from '../event/coverage.ts';
import type { Moment } from '../event/moment.ts';
import type { ApiServer } from '../io.ts';
import { compressionOf, decompress } from '../scan/decompress.ts';
import { LineReader } from '../scan/lines.ts';
import { RecordReader } from '../scan/records.ts';
import { isOldLine } from './auth.ts';
import type { LineKind, MomentKind, RecordKind, Telling, Told } from './moment-kind.ts';
import { type Given, parseWith } from './registry.ts';

export interface ReadMoments {
  /** In no order. */
  readonly moments: readonly Moment[];
  readonly gaps: readonly Gap[];
  readonly notes: readonly Note[];
}

export interface ReadOptions extends Pick<Telling, 'nowMs' | 'timeZone'> {
  readonly cwd: string;
  readonly signal: AbortSignal;
  /** Null: no cluster is known. */
  readonly api: ApiServer | null;
  /** Events of this one only; null: of all. */
  readonly namespace: string | null;
}

/** Moments of one file that are kept; about half a KB each. */
const MOST = 50_000;
/** A list of all Events of a cluster is one JSON document. */
const MOST_RECORD_BYTES = 256 * 1024 * 1024;
const MOST_LINE_BYTES = 64 * 1024;

/** `given`: as typed, `events:PATH`. Throws UserErrors: of a kind or a file that is not known, or that tells nothing. */
export async function readMoments(given: readonly string[], options: ReadOptions): Promise<ReadMoments> {
  const all: ReadMoments[] = [];
  for (const one of given.map(parseWith)) all.push(await readGiven(one, options));
  return {
    moments: all.flatMap(({ moments }) => moments),
    gaps: all.flatMap(({ gaps }) => gaps),
    notes: all.flatMap(({ notes }) => notes),
  };
}

async function readGiven(given: Given, options: ReadOptions): Promise<ReadMoments> {
  if (given.from === 'file') {
    const { kind, path } = given;
    try {
      return await readBytes(
        kind,
        path,
        createReadStream(resolve(options.cwd, path), { signal: options.signal }),
        options,
      );
    } catch (error) {
      throw named(error, path);
    }
  }
  if (options.api === null)
    throw new UserError(
      'AUDIT_USAGE',
      `--with ${given.kind.name} asks the cluster, and a file of logs does not say which`,
      {
        hint: 'name it: --context NAME; or --live for the current one',
      },
    );
  return given.from === 'cluster'
    ? readList(given.kind, options.api, options)
    : readNode(given.kind, given.node, options.api, options);
}

async function readBytes(
  kind: MomentKind,
  source: string,
  bytes: AsyncIterable<Uint8Array>,
  options: ReadOptions,
): Promise<ReadMoments> {
  const tally = new Tally(kind, source);
  const telling = (line: number): Telling => ({ ...options, source, line });
  const chunks = plainBytes(bytes, source, (why) => tally.cut(why));
  await (kind.reads === 'records'
    ? takeRecords(kind, chunks, telling, tally)
    : takeLines(kind, chunks, telling, tally));
  return tally.end(telling(0));
}

/** What the cluster does not give is a gap: the audit log tells the rest. */
async function readList(kind: MomentKind, api: ApiServer, options: ReadOptions): Promise<ReadMoments> {
  const source = "the cluster's Events";
  const { namespace } = options;
  const tally = new Tally(kind, source);
  try {
    const path = namespace === null ? '' : `/namespaces/${encodeURIComponent(namespace)}`;
    const items = await api.list(`/api/v1${path}/events`, options.signal);
    if (kind.reads === 'records')
      for (const [n, item] of items.entries())
        tally.take(kind.decode(item, { ...options, source, line: n + 1 }), n + 1);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    tally.cut(error.message);
  }
  return tally.end({ ...options, source, line: 0 });
}

/** Through the API server and the kubelet, as the audit log of the node is read (get nodes/proxy). */
async function readNode(
  kind: MomentKind,
  node: string,
  api: ApiServer,
  options: ReadOptions,
): Promise<ReadMoments> {
  const refusals: string[] = [];
  for (const file of kind.nodeFiles ?? []) {
    const path = `/api/v1/nodes/${encodeURIComponent(node)}/proxy/logs/${file}`;
    try {
      const { status, body } = await api.get(path, { signal: options.signal });
      if (status === 200) return await readBytes(kind, `${node}:/var/log/${file}`, body, options);
      refusals.push(`${file}: ${status}`);
      for await (const _rest of body);
    } catch (error) {
      if (!(error instanceof UserError) || error.code === 'AUDIT_BAD_WITH') throw error;
      refusals.push(`${file}: ${error.message}`);
    }
  }
  const source = `${node}:/var/log`;
  const text = `not read (${refusals.join('; ')}): logins on that node may be missing here`;
  return { moments: [], gaps: [{ code: 'source-unreadable', text, source }], notes: [] };
}

async function* plainBytes(
  bytes: AsyncIterable<Uint8Array>,
  name: string,
  onBroken: (why: string) => void,
): AsyncGenerator<Uint8Array> {
  const stream = bytes[Symbol.asyncIterator]();
  const first = await stream.next();
  if (first.done === true) return;
  const chunks = (async function* () {
    yield first.value;
    for await (const chunk of { [Symbol.asyncIterator]: () => stream }) yield chunk;
  })();
  const compression = compressionOf(first.value, name);
  if (compression === 'none') yield* chunks;
  else yield* decompress(chunks, compression, onBroken);
}

async function takeRecords(
  kind: RecordKind,
  chunks: AsyncIterable<Uint8Array>,
  telling: (line: number) => Telling,
  tally: Tally,
): Promise<void> {
  const records = new RecordReader(
    {
      record: (value, { line }) => tally.take(kind.decode(value, telling(line)), line),
      broken: (reason, _text, _tail, { line }) => tally.take([{ unreadable: reason }], line),
      foreign: ({ line }) => tally.take([{ unreadable: 'not JSON' }], line),
      legacy: (_json, { line }) => tally.take([{ unreadable: 'not JSON' }], line),
    },
    MOST_RECORD_BYTES,
  );
  const lines = new LineReader();
  for await (const chunk of chunks) {
    lines.push(Buffer.from(chunk));
    for (let line = lines.next(); line !== null; line = lines.next()) records.take(line);
  }
  lines.end();
  for (let line = lines.next(); line !== null; line = lines.next()) records.take(line);
  records.end();
}

async function takeLines(
  kind: LineKind,
  chunks: AsyncIterable<Uint8Array>,
  telling: (line: number) => Telling,
  tally: Tally,
): Promise<void> {
  const lines = new LineReader(MOST_LINE_BYTES);
  const take = (): void => {
    for (let line = lines.next(); line !== null; line = lines.next()) {
      if (line.isContinued) continue;
      const whole =
        line.ending === 'piece' ? null : line.bytes.toString('utf8', line.start, line.end).replace(/\r$/, '');
      if (whole !== null && isOldLine(whole)) tally.assumesTime = true;
      tally.take(
        whole === null ? [{ unreadable: 'line too long' }] : kind.decode(whole, telling(line.number)),
        line.number,
      );
    }
  };
  for await (const chunk of chunks) {
    lines.push(Buffer.from(chunk));
    take();
  }
  lines.end();
  take();
}

class Tally {
  assumesTime = false;
  readonly #kind: MomentKind;
  readonly #path: string;
  #moments: Moment[] = [];
  #dropped = 0;
  #unreadable = 0;
  #firstUnreadable = '';
  #cutWhy: string | null = null;

  constructor(kind: MomentKind, path: string) {
    this.#kind = kind;
    this.#path = path;
  }

  take(told: readonly Told[], line: number): void {
    for (const one of told) {
      if ('moment' in one) this.#moments.push(one.moment);
      else if (this.#unreadable++ === 0) this.#firstUnreadable = `line ${line}: ${one.unreadable}`;
    }
    // A quarter more before the oldest are let go, so that sorting is rare.
    if (this.#moments.length < MOST * 1.25) return;
    this.#moments.sort((a, b) => b.atUs - a.atUs);
    this.#dropped += this.#moments.length - MOST;
    this.#moments = this.#moments.slice(0, MOST);
  }

  cut(why: string): void {
    this.#cutWhy = why;
  }

  end(telling: Telling): ReadMoments {
    if (this.#moments.length === 0 && this.#unreadable > 0)
      throw new UserError(
        'AUDIT_BAD_WITH',
        `${JSON.stringify(this.#path)} holds none of ${this.#kind.means}`,
        {
          hint: `${this.#firstUnreadable}; what it is goes before the file: --with events:FILE, falco:FILE, auth:FILE`,
        },
      );
    const gap = (code: Gap['code'], text: string): Gap => ({ code, text, source: this.#path });
    const assumes = this.assumesTime && this.#kind.reads === 'lines' ? this.#kind.assumes : null;
    return {
      moments: this.#moments,
      gaps: [
        ...(this.#unreadable === 0
          ? []
          : [gap('unreadable-lines', `${this.#unreadable} could not be read (${this.#firstUnreadable})`)]),
        ...(this.#dropped === 0
          ? []
          : [
              gap(
                'rows-bound',
                `only the newest ${this.#moments.length} were kept; ${this.#dropped} older ones were let go`,
              ),
            ]),
        ...(this.#cutWhy === null ? [] : [gap('source-unreadable', `not read to its end: ${this.#cutWhy}`)]),
      ],
      notes: assumes === null ? [] : [{ code: 'time-assumed', text: `${this.#path}: ${assumes(telling)}` }],
    };
  }
}

function named(error: unknown, path: string): unknown {
  if (error instanceof UserError || !(error instanceof Error)) return error;
  const code = (error as NodeJS.ErrnoException).code;
  if (code === 'ENOENT')
    return new UserError('AUDIT_FILE_NOT_FOUND', `--with: there is no file ${JSON.stringify(path)}`, {
      cause: error,
      hint: 'is the path right, seen from here?',
    });
  if (code === 'EACCES' || code === 'EISDIR')
    return new UserError(
      'AUDIT_FILE_UNREADABLE',
      `--with: ${JSON.stringify(path)} cannot be read (${code})`,
      { cause: error, hint: 'sudo cat FILE > COPY, and --with of the copy' },
    );
  return error;
}

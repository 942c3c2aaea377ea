/**
 * The recorded incidents as stencils: each line of their logs cut at what differs from one such incident to the next, so
 * that thousands of them can be told, in the very bytes that a real API server writes.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** Each folder is one afternoon or night, whatever number of API servers logged it. */
const FOLDERS = ['demo/audit', 'test/fixtures/shop', 'test/fixtures/two-servers'];

export type SlotKind = 'id' | 'time' | 'namespace' | 'name' | 'user';

/** Text that is kept, and slots: text with a kind, to be varied. They alternate, kept text first and last. */
export interface Stencil {
  readonly kept: readonly string[];
  readonly slots: readonly { readonly kind: SlotKind; readonly text: string }[];
}

export interface Incident {
  readonly stencils: readonly Stencil[];
  readonly fromMs: number;
  readonly untilMs: number;
}

interface Recorded {
  readonly stageTimestamp: string;
  readonly user: { readonly username?: string };
  readonly objectRef?: { readonly namespace?: string; readonly name?: string };
}

export function readIncidents(): Incident[] {
  return FOLDERS.map((folder) => toIncident(logLines(join(root, folder))));
}

function logLines(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((path) => /\.log(\.gz)?$/.test(path))
    .map((path) => ({ path, bytes: readFileSync(join(folder, path)) }))
    .flatMap(({ path, bytes }) =>
      (path.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8').split('\n'),
    )
    .filter((line) => line !== '');
}

function toIncident(lines: readonly string[]): Incident {
  const events = lines
    .map((line) => ({ line, event: JSON.parse(line) as Recorded }))
    .sort((a, b) => (a.event.stageTimestamp < b.event.stageTimestamp ? -1 : 1));
  const kinds = new Map<string, SlotKind>();
  for (const { event } of events) {
    const { namespace, name } = event.objectRef ?? {};
    const { username } = event.user;
    if (name !== undefined) kinds.set(name, 'name');
    if (username !== undefined && !username.includes(':')) kinds.set(username, 'user');
    if (namespace !== undefined) kinds.set(namespace, 'namespace');
  }
  const times = events.map(({ event }) => Date.parse(event.stageTimestamp));
  return {
    stencils: events.map(({ line }) => toStencil(line, kinds)),
    fromMs: times[0] ?? 0,
    untilMs: times.at(-1) ?? 0,
  };
}

const ID = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/;
const TIME = /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z/;
/** A string that is no key, or what stands between the slashes of a path. */
const WORD = /(?<=")[^"\\/:\s]+(?="(?!:))|(?<=\/)[^"\\/?\s]+(?=["/?])/;
const PARTS = new RegExp(`(${ID.source})|(${TIME.source})|(${WORD.source})`, 'g');

function toStencil(line: string, kinds: ReadonlyMap<string, SlotKind>): Stencil {
  const kept: string[] = [];
  const slots: Stencil['slots'][number][] = [];
  let from = 0;
  for (const match of line.matchAll(PARTS)) {
    const [text, id, time] = match;
    // In /api/v1 the word is not the Deployment's name.
    const isRoot = line.startsWith('":"/', match.index - 4);
    const word = isRoot ? undefined : kinds.get(text);
    const kind = id !== undefined ? 'id' : time !== undefined ? 'time' : word;
    if (kind === undefined) continue;
    kept.push(line.slice(from, match.index));
    slots.push({ kind, text });
    from = match.index + text.length;
  }
  kept.push(line.slice(from));
  return { kept, slots };
}

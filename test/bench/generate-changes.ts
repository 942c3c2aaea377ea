/**
 * A log of changes with real bodies, of any size: the recorded afternoon `shop` told again and again, in other namespaces, with
 * other ids and ever higher versions, so that thousands of objects are made, changed, deleted and made again.
 *   node test/bench/generate-changes.ts FILE [1GB]   prints what is in it
 */
import { closeSync, openSync, readFileSync, writeSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const RECORDED = fileURLToPath(new URL('../fixtures/shop/audit.log', import.meta.url));
/** Every so many tellings, the same names come again. */
const NAMESPACE_ROUNDS = 60;
const PAUSE_S = 60;
const VERSIONS_EACH = 100_000;
const BEGINS_S = Date.parse('2026-01-01T00:00:00Z') / 1000;

export interface ChangeLog {
  readonly bytes: number;
  readonly events: number;
  /** Writes that succeeded. */
  readonly changes: number;
  readonly objects: number;
  /** Of the last event. */
  readonly until: string;
}

interface Line {
  /** Kept text and slots in turn. */
  readonly parts: readonly string[];
  readonly isChange: boolean;
  /** Of an object whose name is the same in every telling: it can be made but once. */
  readonly isOnce: boolean;
  readonly object: string;
  readonly endS: number;
}

export function writeChangeLog(path: string, bytes: number): ChangeLog {
  const lines = recorded();
  const fromS = Math.min(...lines.map((line) => line.endS));
  const spanS = Math.max(...lines.map((line) => line.endS)) - fromS + PAUSE_S;
  const file = openSync(path, 'w');
  const objects = new Set<string>();
  let [written, events, changes, until, chunk] = [0, 0, 0, '', ''];
  for (let round = 0; written + chunk.length < bytes; round++) {
    const shiftS = Math.round(BEGINS_S - fromS + round * spanS);
    for (const { parts, isChange, isOnce, object, endS } of lines) {
      if (round > 0 && isOnce) continue;
      const varied = (part: string, at: number) => (at % 2 === 0 ? part : vary(part, round, shiftS));
      chunk += `${parts.map(varied).join('')}\n`;
      events++;
      if (isChange) {
        changes++;
        objects.add(`${object} ${round % NAMESPACE_ROUNDS}`);
      }
      until = new Date((endS + shiftS) * 1000).toISOString();
      if (chunk.length < 1 << 20) continue;
      written += writeSync(file, chunk);
      chunk = '';
    }
  }
  written += writeSync(file, chunk);
  closeSync(file);
  return { bytes: written, events, changes, objects: objects.size, until };
}

interface Event {
  readonly verb: string;
  readonly stageTimestamp: string;
  readonly objectRef?: { readonly resource?: string; readonly namespace?: string; readonly name?: string };
  readonly responseStatus?: { readonly code?: number };
}

const ID = '[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}';
const TIME = '\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d(?=(?:\\.\\d+)?Z)';
const VERSION = '(?<="resourceVersion":")\\d+';

function recorded(): readonly Line[] {
  const rows = readFileSync(RECORDED, 'utf8').trimEnd().split('\n');
  const events = rows.map((row) => JSON.parse(row) as Event);
  const namespaces = new Set(
    events.flatMap(({ objectRef }) => (objectRef?.namespace === undefined ? [] : [objectRef.namespace])),
  );
  const system = /^(kube-|default$)/;
  const own = [...namespaces].filter((name) => /^[a-z-]+$/.test(name) && !system.test(name));
  const place = `(?<="namespace":"|namespaces/|"name":")(?:${own.join('|')})(?=["/?])`;
  const slots = new RegExp(`(${ID}|${TIME}|${VERSION}|${place})`);
  const toLine = (row: string): Line => {
    const { verb, objectRef, responseStatus, stageTimestamp } = JSON.parse(row) as Event;
    const { resource = '', namespace = '', name = '' } = objectRef ?? {};
    const isChange = !['get', 'list', 'watch'].includes(verb) && (responseStatus?.code ?? 500) < 300;
    const isOwn = own.includes(namespace) || (resource === 'namespaces' && own.includes(name));
    return {
      parts: row.split(slots),
      isChange,
      isOnce: isChange && !isOwn,
      object: `${resource} ${namespace} ${name}`,
      endS: Date.parse(stageTimestamp) / 1000,
    };
  };
  // Of reading, a part: it is the changes that matter here.
  const isKept = ({ isChange }: Line, at: number) => isChange || at % 4 === 0;
  const told = rows
    .map(toLine)
    .filter(isKept)
    .sort((a, b) => a.endS - b.endS);
  const last = told.at(-1)?.endS ?? 0;
  return [...told, ...own.map((namespace) => toLine(ended(namespace, last)))];
}

/** So that what is made again in the next telling was gone before. */
function ended(namespace: string, atS: number): string {
  const at = new Date(atS * 1000).toISOString().replace('Z', '000Z');
  return JSON.stringify({
    ...{ kind: 'Event', apiVersion: 'audit.k8s.io/v1', level: 'Metadata', stage: 'ResponseComplete' },
    auditID: `00000000-0000-4000-8000-${Buffer.from(namespace).toString('hex').padStart(12, '0').slice(0, 12)}`,
    requestURI: `/api/v1/namespaces/${namespace}`,
    verb: 'delete',
    user: { username: 'alice', groups: ['platform', 'system:authenticated'] },
    sourceIPs: ['10.0.0.11'],
    userAgent: 'kubectl/v1.34.4',
    objectRef: { resource: 'namespaces', namespace, name: namespace, apiVersion: 'v1' },
    responseStatus: { metadata: {}, code: 200 },
    requestReceivedTimestamp: at,
    stageTimestamp: at,
  });
}

function vary(text: string, round: number, shiftS: number): string {
  if (/^\d+$/.test(text)) return String(Number(text) + round * VERSIONS_EACH);
  if (/^\d{4}-\d\d-\d\dT/.test(text))
    return new Date(Date.parse(`${text}Z`) + shiftS * 1000).toISOString().slice(0, 19);
  if (/^[0-9a-f]{8}-/.test(text)) {
    const mixed = (Number.parseInt(text.slice(0, 8), 16) ^ Math.imul(round, 0x9e3779b1)) >>> 0;
    return mixed.toString(16).padStart(8, '0') + text.slice(8);
  }
  return `${text}-${round % NAMESPACE_ROUNDS}`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [path, size = '1GB'] = process.argv.slice(2);
  const [, count = '', unit = ''] = /^(\d+)([kMG])B$/.exec(size) ?? [];
  const bytes = Number(count) * ({ k: 1e3, M: 1e6, G: 1e9 }[unit] ?? Number.NaN);
  if (path === undefined || !(bytes > 0)) throw new Error('usage: generate-changes.ts FILE [1GB]');
  process.stdout.write(`${JSON.stringify(writeChangeLog(path, bytes))}\n`);
}

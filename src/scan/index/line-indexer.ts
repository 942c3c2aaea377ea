/**
 * A line → its entries in an index's tables. What the prefilter would know of it stands there as it would, or as unknown; lines
 * that the prefilter would not judge are odd.
 */
import { isOutcome } from '../../event/assembler.ts';
import { isLongRunning } from '../../event/request.ts';
import { targetOf } from '../../event/target.ts';
import { ABSENT, finalValueOf, UNKNOWN, type Value } from '../../query/value-of.ts';
import { parseCriPrefix } from '../cri-line.ts';
import { type EventLine, readEventLine } from '../event-line.ts';
import {
  IMPERSONATED_USER,
  LineHead,
  OBJECT_REF,
  RESPONSE_STATUS,
  SOURCE_IPS,
  USER,
  USER_AGENT,
} from '../line-head.ts';
import { HeadSearch } from '../prefilter.ts';
import {
  ADDRESSES,
  AGENT,
  type IndexedField,
  KIND,
  NAME,
  NAMESPACE,
  SHAPE,
  STATUS,
  TABLES,
  WHO,
} from './tables.ts';
import { TupleTable } from './tuple-table.ts';

/** One line's. Overwritten by the next. */
export interface IndexedLine {
  /** For each table. */
  readonly entries: Uint32Array;
  receivedUs: number;
  auditID: string;
}

/** Texts remembered for each table, some hundred bytes each. */
const MOST_REMEMBERED = 20_000;

/** What stands there as it did in an earlier line is not decoded again. */
export class LineIndexer {
  readonly tables = TABLES.map((fields) => new TupleTable(fields.length));
  readonly line: IndexedLine = { entries: new Uint32Array(TABLES.length), receivedUs: 0, auditID: '' };
  readonly #head = new LineHead();
  readonly #heads = new HeadSearch();
  /** For each table, heads' parts as they stand in the log → entries. */
  readonly #remembered = TABLES.map(() => new Map<string, number>());

  constructor() {
    this.tables[SHAPE]?.entryOfStored(ODD_SHAPE);
  }

  /** Into `line`. False: the line is odd. */
  read(bytes: Buffer, start: number, end: number): boolean {
    try {
      return this.#read(bytes, start, end);
    } catch (error) {
      if (error instanceof SyntaxError) return false;
      throw error;
    }
  }

  /** The entry of a line in one table alone. Null: it is odd there, and so is the line. */
  entryIn(table: number, bytes: Buffer, start: number, end: number): number | null {
    try {
      const event = readEventLine(this.#head, bytes, start, end);
      return event === null ? null : (this.tables[table]?.entryOf(valuesOf(table, event)) ?? null);
    } catch (error) {
      if (error instanceof SyntaxError) return null;
      throw error;
    }
  }

  #read(bytes: Buffer, start: number, end: number): boolean {
    const cri = parseCriPrefix(bytes, start, end);
    if (cri?.isPartial === true) return false;
    const from = start + (cri?.prefixBytes ?? 0);
    const event = readEventLine(this.#head, bytes, from, end);
    if (event === null || this.#heads.isIn(bytes, from + 1, end)) return false;
    const { line } = this;
    const { entries } = line;
    const who = withoutCredential(this.#head.rawOf(USER, IMPERSONATED_USER));
    entries[WHO] = this.#entryOf(WHO, who, event);
    entries[ADDRESSES] = this.#entryOf(ADDRESSES, this.#head.rawOf(SOURCE_IPS, SOURCE_IPS), event);
    entries[AGENT] = this.#entryOf(AGENT, this.#head.rawOf(USER_AGENT, USER_AGENT), event);
    entries[STATUS] = this.#entryOf(STATUS, this.#head.rawOf(RESPONSE_STATUS, RESPONSE_STATUS), event);
    this.#readTarget(event);
    entries[SHAPE] = this.#shapeOf(event);
    line.receivedUs = event.receivedUs;
    line.auditID = event.auditID;
    return true;
  }

  /** `raw`: what tells the table's fields of the event. */
  #entryOf(table: number, raw: string, event: EventLine): number {
    const known = this.#recall(table, raw);
    if (known !== undefined) return known;
    return this.#remember(table, raw, valuesOf(table, event));
  }

  #readTarget(event: EventLine): void {
    const { entries } = this.line;
    const raw = this.#head.rawOf(OBJECT_REF, OBJECT_REF);
    // Without a name in the reference, it may stand in the URL, or in a body.
    const isNamed = raw.includes(',"name":"');
    // What a body names is another object each time.
    const recalled = isNamed ? raw : event.verb === 'create' ? null : rawTarget(event, raw);
    const name = this.#recall(NAME, recalled);
    const kind = this.#recall(KIND, recalled);
    const namespace = this.#recall(NAMESPACE, recalled);
    if (name !== undefined && kind !== undefined && namespace !== undefined) {
      [entries[KIND], entries[NAMESPACE], entries[NAME]] = [kind, namespace, name];
      return;
    }
    const { objectRef } = event;
    const key = !isNamed || objectRef?.name != null ? recalled : null;
    for (const table of [KIND, NAMESPACE, NAME])
      entries[table] = this.#remember(table, key, valuesOf(table, event));
  }

  #shapeOf(event: EventLine): number {
    const raw = `${event.verb} ${event.level} ${isOutcome(event)} ${isLongRunning(event)} ${isStarted(event)}`;
    return this.#recall(SHAPE, raw) ?? this.#remember(SHAPE, raw, valuesOf(SHAPE, event));
  }

  #recall(table: number, raw: string | null): number | undefined {
    return raw === null ? undefined : this.#remembered[table]?.get(raw);
  }

  #remember(table: number, raw: string | null, values: readonly Value[]): number {
    const entry = this.tables[table]?.entryOf(values) ?? null;
    if (entry === null) throw new SyntaxError('no Unicode');
    if (raw === null) return entry;
    const known = this.#remembered[table];
    if (known !== undefined && known.size >= MOST_REMEMBERED) known.clear();
    known?.set(raw, entry);
    return entry;
  }
}

function valuesOf(table: number, event: EventLine): readonly Value[] {
  const fields: readonly IndexedField[] = TABLES[table] ?? [];
  if (table === KIND || table === NAMESPACE) {
    const { group, resource, subresource, namespace } = targetOf(event);
    return (table === KIND ? [group, resource, subresource] : [namespace]).map(one);
  }
  return fields.map((field) => {
    if (field === 'isOutcome') return [String(isOutcome(event))];
    if (field === 'isLongRunning') return [String(isLongRunning(event))];
    if (field === 'isStarted') return [String(isStarted(event))];
    // Of what is no object, the name is the URL.
    return field === 'objectRef.name' && event.objectRef === null ? UNKNOWN : finalValueOf(event, field);
  });
}

function isStarted({ stage }: EventLine): boolean {
  return stage === 'ResponseStarted';
}

/** None that a line could have. */
const ODD_SHAPE = ['!', '!', '!', '!', '!'];

/** What else a reference without a name is completed by. */
function rawTarget(event: EventLine, raw: string): string {
  const { requestURI } = event;
  const end = requestURI.indexOf('?');
  const path = end < 0 ? requestURI : requestURI.slice(0, end);
  return `${event.verb} ${event.level} ${raw.length} ${raw}${path}`;
}

/** Another one in each token and pod; nothing is told by it. */
function withoutCredential(raw: string): string {
  return raw.includes(CREDENTIAL_KEY) ? raw.replace(CREDENTIAL, '$1}') : raw;
}

const CREDENTIAL_KEY = ',"extra":{"authentication.kubernetes.io/';
const CREDENTIAL =
  /(["\]]),"extra":\{"authentication\.kubernetes\.io\/[a-z-]+":\["[ !#-[\]-~]*"\](?:,"authentication\.kubernetes\.io\/[a-z-]+":\["[ !#-[\]-~]*"\])*\}\}/;

function one(text: string | null): Value {
  return text === null ? ABSENT : [text];
}

/** The entries of one cluster: those that may be wanted, newest first, page after page. */
import type { Gap, Note } from '../../event/coverage.ts';
import { formatMicros, parseMicros } from '../../event/micros.ts';
import type { EventTest } from '../../query/event-test.ts';
import type { Ask, Extent, Page, Shape } from '../store/store.ts';
import { type AuditLog, conjunctsOf, entriesFilter, windowOf } from './entries-filter.ts';
import { canTest } from './filter.ts';
import {
  type Asked,
  bodyOf,
  type EntriesPage,
  isQuota,
  LIST_PATH,
  type ListAsk,
  listEntries,
} from './list-entries.ts';
import { mayBeVerb } from './may-be-verb.ts';

/** The service gives no more at a time. */
const PAGE_ENTRIES = 1000;

const LOGS: readonly AuditLog[] = ['activity', 'data_access'];

/** What a look at the cluster's logs told. Microseconds since the epoch. */
export interface Found {
  /** Of either log; null: none, or it cannot be told. */
  readonly extent: Extent | null;
  /** Null: no read is in the log, or it may not be read. */
  readonly oldestReadUs: number | null;
  readonly notes: readonly Note[];
}

export class GclShape implements Shape {
  readonly findings;
  readonly #name: string;
  readonly #asked: Asked;
  readonly #found: Found;

  constructor(name: string, asked: Asked, found: Found) {
    this.findings = { gaps: [], notes: found.notes };
    this.#name = name;
    this.#asked = asked;
    this.#found = found;
  }

  can = canTest;

  async *pages(ask: Ask, signal: AbortSignal): AsyncGenerator<Page> {
    const asked = { ...this.#asked, signal };
    let gaps = this.#unread(ask);
    let reachedUs: number | null = null;
    for (let next: string | null = null, isFirst = true; isFirst || next !== null; isFirst = false) {
      let page: EntriesPage;
      try {
        page = await listEntries(asked, { ...this.#listAsk(ask), pageToken: next });
      } catch (error) {
        if (isFirst || !isQuota(error)) throw error;
        yield { records: [], bytes: 0, gaps: [this.#outOfQuota(reachedUs)] };
        return;
      }
      reachedUs = parseMicros(String(page.entries.at(-1)?.timestamp)) ?? reachedUs;
      yield { records: page.entries, bytes: page.bytes, gaps };
      gaps = [];
      next = page.next;
    }
  }

  explain(ask: Ask): readonly string[] {
    const { filter, ...rest } = bodyOf(this.#asked.settings, this.#listAsk(ask));
    return [
      `POST ${this.#asked.server.address}${LIST_PATH}`,
      JSON.stringify(rest),
      ...filter.split('\n').map((line, at) => (at === 0 ? `filter ${line}` : line)),
      'and so on by nextPageToken',
    ];
  }

  async extent(): Promise<Extent | null> {
    return this.#found.extent;
  }

  #listAsk(ask: Ask): ListAsk {
    const filter = entriesFilter(this.#asked.settings, {
      logs: LOGS,
      window: windowOf(ask),
      more: conjunctsOf(ask.test),
    });
    return { filter, order: 'desc', pageSize: PAGE_ENTRIES, pageToken: null };
  }

  /** Reads that are asked about, and are not in the log. */
  #unread({ test, received }: Ask): readonly Gap[] {
    const { oldestReadUs } = this.#found;
    if (!mayAskReads(test)) return [];
    const { sinceUs } = received;
    if (oldestReadUs !== null && (sinceUs === null || oldestReadUs <= sinceUs)) return [];
    const which = oldestReadUs === null ? '' : ` before ${formatMicros(oldestReadUs)}`;
    const text = `holds no get, list or watch${which}: ${WHY_NO_READS}`;
    return [{ code: 'unlogged', text, source: this.#name }];
  }

  #outOfQuota(reachedUs: number | null): Gap {
    const back = reachedUs === null ? '' : `; read back to ${formatMicros(reachedUs)}`;
    const text = `the quota of ${this.#asked.settings.project} for reading logs is used up${back}`;
    return { code: 'source-unreadable', text, source: this.#name };
  }
}

function mayAskReads(test: EventTest): boolean {
  return ['get', 'list', 'watch'].some((verb) => mayBeVerb(test, verb));
}

export const WHY_NO_READS =
  'Data Access logs are off unless switched on, take roles/logging.privateLogViewer to be read, and are kept for 30 days unless set otherwise';

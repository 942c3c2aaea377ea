/** Splunk's events of a known time: one search for those that may be wanted, whose rows come as they are found. */
import type { Gap } from '../../event/coverage.ts';
import { formatMicros } from '../../event/micros.ts';
import type { HttpServer } from '../../io.ts';
import { type Ask, type Extent, holdsNothing, type Page, type Shape } from '../store/store.ts';
import { type StoreClock, storeTimes } from '../store/store-clock.ts';
import { EXPORT_PATH, exportSearch, formOf, type Search } from './export-search.ts';
import { canTest, whereClause } from './spl.ts';
import { baseSearch, microsOf, OWN_TIME, termsOf, timeOf } from './splunk-search.ts';
import type { SplunkSettings } from './splunk-settings.ts';

/** Of a page, as they come. */
const PAGE_ROWS = 1000;
const PAGE_BYTES = 4 * 1024 * 1024;

export interface Found {
  readonly clock: StoreClock;
  readonly isEmpty: boolean;
}

export class SplunkShape implements Shape {
  readonly findings;
  readonly #name: string;
  readonly #settings: SplunkSettings;
  readonly #server: HttpServer;
  readonly #found: Found;

  constructor(name: string, settings: SplunkSettings, server: HttpServer, found: Found) {
    this.#name = name;
    this.#settings = settings;
    this.#server = server;
    this.#found = found;
    const { code, text } = holdsNothing(name);
    const doubt = `${text}, or none that may be read: Splunk does not tell which`;
    this.findings = { gaps: [], notes: found.isEmpty ? [{ code, text: doubt }] : [] };
  }

  can = canTest;

  async *pages(ask: Ask, signal: AbortSignal): AsyncGenerator<Page> {
    let records: unknown[] = [];
    let bytes = 0;
    const gaps: Gap[] = [];
    for await (const found of exportSearch(this.#server, this.#searchFor(ask), signal)) {
      bytes += found.bytes;
      if ('row' in found) records.push(recordOf(found.row));
      else gaps.push({ code: 'source-unreadable', text: found.incomplete, source: this.#name });
      if (records.length < PAGE_ROWS && bytes < PAGE_BYTES) continue;
      yield { records, bytes, gaps: gaps.splice(0) };
      records = [];
      bytes = 0;
    }
    yield { records, bytes, gaps };
  }

  explain(ask: Ask): readonly string[] {
    const { search = '', ...rest } = formOf(this.#searchFor(ask));
    return [
      `POST ${this.#server.address}${EXPORT_PATH}`,
      ...search.split(/ (?=\| )/),
      new URLSearchParams(rest).toString(),
    ];
  }

  async extent(signal: AbortSignal): Promise<Extent | null> {
    // Only what is in the index can be asked for without looking at events.
    if (this.#settings.filter !== undefined || this.#found.isEmpty) return null;
    const spl = `| tstats min(_time) AS oldest, max(_time) AS newest WHERE ${termsOf(this.#settings)}`;
    let extent: Extent | null = null;
    for await (const found of exportSearch(this.#server, { spl, earliest: 0, latest: null }, signal)) {
      if (!('row' in found)) continue;
      const [oldestUs, newestUs] = [microsOf(found.row.oldest), microsOf(found.row.newest)];
      extent = oldestUs === null || newestUs === null ? null : { oldestUs, newestUs };
    }
    return extent;
  }

  #searchFor(ask: Ask): Search {
    const { fromUs, toUs } = storeTimes(ask, this.#found.clock);
    const where = whereClause(ask.test);
    return {
      spl: [baseSearch(this.#settings), ...(where === '' ? [] : [where]), OWN_TIME].join(' | '),
      earliest: fromUs === null ? 0 : Math.max(0, Math.floor(fromUs / 1e6)),
      // Without its end, and to the second.
      latest: toUs === null ? null : Math.floor(toUs / 1e6) + 1,
    };
  }
}

/** Of the row, what an event may need besides its own line. */
function recordOf(row: Readonly<Record<string, unknown>>): unknown {
  const us = timeOf(row);
  return { _raw: row._raw, ...(us === null ? {} : { _time: formatMicros(us) }) };
}

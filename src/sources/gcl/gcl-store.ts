/** Cloud Logging: what a cluster's audit logs hold, and how far back. The asking is gcl-shape.ts's. */
import type { Note } from '../../event/coverage.ts';
import { parseMicros } from '../../event/micros.ts';
import type { HttpServer } from '../../io.ts';
import { type Extent, holdsNothing, type Shape, type Store } from '../store/store.ts';
import { type AuditLog, entriesFilter } from './entries-filter.ts';
import type { GclSettings } from './gcl-settings.ts';
import { type Found, GclShape, WHY_NO_READS } from './gcl-shape.ts';
import { type Asked, type Entry, listEntries } from './list-entries.ts';

/** A search for one entry may come back with nothing and go on: so often it is followed. */
const MOST_PAGES = 5;
/** In which clusters of the same name are looked for. */
const OTHERS_WITHIN_US = 24 * 3600 * 1e6;

export class GclStore implements Store {
  readonly name: string;
  readonly billed = false;
  readonly #settings: GclSettings;
  readonly #server: HttpServer;

  constructor(name: string, settings: GclSettings, server: HttpServer) {
    this.name = name;
    this.#settings = settings;
    this.#server = server;
  }

  async look(signal: AbortSignal): Promise<Shape> {
    const asked: Asked = { server: this.#server, settings: this.#settings, signal };
    const newest = await this.#firstOf(asked, ['activity', 'data_access'], 'desc');
    const oldest = newest === null ? null : await this.#firstOf(asked, ['activity'], 'asc');
    const oldestRead = newest === null ? null : await this.#firstOf(asked, ['data_access'], 'asc');
    const found: Found = {
      extent: extentOf([oldest, oldestRead], newest),
      oldestReadUs: timeOf(oldestRead),
      notes: await this.#notes(asked, newest, oldestRead),
    };
    return new GclShape(this.name, asked, found);
  }

  async close(): Promise<void> {
    this.#server.close();
  }

  async #firstOf(
    asked: Asked,
    logs: readonly AuditLog[],
    order: 'asc' | 'desc',
    {
      sinceUs = null,
      more = [],
    }: { readonly sinceUs?: number | null; readonly more?: readonly string[] } = {},
  ): Promise<Entry | null> {
    const window = { sinceUs, untilUs: null };
    const filter = entriesFilter(this.#settings, { logs, window, more });
    let pageToken: string | null = null;
    for (let pages = 0; pages < MOST_PAGES; pages++) {
      const { entries, next } = await listEntries(asked, { filter, order, pageSize: 1, pageToken });
      const [entry] = entries;
      if (entry !== undefined) return entry;
      if (next === null) return null;
      pageToken = next;
    }
    return null;
  }

  async #notes(asked: Asked, newest: Entry | null, oldestRead: Entry | null): Promise<readonly Note[]> {
    if (newest === null) {
      const { code, text } = holdsNothing(this.name);
      return [{ code, text: `${text}: are project and cluster right?` }];
    }
    return [
      ...(oldestRead === null
        ? [{ code: 'reads-not-logged', text: `${this.name} holds no get, list or watch: ${WHY_NO_READS}` }]
        : []),
      ...(await this.#othersNamedSo(asked, newest)),
    ];
  }

  async #othersNamedSo(asked: Asked, newest: Entry): Promise<readonly Note[]> {
    const location = locationOf(newest);
    const newestUs = timeOf(newest);
    if (this.#settings.location !== undefined || location === null || newestUs === null) return [];
    const others = {
      sinceUs: newestUs - OTHERS_WITHIN_US,
      more: [`NOT resource.labels.location="${location}"`],
    };
    const other = await this.#firstOf(asked, ['activity'], 'desc', others);
    if (other === null) return [];
    const places = [location, locationOf(other)].join(' and ');
    const text = `${this.name} holds the logs of several clusters of that name, in ${places}: set location`;
    return [{ code: 'several-clusters', text }];
  }
}

function extentOf(oldest: readonly (Entry | null)[], newest: Entry | null): Extent | null {
  const times = oldest.map(timeOf).filter((us) => us !== null);
  const newestUs = timeOf(newest);
  return times.length === 0 || newestUs === null ? null : { oldestUs: Math.min(...times), newestUs };
}

function timeOf(entry: Entry | null): number | null {
  return entry === null ? null : parseMicros(String(entry.timestamp));
}

/** Null: none that can be asked for. */
function locationOf(entry: Entry): string | null {
  const { labels } = (entry.resource ?? {}) as { readonly labels?: Readonly<Record<string, unknown>> };
  const location = labels?.location;
  return typeof location === 'string' && /^[a-z0-9-]+$/.test(location) ? location : null;
}

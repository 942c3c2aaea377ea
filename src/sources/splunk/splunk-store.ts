/** Splunk: which time its events are ordered by. The asking is splunk-shape.ts's. */

import { parseMicros } from '../../event/micros.ts';
import type { HttpServer } from '../../io.ts';
import type { Shape, Store } from '../store/store.ts';
import { clockOf, type Stamped } from '../store/store-clock.ts';
import { exportSearch, type Row } from './export-search.ts';
import { baseSearch, OWN_TIME, timeOf } from './splunk-search.ts';
import type { SplunkSettings } from './splunk-settings.ts';
import { SplunkShape } from './splunk-shape.ts';

/** Events that are looked at. */
const SAMPLE_ROWS = 20;

export class SplunkStore implements Store {
  readonly name: string;
  readonly billed = false;
  readonly #settings: SplunkSettings;
  readonly #server: HttpServer;

  constructor(name: string, settings: SplunkSettings, server: HttpServer) {
    this.name = name;
    this.#settings = settings;
    this.#server = server;
  }

  async look(signal: AbortSignal): Promise<Shape> {
    const spl = `${baseSearch(this.#settings)} | head ${SAMPLE_ROWS} | ${OWN_TIME}`;
    const sample: Row[] = [];
    for await (const found of exportSearch(this.#server, { spl, earliest: 0, latest: null }, signal))
      if ('row' in found) sample.push(found.row);
    return new SplunkShape(this.name, this.#settings, this.#server, {
      clock: clockOf(sample.map(stampedOf)),
      isEmpty: sample.length === 0,
    });
  }

  async close(): Promise<void> {
    this.#server.close();
  }
}

function stampedOf(row: Row): Stamped {
  const raw = String(row._raw).slice(-4096);
  const stamp = (name: string) => parseMicros(new RegExp(`"${name}"\\s*:\\s*"([^"]*)"`).exec(raw)?.[1] ?? '');
  return {
    storeUs: timeOf(row) ?? 0,
    receivedUs: stamp('requestReceivedTimestamp'),
    stageUs: stamp('stageTimestamp'),
  };
}

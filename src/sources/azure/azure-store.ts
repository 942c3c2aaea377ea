/** Log Analytics: finds the table and how events lie in it. The asking is azure-shape.ts's. */
import { UserError } from '../../errors.ts';
import { parseMicros } from '../../event/micros.ts';
import type { HttpServer } from '../../io.ts';
import type { Shape, Store } from '../store/store.ts';
import { clockOf, type Stamped } from '../store/store-clock.ts';
import type { AzureSettings } from './azure-settings.ts';
import { AzureShape } from './azure-shape.ts';
import { quoted } from './kql.ts';
import { AKS_AUDIT, placeOfLine } from './places.ts';
import { type Asked, askAzure, isNoTable, type Row } from './query-azure.ts';

/** Those that diagnostic settings write to; the first that holds something is taken. */
const TABLES = ['AKSAudit', 'AKSAuditAdmin', 'AzureDiagnostics'];
/** Rows that are looked at to see how events lie there. */
const SAMPLE_ROWS = 20;

export class AzureStore implements Store {
  readonly name: string;
  readonly billed: boolean;
  readonly #settings: AzureSettings;
  readonly #server: HttpServer;

  constructor(name: string, settings: AzureSettings, server: HttpServer) {
    this.name = name;
    this.billed = settings.plan === 'basic';
    this.#settings = settings;
    this.#server = server;
  }

  async look(signal: AbortSignal): Promise<Shape> {
    const asked: Asked = { server: this.#server, settings: this.#settings, signal };
    let empty: Shape | null = null;
    for (const table of this.#settings.table === undefined ? TABLES : [this.#settings.table]) {
      const shape = await this.#lookAt(table, asked);
      if (shape === null) continue;
      if (!shape.isEmpty) return shape;
      empty ??= shape;
    }
    if (empty !== null) return empty;
    const { table, workspace } = this.#settings;
    throw new UserError(
      'AUDIT_STORE_REFUSED',
      `the workspace ${workspace} has no table ${table ?? TABLES.join(', ')} of audit events`,
      { hint: "the cluster's diagnostic settings send kube-audit or kube-audit-admin there: is that so?" },
    );
  }

  async close(): Promise<void> {
    this.#server.close();
  }

  /** Null: there is no such table, or none of events. */
  async #lookAt(table: string, asked: Asked): Promise<AzureShape | null> {
    const { resource } = this.#settings;
    const ofCluster = resource === undefined ? '' : ` | where _ResourceId =~ ${quoted(resource)}`;
    try {
      const { columns } = await askAzure(asked, `${table} | take 1`);
      const isLine = !columns.includes('AuditId') && columns.includes('log_s');
      if (!isLine && !columns.includes('AuditId')) return null;
      const rough = isLine ? placeOfLine(false) : AKS_AUDIT;
      const from = `${table}${ofCluster}${rough.holds === '' ? '' : ` | where ${rough.holds}`}`;
      const { rows } = await askAzure(asked, `${from} | take ${SAMPLE_ROWS}`);
      const place = isLine ? placeOfLine(rows.every(isEventLine)) : rough;
      const clock = clockOf(rows.map((row) => stampedOf(row, isLine)));
      return new AzureShape(this.name, asked, {
        name: table,
        from,
        place,
        clock,
        isEmpty: rows.length === 0,
        notes: this.#notes(rows),
      });
    } catch (error) {
      if (isNoTable(error)) return null;
      throw error;
    }
  }

  #notes(rows: readonly Row[]) {
    const clusters = new Set(rows.map(({ _ResourceId }) => String(_ResourceId).toLowerCase()));
    const text = `${this.name} holds the logs of several clusters, and nothing says which is meant: set resource`;
    return clusters.size > 1 ? [{ code: 'several-clusters', text }] : [];
  }
}

function isEventLine({ log_s: line }: Row): boolean {
  return typeof line === 'string' && line.startsWith('{"');
}

function stampedOf(row: Row, isLine: boolean): Stamped {
  const time = (value: unknown): number | null => (typeof value === 'string' ? parseMicros(value) : null);
  const stamp = (name: string) => new RegExp(`"${name}":"([^"]*)"`).exec(String(row.log_s).slice(-4096))?.[1];
  return {
    storeUs: time(row.TimeGenerated) ?? 0,
    receivedUs: time(isLine ? stamp('requestReceivedTimestamp') : row.RequestReceivedTime),
    stageUs: time(isLine ? stamp('stageTimestamp') : row.StageReceivedTime),
  };
}

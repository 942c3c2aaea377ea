/** What becomes of a watch, in Prometheus' text form (https://prometheus.io/docs/instrumenting/exposition_formats/). */
import type { Severity } from '../rules/rule.ts';
import type { Delivered } from './delivery.ts';

const PREFIX = 'kubectl_audit_watch';

export class WatchMetrics {
  readonly #requests = new Map<string, number>();
  readonly #findings = new Map<string, number>();
  readonly #alerts = new Map<string, number>();
  readonly #failures = new Map<string, number>();
  readonly #newestUs = new Map<string, number>();
  readonly #readMs = new Map<string, number>();

  /** What was read of a log: how many requests ended, and how far it is by now. */
  read(log: string, requests: number, newestUs: number | null, nowMs: number): void {
    add(this.#requests, labels({ log }), requests);
    if (newestUs !== null) this.#newestUs.set(log, Math.max(newestUs, this.#newestUs.get(log) ?? newestUs));
    this.#readMs.set(log, nowMs);
  }

  found(rule: string, severity: Severity): void {
    add(this.#findings, labels({ rule, severity }), 1);
  }

  delivered({ receiver, result, alerts }: Delivered): void {
    add(this.#alerts, labels({ receiver, result }), alerts);
  }

  failed(receiver: string): void {
    add(this.#failures, labels({ receiver }), 1);
  }

  /** `pending`: by receiver. */
  text(pending: ReadonlyMap<string, number>, nowMs: number): string {
    const byLog = (of: ReadonlyMap<string, number>, value: (at: number) => number): Map<string, number> =>
      new Map([...of].map(([log, at]) => [labels({ log }), value(at)]));
    return [
      family('requests_total', 'counter', 'Requests that were read and judged by the rules.', this.#requests),
      family('findings_total', 'counter', 'Findings, by rule and severity.', this.#findings),
      family(
        'alerts_total',
        'counter',
        'Alerts that a receiver took (delivered) or that were given up (failed).',
        this.#alerts,
      ),
      family(
        'delivery_failures_total',
        'counter',
        'Tries at a receiver that were of no use; each is made again.',
        this.#failures,
      ),
      family(
        'alerts_pending',
        'gauge',
        'Alerts that a receiver has yet to take.',
        new Map([...pending].map(([receiver, count]) => [labels({ receiver }), count])),
      ),
      family(
        'log_lag_seconds',
        'gauge',
        'Time since the newest event that was read of a log: it grows while we are behind, and while the log is silent.',
        byLog(this.#newestUs, (us) => Math.max(0, nowMs - us / 1000) / 1000),
      ),
      family(
        'log_last_read_timestamp_seconds',
        'gauge',
        'When anything was last read of a log.',
        byLog(this.#readMs, (ms) => ms / 1000),
      ),
    ].join('');
  }
}

function add(to: Map<string, number>, key: string, count: number): void {
  to.set(key, (to.get(key) ?? 0) + count);
}

function family(
  name: string,
  type: 'counter' | 'gauge',
  help: string,
  of: ReadonlyMap<string, number>,
): string {
  const whole = `${PREFIX}_${name}`;
  const lines = [...of].map(([key, value]) => `${whole}${key} ${value}\n`);
  return `# HELP ${whole} ${help}\n# TYPE ${whole} ${type}\n${lines.join('')}`;
}

function labels(of: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(of).map(([name, value]) => `${name}="${escaped(value)}"`);
  return `{${pairs.join(',')}}`;
}

function escaped(value: string): string {
  return value.toWellFormed().replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
}

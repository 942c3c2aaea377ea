/** The parts that all searches have in common: which events are the audit log's, and the time of a row. */
import type { Row } from './export-search.ts';
import type { SplunkSettings } from './splunk-settings.ts';

export function baseSearch(settings: SplunkSettings): string {
  return `search ${termsOf(settings)}${settings.filter === undefined ? '' : ` (${settings.filter})`}`;
}

/** Index and sourcetype, which are known without looking at events. */
export function termsOf({ index, sourcetype }: SplunkSettings): string {
  const either = (field: string, values: readonly string[]) =>
    `(${values.map((value) => `${field}="${value}"`).join(' OR ')})`;
  return `${either('index', index)} ${either('sourcetype', sourcetype)}`;
}

/** `_time` itself comes in whatever form the server likes. */
export const OWN_TIME = 'eval audit_time=strftime(_time, "%s.%6N") | fields _raw, audit_time';

/** Microseconds since the epoch. */
export function timeOf({ audit_time: text }: Row): number | null {
  return microsOf(text);
}

/** `1795341600.123456`. */
export function microsOf(text: unknown): number | null {
  const [, seconds, fraction = ''] = /^(\d+)(?:\.(\d+))?$/.exec(String(text)) ?? [];
  return seconds === undefined ? null : Number(seconds) * 1e6 + Number(fraction.slice(0, 6).padEnd(6, '0'));
}

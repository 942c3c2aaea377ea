/** What a Sigma document says of itself: title, level, tags, where it is from. */
import { type Place, Refusal } from '../refusal.ts';
import type { Severity } from '../rule.ts';
import type { Mapping } from '../yaml-tree.ts';
import { mappingOf, textOf, textsOf } from './documents.ts';

export interface About {
  readonly title: string;
  /** What others refer to it by: lower case. */
  readonly names: readonly string[];
  readonly severity: Severity | null;
  readonly tags: readonly string[];
  readonly why: string;
  readonly falsePositives: readonly string[];
  readonly references: readonly string[];
  readonly status: string | null;
  /** What its author wants to see of a request. */
  readonly fields: readonly string[];
}

const LEVELS: Readonly<Record<string, Severity>> = {
  informational: 'info',
  low: 'low',
  medium: 'medium',
  high: 'high',
  critical: 'critical',
};
const STATUSES: ReadonlySet<string> = new Set([
  'stable',
  'test',
  'experimental',
  'deprecated',
  'unsupported',
]);

/** Throws a Refusal. */
export function readAbout(tree: Mapping, place: Place): About {
  const title = textOf(tree, 'title')?.text.trim() ?? '';
  if (title === '') throw new Refusal(place, 'title is missing');
  const taxonomy = textOf(tree, 'taxonomy');
  if (taxonomy !== null && taxonomy.text !== 'sigma')
    throw new Refusal(taxonomy.place, `taxonomy ${taxonomy.text}: its names of fields are not known here`);
  const id = textOf(tree, 'id')?.text ?? null;
  const name = textOf(tree, 'name')?.text ?? null;
  return {
    title,
    names: [id, name].filter((one) => one !== null).map((one) => one.toLowerCase()),
    severity: severityOf(tree),
    tags: textsOf(tree, 'tags').map(({ text }) => text.toLowerCase()),
    why: (textOf(tree, 'description')?.text ?? '').replace(/\s+/g, ' ').trim(),
    falsePositives: textsOf(tree, 'falsepositives').map(({ text }) => text),
    references: [
      ...textsOf(tree, 'references').map(({ text }) => text),
      ...(id === null ? [] : [`urn:uuid:${id}`]),
    ],
    status: statusOf(tree),
    fields: textsOf(tree, 'fields').map(({ text }) => text),
  };
}

function severityOf(tree: Mapping): Severity | null {
  const level = textOf(tree, 'level');
  if (level === null) return null;
  const severity = Object.hasOwn(LEVELS, level.text) ? LEVELS[level.text] : undefined;
  if (severity === undefined)
    throw new Refusal(level.place, `level ${JSON.stringify(level.text)}: ${Object.keys(LEVELS).join(', ')}`);
  return severity;
}

function statusOf(tree: Mapping): string | null {
  const status = textOf(tree, 'status');
  if (status !== null && !STATUSES.has(status.text))
    throw new Refusal(status.place, `status ${JSON.stringify(status.text)}: ${[...STATUSES].join(', ')}`);
  return status?.text ?? null;
}

export interface LogSource {
  readonly product: string | null;
  readonly service: string | null;
  readonly category: string | null;
}

/** Throws a Refusal. */
export function readLogSource(tree: Mapping, place: Place): LogSource {
  const source = mappingOf(tree, 'logsource');
  if (source === null) throw new Refusal(place, 'logsource is missing');
  const of = (key: string): string | null => textOf(source, key)?.text.toLowerCase() ?? null;
  return { product: of('product'), service: of('service'), category: of('category') };
}

/** Kubernetes' audit log: product kubernetes, service audit or none. */
export function isAudit({ product, service }: LogSource): boolean {
  return product === 'kubernetes' && (service === null || service === 'audit');
}

export function logSourceText({ product, service, category }: LogSource): string {
  const parts = [
    product === null ? null : `product ${product}`,
    service === null ? null : `service ${service}`,
    category === null ? null : `category ${category}`,
  ];
  return parts.filter((part) => part !== null).join(', ') || 'no product';
}

/** A filter's: every key that it has is the rule's too. */
export function includes(filter: LogSource, rule: LogSource): boolean {
  return (['product', 'service', 'category'] as const).every(
    (key) => filter[key] === null || filter[key] === rule[key],
  );
}

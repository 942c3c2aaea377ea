/** Quantities (`0.5`, `1000m`, `1024Mi`) as the API server writes them down whatever was sent: k8s.io/apimachinery resource.Quantity. */

/** Under which names they stand, in types of Kubernetes' own. */
const HOLDERS: ReadonlySet<string> = new Set([
  'limits',
  'requests',
  'capacity',
  'allocatable',
  'hard',
  'used',
  'overhead',
  'default',
  'defaultRequest',
  'max',
  'min',
  'maxLimitRequestRatio',
  'podFixed',
  'allocatedResources',
]);
const FIELDS: ReadonlySet<string> = new Set(['sizeLimit', 'divisor', 'averageValue', 'maximumVolumeSize']);

/** By the names of the field and of what holds it. */
export function mayBeQuantity(name: string, holder: string): boolean {
  return HOLDERS.has(holder) || FIELDS.has(name);
}

/** It would be written down as it is. */
export function isCanonicalQuantity(value: unknown): boolean {
  if (typeof value !== 'string') return false;
  const [, digits = '', unit = ''] = /^-?(0|[1-9]\d{0,14})(n|u|m|k|[KMGTPE]i|[MGTPE])?$/.exec(value) ?? [];
  if (digits === '') return false;
  if (digits === '0') return unit === '';
  return unit.endsWith('i') ? Number(digits) % 1024 !== 0 : !digits.endsWith('000');
}

/** Which fields of an index are asked about: those of events, and the times of records. URLs have room for 4 KB. */

/** What is asked about fields: patterns of their names. */
export function fieldPatterns(prefix: string): readonly string[] {
  const parts = prefix.split('.').filter((part) => part !== '');
  const parents = parts.map((_, at) => parts.slice(0, at + 1).join('.'));
  return [
    ...parents,
    ...SINGLE.map((name) => `${prefix}${name}*`),
    ...OBJECTS.flatMap((name) => [`${prefix}${name}`, `${prefix}${name}.*`]),
    ...['code', 'reason'].map((name) => `${prefix}responseStatus.${name}*`),
    ...TIMES,
  ];
}

const SINGLE = [
  'auditID',
  'stage',
  'level',
  'verb',
  'requestURI',
  'userAgent',
  'sourceIPs',
  'requestReceivedTimestamp',
  'stageTimestamp',
];
const OBJECTS = ['user', 'impersonatedUser', 'objectRef', 'responseStatus'];
/** What records' own times are called. */
export const TIMES = ['@timestamp', 'timestamp', 'time', 'date', 'ts', 'observedTimestamp', 'eventTime'];

/** What is asked of a mapping. */
export function mappingPaths(prefix: string): readonly string[] {
  const parts = prefix.split('.').filter((part) => part !== '');
  const at = (length: number) =>
    ['*', 'mappings', ...parts.slice(0, length).flatMap((part) => ['properties', part])].join('.');
  return [
    ...Array.from({ length: parts.length + 1 }, (_, length) =>
      OF_OBJECTS.map((name) => `${at(length)}.${name}`),
    ).flat(),
    ...OF_WORDS.map((name) => `${at(parts.length)}.${name}`),
    ...[...SINGLE, ...OBJECTS].map((name) => `${at(parts.length)}.properties.${name}`),
    ...TIMES.map((name) => `${at(0)}.properties.${name}`),
  ];
}

const OF_OBJECTS = ['dynamic', 'enabled', 'type', 'ignore_above'];
const OF_WORDS = ['analyzer', 'search_analyzer', 'index_options'];

/**
 * `--audit-log-format=legacy`: a line of text to a stage of a request, which the API server also writes to its own log for
 * events that it could not store → an audit event as v1 JSON. Bodies, annotations and the object's reference are not in it.
 */

/** What the format does not have, so that nothing is concluded from its absence. */
export const LEGACY_LOST = [
  'level',
  'authenticationMetadata',
  'objectRef',
  'requestObject',
  'responseObject',
  'stageTimestamp',
  'annotations',
] as const;

/** Null for a line that is none (apiserver, pkg/audit/format.go: EventString), and for one without a stage. */
export function parseLegacyLine(text: string): Readonly<Record<string, unknown>> | null {
  const mark = text.indexOf(MARK);
  if (mark < 0) return null;
  const fields = new Map<string, string>();
  for (const [, name = '', value = ''] of text.slice(mark + MARK.length).matchAll(FIELD)) {
    if (!fields.has(name)) fields.set(name, unquote(value));
  }
  const stage = fields.get('stage');
  const auditID = fields.get('id');
  if (stage === undefined || auditID === undefined) return null;
  const time = TIME.exec(text.slice(0, mark))?.[0];
  const as = fields.get('as') ?? SELF;
  return {
    kind: 'Event',
    apiVersion: 'audit.k8s.io/v1',
    level: 'Metadata',
    auditID,
    stage,
    requestURI: fields.get('uri') ?? '',
    verb: fields.get('method') ?? '',
    user: userOf(fields.get('user') ?? '', fields.get('groups') ?? ''),
    ...(as === SELF ? {} : { impersonatedUser: userOf(as, fields.get('asgroups') ?? '') }),
    sourceIPs: [fields.get('ip') ?? ''].filter((ip) => ip !== ''),
    userAgent: fields.get('user-agent') ?? '',
    ...statusOf(fields.get('response')),
    ...(time === undefined ? {} : { requestReceivedTimestamp: time }),
  };
}

const MARK = ' AUDIT: ';
const SELF = '<self>';
const NONE = '<none>';
/** The quantifier is over single characters, each with one way to match. */
const FIELD = /([a-z-]{1,20})="((?:[^"\\]|\\.)*)"/g;
const TIME = /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)/;

function userOf(username: string, groups: string): Readonly<Record<string, unknown>> {
  if (username === '' || username === NONE) return {};
  const names = [...groups.matchAll(/"((?:[^"\\]|\\.)*)"/g)].map(([, name = '']) => unquote(name));
  return names.length === 0 ? { username } : { username, groups: names };
}

function statusOf(response: string | undefined): Readonly<Record<string, unknown>> {
  const code = Number(response);
  return Number.isInteger(code) && code > 0 ? { responseStatus: { metadata: {}, code } } : {};
}

/** Go's %q. What is no escape of its stays as it stands. */
function unquote(text: string): string {
  if (!text.includes('\\')) return text;
  return text.replace(
    /\\(?:x([0-9a-f]{2})|u([0-9a-f]{4})|U([0-9a-f]{8})|(.))/g,
    (all, x, u, U, one: string) => {
      const code = Number.parseInt(x ?? u ?? U ?? '', 16);
      if (Number.isNaN(code)) return SINGLE.get(one) ?? one ?? all;
      return code <= 0x10ffff ? String.fromCodePoint(code) : all;
    },
  );
}

const SINGLE: ReadonlyMap<string, string> = new Map([
  ['n', '\n'],
  ['t', '\t'],
  ['r', '\r'],
  ['a', '\u0007'],
  ['b', '\b'],
  ['f', '\f'],
  ['v', '\v'],
]);

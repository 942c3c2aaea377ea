/**
 * What may be shown of an event: everything but its secrets (PRODUCT §1, "Safe"). Before an answer is built, for every
 * format. Where secrets stand is redact-body.ts's, what they look like secret-shapes.ts's.
 */
import { type BodyOf, redactBody } from './redact-body.ts';
import { redactUri } from './redact-uri.ts';
import { parsePath } from './request-path.ts';
import { REDACTED } from './secret-names.ts';
import { maskSecrets } from './secret-shapes.ts';

type Json = Readonly<Record<string, unknown>>;

/** Of an event as audit JSON. Never mutates; shares what it need not change. Idempotent. */
export function redactEvent(json: Json): Json {
  const of = whatOf(json);
  const entries = Object.entries(json).map(([key, value]): [string, unknown] => [
    key,
    redactField(key, value, of),
  ]);
  return entries.every(([key, value]) => json[key] === value) ? json : Object.fromEntries(entries);
}

/** Of any text: a message, a user agent, a URL, a name. Idempotent, linear. */
export function redactText(text: string): string {
  return text.startsWith('/') ? redactUri(text) : maskSecrets(text);
}

type Of = Pick<BodyOf, 'resource' | 'subresource'>;
const OF_NOTHING: BodyOf = { resource: null, subresource: null, key: '' };

function redactField(key: string, value: unknown, of: Of): unknown {
  if (key === 'requestURI' && typeof value === 'string') return redactUri(value);
  if (key === 'responseStatus' || (key === 'responseObject' && isStatus(value)))
    return redactStatus(value, of.resource);
  if (key === 'requestObject' || key === 'responseObject') return redactBody(value, { ...of, key: '' });
  return redactBody(value, key === 'annotations' ? { ...of, key } : { ...OF_NOTHING, key });
}

/** As the URL says it where the reference is missing: not in the event, or cut. */
function whatOf(json: Json): Of {
  const { requestURI } = json;
  const path = typeof requestURI === 'string' ? parsePath(requestURI.split('?', 1)[0] ?? '') : null;
  return {
    resource: textOf(field(json.objectRef, 'resource')) ?? path?.resource ?? null,
    subresource: textOf(field(json.objectRef, 'subresource')) ?? path?.subresource ?? null,
  };
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}

function isStatus(value: unknown): boolean {
  return field(value, 'kind') === 'Status';
}

/** A refusal quotes what was wrong, and of a Secret that is the secret. */
function redactStatus(status: unknown, resource: string | null): unknown {
  const clean = redactBody(status, OF_NOTHING);
  if (
    resource === null ||
    !(SECRET_LIKE.has(resource) || resource.endsWith('secrets')) ||
    typeof clean !== 'object' ||
    clean === null
  )
    return clean;
  return withMessage({ ...clean, ...detailsOf(clean) });
}

function detailsOf(status: object): Json {
  const details = field(status, 'details');
  const causes = field(details, 'causes');
  if (!Array.isArray(causes)) return {};
  return { details: { ...(details as Json), causes: causes.map(withMessage) } };
}

function withMessage(value: unknown): unknown {
  const message = field(value, 'message');
  return typeof message === 'string' ? { ...(value as Json), message: withoutValues(message) } : value;
}

const SECRET_LIKE: ReadonlySet<string> = new Set([
  'serviceaccounts',
  'tokenreviews',
  'certificatesigningrequests',
  'oauthaccesstokens',
  'oauthauthorizetokens',
]);

/** Up to where the server, a webhook or a policy begins to speak of values; what is forbidden or missing has none. */
function withoutValues(message: string): string {
  const found =
    SPEAKS_OF_VALUES.exec(message) ?? (SPEAKS_OF_NAMES.test(message) ? null : /:|(?=["'`{[(])/.exec(message));
  if (found === null) return message;
  const head = message.slice(0, found.index + found[0].length);
  return head.length === message.length ? message : `${head.trimEnd()} ${REDACTED}`;
}

const SPEAKS_OF_VALUES =
  /denied (?:the )?request(?: without explanation)?:?|is invalid:|value:|error:|cannot be handled as|unrecognized/;
const SPEAKS_OF_NAMES =
  /is forbidden: (?:User|exceeded quota|unable to|error looking up)|not found$|already exists$|Operation cannot be fulfilled|^[\w ,-]*$|is being terminated/;

function field(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined;
  return (value as Json)[name];
}

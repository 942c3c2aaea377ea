/**
 * What may be shown of an event: everything but its secrets (PRODUCT §1, "Safe"). Before an answer is built, for every
 * format. Where secrets stand is redact-body.ts's, what they look like secret-shapes.ts's.
 */
import { redactBody } from './redact-body.ts';
import { redactUri } from './redact-uri.ts';
import { REDACTED } from './secret-names.ts';
import { maskSecrets } from './secret-shapes.ts';

type Json = Readonly<Record<string, unknown>>;

/** Of an event as audit JSON. Never mutates; shares what it need not change. Idempotent. */
export function redactEvent(json: Json): Json {
  const resource = resourceOf(json);
  const entries = Object.entries(json).map(([key, value]): [string, unknown] => [
    key,
    redactField(key, value, resource),
  ]);
  return entries.every(([key, value]) => json[key] === value) ? json : Object.fromEntries(entries);
}

/** Of any text: a message, a user agent, a URL, a name. Idempotent, linear. */
export function redactText(text: string): string {
  return text.startsWith('/') ? redactUri(text) : maskSecrets(text);
}

function redactField(key: string, value: unknown, resource: string | null): unknown {
  if (key === 'requestURI' && typeof value === 'string') return redactUri(value);
  if (key === 'responseStatus' || isStatus(value)) return redactStatus(value, resource);
  return redactBody(value, {
    resource: key === 'requestObject' || key === 'responseObject' || key === 'annotations' ? resource : null,
  });
}

/** The resource whose rules hold: a token issued through a service account is its own. */
function resourceOf(json: Json): string | null {
  const resource = field(json.objectRef, 'resource');
  return typeof resource === 'string' ? resource : null;
}

function isStatus(value: unknown): boolean {
  return field(value, 'kind') === 'Status';
}

/** A refusal quotes what was wrong, and of a Secret that is the secret. */
function redactStatus(status: unknown, resource: string | null): unknown {
  const clean = redactBody(status, { resource: null });
  if (resource === null || !SECRET_LIKE.has(resource) || typeof clean !== 'object' || clean === null)
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
  'secrets',
  'serviceaccounts',
  'tokenreviews',
  'certificatesigningrequests',
  'oauthaccesstokens',
  'oauthauthorizetokens',
]);

/** Up to where the server, a webhook or a policy begins to speak of values; what is forbidden or missing has none. */
function withoutValues(message: string): string {
  const found =
    /denied (?:the )?request(?: without explanation)?:?|is invalid:|value:|error:|cannot be handled as|unrecognized/.exec(
      message,
    );
  if (found === null) return message;
  const head = message.slice(0, found.index + found[0].length);
  return head.length === message.length ? message : `${head} ${REDACTED}`;
}

function field(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined;
  return (value as Json)[name];
}

/**
 * A source given as a URL, as settings: what its address and path say is the kind's to tell, what its query says are settings by
 * their names. The same settings in the file mean the same.
 */
import { UserError } from '../errors.ts';

export interface AdHocSource {
  /** `loki` of `loki+http://…`. */
  readonly type: string;
  /** Without the kind, where it has another scheme: `http://127.0.0.1:3100/`; and without its query. */
  readonly url: URL;
  /** Of the query. */
  readonly settings: Readonly<Record<string, unknown>>;
}

/** Settings of a secret: `password-env=NAME`; who we are; the rest by its own name, `tls.ca` or `headers.X-Scope-OrgID`. */
const SECRETS: Readonly<Record<string, readonly string[]>> = {
  password: ['auth', 'basic', 'password'],
  token: ['auth', 'bearer'],
  'api-key': ['auth', 'apiKey'],
  hmac: ['hmac'],
  url: ['url'],
};
const SHORT: Readonly<Record<string, readonly string[]>> = {
  username: ['auth', 'basic', 'username'],
  ca: ['tls', 'ca'],
  insecure: ['tls', 'insecure'],
  'server-name': ['tls', 'serverName'],
};

/** Schemes by which what is stored somewhere is known elsewhere → the kind of store. */
const KINDS: Readonly<Record<string, string>> = { gs: 'gcs' };

/** Null: it is no URL, but a name. `shown`: for messages; where its path is a secret, without it. Throws UserError AUDIT_BAD_CONFIG. */
export function parseAdHoc(text: string, shown: string = text): AdHocSource | null {
  const [, scheme = '', rest = ''] = /^([a-z][a-z0-9+.-]*):\/\/(.*)$/is.exec(text) ?? [];
  if (scheme === '') return null;
  const [named = '', ...inner] = scheme.toLowerCase().split('+');
  const type = (Object.hasOwn(KINDS, named) ? KINDS[named] : undefined) ?? named;
  const whole = inner.length === 0 ? text : `${inner.join('+')}://${rest}`;
  if (!URL.canParse(whole))
    throw refused(shown, 'is no URL', 'it looks like loki+http://127.0.0.1:3100?selector=…');
  const url = new URL(whole);
  if (url.username !== '' || url.password !== '') {
    throw refused(
      withoutLogin(shown),
      'a login does not belong into a URL: it stands in histories and process lists',
      'say ?username=NAME&password-env=VARIABLE',
    );
  }
  const settings: Record<string, unknown> = {};
  for (const [name, value] of url.searchParams) set(settings, pathOf(name, shown), typed(value), shown);
  url.search = '';
  url.hash = '';
  return { type, url, settings };
}

function pathOf(name: string, text: string): readonly string[] {
  // Where a URL is, it says itself, unless it is a secret as a whole.
  const [, of = '', kind = ''] =
    /^(password|token|api-key|hmac|url(?=-))(?:-(env|file|exec))?$/.exec(name) ?? [];
  if (of !== '' && kind === '')
    throw refused(
      withoutQuery(text),
      `${of} itself does not belong into a URL`,
      `say ${of}-env=VARIABLE or ${of}-file=PATH`,
    );
  const secret = SECRETS[of];
  if (secret !== undefined) return [...secret, kind];
  return (Object.hasOwn(SHORT, name) ? SHORT[name] : undefined) ?? name.split('.');
}

function set(into: Record<string, unknown>, path: readonly string[], value: unknown, text: string): void {
  let here = into;
  for (const [at, key] of path.entries()) {
    if (key === '__proto__') throw refused(text, `there is no setting ${JSON.stringify(key)}`);
    if (at === path.length - 1) {
      here[key] = key === 'exec' ? [value] : value;
      return;
    }
    const next = here[key] ?? {};
    here[key] = next;
    here = next as Record<string, unknown>;
  }
}

function typed(value: string): unknown {
  if (value === 'true' || value === 'false') return value === 'true';
  return /^(?:0|[1-9]\d{0,9})$/.test(value) ? Number(value) : value;
}

function withoutLogin(text: string): string {
  return text.replace(/\/\/[^/?#]*@/, '//…@');
}

function withoutQuery(text: string): string {
  return text.replace(/\?.*$/s, '?…');
}

function refused(text: string, why: string, hint?: string): UserError {
  return new UserError(
    'AUDIT_BAD_CONFIG',
    `${JSON.stringify(text)}: ${why}`,
    hint === undefined ? {} : { hint },
  );
}

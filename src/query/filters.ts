/** The flags that narrow every question → one predicate. What each flag's value means is by.ts's, codes.ts's and so on. */
import { UserError } from '../errors.ts';
import { humans, parseBy } from './by.ts';
import { compileWhere } from './cel.ts';
import { parseCodes } from './codes.ts';
import { parseNetwork } from './networks.ts';
import { absent, all, any, EVERYTHING, equals, not, oneOf, type Predicate } from './predicate.ts';
import { parseUserAgent } from './user-agent.ts';

/** As typed. Several of one flag widen (`--not-by`: narrow), different flags narrow; empty lists and nulls say nothing. */
export interface FilterFlags {
  readonly verb?: readonly string[];
  readonly code?: readonly string[];
  readonly fromIp?: readonly string[];
  readonly userAgent?: readonly string[];
  /** `none` or `-`: the object itself only. */
  readonly subresource?: string | null;
  readonly auditId?: readonly string[];
  /** True: only dry runs; false: none. */
  readonly dryRun?: boolean | null;
  readonly by?: readonly string[];
  readonly notBy?: readonly string[];
  readonly humans?: boolean;
  readonly where?: string | null;
}

/** Throws a UserError that quotes the first bad value. The CEL library is loaded only for `where`. */
export async function parseFilters(flags: FilterFlags): Promise<Predicate> {
  const { verb = [], code = [], fromIp = [], userAgent = [], auditId = [], by = [], notBy = [] } = flags;
  return all(
    anyOf(verb, (text) => oneOf('verb', parseVerbs(text))),
    anyOf(code, parseCodes),
    anyOf(fromIp, parseNetworks),
    anyOf(userAgent, parseUserAgent),
    parseSubresource(flags.subresource ?? null),
    anyOf(auditId, parseAuditId),
    flags.dryRun == null ? EVERYTHING : equals('dryRun', flags.dryRun),
    anyOf(by, parseBy),
    ...notBy.map((who) => not(parseBy(who))),
    flags.humans === true ? humans() : EVERYTHING,
    flags.where == null ? EVERYTHING : await compileWhere(flags.where),
  );
}

const API_VERBS = [
  'get',
  'list',
  'watch',
  'create',
  'update',
  'patch',
  'delete',
  'deletecollection',
  'proxy',
];
const HTTP_METHODS = ['post', 'put', 'head', 'options', 'connect', 'trace'];
/** What people say, and how it stands in a log. */
const NOT_VERBS: Readonly<Record<string, string>> = {
  exec: '--subresource exec',
  attach: '--subresource attach',
  'port-forward': '--subresource portforward',
  logs: '--subresource log',
  scale: '--subresource scale',
  evict: '--subresource eviction',
  approve: '--subresource approval',
  apply: '--verb patch,create',
  edit: '--verb patch',
  replace: '--verb update',
  impersonate: "--where 'has(impersonatedUser.username)'",
};

function parseVerbs(text: string): string[] {
  return listed(text).map((typed) => {
    const verb = typed.toLowerCase();
    if (API_VERBS.includes(verb) || HTTP_METHODS.includes(verb)) return verb;
    const mend = Object.hasOwn(NOT_VERBS, verb) ? NOT_VERBS[verb] : undefined;
    throw new UserError('AUDIT_BAD_FILTER', `${JSON.stringify(typed)} is no verb of the API`, {
      hint: mend ?? `one of ${API_VERBS.join(', ')}; for other URLs: ${HTTP_METHODS.join(', ')}`,
    });
  });
}

function parseNetworks(text: string): Predicate {
  const networks = listed(text).map(parseNetwork);
  return any(...networks.map(({ cidr }): Predicate => ({ kind: 'fromNetwork', cidr })));
}

function parseAuditId(text: string): Predicate {
  if (text !== '') return equals('auditID', text);
  throw new UserError('AUDIT_BAD_FILTER', 'an empty audit ID', { hint: 'is a variable not set?' });
}

function parseSubresource(text: string | null): Predicate {
  if (text === null) return EVERYTHING;
  const names = listed(text).map((name) => name.toLowerCase());
  const said = names.find((name) => Object.hasOwn(NOT_SUBRESOURCES, name));
  if (said !== undefined) {
    throw new UserError('AUDIT_BAD_FILTER', `${JSON.stringify(said)} is no subresource`, {
      hint: `--subresource ${NOT_SUBRESOURCES[said]}`,
    });
  }
  const itself = all(not(absent('objectRef.resource')), absent('objectRef.subresource'));
  return any(
    ...names.map((name) =>
      name === '-' || name === 'none' ? itself : equals('objectRef.subresource', name),
    ),
  );
}

/** What kubectl calls it, and how it is called in a URL. */
const NOT_SUBRESOURCES: Readonly<Record<string, string>> = {
  logs: 'log',
  'port-forward': 'portforward',
  evict: 'eviction',
  approve: 'approval',
  debug: 'ephemeralcontainers',
};

function anyOf(texts: readonly string[], parse: (text: string) => Predicate): Predicate {
  return texts.length === 0 ? EVERYTHING : any(...texts.map(parse));
}

function listed(text: string): string[] {
  const items = text
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '');
  if (items.length > 0) return items;
  throw new UserError('AUDIT_BAD_FILTER', `${JSON.stringify(text)} is an empty list`, {
    hint: 'leave the flag out, or name something',
  });
}

/** failed-auth's sentence, its notes, and the commands to try next. */
import type { Coverage, Note } from '../../event/coverage.ts';
import type { DeniedBy } from '../../event/outcome.ts';
import { flagText } from '../../event/shell.ts';
import { objectName } from '../object-name.ts';
import type { FailedAuthParams } from './failed-auth.ts';
import { MAX_IDENTITIES } from './failed-auth-groups.ts';
import type { FailedAuthRow } from './failed-auth-row.ts';
import { SIGNS, type Sign } from './signs.ts';
import { isSuggestible } from './suggest-role.ts';

export interface Told {
  readonly params: FailedAuthParams;
  /** Newest first, all of them. */
  readonly rows: readonly FailedAuthRow[];
  readonly coverage: Coverage;
  /** Refusals of each class, those included that are in no row. */
  readonly totals: ReadonlyMap<DeniedBy, number>;
  /** 401s and 403s of the window that are not what was asked for. */
  readonly elsewhere: number;
  /** Failed logins anywhere in the window, asked for or not. */
  readonly failedLogins: number;
  readonly guessingAddresses: readonly string[];
  readonly isWidened: boolean;
  readonly hasGaps: boolean;
}

export function sentence(told: Told): string {
  return [refusedWords(told), ...loginWords(told), ...signWords(told)].join('; ');
}

function refusedWords(told: Told): string {
  const classes = REFUSING.flatMap((name): [DeniedBy, number][] => {
    const count = told.totals.get(name);
    return count === undefined ? [] : [[name, count]];
  });
  if (classes.length === 0) return nobodyWords(told);
  const rows = told.rows.filter((row) => row.class !== 'unauthenticated');
  const identities = new Set(rows.map(({ who }) => JSON.stringify([who.user, who.as, who.session]))).size;
  const count = classes.reduce((sum, [, each]) => sum + each, 0);
  const by = classes.map(([name, each]) => `${name === 'rbac' ? 'RBAC' : name} ${each}`).join(', ');
  const who =
    identities === 1
      ? '1 identity was'
      : `${identities}${identities < MAX_IDENTITIES ? '' : ' or more'} identities were`;
  return `${who} refused ${count === 1 ? 'once' : `${count} times`} (${by})`;
}

const REFUSING = ['rbac', 'escalation', 'admission', 'other'] as const;

function nobodyWords({ params, coverage, hasGaps }: Told): string {
  const { object } = params;
  const about = object.kind === 'anything' && object.namespace === null ? '' : ` on ${objectName(object)}`;
  if (coverage.from === null) {
    return `this log cannot tell whether anybody was refused${about}: it holds nothing of that time`;
  }
  if (coverage.witness === 0) {
    return `this log cannot tell whether anybody was refused${about}: it holds no request of that kind`;
  }
  const span = ` between ${short(coverage.from)} and ${short(coverage.to ?? '')}`;
  const doubt = coverage.complete && !hasGaps ? '' : ' in what was read, which is not all';
  return `nobody was refused anything${about}${span}${doubt}`;
}

function loginWords(told: Told): string[] {
  const logins = told.rows.filter((row) => row.class === 'unauthenticated');
  if (logins.length > 0) {
    const count = told.totals.get('unauthenticated') ?? 0;
    return [`${counted(count, 'request', 'requests')} without a valid login${fromWords(logins)}`];
  }
  // That nobody failed to log in is never said: it takes a 401 to know that this log holds them at all.
  return told.failedLogins === 0 ? ['no failed login is in this log'] : [];
}

function fromWords(rows: readonly FailedAuthRow[]): string {
  const shown = new Set(rows.flatMap((row) => row.from.top.map(({ ip }) => ip)));
  const most = Math.max(shown.size, ...rows.map((row) => row.from.distinct));
  if (most <= 1) return most === 0 ? '' : ` from ${[...shown].join('')}`;
  const areAllShown = rows.every((row) => row.from.distinct === row.from.top.length);
  return ` from ${most}${areAllShown ? '' : ' or more'} addresses`;
}

function signWords({ rows }: Told): string[] {
  const signs = new Set(rows.flatMap((row) => row.signs));
  return signs.size === 0 ? [] : [`signs: ${[...signs].sort().join(', ')}`];
}

/** The meanings of signs first: a terminal shows few notes. */
export function notesOf(told: Told): Note[] {
  const notes: Note[] = [];
  const note = (code: string, text: string) => notes.push({ code, text });
  for (const sign of Object.keys(SIGNS) as Sign[]) {
    const rows = told.rows.filter((row) => row.signs.includes(sign));
    if (rows.length === 0) continue;
    const from = sign === 'guessing' ? `, from ${someOf(told.guessingAddresses)}` : '';
    note(sign, `${sign} (${counted(rows.length, 'row', 'rows')}${from}): ${SIGNS[sign]}`);
  }
  if (told.failedLogins === 0) {
    note(
      'no-failed-logins',
      'the log holds no 401 at all: nobody failed to log in, or its policy leaves them out (stage ResponseStarted omitted, or rules for named users and groups only); it cannot tell which',
    );
  }
  if (told.rows.some((row) => row.class === 'unauthenticated')) {
    note(
      'failed-logins',
      'a 401 names nobody: the server does not know who it was. kubectl stops at its first one, so what was wanted is often not in the log',
    );
  }
  if (told.rows.some((row) => row.class === 'rbac' && row.who.kind === 'anonymous')) {
    note(
      'anonymous',
      'system:anonymous is a request that came without any login, and was refused by RBAC (403): no login failed',
    );
  }
  if (told.rows.some(isRetried)) {
    note(
      'tried-twice',
      'kubectl tries exec, attach and port-forward with get (websocket), then with create (SPDY): one attempt is two refusals',
    );
  }
  if (told.elsewhere > 0)
    note(
      'elsewhere',
      `${counted(told.elsewhere, 'other refusal is', 'other refusals are')} not what was asked for`,
    );
  if (told.isWidened) note('widened', 'nothing in the last 24 h: everything before was read too');
  return notes;
}

const ADDRESSES_SAID = 3;

function someOf(addresses: readonly string[]): string {
  const left = addresses.length - ADDRESSES_SAID;
  return `${addresses.slice(0, ADDRESSES_SAID).join(', ')}${left > 0 ? ` and ${left} more` : ''}`;
}

const CONNECTIONS: readonly (string | null)[] = ['exec', 'attach', 'portforward'];

function isRetried({ object, verbs }: FailedAuthRow): boolean {
  return CONNECTIONS.includes(object.subresource) && verbs.includes('get') && verbs.includes('create');
}

const NEXT = 3;

export function nextCommands(told: Told): string[] {
  const { params, rows } = told;
  const command = (words: string) => `${params.calledAs} ${words}${params.sameWindow}${params.sameLogs}`;
  const named = rows.find((row) => row.class !== 'unauthenticated' && row.who.kind !== 'anonymous');
  const login = rows.find((row) => row.class === 'unauthenticated');
  const ip = login?.from.top[0]?.ip;
  const who = named?.who.as ?? named?.who.user;
  return [
    ...(rows.some(isSuggestible) ? [command(`failed-auth${params.sameQuestion} --suggest-role`)] : []),
    ...(who == null ? [] : [command(`who-did touch -A${flagText('by', who)}`)]),
    ...(ip === undefined ? [] : [command(`who-did touch -A${flagText('from-ip', ip)}`)]),
    ...(rows.length === 0 && told.elsewhere > 0 ? [command('failed-auth -A')] : []),
  ].slice(0, NEXT);
}

function counted(count: number, one: string, many: string): string {
  return `${count} ${count === 1 ? one : many}`;
}

/** To the second; rows have the rest. */
function short(at: string): string {
  return at.replace(/\.\d+Z$/, 'Z');
}

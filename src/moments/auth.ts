/**
 * A node's own record of logins (auth.log, secure): syslog with RFC 3339 times, or with the old ones, which tell neither year nor
 * zone: these are read as of the last such day before now, by the local clock, and that is said.
 */
import { parseMicros } from '../event/micros.ts';
import { redactText } from '../event/redact.ts';
import { cidrOfAddress } from '../query/networks.ts';
import { instantsAt, type WallMs, wallAt } from '../query/zone.ts';
import type { LineKind, Telling } from './moment-kind.ts';

export const auth: LineKind = {
  name: 'auth',
  means: "a node's auth.log or secure",
  // Debian's and Red Hat's.
  nodeFiles: ['auth.log', 'secure'],
  reads: 'lines',
  decode(line, telling) {
    if (line.trim() === '') return [];
    const [, time = '', host = '', program = '', message = ''] = LINE.exec(line) ?? [];
    if (time === '') return [{ unreadable: 'no line of syslog' }];
    const atUs = OLD.test(time)
      ? oldTime(time, telling)
      : parseMicros(time.replace(/([+-]\d\d)(\d\d)$/, '$1:$2'));
    if (atUs === null) return [{ unreadable: 'a line without a time' }];
    const { user, ip } = comingOf(program, message);
    return [
      {
        moment: {
          ...{ origin: 'auth', atUs, source: telling.source, line: telling.line },
          who: redactText(user === '' ? program : `${program} ${user}`),
          text: redactLine(`${host} ${program}: `, message),
          ...{ object: null, auditID: null },
          ip: ip !== null && cidrOfAddress(ip) !== null ? ip : null,
          isAlarming: ALARMING.test(message),
        },
      },
    ];
  },
  assumes: ({ timeZone, nowMs }) =>
    `times without a year and a zone were read as ${timeZone}, of the year before ${new Date(nowMs + DAY_MS).toISOString().slice(0, 10)}`,
};

/** Whether its time tells no year: then it was assumed. */
export function isOldLine(line: string): boolean {
  return OLD.test(line);
}

const OLD = /^[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d\b/;
/** RFC 3164 as files have it, RFC 3339 times instead (rsyslog, journald's short-iso); with or without a priority. */
const LINE =
  /^(?:<\d{1,3}>)?([A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d|\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d{1,9})?(?:Z|[+-]\d\d:?\d\d)) (\S{1,255}) ([^\s:[]{1,64})(?:\[\d{1,10}\])?: (.*)$/s;
const ALARMING =
  /^(?:Failed |Invalid user |error: )|authentication failure|NOT in sudoers|POSSIBLE BREAK-IN|incorrect password/i;

interface Coming {
  /** Whatever a client sent; empty: not told. */
  readonly user: string;
  readonly ip: string | null;
}

/** Addresses are taken only from where the program itself writes them: all else is text that somebody chose, a command of sudo's too. */
function comingOf(program: string, message: string): Coming {
  if (OF_PAM.test(message))
    return { user: OPENED.exec(message)?.[1] ?? '', ip: REMOTE_HOST.exec(message)?.[1] ?? null };
  if (SSHD.test(program)) return sshComing(message);
  return { user: SUDO.exec(message)?.[1] ?? '', ip: null };
}

const OF_PAM = /^(?:pam_\w{1,40}\(|PAM \d)/;
const OPENED = /^pam_unix\([^)]{1,64}\): session opened for user ([^\s(]{1,256})/;
/** The first: the user's name comes behind it. */
const REMOTE_HOST = /\brhost=(\S{0,45})/;
/** OpenSSH 9.8 split it: sshd-session, sshd-auth. */
const SSHD = /^sshd(?:-\w{1,20})?$/;
const SUDO = /^\s*(\S{1,256}) : (?:.* ; )?TTY=/;

/**
 * A name that a client asks for may hold ` from ADDRESS port 1 ssh2`, and so may what it says when it leaves: the address is the last
 * one where the name stands before it, at the message's end, and the first one where only sshd's own words do (OpenSSH's auth.c,
 * auth2.c, packet.c).
 */
function sshComing(message: string): Coming {
  const first = FIRST_FROM.exec(message);
  // The id in a certificate is the client's too, and stands behind: then nothing tells which of them is sshd's.
  const isUnclear = first === null && OF_CERTIFICATE.test(message) && message.split(' from ').length > 2;
  const [, words = '', ip = null] = first ?? (isUnclear ? null : LAST_FROM.exec(message)) ?? [];
  return { user: ASKED_FOR.exec(words)?.[1] ?? '', ip };
}

const FIRST_FROM =
  /^((?:(?:error|fatal|banner exchange|ssh_dispatch_run_fatal): ){0,2}(?:Received disconnect|Disconnected|Connection)|Accepted \S{1,40} for \S{1,256}|User \S{1,256}) from ([0-9a-fA-F.:]{2,45})(?= port \d| not allowed because |$)/;
const LAST_FROM =
  /^((?:(?:Accepted|Failed|Partial|Postponed) |Invalid user |(?:error: )?(?:maximum authentication attempts exceeded for |PAM: |Bad (?:remote )?protocol version identification )|Did not receive identification string).*) from ([0-9a-fA-F.:]{2,45})(?: port \d{1,5})?(?: ssh2)?(?:: \S{1,40} (?:SHA256|MD5):\S{1,100}(?: ID .{0,1024} \(serial \d{1,20}\) CA \S{1,40} \S{1,100})?)?(?: \[preauth\])?$/s;
const OF_CERTIFICATE = / \(serial \d{1,20}\) CA \S{1,40} \S{1,100}(?: \[preauth\])?$/;
const ASKED_FOR =
  /^(?:(?:Accepted|Failed|Partial|Postponed) \S{1,40} for (?:invalid user )?|Invalid user )(.{1,256})$/s;

/** sudo's PWD is the folder that it was called in, and no password. */
function redactLine(start: string, message: string): string {
  const [, before, folder, after] = FOLDER.exec(message) ?? [];
  if (before === undefined || folder === undefined || after === undefined) return redactText(start + message);
  return `${redactText(start + before)}PWD=${redactText(folder)}${redactText(after)}`;
}

const FOLDER = /^(\s*\S{1,256} : (?:[^=;]{0,100} ; )?TTY=\S{1,64} ; )PWD=(\/[^;]{0,4096}?)( ; USER=.*)$/s;

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const DAY_MS = 24 * 3_600_000;

/** Null: no such day in this year or the one before. A clock may be ahead of ours by less than a day. */
function oldTime(time: string, { nowMs, timeZone }: Telling): number | null {
  const [, month = '', day = '', hour = '', minute = '', second = ''] =
    /^(\w{3}) ([ \d]\d) (\d\d):(\d\d):(\d\d)/.exec(time) ?? [];
  const of = MONTHS.indexOf(month);
  if (of < 0 || Number(hour) > 23 || Number(minute) > 59 || Number(second) > 60) return null;
  const year = new Date(wallAt(nowMs, timeZone)).getUTCFullYear();
  // A leap day may be up to eight years back.
  for (let back = -1; back <= 8; back++) {
    const wall = Date.UTC(year - back, of, Number(day), Number(hour), Number(minute), Number(second));
    if (new Date(wall).getUTCMonth() !== of) continue;
    const [instant] = instantsAt(wall as WallMs, timeZone);
    if (instant <= nowMs + DAY_MS) return instant * 1000;
  }
  return null;
}

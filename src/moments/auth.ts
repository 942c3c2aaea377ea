/**
 * A node's own record of logins (auth.log, secure): syslog with RFC 3339 times, or with the old ones, which tell neither year nor
 * zone: these are read as of the last such day before now, by the local clock, and that is said.
 */
import { parseMicros } from '../event/micros.ts';
import { redactText } from '../event/redact.ts';
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
    const user = USER.exec(message)
      ?.slice(1)
      .find((name) => name !== undefined);
    return [
      {
        moment: {
          ...{ origin: 'auth', atUs, source: telling.source, line: telling.line },
          who: redactText(user === undefined ? program : `${program} ${user}`),
          text: redactText(`${host} ${program}: ${message}`),
          ...{ object: null, auditID: null },
          ip: ADDRESS.exec(message)?.[1] ?? null,
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
/** sshd: logins and attempts; sudo and su: who becomes whom; PAM. The names are whatever a client sent. */
const USER =
  /^(?:(?:Accepted|Failed) \S{1,40} for (?:invalid user )?(\S{1,256}) from |Invalid user (\S{1,256}) from |\s*(\S{1,256}) : (?:.* ; )?TTY=|pam_unix\([^)]{1,64}\): session opened for user ([^\s(]{1,256}))/;
const ADDRESS = /(?: from |\brhost=)([0-9a-fA-F.:]{2,45})(?=\s|$)/;
const ALARMING =
  /^(?:Failed |Invalid user |error: )|authentication failure|NOT in sudoers|POSSIBLE BREAK-IN|incorrect password/i;

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

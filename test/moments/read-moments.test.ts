/** Other logs beside the audit log: what they tell, when, of what; and what could not be read of them. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import { formatMicros } from '../../src/event/micros.ts';
import type { Moment } from '../../src/event/moment.ts';
import { readMoments } from '../../src/moments/read-moments.ts';
import { MOMENT_KINDS } from '../../src/moments/registry.ts';
import { HOSTILE_TEXTS } from '../support/hostile-texts.ts';

const folder = mkdtempSync(join(tmpdir(), 'kubectl-audit-moments-'));
afterAll(() => rmSync(folder, { recursive: true }));

const NOW_MS = Date.parse('2026-01-02T12:00:00Z');
let count = 0;

function fileOf(content: string | Buffer, name = `${++count}.log`): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

function read(kind: string, content: string | Buffer, timeZone = 'UTC') {
  const options = {
    nowMs: NOW_MS,
    timeZone,
    cwd: folder,
    signal: new AbortController().signal,
    api: null,
    namespace: null,
  };
  return readMoments([`${kind}:${fileOf(content)}`], options);
}

const brief = ({ atUs, who, text }: Moment) => `${formatMicros(atUs)} ${who}: ${text}`;

const EVENT = {
  ...{ apiVersion: 'v1', kind: 'Event', metadata: { name: 'web-1.17', namespace: 'shop' } },
  ...{ reason: 'Killing', message: 'Stopping container main', type: 'Normal' },
  involvedObject: { apiVersion: 'v1', kind: 'Pod', namespace: 'shop', name: 'web-1', uid: 'u-1' },
  ...{ source: { component: 'kubelet', host: 'n1' }, count: 1 },
  ...{ firstTimestamp: '2026-01-01T10:00:00Z', lastTimestamp: '2026-01-01T10:00:00Z', eventTime: null },
};
const ALERT = {
  ...{ hostname: 'n1', priority: 'Notice', rule: 'Terminal shell in container', source: 'syscall' },
  ...{ output: '10:00:01.5: Notice A shell\nwas spawned', time: '2026-01-01T10:00:01.500000001Z' },
  output_fields: { 'k8s.ns.name': 'shop', 'k8s.pod.name': 'web-1', 'proc.cmdline': 'sh' },
};
const LOGIN =
  '2026-01-01T10:00:02.250000+01:00 jump sshd[71]: Accepted publickey for alice from 10.0.3.7 port 5022 ssh2: ED25519 SHA256:abc';

const SAMPLES: Readonly<Record<string, string>> = {
  events: JSON.stringify(EVENT),
  falco: JSON.stringify(ALERT),
  auth: LOGIN,
};

describe.each(MOMENT_KINDS.map(({ name }) => name))('%s', (kind) => {
  const sample = SAMPLES[kind] ?? '';

  it('reads one a line, plain or packed, with the last line unended', async () => {
    for (const content of [`${sample}\n${sample}`, gzipSync(`${sample}\n${sample}\n`)]) {
      const { moments, gaps } = await read(kind, content);
      expect(moments.map(({ origin, line }) => [origin, line])).toEqual([
        [kind === 'events' ? 'event' : kind, 1],
        [kind === 'events' ? 'event' : kind, 2],
      ]);
      expect(gaps).toEqual([]);
    }
  });

  it('tells how much of it could not be read, and where that begins', async () => {
    const { moments, gaps } = await read(kind, `${sample}\nsomething else\n{"and":"that"}\n${sample}\n`);
    expect(moments).toHaveLength(2);
    expect(gaps.map(({ code }) => code)).toEqual(['unreadable-lines']);
    expect(gaps[0]?.text).toMatch(/^2 could not be read \(line 2: /);
  });

  it('says so when it is cut off', async () => {
    const { gaps } = await read(kind, gzipSync(`${sample}\n`.repeat(100)).subarray(0, -9));
    expect(gaps.map(({ code }) => code)).toContain('source-unreadable');
  });

  it('refuses a file of another kind, one that is missing and a folder, with the mend', async () => {
    await expect(read(kind, 'no such log\n')).rejects.toMatchObject({ code: 'AUDIT_BAD_WITH' });
    const options = {
      nowMs: NOW_MS,
      timeZone: 'UTC',
      cwd: folder,
      signal: new AbortController().signal,
      api: null,
      namespace: null,
    };
    await expect(readMoments([`${kind}:missing`], options)).rejects.toMatchObject({
      code: 'AUDIT_FILE_NOT_FOUND',
    });
    await expect(readMoments([`${kind}:.`], options)).rejects.toMatchObject({
      code: 'AUDIT_FILE_UNREADABLE',
    });
  });

  it('has nothing to tell of an empty file', async () => {
    expect((await read(kind, '')).moments).toEqual([]);
  });

  it('keeps any text in one line of its own', async () => {
    for (const text of HOSTILE_TEXTS) {
      const content = {
        events: JSON.stringify({ ...EVENT, message: text, reason: text }),
        falco: JSON.stringify({ ...ALERT, output: text, rule: text }),
        auth: LOGIN.replace('alice', text.replace(/\s/g, '_')),
      }[kind];
      expect((await read(kind, content ?? '')).moments).toHaveLength(1);
    }
  });
});

it('refuses a kind that nobody knows, and to ask a cluster that is not named', async () => {
  const options = {
    nowMs: NOW_MS,
    timeZone: 'UTC',
    cwd: folder,
    signal: new AbortController().signal,
    api: null,
    namespace: null,
  };
  for (const given of ['sysdig:x', 'events:', 'falco', 'falco:', ':x', '', 'events', 'auth:node/n1'])
    await expect(readMoments([given], options)).rejects.toMatchObject({ code: 'AUDIT_USAGE' });
});

describe('Events', () => {
  it('are read from the list that kubectl prints, over many lines', async () => {
    const list = { apiVersion: 'v1', kind: 'List', items: [EVENT, EVENT] };
    const { moments } = await read('events', JSON.stringify(list, null, 4));
    expect(moments.map(brief)).toEqual(
      Array(2).fill('2026-01-01T10:00:00.000000Z kubelet: Killing shop/pod/web-1: Stopping container main'),
    );
    expect((await read('events', JSON.stringify({ ...list, items: [] }))).moments).toEqual([]);
  });

  it('are about an object as the audit log names it', async () => {
    const of = async (involvedObject: object) =>
      (await read('events', JSON.stringify({ ...EVENT, involvedObject }))).moments[0]?.object;
    expect(await of(EVENT.involvedObject)).toEqual({
      group: '',
      resource: 'pods',
      namespace: 'shop',
      name: 'web-1',
      uid: 'u-1',
    });
    expect(
      await of({ apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'shop', name: 'web' }),
    ).toMatchObject({ group: 'apps', resource: 'deployments' });
    expect(await of({ kind: 'Node', name: 'n1', namespace: 'default' })).toMatchObject({
      resource: 'nodes',
      namespace: null,
    });
  });

  it('that stand for several tell the first and the last', async () => {
    const many = { ...EVENT, count: 7, lastTimestamp: '2026-01-01T11:00:00Z', type: 'Warning' };
    const { moments } = await read('events', JSON.stringify(many));
    expect(moments.map(brief)).toEqual([
      '2026-01-01T10:00:00.000000Z kubelet: Killing shop/pod/web-1: Stopping container main (first of 7)',
      '2026-01-01T11:00:00.000000Z kubelet: Killing shop/pod/web-1: Stopping container main (last of 7)',
    ]);
    expect(moments.every(({ isAlarming }) => isAlarming)).toBe(true);
  });

  it('of events.k8s.io are told by their microseconds', async () => {
    const {
      involvedObject: regarding,
      firstTimestamp: _f,
      lastTimestamp: _l,
      message: note,
      source: _s,
      count: _c,
      ...rest
    } = EVENT;
    const event = {
      ...rest,
      apiVersion: 'events.k8s.io/v1',
      regarding,
      note,
      reportingController: 'kubelet',
      eventTime: '2026-01-01T10:00:00.123456Z',
    };
    expect((await read('events', JSON.stringify(event))).moments.map(brief)).toEqual([
      '2026-01-01T10:00:00.123456Z kubelet: Killing shop/pod/web-1: Stopping container main',
    ]);
  });
});

describe('Falco’s alerts', () => {
  it('tell rule, priority and pod', async () => {
    const [moment] = (await read('falco', JSON.stringify(ALERT))).moments;
    expect(moment).toMatchObject({
      who: 'falco',
      text: 'Notice: Terminal shell in container: 10:00:01.5: Notice A shell was spawned',
      object: { resource: 'pods', namespace: 'shop', name: 'web-1' },
      isAlarming: false,
    });
  });

  it('about the audit log tell the request', async () => {
    const fields = {
      'ka.auditid': 'a-1',
      'ka.target.resource': 'secrets',
      'ka.target.namespace': 'shop',
      'ka.target.name': 'db',
      'ka.sourceips': '10.0.3.7',
    };
    const alert = {
      ...ALERT,
      source: 'k8s_audit',
      priority: 'Warning',
      output_fields: { ...fields, 'k8s.pod.name': '<NA>' },
    };
    expect((await read('falco', JSON.stringify(alert))).moments[0]).toMatchObject({
      ...{ auditID: 'a-1', ip: '10.0.3.7', isAlarming: true },
      object: { resource: 'secrets', namespace: 'shop', name: 'db' },
    });
  });
});

describe('a node’s auth log', () => {
  const moments = async (line: string, timeZone = 'UTC') => (await read('auth', line, timeZone)).moments;

  it.each([
    [LOGIN, 'sshd alice', '10.0.3.7', false],
    [
      'Jan  1 10:00:00 n1 sshd[1]: Failed password for invalid user admin from 203.0.113.9 port 22 ssh2',
      'sshd admin',
      '203.0.113.9',
      true,
    ],
    [
      'Jan  1 10:00:00 n1 sshd[1]: Invalid user oracle from 2001:db8::9 port 22',
      'sshd oracle',
      '2001:db8::9',
      true,
    ],
    [
      'Jan  1 10:00:00 n1 sudo:    bob : TTY=pts/0 ; PWD=/ ; USER=root ; COMMAND=/bin/cat /etc/kubernetes/admin.conf',
      'sudo bob',
      null,
      false,
    ],
    [
      'Jan  1 10:00:00 n1 sudo:    eve : user NOT in sudoers ; TTY=pts/0 ; PWD=/ ; USER=root ; COMMAND=/bin/sh',
      'sudo eve',
      null,
      true,
    ],
    [
      '<86>2026-01-01T10:00:00Z n1 su: pam_unix(su:session): session opened for user root(uid=0) by bob(uid=1000)',
      'su root',
      null,
      false,
    ],
  ])('%s', async (line, who, ip, isAlarming) => {
    expect(await moments(line)).toMatchObject([{ who, ip, isAlarming }]);
  });

  it.each([
    ['Invalid user x from 10.0.0.1 from 203.0.113.9 port 4000', 'x from 10.0.0.1', '203.0.113.9'],
    [
      'Failed password for invalid user alice from 10.0.0.1 from 203.0.113.9 port 4000 ssh2',
      ...['alice from 10.0.0.1', '203.0.113.9'],
    ],
    [
      'Failed publickey for invalid user x from 10.0.0.1 port 22 ssh2: RSA SHA256:abc from 203.0.113.9 port 4000 ssh2: RSA SHA256:def',
      ...['x from 10.0.0.1 port 22 ssh2: RSA SHA256:abc', '203.0.113.9'],
    ],
    [
      'error: maximum authentication attempts exceeded for invalid user x from 10.0.0.1 port 22 ssh2 from 203.0.113.9 port 4000 ssh2 [preauth]',
      ...['', '203.0.113.9'],
    ],
    // What a client says when it leaves.
    ['Received disconnect from 203.0.113.9 port 4000:11: bye from 10.0.0.1 port 22', '', '203.0.113.9'],
    ['userauth_pubkey: unsupported public key algorithm: x from 10.0.0.1 port 22 [preauth]', '', null],
    // A certificate's id is the client's, who can sign one of its own.
    [
      'Failed publickey for bob from 203.0.113.9 port 4000 ssh2: RSA-CERT SHA256:abc ID x from 10.0.0.1 port 22 ssh2: RSA-CERT SHA256:abc ID y (serial 0) CA RSA SHA256:def',
      ...['', null],
    ],
    [
      'Accepted publickey for bob from 10.0.3.7 port 4000 ssh2: RSA-CERT SHA256:abc ID bob from 10.0.0.1 (serial 3) CA RSA SHA256:def',
      ...['bob', '10.0.3.7'],
    ],
    ['Invalid user  from 203.0.113.9 port 4000', '', '203.0.113.9'],
    ['User bob from 203.0.113.9 not allowed because not listed in AllowUsers', '', '203.0.113.9'],
    [
      'pam_unix(sshd:auth): authentication failure; logname= uid=0 euid=0 tty=ssh ruser= rhost=203.0.113.9  user=x rhost=10.0.0.1',
      ...['', '203.0.113.9'],
    ],
    [
      'pam_unix(sshd:auth): authentication failure; logname= uid=0 euid=0 tty=ssh ruser= rhost=cafe  user=x',
      ...['', null],
    ],
  ])('has of a client’s address what sshd says, not what the client does: %s', async (message, user, ip) => {
    for (const program of ['sshd', 'sshd-session']) {
      const who = user === '' ? program : `${program} ${user}`;
      expect(await moments(`2026-01-01T10:00:00Z n1 ${program}[1]: ${message}`)).toMatchObject([{ who, ip }]);
    }
  });

  it('takes no address from a command', async () => {
    const line = 'sudo: bob : TTY=pts/0 ; PWD=/ ; USER=root ; COMMAND=/bin/echo from 10.0.0.1 rhost=10.0.0.1';
    expect(await moments(`2026-01-01T10:00:00Z n1 ${line}`)).toMatchObject([{ who: 'sudo bob', ip: null }]);
  });

  it('shows the folder that sudo was called in, and no secret that is named so', async () => {
    const sudo = async (rest: string) =>
      (await moments(`2026-01-01T10:00:00Z n1 sudo:  bob : ${rest}`))[0]?.text ?? '';
    expect(await sudo('TTY=pts/0 ; PWD=/home/bob ; USER=root ; COMMAND=/bin/sh PWD=Pa55word')).toMatch(
      /PWD=\/home\/bob ; USER=root ; COMMAND=\/bin\/sh PWD=<redacted>$/,
    );
    const jwt = 'eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJ4In0.c2lnbmF0dXJlLXgtMTIz';
    expect(await sudo(`TTY=pts/0 ; PWD=/tmp/${jwt} ; USER=root ; COMMAND=/bin/sh`)).not.toContain(jwt);
  });

  it('of old times is of the last year that fits, by the local clock, and says so', async () => {
    const content =
      'Dec 31 23:30:00 n1 sshd[1]: a\nJan  2 12:00:01 n1 sshd[1]: b\nFeb 29 01:00:00 n1 sshd[1]: c\n';
    const { moments: all, notes } = await read('auth', content, 'Europe/Berlin');
    expect(all.map(({ atUs }) => formatMicros(atUs))).toEqual([
      '2025-12-31T22:30:00.000000Z',
      '2026-01-02T11:00:01.000000Z',
      '2024-02-29T00:00:00.000000Z',
    ]);
    expect(notes.map(({ code }) => code)).toEqual(['time-assumed']);
    expect(notes[0]?.text).toContain('Europe/Berlin');
  });

  it('of whole times assumes nothing', async () => {
    const { moments: all, notes } = await read('auth', LOGIN, 'Europe/Berlin');
    expect(formatMicros(all[0]?.atUs ?? 0)).toBe('2026-01-01T09:00:02.250000Z');
    expect(notes).toEqual([]);
  });

  it.each([
    'Foo 11 10:00:00 n1 sshd[1]: x',
    'Jan 41 10:00:00 n1 sshd[1]: x',
    'Jan 11 25:00:00 n1 sshd[1]: x',
  ])('cannot read %s', async (line) => {
    await expect(read('auth', line)).rejects.toMatchObject({ code: 'AUDIT_BAD_WITH' });
  });

  it('hides secrets on command lines', async () => {
    const [moment] = await moments(
      'Jan  1 10:00:00 n1 sudo:    bob : TTY=pts/0 ; PWD=/ ; USER=root ; COMMAND=/usr/bin/mysql --password=Pa55-in-sudo',
    );
    expect(moment?.text).not.toContain('Pa55-in-sudo');
  });
});

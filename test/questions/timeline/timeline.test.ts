/** timeline on small incidents told by hand. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Moment } from '../../../src/event/moment.ts';
import { parseObject } from '../../../src/query/parse-object.ts';
import { findWord, type Word } from '../../../src/query/words.ts';
import { FORMATS } from '../../../src/render/registry.ts';
import { OPTIONS } from '../../support/answers.ts';
import { HOSTILE_TEXTS } from '../../support/hostile-texts.ts';
import { memorySource } from '../../support/memory-source.ts';
import { DEPLOYMENTS, deployment, paths, pod, RS, replicaSet } from '../cause-chain/told.ts';
import { anObject, eventOf, type Scene } from '../story.ts';
import {
  drawn,
  printed,
  type Timeline,
  timelineFrom,
  timelineOf,
  timelineOfScenes,
} from './timeline-support.ts';

const { NS, APPS } = paths;
const TOUCH = findWord('touch') as Word;
const object = (typed: string, namespace: string | null = 'shop') =>
  parseObject(TOUCH, [typed], { namespace, subresource: null });

const owner = (apiVersion: string, kind: string, name: string) => ({
  metadata: { ownerReferences: [{ apiVersion, kind, name, uid: `uid-${name}`, controller: true }] },
});

describe('an object', () => {
  it('has children that its name does not tell, of whatever type, down to the last', async () => {
    const scenes: Scene[] = [
      {
        verb: 'create',
        uri: '/apis/db.example.com/v1/namespaces/shop/clusters',
        at: 0,
        code: 201,
        answer: anObject('Cluster', 'main'),
        ref: { name: 'main' },
      },
      {
        ...{
          user: 'operator',
          verb: 'create',
          uri: `${NS}/configmaps`,
          at: 1,
          code: 201,
          ref: { name: 'odd' },
        },
        answer: anObject('ConfigMap', 'odd', owner('db.example.com/v1', 'Cluster', 'main')),
      },
      {
        ...{
          user: 'operator',
          verb: 'create',
          uri: `${NS}/secrets`,
          at: 2,
          code: 201,
          ref: { name: 'deep' },
        },
        answer: anObject('Secret', 'deep', owner('v1', 'ConfigMap', 'odd')),
      },
      { user: 'bob', verb: 'delete', uri: `${NS}/secrets/deep`, at: 3, code: 403 },
      {
        ...{
          user: 'operator',
          verb: 'create',
          uri: `${NS}/configmaps`,
          at: 4,
          code: 201,
          ref: { name: 'other' },
        },
        answer: anObject('ConfigMap', 'other', owner('db.example.com/v1', 'Cluster', 'another')),
      },
    ];
    const rows = drawn(await timelineOfScenes(scenes, { object: object('clusters.db.example.com/main') }));
    expect(rows).toEqual([
      'alice: shop/clusters.db.example.com/main created (done 201)',
      'operator: shop/cm/odd created (done 201)',
      'operator: shop/secret/deep created (done 201)',
      'bob: tried to delete shop/secret/deep (refused 403)',
    ]);
  });

  it('stands under its owners: their changes are rows, what came of them elsewhere is none', async () => {
    const made = (name: string, at: number): Scene => ({
      ...{ user: RS, verb: 'create', uri: `${NS}/pods`, at, code: 201, ref: { name } },
      answer: pod(name, 'web-5d'),
    });
    const scenes: Scene[] = [
      {
        verb: 'create',
        uri: `${APPS}/deployments`,
        at: 0,
        code: 201,
        answer: deployment('web', 2),
        ref: { name: 'web' },
      },
      {
        ...{ user: DEPLOYMENTS, verb: 'create', uri: `${APPS}/replicasets`, at: 1, code: 201 },
        answer: replicaSet('web-5d', 'web', 2),
        ref: { name: 'web-5d' },
      },
      made('web-5d-bbbbb', 2),
      made('web-5d-ccccc', 3),
    ];
    const rows = drawn(await timelineOfScenes(scenes, { object: object('pod/web-5d-ccccc') }));
    expect(rows).toEqual([
      'alice: shop/deploy/web created (done 201)',
      '.sa:kube-system/deployment-controller: shop/rs/web-5d created (done 201)',
      '..sa:kube-system/replicaset-controller: shop/pod/web-5d-ccccc created (done 201)',
    ]);
  });

  it('that nothing happened to is witnessed, or the log cannot tell', async () => {
    const other: Scene = { verb: 'delete', uri: `${NS}/configmaps/other`, at: 0 };
    const witnessed = await timelineOfScenes([other], { object: object('cm/flags') });
    expect(witnessed.says).toMatch(/^nothing that was asked for happened to shop\/cm\/flags between/);
    const unwitnessed = await timelineOfScenes([other], { object: object('secret/flags') });
    expect(unwitnessed.says).toMatch(/^this log cannot tell what happened to shop\/secret\/flags/);
    expect(unwitnessed.coverage.complete).toBe(false);
    expect(unwitnessed.rows.map(({ origin, when }) => [origin, when])).toEqual([['gap', null]]);
  });
});

describe('the order', () => {
  it('puts nothing above its cause, where the clock of another API server is behind', async () => {
    const uri = `${NS}/pods/web-5d-bbbbb`;
    const answer = pod('web-5d-bbbbb', 'web-5d');
    const asked = eventOf({ user: RS, verb: 'delete', uri, at: 10, answer }, 0);
    const body = { gracePeriodSeconds: 0, preconditions: { uid: 'uid-web-5d-bbbbb' } };
    const completed = eventOf({ user: 'system:node:n1', verb: 'delete', uri, at: 9.6, body, answer }, 1);
    const behind = memorySource([completed], { name: 'cp-2' });
    const params = { object: object('pod/web-5d-bbbbb') };
    expect(drawn(await timelineFrom([asked], params, { name: 'cp-1' }, [behind]))).toEqual([
      'sa:kube-system/replicaset-controller: shop/pod/web-5d-bbbbb deleted (done 200)',
      '.node:n1: shop/pod/web-5d-bbbbb deleted (done 200)',
    ]);
  });
});

describe('housekeeping', () => {
  const scenes: Scene[] = [
    { user: 'system:node:n1', verb: 'get', uri: `${NS}/secrets/db`, at: 0 },
    { user: 'system:node:n1', verb: 'get', uri: `${NS}/secrets/other`, at: 1, code: 403 },
    {
      user: 'system:serviceaccount:kube-system:fake-controller',
      verb: 'get',
      uri: `${NS}/secrets/db`,
      at: 2,
    },
    { user: 'bob', verb: 'get', uri: '/apis/apps/v1', at: 3 },
    { user: null, verb: 'get', uri: '/api', at: 4, code: 401 },
    {
      user: 'system:kube-scheduler',
      verb: 'update',
      uri: '/apis/coordination.k8s.io/v1/namespaces/kube-system/leases/s',
      at: 5,
    },
  ];

  it('is left out and said; what was refused and what only looks like it is not', async () => {
    const { rows, notes } = await timelineOfScenes(scenes);
    expect(rows.map(({ text }) => text)).toEqual([
      'node:n1: tried to get shop/secret/other (refused 403)',
      'sa:kube-system/fake-controller: shop/secret/db read (done 200)',
      'nobody known: tried to get /api (refused 401)',
    ]);
    expect(notes.map(({ code }) => code)).toContain('housekeeping');
  });

  it('is there with --all', async () => {
    const { rows, notes } = await timelineOfScenes(scenes, { wantsAll: true });
    expect(rows).toHaveLength(scenes.length);
    expect(notes.map(({ code }) => code)).not.toContain('housekeeping');
  });
});

describe('beside other logs', () => {
  const moment = (over: Partial<Moment> & { readonly seconds: number }): Moment => {
    const { seconds, ...rest } = over;
    const atUs = Date.parse('2026-11-24T08:00:00Z') * 1000 + seconds * 1_000_000;
    return {
      ...{ origin: 'event', atUs, who: 'kubelet', text: `at ${seconds}`, object: null, ip: null },
      ...{ auditID: null, isAlarming: false, source: 'other.log', line: seconds },
      ...rest,
    };
  };
  const web = { group: '', resource: 'pods', namespace: 'shop', name: 'web-5d-bbbbb', uid: null };
  const moments = [
    moment({ seconds: 9, text: 'elsewhere', object: { ...web, namespace: 'other' } }),
    moment({
      seconds: 7,
      origin: 'falco',
      who: 'falco',
      text: 'alert',
      auditID: 'story-1',
      isAlarming: true,
    }),
    moment({ seconds: 3, text: 'Killing', object: web }),
    moment({ seconds: 1, origin: 'auth', who: 'sshd alice', text: 'login', ip: '10.0.0.7' }),
    moment({ seconds: 8, origin: 'auth', who: 'sshd eve', text: 'login', ip: '10.9.9.9' }),
  ];
  const scenes: Scene[] = [
    { verb: 'delete', uri: `${NS}/pods/web-5d-bbbbb`, at: 2, answer: pod('web-5d-bbbbb', 'web-5d') },
    { user: 'bob', verb: 'get', uri: `${NS}/pods/web-5d-bbbbb`, at: 6, code: 404 },
  ];
  const beside = { moments, gaps: [], notes: [{ code: 'time-assumed', text: 'of this year' }] };
  const told = ({ rows }: Pick<Timeline, 'rows'>) =>
    rows.map(({ origin, depth, text }) => `${origin} ${depth} ${text}`);

  it('is one stream, each row marked with its origin, an alert under the request that it names', async () => {
    const answer = await timelineOfScenes(scenes, { object: object('pod/web-5d-bbbbb'), beside });
    expect(told(answer)).toEqual([
      'auth 0 sshd alice: login',
      'audit 0 alice: shop/pod/web-5d-bbbbb deleted (done 200)',
      'event 0 kubelet: Killing',
      'audit 0 bob: tried to get shop/pod/web-5d-bbbbb (not found 404)',
      'falco 1 falco: alert',
    ]);
    expect(answer.rows[4]).toMatchObject({
      parent: 'story-1',
      link: 'proven',
      who: null,
      source: 'other.log',
    });
    expect(answer.drawing?.marks[4]).toMatchObject({ under: 3, tone: 'bad' });
    expect(answer.drawing?.lanes).toEqual(['auth', 'alice', 'event', 'bob', 'falco']);
  });

  it('says how many tell of nothing that is here, and what of their times was assumed', async () => {
    const { notes } = await timelineOfScenes(scenes, { object: object('pod/web-5d-bbbbb'), beside });
    expect(notes.find(({ code }) => code === 'moments-left')?.text).toMatch(/^2 events, alerts and lines/);
    expect(notes.some(({ code }) => code === 'time-assumed')).toBe(true);
  });

  it('shows all of them where everything is asked for, and of a time only its own, to the microsecond', async () => {
    expect((await timelineOfScenes(scenes, { beside })).rows).toHaveLength(7);
    const at = moments[2]?.atUs ?? 0;
    const window = (sinceUs: number, untilUs: number) => ({
      window: { sinceUs, untilUs, isDefault: false },
      beside,
    });
    expect(told(await timelineOfScenes(scenes, window(at, at + 1)))).toEqual(['event 0 kubelet: Killing']);
    expect(told(await timelineOfScenes(scenes, window(at + 1, at + 2)))).toEqual([]);
  });

  it('hides secrets in whatever these tell, in every format', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'kubectl-audit-beside-'));
    const jwt = 'eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJ4In0.c2lnbmF0dXJlLXgtMTIz';
    const fields = (name: string) => ({ 'ka.sourceips': `(10.0.0.7,${jwt})`, ...{ [name]: jwt } });
    const alert = (fieldsOf: object) => ({
      ...{
        priority: 'Notice',
        rule: 'r',
        output: jwt,
        time: '2026-11-23T08:47:45Z',
        output_fields: fieldsOf,
      },
    });
    const target = { 'ka.target.resource': 'pods' };
    const falco = [
      alert(fields('k8s.pod.name')),
      alert({ ...target, ...fields('ka.target.name') }),
      alert({ ...target, ...fields('ka.target.namespace') }),
      alert(fields('ka.target.resource')),
    ];
    const event = (involvedObject: object) => ({
      ...{ involvedObject, reason: jwt, message: jwt, lastTimestamp: '2026-11-23T08:47:45Z' },
    });
    const of = { apiVersion: 'v1', kind: 'Pod', namespace: 'shop', name: 'x' };
    const events = ['name', 'namespace', 'uid', 'apiVersion', 'kind'].map((one) =>
      event({ ...of, [one]: one === 'apiVersion' ? `${jwt}/v1` : jwt }),
    );
    const lines = (all: readonly object[]) => all.map((one) => JSON.stringify(one)).join('\n');
    try {
      writeFileSync(join(folder, 'falco'), lines(falco));
      writeFileSync(join(folder, 'events'), lines(events));
      const kinds = ['falco', 'events'].map((kind) => `${kind}:${join(folder, kind)}`);
      const flags = { file: ['test/fixtures/shop/audit.log'], 'all-namespaces': true, with: kinds };
      for (const output of ['wide', 'json', 'jsonl', 'yaml', 'csv', 'markdown', 'html', 'name']) {
        const text = await printed('', { ...flags, output } as never);
        expect(text).toContain('redacted');
        expect(text.toLowerCase(), output).not.toContain(jwt.slice(0, 20).toLowerCase());
      }
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('is of all the time that was read, when nothing was in the window, and is asked for again', async () => {
    const nowUs = Date.parse('2026-11-24T09:00:00Z') * 1000;
    const { rows, next } = await timelineOfScenes(scenes, {
      ...{ object: object('pod/web-5d-bbbbb'), beside },
      window: { sinceUs: nowUs - 60_000_000, untilUs: null, isDefault: true },
      ...{ sameBeside: ' --with events:e.json', sameWindow: ' --since 1m' },
    });
    expect(rows.map(({ origin }) => origin)).toEqual(['auth', 'audit', 'event', 'audit', 'falco']);
    expect(next.filter((one) => one.includes(' timeline '))).not.toEqual([]);
    for (const one of next.filter((words) => words.includes(' timeline ')))
      expect(one).toMatch(/^(?!.*--since).* --with events:e\.json/);
  });

  it('is incomplete where a line could not be read', async () => {
    const gaps = [{ code: 'unreadable-lines' as const, text: '2 could not be read', source: 'other.log' }];
    const answer = await timelineOfScenes(scenes, { beside: { ...beside, gaps } });
    expect(answer.coverage.complete).toBe(false);
    expect(told(answer)[0]).toBe('gap 0 other.log: 2 could not be read');
  });
});

describe('beside other audit logs', () => {
  const two = ['test/fixtures/two-servers'];
  const shop = 'audit:test/fixtures/shop/audit.log';

  it('is one stream, each row marked with its origin, tied only within its own log', async () => {
    const alone = await timelineOf('deploy/web', { file: two, namespace: 'shop' });
    const other = await timelineOf('deploy/web', {
      file: ['test/fixtures/shop/audit.log'],
      namespace: 'shop',
    });
    const both = await timelineOf('deploy/web', { file: two, namespace: 'shop', with: [shop] });
    const of = (origin: string) => both.rows.filter((row) => row.origin === origin);
    const isRequest = ({ origin }: { origin: string }) => origin === 'audit';
    expect(of('audit')).toEqual(alone.rows.filter(isRequest));
    expect(of(shop).map(({ origin: _origin, ...row }) => row)).toEqual(
      other.rows.filter(isRequest).map(({ origin: _origin, ...row }) => row),
    );
    const times = both.rows.map(({ when }) => when ?? '').filter(Boolean);
    // Nothing above its cause: within a log the order may be another one than that of the clocks.
    expect(times[0]).toBe(times.toSorted()[0]);
    expect(both.coverage.events).toBe(alone.coverage.events + other.coverage.events);
    expect(both.coverage.sources.map(({ name }) => name)).toContain(`${shop} test/fixtures/shop/audit.log`);
    expect(both.status).toBe(Math.max(alone.status, other.status));
  });

  it('prints the events of all of them in the order of the rows, and draws a lane for each actor of each', async () => {
    const flags = { file: two, namespace: 'shop', with: [shop], since: '3d' };
    const raw = (await printed('cm/flags', { ...flags, output: 'raw' })).trimEnd().split('\n');
    const { rows } = await timelineOf('cm/flags', flags);
    const ids = rows.flatMap(({ auditID }) => auditID ?? []);
    expect(raw.map((line) => (JSON.parse(line) as { auditID: string }).auditID)).toEqual(ids);
    expect(await printed('cm/flags', { ...flags, output: 'html' })).toContain(`bob (${shop.slice(0, 12)}`);
  });

  it.each(['context:', 'source:', 'audit:', 'audit:-', 'sysdig:x'])('refuses --with %s', async (text) => {
    await expect(timelineOf('', { file: two, with: [text] })).rejects.toMatchObject({ code: 'AUDIT_USAGE' });
  });

  it('refuses a log that is not there', async () => {
    await expect(timelineOf('', { file: two, with: ['audit:missing.log'] })).rejects.toMatchObject({
      code: 'AUDIT_FILE_NOT_FOUND',
    });
  });
});

describe('as a command', () => {
  const file = ['test/fixtures/shop/audit.log'];

  it('shows what is around a time, to the microsecond', async () => {
    const { rows } = await timelineOf('', {
      file,
      since: undefined,
      around: '2026-11-23T08:47:45.925Z ±1s',
    } as never);
    const times = rows.filter(({ depth }) => depth === 0).map(({ when }) => when ?? '');
    expect(times.length).toBeGreaterThan(3);
    expect(times.every((at) => at >= '2026-11-23T08:47:44.925' && at <= '2026-11-23T08:47:46.925001')).toBe(
      true,
    );
  });

  it('excludes --around together with --since', async () => {
    await expect(timelineOf('', { file, around: '03:12' })).rejects.toMatchObject({ code: 'AUDIT_USAGE' });
  });

  it('keeps the newest rows, and all that they stand under', async () => {
    const { rows, notes } = await timelineOf('deploy/web', { file, namespace: 'shop', limit: '1' });
    expect(drawn({ rows })).toEqual([
      'ci-bot: shop/deploy/web deleted (done 200)',
      '.sa:kube-system/generic-garbage-collector: shop/rs/web-6bf4c8fd48 deleted (done 200)',
      expect.stringMatching(
        /^\.\.sa:kube-system\/generic-garbage-collector: shop\/pod\/web-6bf4c8fd48-\w+ deleted/,
      ),
      expect.stringMatching(/^\.\.\.node:cp-1: shop\/pod\/web-6bf4c8fd48-\w+ deleted/),
    ]);
    expect(notes.some(({ code }) => code === 'limited')).toBe(true);
  });

  it('draws a table', async () => {
    const text = await printed('cm/flags', { file, namespace: 'shop' });
    expect(text).toMatchInlineSnapshot(`
      "shop/cm/flags: 13 requests from 2026-11-23T08:47:00Z to 2026-11-23T08:47:45Z by bob, alice as dave, ci-bot, alice and 2 others; 1 refused

      WHEN  UTC       WHO               WHAT                FROM       RESULT
      11-23 08:47:00  system:anonymous  tried to create cm  127.0.0.1  refused RBAC
      11-23 08:47:00  bob               tried to create cm  127.0.0.1  failed 400
      11-23 08:47:00  bob               tried to create cm  127.0.0.1  failed 415
      11-23 08:47:01  ci-bot            cm/flags created    127.0.0.1  done 201
      11-23 08:47:01  bob               cm/flags deleted    127.0.0.1  done 200
      11-23 08:47:01  alice             cm/flags created    127.0.0.1  done 201
      11-23 08:47:11  alice as carol    cm listed           127.0.0.1  done 200
      11-23 08:47:11  alice as dave     cm/flags deleted    127.0.0.1  done 200
      11-23 08:47:40  bob               cm listed           127.0.0.1  done 200
      11-23 08:47:40  bob               cm watched          127.0.0.1  done 200
      11-23 08:47:45  ci-bot            cm listed           127.0.0.1  done 200

      note   2 reads that belong to a write by the same client (to look before, to wait after): not in the table; -o wide shows them
             left out: heartbeats, status, look-ups of types, and what the cluster's own components read (--all)
      read   test/fixtures/shop/audit.log: 11-23 08:46:51 to 11-23 08:48:03 UTC, 5.7 MB
             858 events; configmaps at RequestResponse (44 requests seen), Metadata (17 requests seen)
      next   kubectl audit what-changed cm/flags -n shop --since 2026-11-21T09:00:00Z --file test/fixtures/shop/audit.log
             kubectl audit timeline -A --by alice --since 3d --file test/fixtures/shop/audit.log
             kubectl audit timeline cm/flags --namespace shop --since 3d --file test/fixtures/shop/audit.log -o markdown
      "
    `);
  });

  it('lets no text of an event act, in any format', async () => {
    const scenes = HOSTILE_TEXTS.map(
      (text, n): Scene => ({
        user: text,
        verb: 'delete',
        uri: `${NS}/configmaps/x`,
        at: n,
        ref: { name: text, namespace: text },
        over: { userAgent: text },
      }),
    );
    const answer = await timelineOfScenes(scenes);
    expect(answer.rows).toHaveLength(scenes.length);
    for (const name of ['table', 'wide', 'csv', 'markdown', 'json', 'jsonl', 'yaml']) {
      const renderer = await FORMATS.find((format) => format.name === name)?.load();
      const text = [...(renderer?.render(answer, OPTIONS) ?? [])].join('');
      expect(text.length, name).toBeGreaterThan(1000);
      expect(text, name).not.toMatch(/[^\P{Cc}\n]|[\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u);
    }
  });
});

import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeEvent, MAX_DEPTH } from '../../src/event/decode.ts';
import { salvage } from '../../src/event/salvage.ts';
import { unwrap } from '../../src/sources/envelope.ts';
import { line, type Scanned, scanText } from './scan-text.ts';

const [a, b, c] = [line('a'), line('b'), line('c')];
const pretty = (id: string, indent = 2): string => JSON.stringify(JSON.parse(line(id)), null, indent);
const list = (...ids: string[]) => ({
  kind: 'EventList',
  apiVersion: 'audit.k8s.io/v1',
  metadata: {},
  items: ids.map((id) => {
    const { kind: _kind, apiVersion: _version, ...item } = JSON.parse(line(id));
    return item as unknown;
  }),
});

describe('the ways in which events are written down', () => {
  it.each<readonly [string, string]>([
    ['a line each', `${a}\n${b}\n${c}\n`],
    ['a line each, the last without a newline', `${a}\n${b}\n${c}`],
    ['Windows line ends', `${a}\r\n${b}\r\n${c}\r\n`],
    ['empty lines between', `\n${a}\n\n  \n${b}\n\n${c}\n\n`],
    ['a byte-order mark', `\ufeff${a}\n${b}\n${c}\n`],
    ['NULs of a crashed node', `${a}\n\0\0\0\0${b}\n\0\0\n${c}\n\0\0\0\0\0`],
    ['NULs between two in a line', `${a}\0\0\0${b}\n${c}\n`],
    ['all in one line', `${a}${b}${c}`],
    ['all in one line, with blanks', `${a} ${b}  ${c}\n`],
    ['an array in one line', `[${a},${b},${c}]\n`],
    ['an array, a line each', `[\n${a},\n${b},\n${c}\n]\n`],
    ['an array, commas in front', `[${a}\n,${b}\n,${c}]\n`],
    ['an array that begins with the first', `[${a},\n${b},\n${c}]\n`],
    [
      'a pretty array',
      `${JSON.stringify(
        [a, b, c].map((text) => JSON.parse(text)),
        null,
        2,
      )}\n`,
    ],
    ['an EventList in one line', JSON.stringify(list('a', 'b', 'c'))],
    ['a pretty EventList', JSON.stringify(list('a', 'b', 'c'), null, 4)],
    [
      'an EventList, a line each',
      `{"kind":"EventList","apiVersion":"audit.k8s.io/v1","metadata":{},"items":[\n${a},\n${b},\n${c}]}\n`,
    ],
    ['two EventLists', `${JSON.stringify(list('a'))}\n${JSON.stringify(list('b', 'c'))}\n`],
    [
      'two pretty EventLists in one go',
      `${JSON.stringify(list('a'), null, 2)}${JSON.stringify(list('b', 'c'), null, 2)}`,
    ],
    ['pretty events', `${pretty('a')}\n${pretty('b')}\n${pretty('c', 1)}\n`],
    ['pretty events with tabs', `${JSON.stringify(JSON.parse(a), null, '\t')}\n${pretty('b')}${pretty('c')}`],
    ['pretty and plain mixed', `${a}\n${pretty('b')}\n${c}\n`],
    ['a host before each', `cp-1 ${a}\ncp-1 ${b}\ncp-2.example.org ${c}\n`],
    [
      'syslog',
      `<13>1 2026-01-02T15:04:05Z cp-1 audit - - - ${a}\n<13>Jan  2 15:04:05 cp-1 audit[7]: ${b}\n[1] ${c}\n`,
    ],
    [
      'CRI',
      `2026-01-02T15:04:05.1Z stdout F ${a}\n2026-01-02T15:04:05.1+01:00 stderr F ${b}\n2026-01-02T15:04:05Z stdout F ${c}\n`,
    ],
    [
      'CRI in parts, two streams at once',
      `2026-01-02T15:04:05Z stdout P ${a.slice(0, 100)}\n2026-01-02T15:04:05Z stderr F ${b}\n2026-01-02T15:04:05Z stdout P ${a.slice(100, 300)}\n` +
        `2026-01-02T15:04:05Z stdout F ${a.slice(300)}\n2026-01-02T15:04:05Z stdout F ${c}\n`,
    ],
  ])('%s', async (_name, text) => {
    const scanned = await scanText(text);
    expect([...scanned.ids].sort()).toEqual(['a', 'b', 'c']);
    expect(scanned.rejects).toEqual([]);
  });

  it('joins what Docker has split', async () => {
    const long = line('long', { userAgent: 'x'.repeat(40_000) });
    const docker = (log: string): string =>
      `${JSON.stringify({ log, stream: 'stdout', time: '2026-01-02T15:04:05Z' })}\n`;
    const parts = [long.slice(0, 16_384), long.slice(16_384, 32_768), `${long.slice(32_768)}\n`];
    const scanned = await scanText(docker(`${a}\n`) + parts.map(docker).join('') + docker(`${b}\n`));
    expect(scanned.ids).toEqual(['a', 'long', 'b']);
    expect(scanned.rejects).toEqual([]);
  });

  it.each(['log', 'message'])(
    'joins in "%s" what the kubelet has split and a forwarder handed on',
    async (key) => {
      const record = (logtag: string, text: string, stream = 'stdout'): string =>
        `${JSON.stringify({ stream, logtag, [key]: text, time: '2026-01-02T15:04:05Z' })}\n`;
      const scanned = await scanText(
        [
          record('P', a.slice(0, 300)),
          record('F', 'I0102 klog', 'stderr'),
          record('P', a.slice(300, 500)),
          record('F', a.slice(500)),
          record('F', b),
        ].join(''),
        { unwrap },
      );
      expect(scanned.ids).toEqual(['a', 'b']);
      expect(scanned.reasons).toEqual(['no audit event']);
    },
  );

  it("leaves another program's text alone", async () => {
    const text = `I0102 15:04:05.000000       1 httplog.go:132] "HTTP" verb="GET" {"a":1}\n${a}\nplain text\n{"level":"info"}\n[INFO] x\n12\n`;
    const scanned = await scanText(text);
    expect(scanned.ids).toEqual(['a']);
    expect(new Set(scanned.reasons)).toEqual(new Set(['no audit event']));
  });

  it('reads the legacy text format', async () => {
    const text =
      '2026-01-02T15:04:05.123456Z AUDIT: id="l1" stage="ResponseComplete" ip="172.18.0.1" method="delete" user="kubernetes-admin" ' +
      'groups="\\"kubeadm:cluster-admins\\",\\"system:authenticated\\"" as="<self>" asgroups="<lookup>" user-agent="kubectl \\"x\\"" ' +
      'namespace="prod" uri="/apis/apps/v1/namespaces/prod/deployments/api" response="200"\n';
    const { events } = await scanText(text);
    expect(events).toHaveLength(1);
    expect(events[0]).toMatchObject({
      auditID: 'l1',
      verb: 'delete',
      user: { username: 'kubernetes-admin', groups: ['kubeadm:cluster-admins', 'system:authenticated'] },
      impersonatedUser: null,
      userAgent: 'kubectl "x"',
      responseStatus: { code: 200 },
      requestReceivedTimestamp: '2026-01-02T15:04:05.123456Z',
      cut: { why: 'reconstructed' },
    });
    expect(events[0]?.cut?.lost).toContain('objectRef');
  });

  it('reads UTF-16 of either order, with a mark or without', async () => {
    for (const mark of ['\ufeff', '']) {
      const little = Buffer.from(`${mark}${a}\r\n${b}\r\n`, 'utf16le');
      for (const bytes of [little, Buffer.from(little).swap16()]) {
        const scanned = await scanText(bytes, { cuts: [101, 1003] });
        expect(scanned.ids).toEqual(['a', 'b']);
        expect(scanned.events[0]?.userAgent).toBe('kubectl } ] é');
        expect(scanned.rejects).toEqual([]);
      }
    }
  });

  it('counts lines from 1, and elements where they begin', async () => {
    const scanned = await scanText(`${a}\n[\n${b},\n${pretty('c')}\n]\n`);
    expect(scanned.events.map((event) => event.position.line)).toEqual([1, 3, 4]);
  });
});

describe('lines too long to be held', () => {
  const maxLineBytes = 2000;

  it('hands on the elements of a list as they come', async () => {
    const ids = Array.from({ length: 40 }, (_, i) => `e${i}`);
    const text = `${a}\n${JSON.stringify(list(...ids))}\n[${ids.map((id) => line(`x${id}`)).join(',')}]\n${b}\n`;
    for (const cuts of [[], [1, 500, 501, 7000, 7001, 9999]]) {
      const scanned = await scanText(text, { maxLineBytes, cuts });
      expect(scanned.ids).toEqual(['a', ...ids, ...ids.map((id) => `x${id}`), 'b']);
      expect(scanned.rejects).toEqual([]);
    }
  });

  it('salvages head and tail of any other', async () => {
    const long = line('long', { responseObject: { kind: 'List', items: ['y'.repeat(700_000)] } });
    const scanned = await scanText(`${a}\n${long}\n${b}\n`, { maxLineBytes, cuts: [100, 3000, 300_000] });
    expect(scanned.ids).toEqual(['a', 'b']);
    expect(scanned.rejects).toHaveLength(1);
    expect(scanned.rejects[0]).toMatchObject({ reason: 'line too long', position: { line: 2 } });
    expect(scanned.rejects[0]?.salvaged).toMatchObject({
      auditID: 'long',
      requestReceivedTimestamp: '2026-01-02T15:04:05.123456Z',
      annotations: { 'authorization.k8s.io/decision': 'allow' },
      cut: { why: 'line too long', lost: ['responseObject'] },
    });
  });

  it('finds the event behind a hole of NULs', async () => {
    const scanned = await scanText(`${a}\n${'\0'.repeat(10_000)}${b}\n${c}\n`, { maxLineBytes });
    expect(scanned.ids).toEqual(['a', 'b', 'c']);
  });

  it('is not led astray by long text', async () => {
    const scanned = await scanText(`${a}\n${'x{"'.repeat(5000)}\n${b}\n`, { maxLineBytes });
    expect(scanned.ids).toEqual(['a', 'b']);
    expect(scanned.reasons).toEqual(['no audit event']);
  });
});

describe('cut lines', () => {
  it('never swallow the next one, wherever they are cut', async () => {
    const bytes = Buffer.from(a);
    for (let at = 1; at < bytes.length; at++) {
      const text = Buffer.concat([bytes.subarray(0, at), Buffer.from(`\n${b}\n${c}\n`)]);
      const scanned = await scanText(text);
      expect([at, scanned.ids, scanned.reasons]).toEqual([at, ['b', 'c'], ['line cut']]);
      const salvaged = scanned.rejects[0]?.salvaged ?? null;
      expect([at, salvaged?.auditID ?? null]).toEqual([at, at > a.indexOf('"stage"') - 2 ? 'a' : null]);
    }
  });

  it('never swallow the next one in the same line, as after the crash of a server', async () => {
    const bytes = Buffer.from(a);
    for (let at = 1; at < bytes.length; at++) {
      const scanned = await scanText(Buffer.concat([bytes.subarray(0, at), Buffer.from(`${b}\n${c}\n`)]));
      expect([at, scanned.ids, scanned.reasons]).toEqual([at, ['b', 'c'], ['line cut']]);
    }
  });

  it('give nothing out that stood in their bodies, whatever it looks like', async () => {
    const { kind, apiVersion, ...rest } = JSON.parse(line('forged'));
    const body = {
      kind: 'ConfigMap',
      data: { kind, apiVersion, ...rest },
      more: [JSON.parse(line('forged'))],
    };
    const holder = line('holder', { requestObject: body });
    const end = holder.indexOf('"responseObject"');
    for (let at = holder.indexOf('"requestObject"'); at < end; at++) {
      for (const tail of [`\n${b}\n`, `[Truncated...]\n${b}\n`]) {
        const scanned = await scanText(holder.slice(0, at) + tail);
        const salvaged = scanned.rejects.map((reject) => reject.salvaged?.auditID);
        // Cut right behind a whole one, it is as if a server had died before it and begun anew.
        const isWhole = tail.startsWith('\n') && holder.slice(0, at).endsWith(line('forged'));
        expect([at, scanned.ids, salvaged]).toEqual([at, isWhole ? ['forged', 'b'] : ['b'], ['holder']]);
      }
    }
  });

  it('two after one another lose nothing but themselves', async () => {
    for (let at = 1; at < a.length; at += 3) {
      const scanned = await scanText(`${a.slice(0, at)}\n${b.slice(0, -40)}\n${c}\n`);
      expect([at, scanned.ids]).toEqual([at, ['c']]);
      expect([at, scanned.rejects.at(-1)?.salvaged?.auditID]).toEqual([at, 'b']);
    }
  });

  it('in a pretty document end it, and nothing else', async () => {
    const text = `${JSON.stringify(list('x', 'y'), null, 2)}\n`;
    for (let at = 1; at < text.length - 2; at += 7) {
      const scanned = await scanText(`${text.slice(0, at)}\n${b}\n${c}\n`);
      expect([at, scanned.ids.slice(-2)]).toEqual([at, ['b', 'c']]);
    }
  });

  it('within an array of lines cost one element', async () => {
    for (let at = 1; at < a.length; at += 5) {
      const scanned = await scanText(`[\n${b},\n${a.slice(0, at)}\n${c},\n${line('d')}\n]\n`);
      expect([at, scanned.ids]).toEqual([at, ['b', 'c', 'd']]);
    }
  });

  it('whose beginning is missing are counted', async () => {
    const scanned = await scanText(`${a.slice(150)}\n${b}\n`);
    expect([scanned.ids, scanned.reasons]).toEqual([['b'], ['line cut']]);
  });

  it('at the end of a file without a newline are unfinished, not lost', async () => {
    const { rejects } = await scanText(`${b}\n${a.slice(0, 300)}`);
    expect(rejects).toMatchObject([
      { reason: 'line cut', isUnfinishedTail: true, salvaged: { auditID: 'a' } },
    ]);
    const finished = await scanText(`${b}\n${a.slice(0, 300)}\n`);
    expect(finished.rejects).toMatchObject([{ reason: 'line cut', isUnfinishedTail: false }]);
  });

  it('of a forwarder are salvaged from the text it kept', async () => {
    const { rejects } = await scanText(`${JSON.stringify({ broken: `${a.slice(0, 400)}[Truncated...]` })}\n`);
    expect(rejects).toMatchObject([{ reason: 'line cut', salvaged: { auditID: 'a' } }]);
    const quoted = `{"log":${JSON.stringify(a)}`.slice(0, 600);
    expect((await scanText(`${quoted}\n${b}\n`)).rejects).toMatchObject([
      { reason: 'line cut', salvaged: { auditID: 'a' } },
    ]);
  });
});

describe('salvage', () => {
  const context = { source: 's', position: { file: 'f', line: 1 }, recordTime: null, cut: null };

  it('names what was lost, and no field that the server had left out', () => {
    const event = salvage(a.slice(0, a.indexOf('"responseStatus"') + 20), null, context);
    expect(event?.cut?.lost).toEqual([
      'responseStatus',
      'requestObject',
      'responseObject',
      'requestReceivedTimestamp',
      'stageTimestamp',
      'annotations',
    ]);
    expect(event?.objectRef?.name).toBe('p1');
  });

  it("takes the record's time where the event's own are lost", () => {
    const event = salvage(a.slice(0, 400), null, { ...context, recordTime: '2026-01-02T15:04:06Z' });
    expect(event?.requestReceivedTimestamp).toBe('2026-01-02T15:04:06Z');
  });

  it('presumes nothing about what is missing in another order of keys', () => {
    const event = salvage('{"auditID":"a","verb":"delete","stage":"ResponseComplete","us', null, context);
    expect(event).toMatchObject({ verb: 'delete', stage: 'ResponseComplete' });
    expect(event?.cut?.lost).toEqual(
      expect.arrayContaining(['level', 'requestURI', 'user', 'impersonatedUser']),
    );
  });

  it('does not believe a tail that is not the event\u2019s own', () => {
    const tail = ',"requestReceivedTimestamp":"2020-01-01T00:00:00.000000Z"}}';
    expect(salvage(a.slice(0, 400), tail, context)?.receivedUs).toBeNull();
  });

  it('never throws', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 60, unit: fc.constantFrom(...'{}[]",:\\a1 ') }), (text) => {
        salvage(`{"auditID":"x",${text}`, text, context);
      }),
    );
  });
});

describe('whatever the input', () => {
  const shop = readFileSync(new URL('../fixtures/shop/audit.log', import.meta.url)).subarray(0, 60_000);

  it('gives the same events for any chunk boundaries', async () => {
    const mixed = Buffer.concat([
      shop,
      Buffer.from(
        `\n${pretty('a')}\n${a.slice(0, 333)}\n${JSON.stringify(list('l', 'm'))}\n\0\0${b}\r\ncp-1 ${c}\nklog\n`,
      ),
      Buffer.from('2026-01-02T15:04:05Z stdout P {"kind":"x\n2026-01-02T15:04:05Z stdout F y"}\n'),
    ]);
    for (const maxLineBytes of [8_000_000, 3000, 700]) {
      const whole = summary(await scanText(mixed, { maxLineBytes }));
      const cuts = fc.array(fc.nat({ max: mixed.length }), { maxLength: 40 });
      await fc.assert(
        fc.asyncProperty(cuts, async (at) => {
          expect(summary(await scanText(mixed, { maxLineBytes, cuts: at }))).toEqual(whole);
        }),
        { numRuns: 40 },
      );
    }
  });

  it('reads every event that stands behind a newline after garbage, and never throws', async () => {
    const piece = fc.oneof(
      fc.constantFrom(
        '{',
        '}',
        '[',
        ']',
        '"',
        '\\',
        ',',
        ':',
        '\0',
        '\r',
        'null',
        '{"kind":"Event",',
        '"auditID":',
        '\u20ac',
      ),
      fc.constantFrom(
        '{"kind":"EventList","items":[',
        'AUDIT: id="',
        '2026-01-02T15:04:05Z stdout P ',
        '\n',
        '\n\n',
        ' ',
      ),
      fc.string({ maxLength: 8 }),
      fc.nat({ max: a.length }).map((at) => a.slice(0, at)),
      fc.nat({ max: a.length }).map((at) => a.slice(at)),
    );
    const garbage = fc.array(piece, { maxLength: 12 }).map((pieces) => pieces.join(''));
    await fc.assert(
      fc.asyncProperty(garbage, garbage, async (first, second) => {
        const { ids } = await scanText(`${first}\n${line('last')}\n${second}\n${line('very-last')}\n`);
        expect(ids.filter((id) => id.endsWith('last'))).toEqual(['last', 'very-last']);
      }),
      { numRuns: 3000 },
    );
  });

  it('finds by its text what nests too deep, as a walk through its value does', async () => {
    const nested = (depth: number, [open, close]: readonly [string, string]): string =>
      `${open.repeat(depth)}0${close.repeat(depth)}`;
    const depths = fc.oneof(fc.integer({ min: MAX_DEPTH - 3, max: MAX_DEPTH + 3 }), fc.constant(1));
    const container = fc.constantFrom(['[', ']'] as const, ['{"a":', '}'] as const);
    await fc.assert(
      fc.asyncProperty(
        depths,
        container,
        fc.nat({ max: 3 }),
        fc.boolean(),
        async (depth, of, more, isText) => {
          const body = `{"b":[${nested(depth, of)}],"c":"${'{['.repeat(more * 200)}"}`;
          const text = line('n', { requestObject: 'BODY' }).replace('"BODY"', body);
          const decoded = decodeEvent(JSON.parse(text), CONTEXT);
          const scanned = await scanText(isText ? JSON.stringify({ log: text }) : `${text}\n`);
          expect(scanned.reasons).toEqual('reason' in decoded ? [decoded.reason] : []);
        },
      ),
    );
  });

  it('takes random bytes without complaint', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), async (bytes) => {
        await scanText(Buffer.concat([Buffer.from('x'), bytes]));
      }),
    );
  });

  it('holds batches to their size', async () => {
    const many = Array.from({ length: 5000 }, (_, i) => line(`n${i}`)).join('\n');
    const scanned = await scanText(many);
    expect(scanned.events).toHaveLength(5000);
    expect(scanned.batches).toBeGreaterThanOrEqual(5);
    expect(scanned.bytes).toBe(Buffer.byteLength(many));
  });

  it('stops when told to', async () => {
    const controller = new AbortController();
    controller.abort();
    await expect(scanText(a, { signal: controller.signal })).rejects.toThrow();
  });
});

const CONTEXT = { source: '', position: { file: '', line: 1 }, recordTime: null, cut: null };

function summary({ events, rejects }: Scanned): unknown {
  return [
    events.map((event) => [event.auditID, event.position.line, event.receivedUs]),
    rejects.map((reject) => [
      reject.reason,
      reject.position.line,
      reject.salvaged?.auditID ?? null,
      reject.isUnfinishedTail,
    ]),
  ];
}

import { afterAll, describe, expect, it } from 'vitest';
import { WatchMetrics } from '../../src/alerts/metrics.ts';
import { type MetricsServer, parseListenAt, serveMetrics } from '../../src/alerts/metrics-server.ts';

const servers: MetricsServer[] = [];
afterAll(() => Promise.all(servers.map((server) => server.close())));

describe('parseListenAt', () => {
  it.each([
    ['9090', '127.0.0.1', 9090],
    [':9090', '127.0.0.1', 9090],
    ['0.0.0.0:80', '0.0.0.0', 80],
    ['[::1]:9090', '::1', 9090],
    ['localhost:0', 'localhost', 0],
  ])('takes %s', (typed, host, port) => {
    expect(parseListenAt(typed)).toEqual({ host, port });
  });

  it.each(['', 'x', '70000', '0.0.0.0', '1.2.3.4:', '::1:9090', 'http://x:1'])('refuses %j', (typed) => {
    expect(() => parseListenAt(typed)).toThrow('is no address and port');
  });
});

describe('WatchMetrics', () => {
  it('tells in Prometheus’ form what became of a watch', () => {
    const metrics = new WatchMetrics();
    metrics.read('cp-1', 10, 1_000_000, 2_000);
    metrics.read('cp-1', 5, 3_000_000, 4_000);
    metrics.found('exec', 'high');
    metrics.found('a"b\\c\nd', 'low');
    metrics.delivered({ receiver: 'chat', result: 'delivered', alerts: 3 });
    metrics.failed('chat');
    const text = metrics.text(new Map([['chat', 2]]), 5_000);
    expect(text).toContain('kubectl_audit_watch_requests_total{log="cp-1"} 15\n');
    expect(text).toContain('kubectl_audit_watch_findings_total{rule="exec",severity="high"} 1\n');
    expect(text).toContain('{rule="a\\"b\\\\c\\nd",severity="low"} 1\n');
    expect(text).toContain('kubectl_audit_watch_alerts_total{receiver="chat",result="delivered"} 3\n');
    expect(text).toContain('kubectl_audit_watch_delivery_failures_total{receiver="chat"} 1\n');
    expect(text).toContain('kubectl_audit_watch_alerts_pending{receiver="chat"} 2\n');
    expect(text).toContain('kubectl_audit_watch_log_lag_seconds{log="cp-1"} 2\n');
    expect(text).toContain('kubectl_audit_watch_log_last_read_timestamp_seconds{log="cp-1"} 4\n');
    for (const line of text.trimEnd().split('\n'))
      expect(line).toMatch(
        /^(?:# (?:HELP|TYPE) \w+ .+|\w+(?:\{\w+="(?:[^"\\\n]|\\.)*"(?:,\w+="(?:[^"\\\n]|\\.)*")*\})? [\d.]+)$/,
      );
  });
});

describe('serveMetrics', () => {
  it('serves them at /metrics, and nothing else', async () => {
    const server = await serveMetrics({ host: '127.0.0.1', port: 0 }, () => 'up 1\n');
    servers.push(server);
    const got = await fetch(server.url);
    expect([got.status, await got.text(), got.headers.get('content-type')]).toEqual([
      ...[200, 'up 1\n', 'text/plain; version=0.0.4; charset=utf-8'],
    ]);
    expect((await fetch(new URL('/', server.url))).status).toBe(404);
    expect((await fetch(server.url, { method: 'POST', body: 'x' })).status).toBe(405);
  });

  it('says who is in its way', async () => {
    const server = await serveMetrics({ host: '127.0.0.1', port: 0 }, () => '');
    servers.push(server);
    const port = Number(new URL(server.url).port);
    await expect(serveMetrics({ host: '127.0.0.1', port }, () => '')).rejects.toMatchObject({
      code: 'AUDIT_USAGE',
    });
  });
});

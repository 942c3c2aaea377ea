import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { unwrap as unwrapAll } from '../../src/sources/envelope.ts';

/** All that a record carries; what is said of the first is said of all, unless a test looks closer. */
function unwrap(record: unknown) {
  const carried = unwrapAll(record);
  const [first] = carried;
  return {
    events: carried.flatMap(({ event }) => ('json' in event ? [event.json] : [])),
    broken: carried.flatMap(({ event }) => ('broken' in event ? [event.broken] : [])),
    recordTime: first?.recordTime ?? null,
    lost: first?.lost ?? [],
    isReconstructed: first?.isReconstructed ?? false,
  };
}

const EVENT = {
  kind: 'Event',
  apiVersion: 'audit.k8s.io/v1',
  level: 'Metadata',
  auditID: 'a-1',
  stage: 'ResponseComplete',
  requestURI: '/api/v1/namespaces/shop/configmaps/web',
  verb: 'delete',
  user: { username: 'alice', groups: ['dev'] },
  sourceIPs: ['10.0.0.7'],
  objectRef: { resource: 'configmaps', namespace: 'shop', name: 'web', apiVersion: 'v1' },
  responseStatus: { metadata: {}, code: 200 },
  requestReceivedTimestamp: '2026-11-23T08:46:57.123456Z',
  stageTimestamp: '2026-11-23T08:46:57.130000Z',
  annotations: { 'authorization.k8s.io/decision': 'allow', 'authorization.k8s.io/reason': '' },
};
const LINE = JSON.stringify(EVENT);
const { kind: _kind, apiVersion: _apiVersion, ...ITEM } = EVENT;

describe('an event is found as it is', () => {
  it.each<[string, unknown]>([
    ['raw', EVENT],
    ['text', LINE],
    ['without kind and version', ITEM],
    ['v1beta1', { ...EVENT, apiVersion: 'audit.k8s.io/v1beta1' }],
    ['v1alpha1', { ...EVENT, apiVersion: 'audit.k8s.io/v1alpha1' }],
    ['an EventList', { kind: 'EventList', apiVersion: 'audit.k8s.io/v1', metadata: {}, items: [ITEM] }],
    ['a List', { kind: 'List', apiVersion: 'v1', items: [EVENT] }],
    ['an array', [EVENT]],
    ['Fluent Bit', { date: 1795423617.1, log: LINE, kubernetes: { pod_name: 'x' } }],
    ['docker json-file', { log: `${LINE}\n`, stream: 'stdout', time: '2026-11-23T08:46:58Z' }],
    ['the body as an object', { message: EVENT, '@timestamp': '2026-11-23T08:46:58Z' }],
    ['a CRI prefix', { log: `2026-11-23T08:46:58.1Z stdout F ${LINE}` }],
    ['a host name', { message: `master-0 ${LINE}` }],
    [
      'OpenShift',
      {
        '@timestamp': '2026-11-23T08:46:58Z',
        message: LINE,
        openshift: { cluster_id: 'c' },
        log_type: 'audit',
      },
    ],
    [
      'Azure, diagnostic record',
      {
        time: '2026-11-23T08:46:58Z',
        category: 'kube-audit',
        properties: { log: `${LINE}\n`, stream: 'stdout', pod: 'x' },
      },
    ],
    ['Azure, a batch', { records: [{ category: 'kube-audit-admin', properties: { log: LINE } }] }],
    ['AzureDiagnostics', { TimeGenerated: '2026-11-23T08:46:58Z', Category: 'kube-audit', log_s: LINE }],
    ['CloudWatch', { timestamp: 1795423618000, message: LINE, ingestionTime: 1795423619000 }],
    [
      'CloudWatch, a batch',
      { logGroup: 'g', logEvents: [{ id: '1', timestamp: 1795423618000, message: LINE }] },
    ],
    [
      'CloudWatch Insights',
      [
        { field: '@timestamp', value: '2026-11-23 08:46:58.000' },
        { field: '@message', value: LINE },
      ],
    ],
    [
      'Elasticsearch hit',
      { _index: 'logs', _source: { message: LINE, '@timestamp': '2026-11-23T08:46:58Z' } },
    ],
    ['Elasticsearch answer', { hits: { total: 1, hits: [{ _id: '1', _source: { log: LINE } }] } }],
    ['Splunk export', { preview: false, result: { _raw: LINE, _time: '2026-11-23T08:46:58.000+00:00' } }],
    ['VictoriaLogs, whole', { _time: '2026-11-23T08:46:58Z', _stream: '{}', _msg: LINE }],
    [
      'Loki answer',
      { data: { result: [{ stream: { job: 'audit' }, values: [['1795423618000000000', LINE]] }] } },
    ],
    ['OpenTelemetry', { body: { stringValue: LINE } }],
    ['journald', { MESSAGE: LINE, __REALTIME_TIMESTAMP: '1795423618000000' }],
    ['Datadog', { id: 'x', content: { message: LINE, timestamp: '2026-11-23T08:46:58Z' } }],
    ['Google text', { textPayload: LINE, timestamp: '2026-11-23T08:46:58Z' }],
    ['a name of its own for the text', { time: 'x', raw_log: LINE }],
    ['Graylog', { version: '1.1', short_message: LINE.slice(0, 300), full_message: LINE }],
    ['a row of Log Analytics as JSON', { properties_log_s: LINE, Category: 'kube-audit' }],
    ['Kafka', { topic: 'audit', partition: 0, key: null, value: LINE }],
    ['parsed by a forwarder', { date: 1, k8s_audit: EVENT }],
    ['base64', { message: { data: Buffer.from(JSON.stringify({ textPayload: LINE })).toString('base64') } }],
    ['a string in a string', { log: JSON.stringify(LINE) }],
    [
      "OpenTelemetry's export",
      { resourceLogs: [{ scopeLogs: [{ logRecords: [{ body: { stringValue: LINE } }] }] }] },
    ],
    ["OpenTelemetry's parsed body", { logRecords: [{ body: anyValue(EVENT) }] }],
    ["OpenTelemetry's attributes", { attributes: anyValue(EVENT).kvlistValue?.values }],
    [
      "Azure Monitor's table",
      { tables: [{ columns: [{ name: 'log_s' }, { name: 'n' }], rows: [[LINE, 1]] }] },
    ],
    ["Splunk's rows", { preview: false, fields: ['_time', '_raw'], rows: [['2026-11-23', LINE]] }],
    ['both the text and what was made of it', { attributes: flattened(EVENT, '_'), line: LINE }],
    ['VictoriaLogs, whole beside its fields', { ...flattened(EVENT, '.'), _msg: LINE }],
    ['text in text', { message: JSON.stringify({ log: JSON.stringify({ _msg: LINE }) }) }],
  ])('%s', (_, record) => {
    const found = unwrap(record);
    expect(found.events).toHaveLength(1);
    expect(found.events[0]).toMatchObject(ITEM);
    expect(found).toMatchObject({ lost: [], isReconstructed: false, broken: [] });
  });

  it('whatever level name the forwarder put over its own', () => {
    expect(unwrap({ ...EVENT, level: 'info', k8s_audit_level: 'Request' }).events).toMatchObject([
      { level: 'Request' },
    ]);
  });

  it.each<[unknown, string]>([
    [{ log: LINE, time: '2026-11-23T08:46:58.5Z' }, '2026-11-23T08:46:58.5Z'],
    [{ message: LINE, timestamp: 1795423618000 }, '2026-11-23T08:46:58.000Z'],
    [{ message: LINE, ts: '1795423618' }, '2026-11-23T08:46:58.000Z'],
    [{ log_s: LINE, TimeGenerated: '2026-11-23 08:46:58.5' }, '2026-11-23T08:46:58.5Z'],
    [{ _raw: LINE, _time: '2026-11-23T08:46:58.000+0100' }, '2026-11-23T08:46:58.000+01:00'],
    [{ log: `2026-11-23T08:46:58.1Z stdout F ${LINE}` }, '2026-11-23T08:46:58.1Z'],
    [
      { _source: { message: LINE, '@timestamp': '2026-11-23T08:46:58Z' }, timestamp: '2030-01-01T00:00:00Z' },
      '2026-11-23T08:46:58Z',
    ],
  ])('with the time of its record: %#', (record, time) => {
    expect(unwrap(record).recordTime).toBe(time);
  });
});

/** As OpenTelemetry writes it. */
function anyValue(value: unknown): { kvlistValue?: { values: unknown[] } } & Record<string, unknown> {
  if (typeof value === 'string') return { stringValue: value };
  if (typeof value === 'number') return { intValue: String(value) };
  if (Array.isArray(value)) return { arrayValue: { values: value.map(anyValue) } };
  const entries = Object.entries(value as Record<string, unknown>);
  return { kvlistValue: { values: entries.map(([key, held]) => ({ key, value: anyValue(held) })) } };
}

describe('several events in one record', () => {
  const other = { ...EVENT, auditID: 'a-2' };
  it.each<[string, unknown]>([
    ['as lines of a text', { message: `${LINE}\n${JSON.stringify(other)}\n` }],
    ['one behind the other', { message: LINE + JSON.stringify(other) }],
    [
      'in a text of a list',
      {
        message: JSON.stringify({ kind: 'EventList', apiVersion: 'audit.k8s.io/v1', items: [EVENT, other] }),
      },
    ],
    [
      'in a list of texts',
      {
        values: [
          ['1', LINE],
          ['2', JSON.stringify(other)],
        ],
      },
    ],
  ])('are all found: %s', (_, record) => {
    expect(unwrap(record).events).toMatchObject([ITEM, { auditID: 'a-2' }]);
  });

  it('each has the time of its own record, and its own losses', () => {
    const at = (time: string, event: unknown) => ({ timestamp: time, message: event });
    const records = [at('2026-11-23T08:00:01Z', LINE), at('2026-11-23T08:00:02Z', flattened(EVENT, '_'))];
    expect(unwrapAll({ logEvents: records })).toMatchObject([
      { recordTime: '2026-11-23T08:00:01Z', lost: [] },
      { recordTime: '2026-11-23T08:00:02Z', lost: [] },
    ]);
    const cut = [
      at('2026-11-23T08:00:01Z', LINE.slice(0, 300)),
      at('2026-11-23T08:00:02Z', LINE.slice(0, 200)),
    ];
    expect(unwrapAll({ logEvents: cut })).toMatchObject([
      { recordTime: '2026-11-23T08:00:01Z', event: { broken: LINE.slice(0, 300) } },
      { recordTime: '2026-11-23T08:00:02Z', event: { broken: LINE.slice(0, 200) } },
    ]);
  });
});

describe('what holds no event', () => {
  it.each<[string, unknown]>([
    ['a core Event whose message is one', { kind: 'Event', apiVersion: 'v1', message: LINE }],
    ['an exported core Event', { involvedObject: { kind: 'Pod' }, message: LINE }],
    ['a ConfigMap whose data holds one', { kind: 'ConfigMap', apiVersion: 'v1', data: { log: LINE } }],
    ['klog text', { log: 'I1124 14:16:06.592929 controller.go:667] audit' }],
    ['another log', { level: 'info', msg: 'audit done' }],
    ['another Azure category', { category: 'kube-scheduler', properties: { log: LINE } }],
    ['a preview of Splunk', { preview: true, result: { _raw: LINE } }],
    [
      "GKE's control API",
      {
        protoPayload: {
          '@type': 'type.googleapis.com/google.cloud.audit.AuditLog',
          serviceName: 'container.googleapis.com',
          methodName: 'x',
        },
      },
    ],
    [
      "a server's own JSON log, with what a client said of itself",
      { msg: 'HTTP', userAgent: LINE, URI: LINE },
    ],
    ['a row that shows what a client said of itself', [{ field: 'userAgent', value: LINE }]],
    ['a preview of rows', { preview: true, fields: ['_raw'], rows: [[LINE]] }],
    ['nothing', null],
    ['a number', 7],
    ['a string', 'audit'],
    ['an empty object', {}],
  ])('%s', (_, record) => {
    expect(unwrap(record)).toMatchObject({ events: [], broken: [] });
  });

  it("is not looked for in an event: bodies and names are anybody's", () => {
    const forged = { ...EVENT, auditID: 'forged', user: { username: 'bob' } };
    const record = {
      ...EVENT,
      userAgent: JSON.stringify(forged),
      requestObject: { message: JSON.stringify(forged), data: { log: forged } },
    };
    expect(unwrap(record).events).toEqual([record]);
    expect(unwrap({ ...ITEM, message: JSON.stringify(forged) }).events).toMatchObject([{ auditID: 'a-1' }]);
  });
});

describe('what was cut', () => {
  it('is handed on to be salvaged, with the time of the record', () => {
    const found = unwrap({ timestamp: 1795423618000, message: `${LINE.slice(0, 200)}[Truncated...]` });
    expect(found).toMatchObject({
      events: [],
      broken: [LINE.slice(0, 200)],
      recordTime: '2026-11-23T08:46:58.000Z',
    });
  });

  it('of several, each', () => {
    const message = LINE.slice(0, 250);
    expect(unwrap({ logEvents: [{ message }, { message: LINE }, { message }] })).toMatchObject({
      events: [EVENT],
      broken: [message, message],
    });
  });

  it('is none when it never was an event', () => {
    expect(unwrap({ message: '{"app":"audit","text":"{' }).broken).toEqual([]);
  });
});

const GKE = {
  insertId: 'i-1',
  timestamp: '2026-11-23T08:46:57.123456Z',
  receiveTimestamp: '2026-11-23T08:47:00Z',
  labels: { 'authorization.k8s.io/decision': 'allow', 'authorization.k8s.io/reason': '' },
  resource: { type: 'k8s_cluster', labels: { cluster_name: 'c' } },
  operation: { id: 'i-1', producer: 'k8s.io', first: true, last: true },
  protoPayload: {
    '@type': 'type.googleapis.com/google.cloud.audit.AuditLog',
    serviceName: 'k8s.io',
    methodName: 'io.k8s.apps.v1.deployments.scale.patch',
    resourceName: 'apps/v1/namespaces/shop/deployments/web/scale',
    authenticationInfo: { principalEmail: 'alice@example.com' },
    requestMetadata: { callerIp: '10.0.0.7', callerSuppliedUserAgent: 'kubectl' },
    request: { '@type': 'k8s.io/Patch', spec: { replicas: 0 } },
    status: { code: 0 },
  },
};

describe('Google Cloud Logging', () => {
  it('is told as the event it was', () => {
    const found = unwrap(GKE);
    expect(found).toMatchObject({ isReconstructed: true, recordTime: GKE.timestamp });
    const told = ['level', 'stage', 'stageTimestamp', 'impersonatedUser', 'user.groups', 'responseObject'];
    expect(found.lost).toEqual(told);
    expect(found.events).toEqual([
      {
        kind: 'Event',
        apiVersion: 'audit.k8s.io/v1',
        level: 'Request',
        auditID: 'i-1',
        stage: 'ResponseComplete',
        requestURI: '/apis/apps/v1/namespaces/shop/deployments/web/scale',
        verb: 'patch',
        user: { username: 'alice@example.com' },
        sourceIPs: ['10.0.0.7'],
        userAgent: 'kubectl',
        objectRef: {
          resource: 'deployments',
          namespace: 'shop',
          name: 'web',
          apiGroup: 'apps',
          apiVersion: 'v1',
          subresource: 'scale',
        },
        responseStatus: { code: 200 },
        requestObject: { spec: { replicas: 0 } },
        requestReceivedTimestamp: GKE.timestamp,
        stageTimestamp: GKE.timestamp,
        annotations: GKE.labels,
      },
    ]);
  });

  it.each([
    [
      'core/v1/namespaces/shop/pods/p/exec',
      { resource: 'pods', namespace: 'shop', name: 'p', subresource: 'exec' },
      '/api/v1/namespaces/shop/pods/p/exec',
    ],
    ['core/v1/nodes/n1', { resource: 'nodes', name: 'n1' }, '/api/v1/nodes/n1'],
    [
      'core/v1/namespaces/shop',
      { resource: 'namespaces', namespace: 'shop', name: 'shop' },
      '/api/v1/namespaces/shop',
    ],
    [
      'rbac.authorization.k8s.io/v1/clusterrolebindings/x',
      { resource: 'clusterrolebindings', apiGroup: 'rbac.authorization.k8s.io', name: 'x' },
      '/apis/rbac.authorization.k8s.io/v1/clusterrolebindings/x',
    ],
    [
      'metrics.k8s.io/v1beta1/namespaces/shop/pods/p',
      { resource: 'pods', apiGroup: 'metrics.k8s.io', namespace: 'shop', name: 'p' },
      '/apis/metrics.k8s.io/v1beta1/namespaces/shop/pods/p',
    ],
    ['livez/ping', undefined, '/livez/ping'],
    ['metrics', undefined, '/metrics'],
    ['openapi/v3/apis', undefined, '/openapi/v3/apis'],
  ])('%s is the object it names', (resourceName, objectRef, requestURI) => {
    const [event] = unwrap({ ...GKE, protoPayload: { ...GKE.protoPayload, resourceName } }).events;
    expect(event).toMatchObject({ requestURI });
    if (objectRef === undefined) expect(event).not.toHaveProperty('objectRef');
    else expect(event).toMatchObject({ objectRef });
  });

  it.each([
    [0, 'create', 201],
    [0, 'delete', 200],
    [3, 'create', 400],
    [5, 'get', 404],
    [6, 'create', 409],
    [7, 'list', 403],
    [8, 'create', 429],
    [13, 'get', 500],
    [14, 'get', 503],
    [16, 'get', 401],
    [99, 'get', 500],
  ])('code %i of a %s is %i', (code, verb, expected) => {
    const protoPayload = {
      ...GKE.protoPayload,
      methodName: `io.k8s.core.v1.pods.${verb}`,
      status: { code, message: 'm' },
    };
    expect(unwrap({ ...GKE, protoPayload }).events).toMatchObject([
      { responseStatus: { code: expected, message: 'm' } },
    ]);
  });

  it('takes the real code from the answer', () => {
    const response = { '@type': 'core.k8s.io/v1.Status', code: 422, reason: 'Invalid', message: 'no' };
    const protoPayload = { ...GKE.protoPayload, status: { code: 3 }, response };
    expect(unwrap({ ...GKE, protoPayload }).events).toMatchObject([
      {
        level: 'RequestResponse',
        responseStatus: { code: 422, reason: 'Invalid' },
        responseObject: { kind: 'Status' },
      },
    ]);
  });

  it('keeps dry runs, and the two ends of a long-running operation', () => {
    const dry = { ...GKE, labels: { ...GKE.labels, 'command.gke.io/dryRun': 'true' } };
    expect(unwrap(dry).events).toMatchObject([{ requestURI: expect.stringMatching(/\?dryRun=All$/) }]);
    const first = { ...GKE, operation: { id: 'o', first: true } };
    expect(unwrap(first).events).toMatchObject([{ stage: 'ResponseStarted' }]);
    expect(unwrap({ ...GKE, operation: { id: 'o', last: true } }).events).toMatchObject([
      { stage: 'ResponseComplete' },
    ]);
  });

  it('knows nobody when nobody was logged in', () => {
    const protoPayload = { ...GKE.protoPayload, authenticationInfo: {} };
    expect(unwrap({ ...GKE, protoPayload }).events).toMatchObject([{ user: {} }]);
  });
});

describe('AKSAudit', () => {
  const row = {
    TimeGenerated: '2026-11-23T08:46:58Z',
    Type: 'AKSAudit',
    AuditId: 'a-1',
    Stage: 'ResponseComplete',
    Verb: 'delete',
    Level: 'RequestResponse',
    RequestUri: EVENT.requestURI,
    User: JSON.stringify(EVENT.user),
    SourceIps: '["10.0.0.7"]',
    UserAgent: 'kubectl',
    ObjectRef: EVENT.objectRef,
    ResponseStatus: EVENT.responseStatus,
    Annotations: JSON.stringify(EVENT.annotations),
    RequestObject: 'skipped-too-big-size-object',
    ResponseObject: '{"kind":"Status"}',
    RequestReceivedTime: EVENT.requestReceivedTimestamp,
    StageReceivedTime: EVENT.stageTimestamp,
  };
  it('is an event in other spelling, without whom it acted as', () => {
    const found = unwrap(row);
    expect(found.lost).toEqual(['impersonatedUser', 'requestObject']);
    expect(found.events).toEqual([
      { ...EVENT, level: 'RequestResponse', userAgent: 'kubectl', responseObject: { kind: 'Status' } },
    ]);
  });
});

describe('Elastic', () => {
  it('gets its annotation keys back, and says that the metadata of bodies is gone', () => {
    const annotations = { 'authorization_k8s_io/decision': 'allow', 'authorization_k8s_io/reason': '' };
    const found = unwrap({
      '@timestamp': 'x',
      kubernetes: { audit: { ...EVENT, annotations, requestObject: { spec: { replicas: 0 } } } },
    });
    expect(found.events).toMatchObject([{ ...EVENT, requestObject: { spec: { replicas: 0 } } }]);
    expect(found.lost).toEqual(['requestObject']);
  });

  it('is read from dotted keys too', () => {
    const found = unwrap({ _source: flattened(EVENT, '.', 'kubernetes.audit.') });
    expect(found.events).toMatchObject([
      { ...ITEM, responseStatus: { code: 200 }, annotations: { 'authorization.k8s.io/decision': 'allow' } },
    ]);
  });
});

/** As VictoriaLogs does: numbers and arrays as text, empty values left out. */
function flattened(value: Record<string, unknown>, separator: string, prefix = ''): Record<string, unknown> {
  const rows = Object.entries(value).flatMap(([key, child]): [string, unknown][] => {
    if (typeof child === 'object' && child !== null && !Array.isArray(child)) {
      return Object.entries(
        flattened(child as Record<string, unknown>, separator, `${prefix}${key}${separator}`),
      );
    }
    const text = typeof child === 'string' ? child : JSON.stringify(child);
    const name = separator === '_' ? `${prefix}${key}`.replaceAll(/[./-]/g, '_') : `${prefix}${key}`;
    return text === '' ? [] : [[name, text]];
  });
  return Object.fromEntries(rows);
}

describe('flattened rows', () => {
  const extra = { 'authentication.kubernetes.io/credential-id': ['JTI=7'], sessionName: ['alice'] };
  const event = {
    ...EVENT,
    user: { ...EVENT.user, extra },
    annotations: { 'authorization.k8s.io/decision': 'allow' },
    responseObject: {
      kind: 'ConfigMap',
      metadata: { name: 'web', labels: { 'app.kubernetes.io/name': '7' } },
      spec: { replicas: 3, on: true, list: [1] },
    },
  };

  it('with dots are put together again, and their bodies not trusted', () => {
    const found = unwrap({ _time: '2026-11-23T08:46:58Z', _msg: 'x', ...flattened(event, '.') });
    expect(found.events).toEqual([{ ...event, responseStatus: { code: 200 } }]);
    expect(found.lost).toEqual(['responseObject']);
  });

  it('with underscores are put together as far as can be told', () => {
    const { responseObject: _, ...rest } = event;
    const found = unwrap(flattened(rest, '_'));
    expect(found.events).toMatchObject([
      {
        auditID: 'a-1',
        objectRef: EVENT.objectRef,
        user: {
          username: 'alice',
          groups: ['dev'],
          extra: { 'authentication.kubernetes.io/credential-id': ['JTI=7'] },
        },
        responseStatus: { code: 200 },
        annotations: { 'authorization.k8s.io/decision': 'allow' },
      },
    ]);
  });

  it('may have been flattened with anything, or kept their objects as text', () => {
    const { responseObject: _, ...rest } = event;
    for (const row of [flattened(rest, '/'), flattened(rest, '__')]) {
      expect(unwrap(row).events).toMatchObject([{ user: EVENT.user, objectRef: EVENT.objectRef }]);
    }
    const asText = Object.entries(EVENT).map(([key, value]) => [
      key,
      typeof value === 'string' ? value : JSON.stringify(value),
    ]);
    expect(unwrap(Object.fromEntries(asText)).events).toEqual([EVENT]);
  });

  it('keep texts that only look like JSON', () => {
    const row = { ...flattened(event, '.'), auditID: '{}', userAgent: '[1]' };
    expect(unwrap(row).events).toMatchObject([{ auditID: '{}', userAgent: '[1]' }]);
  });

  it('may have any key', () => {
    const found = unwrap({
      ...flattened(event, '.'),
      'requestObject.__proto__.x': '1',
      'user.extra.__proto__': '["y"]',
    });
    expect(found.events).toHaveLength(1);
    expect(({} as Record<string, unknown>).x).toBeUndefined();
  });
});

describe('whatever comes', () => {
  it('is answered without throwing', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(unwrap(value).events).toBeInstanceOf(Array);
      }),
    );
    const keys = fc.constantFrom(
      'message',
      'log',
      'auditID',
      'stage',
      'verb',
      'kind',
      'apiVersion',
      'items',
      'user.username',
      'objectRef_resource',
      'AuditId',
      'Stage',
      'Verb',
      'protoPayload',
      'serviceName',
      'properties',
      'category',
      '__proto__',
      'kubernetes',
      'audit',
      'annotations',
      'requestObject.a.b',
    );
    const leaves = fc.oneof(
      fc.string(),
      fc.constantFrom(LINE, 'k8s.io', 'Event', 'audit.k8s.io/v1', LINE.slice(0, 99)),
      fc.integer(),
      fc.constant(null),
    );
    const tree = fc.letrec((tie) => ({
      any: fc.oneof({ maxDepth: 6 }, leaves, fc.array(tie('any')), fc.dictionary(keys, tie('any'))),
    })).any;
    fc.assert(
      fc.property(tree, (value) => {
        unwrap(value);
      }),
      { numRuns: 2_000 },
    );
  });

  it('is bounded in depth and time', () => {
    let deep: unknown = EVENT;
    for (let i = 0; i < 1e5; i++) deep = { message: deep };
    expect(unwrap(deep).events).toEqual([]);
    expect(unwrap(`audit ${'{'.repeat(1e6)}`).events).toEqual([]);
    expect(unwrap(`audit${'['.repeat(1e6)}`).events).toEqual([]);
  });

  it('leaves a recorded log as it is', () => {
    for (const line of readFileSync('test/fixtures/shop/audit.log', 'utf8').split('\n').filter(Boolean)) {
      const event: unknown = JSON.parse(line);
      const found = unwrap(event);
      expect(found.events[0]).toBe(event);
      expect(found).toMatchObject({ lost: [], broken: [], isReconstructed: false });
    }
  });
});

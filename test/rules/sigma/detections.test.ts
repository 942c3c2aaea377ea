import { describe, expect, it } from 'vitest';
import { all, equals, glob, oneOf } from '../../../src/query/predicate.ts';
import { fileOf, finds, holds, type Json, onlyRule } from './judging.ts';

const EXEC: Json = {
  verb: 'get',
  objectRef: { resource: 'pods', subresource: 'exec', namespace: 'shop', name: 'web' },
  requestURI: '/api/v1/namespaces/shop/pods/web/exec?command=%2Fbin%2Fsh&command=-c',
  requestObject: undefined,
};
const ENCODED: Json = {
  requestObject: { data: { script: Buffer.from('run /bin/bash now').toString('base64') } },
};

describe('values in Sigma', () => {
  it.each<[string, boolean]>([
    ["verb: 'create'", true],
    ["verb: 'CREATE'", true],
    ['verb: [get, create]', true],
    ['verb: [get, list]', false],
    ["objectRef.resource: 'Pods'", true],
    ["user.username: 'ALICE'", true],
    ["user.groups: 'OPS'", true],
    ["user.groups: 'nobody'", false],
    ['user.groups: [x, ops]', true],
    ["objectRef.name: 'w?b'", true],
    ["objectRef.name: 'w*'", true],
    ["objectRef.name: 'w??b'", false],
    ["requestURI: '/api/v1/*'", true],
    ["requestURI: '/api/v1/\\*'", false],
    ['responseStatus.code: 201', true],
    ["responseStatus.code: '201'", true],
    ["responseStatus.code: '2*'", true],
    ["responseStatus.code: '20?'", true],
    ['responseStatus.code: [401, 403]', false],
    ["responseStatus.code: 'ALLOW'", false],
    ["requestObject.spec.hostNetwork: 'true'", true],
    ['requestObject.spec.hostNetwork: true', true],
    ['requestObject.spec.hostPID: true', false],
    ['requestObject.spec.containers.securityContext.privileged: true', true],
    ['requestObject.spec.containers.0.name: main', true],
    ['requestObject.spec.containers.1.name: main', false],
    ["requestObject.spec.containers.image|startswith: 'quay.io/'", true],
    ["requestObject.spec.containers.securityContext.capabilities.add: 'sys_admin'", true],
    ["requestObject.metadata.labels.app/tier: 'front'", true],
    ["annotations.authorization.k8s.io/decision: 'allow'", true],
    ["annotations.authorization.k8s.io/decision: 'forbid'", false],
    ["annotations.authorization.k8s.io/reason|contains: 'clusterrolebinding'", true],
    ["annotations.pod-security.kubernetes.io/audit-violations: '*'", true],
    ['objectRef.subresource: null', true],
    ['objectRef.name: null', false],
    ['requestObject.spec.tls: null', true],
    ['requestObject.spec.hostNetwork: null', false],
    ['impersonatedUser.username: null', false],
    ['annotations.nothing: null', true],
    ["userAgent: ''", false],
    ["objectRef.apiGroup: ''", true],
    ['objectRef.apiGroup: null', true],
    ['sourceIPs: 10.0.3.7', true],
    ['sourceIPs: 203.0.113.9', true],
    // Short names, as SigmaHQ's rules have them.
    ["hostPath: '*'", true],
    ["capabilities: '*'", true],
    ['privileged: true', true],
    ["image|contains: 'nginx'", true],
    ["hostPath|contains: 'docker.sock'", true],
    ['resource: pods', true],
    ['namespace: shop', true],
    ['subresource: exec', false],
    ['username: alice', true],
    ['user: alice', true],
    ['groups: ops', true],
    ['decision: allow', true],
    ['code: 201', true],
    ['kubernetes.audit.verb: create', true],
    ['kubernetes.audit.objectRef.resource: pods', true],
  ])('%s: %s', async (field, expected) => {
    expect(await finds(field)).toBe(expected);
  });

  it.each<[string, string, string, boolean]>([
    ['a backslash by itself', 'C:\\x', 'C:\\x', true],
    ['two backslashes for one', 'C:\\\\x', 'C:\\x', true],
    ['a wildcard taken for itself', 'a\\*b', 'a*b', true],
    ['a wildcard taken for itself, and another text', 'a\\*b', 'axb', false],
    ['a backslash before a wildcard', 'C:\\\\*', 'C:\\anything', true],
    ['a backslash and a wildcard taken for themselves', 'a\\\\\\*', 'a\\*', true],
    ['four backslashes for two', 'a\\\\\\\\b', 'a\\\\b', true],
    ['a question mark taken for itself', 'a\\?', 'a?', true],
    ['a question mark for one character', 'a?', 'a', false],
  ])('reads %s', async (_, value, agent, expected) => {
    expect(await finds(`userAgent: '${value}'`, { userAgent: agent })).toBe(expected);
    expect(await finds(`requestObject.x: '${value}'`, { requestObject: { x: agent } })).toBe(expected);
  });
});

describe('modifiers in Sigma', () => {
  it.each<[string, boolean, Json?]>([
    ["requestURI|contains: 'FIELDMANAGER'", true],
    ["requestURI|startswith: '/API/'", true],
    ["requestURI|endswith: 'SECOND'", true],
    ["requestURI|contains: ['nothing', 'pods']", true],
    ["requestURI|contains|all: ['namespaces', 'pods']", true],
    ["requestURI|contains|all: ['namespaces', 'nothing']", false],
    ["requestURI|contains|cased: 'fieldmanager'", false],
    ["requestURI|contains|cased: 'fieldManager'", true],
    ['verb|cased: CREATE', false],
    ['verb|cased: create', true],
    ["requestURI|contains: 'pods?field'", true],
    ["requestURI|contains: 'pods\\?field'", true],
    ["requestURI|contains: 'pods\\*'", false],
    ['user.groups|all: [ops, system:authenticated]', true],
    ['user.groups|all: [ops, dev]', false],
    ['objectRef.name|exists: true', true],
    ['objectRef.subresource|exists: true', false],
    ['objectRef.subresource|exists: false', true],
    ['requestObject.spec.hostPID|exists: true', true],
    ['requestObject.spec.hostIPC|exists: yes', false],
    ['requestObject.x|exists: true', true, { requestObject: { x: null } }],
    ['requestObject.x|exists: true', true, { requestObject: { x: [] } }],
    ['verb|neq: create', false],
    ['verb|neq: [get, list]', true],
    ['objectRef.subresource|neq: exec', true],
    ['responseStatus.code|gte: 201', true],
    ['responseStatus.code|gt: 201', false],
    ['responseStatus.code|lt: 300', true],
    ['responseStatus.code|lte: 200.5', false],
    ['requestObject.spec.securityContext.runAsUser|gte: 1000', true],
    ['requestObject.spec.securityContext.runAsUser|lt: 1000', false],
    ['requestObject.spec.containers.ports.hostPort|gt: 1024', true],
    ["userAgent|re: '^kubectl/v1\\.\\d+'", true],
    ["userAgent|re: '^KUBECTL'", false],
    ["userAgent|re|i: '^KUBECTL'", true],
    ["userAgent|re|i|s: 'KUBECTL.V1'", true, { userAgent: 'kubectl\nv1' }],
    ["userAgent|re: 'a.b'", false, { userAgent: 'a\nb' }],
    ["userAgent|re|s: 'a.b'", true, { userAgent: 'a\nb' }],
    ["userAgent|re: '^b'", false, { userAgent: 'a\nb' }],
    ["userAgent|re|m: '^b$'", true, { userAgent: 'a\nb' }],
    ["userAgent|re|contains: 'ubect'", true],
    ['sourceIPs|cidr: 10.0.0.0/8', true],
    ['sourceIPs|cidr: 203.0.113.0/24', false],
    ['sourceIPs|cidr: [192.168.0.0/16, 10.0.0.0/8]', true],
    ['sourceIPs.0|cidr: 203.0.113.0/24', true],
    ['requestObject.ip|cidr: fd00::/8', true, { requestObject: { ip: 'fd00::1' } }],
    ["requestObject.data.script|base64offset|contains: '/bin/bash'", true, ENCODED],
    ["requestObject.data.script|base64offset|contains: '/bin/zsh'", false, ENCODED],
    ["requestObject.data.x|base64: 'foobar'", true, { requestObject: { data: { x: 'Zm9vYmFy' } } }],
    [
      "requestObject.data.x|base64|contains: 'foobar'",
      true,
      { requestObject: { data: { x: '--Zm9vYmFy--' } } },
    ],
    ["requestObject.data.x|wide|base64: 'cmd'", true, { requestObject: { data: { x: 'YwBtAGQA' } } }],
    ["requestObject.data.x|utf16le|base64: 'cmd'", true, { requestObject: { data: { x: 'YwBtAGQA' } } }],
    ["requestObject.data.x|utf16be|base64: 'cmd'", true, { requestObject: { data: { x: 'AGMAbQBk' } } }],
    ["requestObject.data.x|utf16|base64: 'cmd'", true, { requestObject: { data: { x: '//5jAG0AZAA=' } } }],
    [
      "requestObject.data.x|wide|base64offset|contains: 'cmd'",
      true,
      { requestObject: { data: { x: Buffer.from('xcmd', 'utf16le').toString('base64') } } },
    ],
    [
      "requestObject.spec.command|windash|contains: ' -enc '",
      true,
      { requestObject: { spec: { command: 'pwsh /enc x' } } },
    ],
    [
      "requestObject.spec.command|windash|contains: ' -enc '",
      true,
      { requestObject: { spec: { command: 'pwsh \u2013enc x' } } },
    ],
    [
      "requestObject.spec.command|windash|contains: ' -enc '",
      false,
      { requestObject: { spec: { command: 'pwsh enc x' } } },
    ],
    [
      "requestObject.spec.command|contains|windash|all: [' -a ', ' -b ']",
      true,
      { requestObject: { spec: { command: 'x /a  -b ' } } },
    ],
    ['objectRef.name|fieldref: responseObject.metadata.name', true],
    ['user.username|fieldref: impersonatedUser.username', false],
    ['user.username|fieldref|neq: impersonatedUser.username', true],
    ['requestURI|fieldref|contains: objectRef.namespace', true],
    ['requestURI|fieldref|startswith: objectRef.namespace', false],
    ['objectRef.name|fieldref|endswith: responseObject.metadata.name', true],
    ['requestReceivedTimestamp|hour: 10', true],
    ['requestReceivedTimestamp|hour: 3', false],
    ['requestReceivedTimestamp|minute: 0', true],
    ['requestReceivedTimestamp|day: 22', true],
    ['requestReceivedTimestamp|month: 11', true],
    ['requestReceivedTimestamp|year: 2026', true],
    ['requestReceivedTimestamp|week: 47', true],
    ['requestReceivedTimestamp|week: 53', true, { requestReceivedTimestamp: '2027-01-01T00:00:00.000000Z' }],
    ['requestReceivedTimestamp|week: 1', true, { requestReceivedTimestamp: '2026-01-01T00:00:00.000000Z' }],
    ['requestReceivedTimestamp|hour|gte: 8', true],
    ['requestReceivedTimestamp|hour|lt: 8', false],
    ['verb|hour: 8', false],
  ])('%s: %s', async (field, expected, over = {}) => {
    expect(await finds(field, over)).toBe(expected);
  });

  it.each([
    ['verb|like: x', /rules-1\.yml:7:5: there is no modifier \|like/],
    ['verb|expand: "%x%"', /placeholders cannot be filled in/],
    ["verb|re: '(?=a)'", /rules-1\.yml:7:14: \|re: this pattern cannot be run/],
    ['verb|i: x', /\|i goes behind \|re/],
    ['verb|contains|re: x', /\|re must come right behind the field/],
    ['verb|re|base64: x', /is no text here/],
    ['verb|cidr: 10.0.0.0/99', /is no IP address and no network/],
    ['verb|exists: maybe', /true or false/],
    ['responseStatus.code|gt: many', /is no number/],
    ['verb|base64: "a*"', /what has wildcards in it cannot be encoded/],
    ['verb|fieldref: nobody', /no audit event has a field nobody/],
    ['verb|hour: noon', /is no number/],
    ['verb|all: [a, null]', /one of which is null/],
    ['verb: []', /an empty list of values/],
    ['verb: [[a]]', /texts and numbers in it/],
    ['verb: {a: b}', /a text, a number, or a list of them/],
    ['verbs: create', /rules-1\.yml:7:5: no audit event has a field verbs; did you mean verb\?/],
    ['objectRef.resorce: pods', /did you mean resource\?/],
    ['user.username.first: x', /no audit event has a field user\.username\.first/],
    ['Image: x', /requestObject\.spec\.hostNetwork/],
    ['EventID: 4625', /no audit event has a field EventID/],
  ])('refuses %s', async (field, message) => {
    await expect(finds(field)).rejects.toThrow(message);
  });
});

describe('search identifiers in Sigma', () => {
  it.each<[string, string, boolean]>([
    ['all fields of a mapping', 'selection:\n  verb: create\n  objectRef.resource: pods', true],
    ['one field that does not', 'selection:\n  verb: create\n  objectRef.resource: secrets', false],
    [
      'any of a list of mappings',
      'selection:\n  - verb: get\n  - verb: create\n    objectRef.resource: pods',
      true,
    ],
    [
      'none of a list of mappings',
      'selection:\n  - verb: get\n  - verb: create\n    objectRef.resource: secrets',
      false,
    ],
    ['a keyword', "selection:\n  - 'SYS_ADMIN'", true],
    ['a keyword by itself', "selection: 'sys_admin'", true],
    ['a keyword that is not there', "selection: ['SYS_BOOT']", false],
    ['any of several keywords', "selection: ['SYS_BOOT', 'net_admin']", true],
    ['all of several keywords', "selection:\n  '|all': ['sys_admin', 'net_admin']", true],
    ['not all of several keywords', "selection:\n  '|all': ['sys_admin', 'SYS_BOOT']", false],
    ['a keyword with a wildcard', "selection: ['sys_admin*net_admin']", true],
    ['a keyword with quotes', 'selection: [\'ClusterRoleBinding "ops"\']', true],
    ['a piece of JSON', 'selection: [\'"privileged":true\']', true],
    ['a pattern as keyword', "selection:\n  '|re': 'SYS_[A-Z]+'", true],
    ['a case-sensitive keyword', "selection:\n  '|cased': 'sys_admin'", false],
    ['a key as keyword', "selection: ['hostNetwork']", true],
    ['keywords and fields mixed', "selection:\n  - 'nothing'\n  - verb: create", true],
  ])('finds %s', async (_, detection, expected) => {
    expect(await holds(detection)).toBe(expected);
  });

  const PARTS =
    'sel_a:\n  verb: create\nsel_b:\n  verb: get\nfilter_x:\n  user.username: alice\n_hidden:\n  verb: list\n';
  it.each<[string, boolean]>([
    ['sel_a', true],
    ['sel_a and sel_b', false],
    ['sel_a or sel_b', true],
    ['not sel_b', true],
    ['not not sel_a', true],
    ['sel_a and not sel_b', true],
    ['sel_a and not filter_x', false],
    ['not (sel_b or filter_x)', false],
    ['sel_b or sel_a and filter_x', true],
    ['(sel_b or sel_a) and sel_b', false],
    ['1 of sel_*', true],
    ['any of sel_*', true],
    ['all of sel_*', false],
    ['1 of them', true],
    ['all of them', false],
    ['all of filter*', true],
    ['1 of sel_* and not 1 of filter_*', false],
    ['1 of _*', false],
    ['not 1 of _*', true],
    ['SEL_A'.toLowerCase(), true],
    ['sel_a AND NOT sel_b', true],
    ['1 of *_a', true],
    ['all of *', false],
  ])('links by %s: %s', async (condition, expected) => {
    expect(await holds(`${PARTS}condition: ${condition}`)).toBe(expected);
  });

  it('takes a list of conditions, any of which will do', async () => {
    expect(await holds(`${PARTS}condition:\n  - sel_b\n  - sel_a`)).toBe(true);
    expect(await holds(`${PARTS}condition:\n  - sel_b\n  - not sel_a`)).toBe(false);
  });

  it.each([
    ['nobody', /rules-1\.yml:14:14: condition: there is no search identifier nobody/],
    ['sel_a and nobody', /rules-1\.yml:14:24: condition/],
    ['1 of nobody*', /no search identifier fits nobody\*/],
    ['2 of sel_*', /2 of: 1 of, any of or all of/],
    ['sel_a and', /it ends where a search identifier/],
    ['(sel_a', /it ends where "\)"/],
    ['sel_a sel_b', /"and", "or" or the end/],
    ['sel_a | count() by user > 5', /correlation rules/],
    ["''", /a condition must be a text/],
  ])('refuses the condition %s', async (condition, message) => {
    await expect(holds(`${PARTS}condition: ${condition}`)).rejects.toThrow(message);
  });

  it.each<[string, Json, boolean]>([
    ['stage: ResponseComplete', {}, true],
    ['stage: responsecomplete', {}, true],
    ['stage: ResponseStarted', {}, false],
    ['stage: ResponseStarted', EXEC, true],
    ['stage: ResponseComplete', EXEC, true],
    ['stage: [RequestReceived]', {}, true],
    ["stage: 'Response*'", {}, true],
    ['stage: ResponseComplete', { stage: 'ResponseStarted', user: {}, responseStatus: { code: 401 } }, true],
    ['stage: Panic', {}, false],
    ['stage|neq: RequestReceived', {}, true],
  ])('judges stages by those that the request went through: %s of %j', async (field, over, expected) => {
    expect(await finds(field, over)).toBe(expected);
  });

  it('says in predicates what predicates can say', async () => {
    const detection =
      "selection:\n  verb: [Get, List]\n  objectRef.resource: secrets\n  userAgent|contains: 'Curl'";
    expect((await onlyRule(fileOf(detection))).condition).toEqual(
      all(
        oneOf('verb', ['get', 'list']),
        equals('objectRef.resource', 'secrets'),
        glob('userAgent', '*Curl*', true),
      ),
    );
  });
});

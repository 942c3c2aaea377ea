/** Our own rule files: what they mean, and what is said of mistakes. */
import { describe, expect, it } from 'vitest';
import { UserError } from '../../../src/errors.ts';
import { loadOwn } from '../../../src/rules/own/load-own.ts';
import type { Rule } from '../../../src/rules/rule.ts';
import { runRuleTests } from '../../../src/rules/rule-tests.ts';

const HEAD = 'apiVersion: kubectl-audit/v1\nkind: Rules\nrules:\n';

function ruleText(rest: string): string {
  const lines = ['- id: a-rule', '  title: A rule', '  severity: low', '  level: Metadata', '  why: So.'];
  return `${HEAD}${[...lines, ...rest.trimEnd().split('\n')].join('\n')}\n`;
}

async function loadOne(rest: string): Promise<Rule> {
  const [rule] = await loadOwn(ruleText(`  ${rest.trim()}`), 'a.yaml');
  if (rule === undefined) throw new Error('there is one');
  return rule;
}

async function complaint(rest: string): Promise<string> {
  const error: unknown = await loadOne(rest).catch((thrown: unknown) => thrown);
  if (!(error instanceof UserError)) throw new Error(`no UserError: ${String(error)}`);
  expect(error.code).toBe('AUDIT_BAD_RULE');
  return `${error.message}${error.hint === undefined ? '' : ` | ${error.hint}`}`;
}

/** One request each: the condition, the event, and whether it is found. */
async function finds(when: string, event: string): Promise<boolean> {
  const rule = await loadOne(
    `when: ${when}\n  tests:\n  - name: it\n    events: [${event}]\n    findings: 1`,
  );
  return runRuleTests([rule])[0]?.failure === null;
}

const POD = 'objectRef: { resource: pods, namespace: prod, name: web }';
const EXEC = 'objectRef: { resource: pods, namespace: prod, name: web, subresource: exec }';

describe('loadOwn', () => {
  it.each([
    ['{ did: exec }', `{ verb: get, ${EXEC}, responseStatus: { code: 101 } }`, true],
    ['{ did: exec }', `{ verb: create, ${EXEC}, responseStatus: { code: 101 } }`, true],
    ['{ did: exec, resource: pods }', `{ verb: create, ${EXEC}, responseStatus: { code: 101 } }`, true],
    ['{ did: exec }', `{ verb: create, ${EXEC}, responseStatus: { code: 403 } }`, false],
    ['{ did: exec, outcome: refused }', `{ verb: create, ${EXEC}, responseStatus: { code: 403 } }`, true],
    ['{ did: exec, code: 4xx }', `{ verb: create, ${EXEC}, responseStatus: { code: 403 } }`, true],
    ['{ resource: pods }', `{ verb: get, ${EXEC} }`, false],
    ['{ resource: pods/* }', `{ verb: get, ${EXEC} }`, true],
    ['{ resource: pods/* }', `{ verb: get, ${POD} }`, false],
    ['{ resource: pod/exec }', `{ verb: get, ${EXEC} }`, true],
    ['{ resource: "*" }', `{ verb: get, ${EXEC} }`, true],
    ['{ resource: "*/exec" }', `{ verb: get, ${EXEC} }`, true],
    ['{ resource: "*" }', '{ verb: get, requestURI: /healthz }', false],
    ['{ path: /health* }', '{ verb: get, requestURI: "/healthz?verbose" }', true],
    ['{ path: /api* }', `{ verb: get, ${POD} }`, false],
    [
      '{ did: delete }',
      '{ verb: create, objectRef: { resource: pods, name: a, subresource: eviction } }',
      true,
    ],
    ['{ did: delete }', '{ verb: deletecollection, objectRef: { resource: events, namespace: a } }', true],
    ['{ did: create }', `{ verb: patch, ${POD}, responseStatus: { code: 201 } }`, true],
    ['{ did: create }', `{ verb: patch, ${POD} }`, false],
    ['{ named: false }', '{ verb: list, objectRef: { resource: secrets } }', true],
    ['{ namespaced: false }', '{ verb: list, objectRef: { resource: secrets, namespace: a } }', false],
    [
      '{ did: delete, dryRun: only }',
      `{ verb: delete, ${POD}, requestURI: "/api/v1/namespaces/prod/pods/web?dryRun=All" }`,
      true,
    ],
    [
      '{ did: delete }',
      `{ verb: delete, ${POD}, requestURI: "/api/v1/namespaces/prod/pods/web?dryRun=All" }`,
      false,
    ],
    ['{ by: alice }', '{ user: { username: bob }, impersonatedUser: { username: alice } }', true],
    [
      '{ notBy: "system:*" }',
      '{ user: { username: alice }, impersonatedUser: { username: "system:admin" } }',
      true,
    ],
    ['{ notBy: "system:*" }', '{ user: { username: "system:kube-scheduler" } }', false],
    [
      '{ notBy: "system:*" }',
      '{ user: { username: "system:kube-scheduler" }, impersonatedUser: { username: "system:x" } }',
      false,
    ],
    ['{ humans: true }', '{ user: { username: "system:serviceaccount:a:b" } }', false],
    ['{ fromIP: 10.0.0.0/8 }', '{ sourceIPs: [10.0.0.1, 192.0.2.1] }', false],
    ['{ fromIP: 10.0.0.0/8 }', '{ sourceIPs: [192.0.2.1, 10.0.0.1] }', true],
    ['{ annotation: { x/y: "a*" } }', '{ annotations: { x/y: abc } }', true],
    ['{ userAgent: curl }', '{ userAgent: "Curl/8" }', true],
    [
      '{ deniedBy: unauthenticated }',
      '{ user: {}, stage: ResponseStarted, responseStatus: { code: 401 } }',
      true,
    ],
    [
      '{ deniedBy: escalation }',
      '{ responseStatus: { code: 403, message: "x is forbidden: user attempting to grant RBAC permissions not currently held" }, annotations: { authorization.k8s.io/decision: allow } }',
      true,
    ],
    [
      '{ deniedBy: rbac }',
      '{ responseStatus: { code: 403 }, annotations: { authorization.k8s.io/decision: forbid } }',
      true,
    ],
    [
      '{ deniedBy: rbac }',
      '{ responseStatus: { code: 403, message: "pods is forbidden: violates PodSecurity \\"x\\"" }, annotations: { authorization.k8s.io/decision: allow } }',
      false,
    ],
    ['{ outcome: failed }', '{ responseStatus: { code: 404 } }', true],
    ['{ outcome: failed }', '{ responseStatus: { code: 403 } }', false],
    [
      '{ any: [{ verb: get }, { verb: list }], not: { resource: pods } }',
      '{ verb: list, objectRef: { resource: nodes } }',
      true,
    ],
    [
      '{ any: [{ verb: get }, { verb: list }], not: [{ resource: pods }, { resource: nodes }] }',
      '{ verb: list, objectRef: { resource: nodes } }',
      false,
    ],
    ['{ where: "responseStatus.code == 409" }', '{ responseStatus: { code: 409 } }', true],
    [
      "{ did: exec, where: \"urlParam(requestURI, 'command').exists(c, c.contains('/etc/shadow'))\" }",
      `{ verb: get, ${EXEC}, requestURI: "/api/v1/namespaces/prod/pods/web/exec?command=cat&command=%2Fetc%2Fshadow" }`,
      true,
    ],
  ])('%s on %s: %s', async (when, event, isFound) => {
    expect(await finds(when, event)).toBe(isFound);
  });

  it.each([
    [
      'when: { did: exce }',
      'a.yaml:9:11: rules.0.when.did: "exce" is nothing that is done; did you mean exec?',
    ],
    [
      'when: { did: exec, notby: x }',
      'a.yaml:9:22: rules.0.when.notby: there is no such key; did you mean notBy?',
    ],
    ['when: { verb: exec }', '"exec" is no verb of the API'],
    ['when: { where: verb == get }', 'there is no "get" in an event'],
    ['when: {}', 'a condition with nothing in it'],
    ['when: { code: 99 }', 'names no HTTP status codes'],
    ['advice: []', 'a-rule does not say when: or sequence:'],
    ['when: { did: exec }\n  count: 3', 'a.yaml:10:3: rules.0.count: wants a time: within'],
    ['when: { did: exec }\n  within: 5m', 'wants what must come together'],
    ['within: 5 parsecs\n  count: 3\n  when: { did: exec }', '"5 parsecs" is no time up to 31 days'],
    [
      'when: { did: exec }\n  within: 5m\n  key: usr\n  count: 2',
      '"usr" is no field to count by; did you mean user?',
    ],
    [
      'when: { did: exec }\n  tests: [{ name: x, events: [{ verbe: get }], findings: 0 }]',
      'there is no such field in an event; did you mean verb?',
    ],
    [
      'when: { did: exec }\n  tests: [{ name: x, events: [], findings: [{ whom: a }] }]',
      'nothing of a finding is called that; did you mean who?',
    ],
  ])('says what is wrong with %j', async (rest, said) => {
    expect(await complaint(rest)).toContain(said);
  });

  it('says where the YAML breaks', async () => {
    await expect(loadOwn(`${HEAD}- id: [`, 'b.yaml')).rejects.toThrow(/^b\.yaml:4:8: /);
  });

  it('takes an id once', async () => {
    const twice = `${ruleText('  when: { did: exec }')}${ruleText('  when: { did: exec }').slice(HEAD.length)}`;
    await expect(loadOwn(twice, 'b.yaml')).rejects.toThrow(
      'b.yaml:10:3: rules.1.id: another rule is called a-rule',
    );
  });

  it('counts within a time, of one key', async () => {
    const rule = await loadOne(`within: 1m
  key: [user]
  distinct: { name: 3 }
  when: { verb: get, resource: secrets, outcome: any }
  tests:
  - name: three within a minute
    events:
    - { objectRef: { resource: secrets, namespace: a, name: x } }
    - { objectRef: { resource: secrets, namespace: a, name: y }, at: 30s }
    - { objectRef: { resource: secrets, namespace: a, name: y }, at: 40s }
    - { objectRef: { resource: secrets, namespace: a, name: z }, at: 60s }
    findings: [{ who: alice, name: z }]
  - name: too slow
    events:
    - { objectRef: { resource: secrets, namespace: a, name: x } }
    - { objectRef: { resource: secrets, namespace: a, name: y }, at: 30s }
    - { objectRef: { resource: secrets, namespace: a, name: z }, at: 61s }
    findings: 0
  - name: of several
    events:
    - { objectRef: { resource: secrets, namespace: a, name: x } }
    - { objectRef: { resource: secrets, namespace: a, name: y } }
    - { objectRef: { resource: secrets, namespace: a, name: z }, user: { username: bob } }
    findings: 0`);
    expect(runRuleTests([rule]).map(({ failure }) => failure)).toEqual([null, null, null]);
  });

  it('takes steps in their order', async () => {
    const steps = `within: 5m
  key: [user]
  sequence:
  - { name: grant, when: { did: bind } }
  - { name: use, when: { did: exec }, count: 2 }
  tests:
  - name: first the one
    events:
    - { verb: create, objectRef: { resource: rolebindings, namespace: a, name: x } }
    - { verb: create, ${EXEC} }
    - { verb: create, ${EXEC} }
    findings: 1
  - name: the other way round
    events:
    - { verb: create, ${EXEC} }
    - { verb: create, ${EXEC} }
    - { verb: create, objectRef: { resource: rolebindings, namespace: a, name: x } }
    findings: `;
    const ordered = await loadOne(`${steps}0`);
    expect(runRuleTests([ordered]).map(({ failure }) => failure)).toEqual([null, null]);
    const any = await loadOne(`${steps.replace('sequence', 'together')}1`);
    expect(runRuleTests([any]).map(({ failure }) => failure)).toEqual([null, null]);
  });

  it('finds what was not there before', async () => {
    const rule = await loadOne(`when: { did: touch }
  firstSeen: { of: [ip], key: [user], lookBack: 7d }
  tests:
  - name: another address
    before: [{ sourceIPs: [10.0.0.1] }]
    events: [{ sourceIPs: [10.0.0.1] }, { sourceIPs: [10.0.0.2] }, { sourceIPs: [10.0.0.2] }]
    findings: [{ ip: 10.0.0.2 }]`);
    expect(runRuleTests([rule]).map(({ failure }) => failure)).toEqual([null]);
  });

  it('tells of a failed test', async () => {
    const rule = await loadOne(
      `when: { did: exec }\n  tests: [{ name: x, events: [{ verb: create, ${EXEC} }], findings: [{ who: bob }] }]`,
    );
    expect(runRuleTests([rule]).map(({ failure }) => failure)).toEqual(['none found with who bob']);
  });
});

/** What ties requests together in our own rules, and whom a certificate is for. */
import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { certificateNames } from '../../../src/rules/own/certificate-names.ts';
import { loadOwn } from '../../../src/rules/own/load-own.ts';
import { runRuleTests } from '../../../src/rules/rule-tests.ts';

function request(subject: string, key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256']): string {
  const pem = execFileSync(
    'openssl',
    ['req', '-new', ...key, '-nodes', '-keyout', '/dev/null', '-subj', subject],
    {
      stdio: ['ignore', 'pipe', 'ignore'],
    },
  );
  return pem.toString('base64');
}

describe('certificateNames', () => {
  it.each([
    ['/CN=frank', ['frank']],
    ['/O=system:masters/CN=kubernetes-admin', ['kubernetes-admin', 'system:masters']],
    ['/O=dev/O=ops/CN=frank', ['frank', 'dev', 'ops']],
    [`/CN=${'x'.repeat(60)}/O=${'y'.repeat(60)}/OU=${'z'.repeat(60)}`, ['x'.repeat(60), 'y'.repeat(60)]],
    ['/OU=nobody', []],
  ])('reads the names of %s', (subject, names) => {
    expect(certificateNames(request(subject))).toEqual(names);
  });

  it('reads a request with a long key', () => {
    expect(certificateNames(request('/O=system:nodes/CN=system:node:n1', ['-newkey', 'rsa:2048']))).toEqual([
      'system:node:n1',
      'system:nodes',
    ]);
  });

  it('has none of what is no request, and never throws', () => {
    for (const other of [undefined, null, 7, '', 'bm8=', [], {}]) expect(certificateNames(other)).toEqual([]);
    const whole = Buffer.from(request('/O=system:masters/CN=x'), 'base64').toString();
    const der = Buffer.from(whole.replace(/-----[^-]*-----/g, ''), 'base64');
    fc.assert(
      fc.property(fc.nat(der.length - 1), fc.nat(255), fc.nat(der.length), (at, byte, end) => {
        const damaged = Buffer.from(der.subarray(0, end));
        if (at < damaged.length) damaged[at] = byte;
        const pem = `-----BEGIN CERTIFICATE REQUEST-----\n${damaged.toString('base64')}\n-----END CERTIFICATE REQUEST-----`;
        expect(Array.isArray(certificateNames(Buffer.from(pem).toString('base64')))).toBe(true);
      }),
    );
  });
});

const RULE = `apiVersion: kubectl-audit/v1
kind: Rules
rules:
  - id: tied
    title: Tied
    severity: low
    level: Metadata
    why: So.
    within: 1h
    key: [KEY]
    sequence:
      - { when: { did: token }, key: [OTHER] }
      - { when: { did: touch, resource: secrets } }
    tests:
      - { name: it, events: [EVENTS], findings: FINDINGS }
`;

async function failureOf(
  key: string,
  other: string,
  events: string,
  findings: number,
): Promise<string | null> {
  const text = RULE.replace('KEY', key).replace('OTHER', other).replace('EVENTS', events);
  const [result] = runRuleTests(await loadOwn(text.replace('FINDINGS', String(findings)), 'a.yaml'));
  return result === undefined ? 'there is no test' : result.failure;
}

const ISSUED = (id: string) =>
  `{ verb: create, objectRef: { resource: serviceaccounts, subresource: token, namespace: a, name: b }, annotations: { authentication.kubernetes.io/issued-credential-id: ${id} } }`;
const BARE =
  '{ verb: create, objectRef: { resource: serviceaccounts, subresource: token, namespace: a, name: b } }';
const USED = (id: string) =>
  `{ verb: get, user: { username: 'system:serviceaccount:a:b', extra: { authentication.kubernetes.io/credential-id: [${id}] } }, objectRef: { resource: secrets, namespace: a, name: x } }`;
const USED_BARE =
  "{ verb: get, user: { username: 'system:serviceaccount:a:b' }, objectRef: { resource: secrets, namespace: a, name: x } }";

describe('requests tied together', () => {
  it.each([
    ['credential', 'issued-credential', `${ISSUED('JTI=1')}, ${USED('JTI=1')}`, 1],
    ['credential', 'issued-credential', `${ISSUED('JTI=1')}, ${USED('JTI=2')}`, 0],
    // What neither has is nothing in common.
    ['credential', 'issued-credential', `${BARE}, ${USED_BARE}`, 0],
    ['user', 'account', `${BARE}, ${USED_BARE}`, 1],
  ])('by %s and %s: %s', async (key, other, events, findings) => {
    expect(await failureOf(key, other, events, findings)).toBeNull();
  });
});

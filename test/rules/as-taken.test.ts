/** Our pack over what clouds keep of a log, whose entries lack whole fields. */
import { beforeAll, describe, expect, it } from 'vitest';
import type { AuditEvent, Cut } from '../../src/event/event.ts';
import { Detector } from '../../src/rules/detector.ts';
import { loadRules } from '../../src/rules/load-rules.ts';
import { packFiles } from '../../src/rules/pack-files.ts';
import type { Rule } from '../../src/rules/rule.ts';
import { decodeJson } from '../support/decode-json.ts';

let rules: readonly Rule[] = [];
beforeAll(async () => {
  rules = (await loadRules(packFiles())).rules;
});

const GOOGLE = ['level', 'stage', 'stageTimestamp', 'impersonatedUser', 'user.groups'];

function privilegedPod(username: string, cut: Cut): AuditEvent {
  const event = decodeJson({
    ...{ kind: 'Event', apiVersion: 'audit.k8s.io/v1', auditID: 'a', level: 'Request', verb: 'create' },
    ...{ stage: 'ResponseComplete', requestURI: '/api/v1/namespaces/shop/pods/x', user: { username } },
    objectRef: { resource: 'pods', namespace: 'shop', name: 'x', apiVersion: 'v1' },
    responseStatus: { code: 201 },
    requestObject: { kind: 'Pod', spec: { containers: [{ securityContext: { privileged: true } }] } },
    requestReceivedTimestamp: '2026-01-05T12:00:00.000000Z',
    stageTimestamp: '2026-01-05T12:00:00.000000Z',
  });
  return { ...event, cut };
}

function found(event: AuditEvent): { readonly ids: readonly string[]; readonly unsure: number } {
  const detector = new Detector(rules);
  return { ids: detector.holding(event).map(({ rule }) => rule.id), unsure: detector.unsure };
}

describe('a log that never tells of groups and impersonation', () => {
  const cut: Cut = { why: 'reconstructed', lost: GOOGLE };

  it('has findings of rules that let go whoever is in a group, or acts as another', () => {
    const { ids } = found(privilegedPod('bob@example.com', cut));
    expect(ids).toContain('privileged-pod');
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('has none of those that are about others, and is unsure of them', () => {
    const { ids, unsure } = found(privilegedPod('bob@example.com', cut));
    expect(ids).not.toContain('superuser-acted');
    expect(ids).not.toContain('impersonation');
    expect(unsure).toBe(1);
  });

  it('takes the request for what there is, when the answer was not logged', () => {
    const role = { kind: 'ClusterRole', rules: [{ verbs: ['*'], apiGroups: ['*'], resources: ['*'] }] };
    const event = privilegedPod('bob@example.com', {
      why: 'reconstructed',
      lost: [...GOOGLE, 'responseObject'],
    });
    const ref = { resource: 'clusterroles', apiGroup: 'rbac.authorization.k8s.io', name: 'x' };
    const json = { ...event.json, objectRef: ref, requestObject: role };
    const { ids } = found({ ...decodeJson(json), cut: event.cut });
    expect(ids).toContain('role-that-allows-everything');
  });

  it('finds commands in pods, of which no entry has a body', () => {
    const lost = [...GOOGLE, 'requestObject', 'responseObject'];
    const event = privilegedPod('bob@example.com', { why: 'reconstructed', lost });
    const ref = { resource: 'pods', namespace: 'shop', name: 'x', subresource: 'exec' };
    const json = { ...event.json, objectRef: ref, requestObject: undefined };
    const requestURI = '/api/v1/namespaces/shop/pods/x/exec';
    expect(found({ ...decodeJson({ ...json, requestURI }), cut: event.cut }).ids).toContain('exec-into-pod');
  });

  it('lets go whom it knows', () => {
    const { ids } = found(privilegedPod('system:addon-manager', cut));
    expect(ids).not.toContain('privileged-pod');
  });
});

describe('a cut that took what a rule looks at', () => {
  it('has no finding of it', () => {
    const event = privilegedPod('bob', { why: 'line cut', lost: ['requestObject', 'impersonatedUser'] });
    expect(found({ ...event, requestObject: undefined }).ids).not.toContain('privileged-pod');
  });

  it('does not take a stage that was cut off for what stands there', () => {
    const event = privilegedPod('bob', { why: 'line cut', lost: ['stage', 'responseStatus'] });
    expect(found(event).ids).toEqual([]);
  });
});

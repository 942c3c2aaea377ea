import { describe, expect, it } from 'vitest';
import { actorOf, isHuman, kindOfUser } from '../../src/event/actor.ts';
import { anEvent, aUser } from './an-event.ts';

describe('the kind of an actor', () => {
  it.each([
    ['alice', 'person'],
    ['kubernetes-admin', 'person'],
    ['system:admin', 'person'],
    ['oidc:alice@example.com', 'person'],
    ['system:serviceaccount:ci:runner', 'serviceaccount'],
    ['app@project.iam.gserviceaccount.com', 'serviceaccount'],
    ['system:node:cp-1', 'node'],
    ['system:kube-scheduler', 'component'],
    ['system:apiserver', 'component'],
    ['eks:node-manager', 'component'],
    ['system:anonymous', 'anonymous'],
    ['', 'unknown'],
    [null, 'unknown'],
  ])('%s is a %s', (username, kind) => {
    expect(kindOfUser(username)).toBe(kind);
  });

  it('is told from the authenticated user, not from whom it acts as', () => {
    const event = anEvent({
      user: aUser('alice'),
      impersonatedUser: aUser('system:serviceaccount:shop:deployer'),
    });
    expect(actorOf(event)).toMatchObject({
      user: 'alice',
      as: 'system:serviceaccount:shop:deployer',
      kind: 'person',
    });
  });
});

describe('who acted', () => {
  it('has every field, null where nothing is known', () => {
    expect(actorOf(anEvent({ user: null }))).toEqual({
      user: null,
      as: null,
      groups: [],
      kind: 'unknown',
      session: null,
      credential: null,
      pod: null,
      node: null,
    });
  });

  it('shows the pod, the node and the credential behind a service account', () => {
    const extra = {
      'authentication.kubernetes.io/credential-id': ['JTI=7f'],
      'authentication.kubernetes.io/pod-name': ['ci-r-8'],
      'authentication.kubernetes.io/node-name': ['n1'],
    };
    expect(actorOf(anEvent({ user: aUser('system:serviceaccount:ci:runner', { extra }) }))).toMatchObject({
      credential: 'JTI=7f',
      pod: 'ci-r-8',
      node: 'n1',
    });
  });

  it.each([
    [
      'the EKS session name',
      { sessionName: ['alice@corp'], arn: ['arn:aws:sts::1:assumed-role/ops/x'] },
      'alice@corp',
    ],
    ['the session in an ARN', { arn: ['arn:aws:sts::1:assumed-role/ops/alice'] }, 'alice'],
    ["Rancher's own name", { username: ['alice'], principalid: ['local://u-1'] }, 'alice'],
    ['nobody in an ARN without a session', { arn: ['arn:aws:iam::1:root'] }, null],
    ['nobody when the extra only repeats the login', { username: ['shared'] }, null],
    ['nobody in an empty extra', { sessionName: [] }, null],
  ])('reveals %s', (_, extra, session) => {
    expect(actorOf(anEvent({ user: aUser('shared', { extra }) })).session).toBe(session);
  });

  it('finds the name in the impersonated user too', () => {
    const event = anEvent({
      user: aUser('system:serviceaccount:cattle-system:rancher'),
      impersonatedUser: aUser('u-x7z', { extra: { username: ['alice'] } }),
    });
    expect(actorOf(event).session).toBe('alice');
    expect(isHuman(event)).toBe(true);
  });

  it('takes no extra from the prototype', () => {
    expect(
      actorOf(anEvent({ user: aUser('x', { extra: JSON.parse('{"__proto__":["y"]}') }) })).session,
    ).toBeNull();
  });

  it.each([
    ['alice', true],
    ['system:node:n1', false],
    ['system:serviceaccount:ci:runner', false],
    ['system:anonymous', false],
  ])('%s is human: %s', (username, isPerson) => {
    expect(isHuman(anEvent({ user: aUser(username) }))).toBe(isPerson);
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { UserError } from '../../src/errors.ts';
import { isHuman } from '../../src/event/actor.ts';
import { humans, parseBy } from '../../src/query/by.ts';
import { matches } from '../../src/query/matches.ts';
import { not } from '../../src/query/predicate.ts';
import { anEvent, aUser } from '../event/an-event.ts';
import { requestJson } from '../support/arbitrary.ts';
import { decodeJson } from '../support/decode-json.ts';

function isBy(who: string, user: string | null, as: string | null = null): boolean {
  const event = anEvent({
    user: user === null ? null : aUser(user),
    impersonatedUser: as === null ? null : aUser(as, { groups: ['agents'] }),
  });
  return matches(event, parseBy(who));
}

describe('parseBy', () => {
  it.each([
    ['alice', 'alice', 'Alice'],
    ['ali*', 'alice', 'bob'],
    ['sa:ci/runner', 'system:serviceaccount:ci:runner', 'system:serviceaccount:ci:runner2'],
    ['sa:ci/*', 'system:serviceaccount:ci:x', 'system:serviceaccount:cd:x'],
    ['sa:*/runner', 'system:serviceaccount:any:runner', 'system:serviceaccount:any:other'],
    ['system:serviceaccount:ci:runner', 'system:serviceaccount:ci:runner', 'runner'],
    ['node:cp-1', 'system:node:cp-1', 'cp-1'],
    ['node:*', 'system:node:w-9', 'system:nodes'],
    ['oidc:alice@x.org', 'oidc:alice@x.org', 'alice@x.org'],
    ['CN=a,OU=b', 'CN=a,OU=b', 'CN=a'],
    ['alice,bob', 'bob', 'carol'],
    ['sa:ci/x, alice', 'alice', 'x'],
    ['sa:ci:runner', 'system:serviceaccount:ci:runner', 'system:serviceaccount:ci:other'],
  ])('%s is %s, and not %s', (who, user, other) => {
    expect([isBy(who, user), isBy(who, other)]).toEqual([true, false]);
  });

  it('matches either name of an impersonated request, and either one’s groups', () => {
    expect([isBy('alice', 'alice', 'agent-smith'), isBy('agent-*', 'alice', 'agent-smith')]).toEqual([
      true,
      true,
    ]);
    expect([isBy('group:agents', 'alice', 'agent-smith'), isBy('group:agents', 'alice')]).toEqual([
      true,
      false,
    ]);
    expect(isBy('group:system:auth*', 'alice')).toBe(true);
  });

  it('finds the person behind a shared login, and leaves them out', () => {
    const by = (who: string, extra: Record<string, string[]>) =>
      matches(anEvent({ user: aUser('kubernetes-admin', { extra }) }), parseBy(who));
    const arn = 'arn:aws:sts::1234:assumed-role/admins/alice@corp';
    expect(by('alice@corp', { sessionName: ['alice@corp'] })).toBe(true);
    expect(by('alice@*', { arn: [arn] })).toBe(true);
    expect(by('bob', { sessionName: ['alice@corp'] })).toBe(false);
    expect(by('kubernetes-admin', { sessionName: ['alice@corp'] })).toBe(true);
    const left = anEvent({ user: aUser('kubernetes-admin', { extra: { sessionName: ['alice@corp'] } }) });
    expect([matches(left, not(parseBy('alice@corp'))), matches(left, not(parseBy('bob')))]).toEqual([
      false,
      true,
    ]);
  });

  it('says nothing of requests without a user, but leaves them in when somebody is left out', () => {
    expect(isBy('*', null)).toBe(false);
    expect(matches(anEvent({ user: null }), not(parseBy('alice')))).toBe(true);
  });

  it.each(['', ' ', 'sa:', 'sa:ci', 'sa:/x', 'sa:ci/', 'sa:a/b/c', 'group:', 'node:', 'alice,', ','])(
    'refuses %j',
    (text) => {
      expect(() => parseBy(text)).toThrow(UserError);
    },
  );

  it('shows how a service account is written', () => {
    expect(() => parseBy('sa:ci')).toThrow(
      expect.objectContaining({
        hint: expect.stringMatching(/^sa:NAMESPACE\/NAME: --by 'sa:ci\/\*' .* 'sa:\*\/ci'/),
      }),
    );
  });
});

describe('humans', () => {
  it.each([
    ['alice', true],
    ['system:node:cp-1', false],
    ['system:serviceaccount:ci:runner', false],
    ['system:kube-scheduler', false],
    ['eks:node-manager', false],
    ['robot@project.iam.gserviceaccount.com', false],
    ['system:admin', true],
    ['system:anonymous', false],
    ['', false],
  ])('%s: %s', (username, isOne) => {
    expect(matches(anEvent({ user: aUser(username) }), humans())).toBe(isOne);
  });

  it('keeps a person who acts as a service account, and a proxy’s account that acts as a person', () => {
    const sa = 'system:serviceaccount:ci:runner';
    const acting = (user: string, as: string) =>
      matches(anEvent({ user: aUser(user), impersonatedUser: aUser(as) }), humans());
    expect([acting('alice', sa), acting(sa, 'u-x7'), acting(sa, 'system:node:a')]).toEqual([
      true,
      true,
      false,
    ]);
  });

  it('leaves out who is not known at all', () => {
    expect(matches(anEvent({ user: null }), humans())).toBe(false);
  });

  it('is the same as isHuman', () => {
    fc.assert(
      fc.property(requestJson(), (stages) => {
        const event = decodeJson(stages.at(-1));
        expect(matches(event, humans())).toBe(isHuman(event));
      }),
      { numRuns: 500 },
    );
  });
});

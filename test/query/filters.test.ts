import { describe, expect, it } from 'vitest';
import { UserError } from '../../src/errors.ts';
import type { AuditEvent } from '../../src/event/event.ts';
import { type FilterFlags, parseFilters } from '../../src/query/filters.ts';
import { matches } from '../../src/query/matches.ts';
import { EVERYTHING } from '../../src/query/predicate.ts';
import { anEvent, aRef, aStatus, aUser } from '../event/an-event.ts';

async function passes(flags: FilterFlags, over: Partial<AuditEvent>): Promise<boolean> {
  return matches(anEvent(over), await parseFilters(flags));
}

describe('parseFilters', () => {
  it('says nothing when no flag does', async () => {
    expect(await parseFilters({})).toEqual(EVERYTHING);
    expect(await parseFilters({ verb: [], code: [], subresource: null, dryRun: null, where: null })).toEqual(
      EVERYTHING,
    );
  });

  it('widens by one flag given twice or as a list, narrows by different flags', async () => {
    const flags = { verb: ['get,list', 'Delete'], code: ['403', '404'] };
    expect(await passes(flags, { verb: 'delete', responseStatus: aStatus(404) })).toBe(true);
    expect(await passes(flags, { verb: 'delete', responseStatus: aStatus(200) })).toBe(false);
    expect(await passes(flags, { verb: 'patch', responseStatus: aStatus(404) })).toBe(false);
  });

  it('filters by who, and by who not', async () => {
    const flags = { by: ['alice', 'sa:ci/*'], notBy: ['sa:ci/bad'] };
    const by = (name: string) => passes(flags, { user: aUser(name) });
    expect(
      await Promise.all(
        ['alice', 'bob', 'system:serviceaccount:ci:x', 'system:serviceaccount:ci:bad'].map(by),
      ),
    ).toEqual([true, false, true, false]);
  });

  it('takes a user agent for a part in any case, or for a pattern of the whole', async () => {
    const agent = { userAgent: 'Helm/3.1 (linux)' };
    expect(await passes({ userAgent: ['helm'] }, agent)).toBe(true);
    expect(await passes({ userAgent: ['helm*'] }, agent)).toBe(true);
    expect(await passes({ userAgent: ['*helm'] }, agent)).toBe(false);
  });

  it('tells the object itself from its subresources and from other URLs', async () => {
    const ref = (subresource: string | null) => ({ objectRef: aRef({ resource: 'pods', subresource }) });
    expect(await passes({ subresource: 'none' }, ref(null))).toBe(true);
    expect(await passes({ subresource: '-' }, ref('exec'))).toBe(false);
    expect(await passes({ subresource: 'none' }, { objectRef: null, requestURI: '/healthz' })).toBe(false);
    expect(await passes({ subresource: 'exec,none' }, ref('exec'))).toBe(true);
    expect(await passes({ subresource: 'scale' }, ref('exec'))).toBe(false);
  });

  it('keeps only dry runs, or none of them', async () => {
    const dry = { verb: 'delete', requestURI: '/api/v1/namespaces/a/pods/b?dryRun=All' };
    expect([await passes({ dryRun: true }, dry), await passes({ dryRun: false }, dry)]).toEqual([
      true,
      false,
    ]);
    expect([await passes({ dryRun: true }, {}), await passes({ dryRun: false }, {})]).toEqual([false, true]);
  });

  it('takes an audit ID to the letter, commas and all', async () => {
    expect(await passes({ auditId: ['a,b'] }, { auditID: 'a,b' })).toBe(true);
    expect(await passes({ auditId: ['a,b'] }, { auditID: 'a' })).toBe(false);
  });

  it('filters by network and by expression', async () => {
    const flags = { fromIp: ['10.0.0.0/8,::1'], where: 'user.username == "alice"' };
    const json = { user: { username: 'alice' } };
    expect(await passes(flags, { sourceIPs: ['::1'], json })).toBe(true);
    expect(await passes(flags, { sourceIPs: ['::1'], json: {} })).toBe(false);
    expect(await passes(flags, { sourceIPs: ['172.16.0.1'], json })).toBe(false);
  });

  it.each<[FilterFlags, string, string]>([
    [{ verb: ['exec'] }, '"exec"', '--subresource exec'],
    [{ verb: ['get,bogus'] }, '"bogus"', 'one of get, list'],
    [{ verb: ['constructor'] }, '"constructor"', 'one of get'],
    [{ verb: [','] }, '","', 'leave the flag out'],
    [{ code: ['forbidden'] }, '"forbidden"', '--code 4xx'],
    [{ fromIp: ['10.0.0'] }, '"10.0.0"', '--from-ip 10.0.0.0/8'],
    [{ subresource: 'logs' }, '"logs"', '--subresource log'],
    [{ subresource: 'none,port-forward' }, '"port-forward"', '--subresource portforward'],
    [{ auditId: [''] }, 'audit ID', 'variable'],
    [{ userAgent: [' '] }, '" "', '--user-agent helm'],
    [{ by: ['sa:ci'] }, '"sa:ci"', "--by 'sa:ci/*'"],
    [{ notBy: ['group:'] }, '"group:"', 'a name after group:'],
    [{ where: 'verb = "get"' }, 'verb = "get"', 'to compare: =='],
  ])('quotes what is wrong in %j and says how to mend it', async (flags, quoted, hint) => {
    const error = await parseFilters(flags).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(UserError);
    expect((error as UserError).message).toContain(quoted);
    expect((error as UserError).hint).toContain(hint);
  });
});

/** What a table says of rows: no more than the question leaves open; with -o wide and in csv all of it. */
import { describe, expect, it } from 'vitest';
import { whoDidCommand } from '../../../src/commands/who-did.ts';
import { fixedIo } from '../../support/fixed-io.ts';
import { NOW } from '../../support/run-command.ts';

const SHOP = { file: ['test/fixtures/shop/audit.log'], utc: true, color: 'never' };

/** The lines of the table: its head first. */
async function drawn(words: string, flags: Record<string, unknown>, columns = 160): Promise<string[]> {
  const io = fixedIo({ nowMs: NOW, columns });
  await whoDidCommand.run(words.split(' ').filter(Boolean), { ...SHOP, ...flags } as never, io);
  const [first = '', table = first] = io.stdout().split('\n\n');
  return table.split('\n');
}

const inShop = { namespace: 'shop' };

describe('the object in a table', () => {
  it('is the name alone where type and namespace were asked about', async () => {
    const [head, row] = await drawn('delete pod', { ...inShop, limit: '1' });
    expect(head).toMatch(/DID +OBJECT +FROM/);
    expect(row).toMatch(/ delete +api-77b4bfc4cf-s88v9 +127/);
  });

  it('has the namespace, or the type, where that was left open', async () => {
    expect((await drawn('delete pod', { 'all-namespaces': true, limit: '1' }))[1]).toMatch(
      / shop\/api-77b4bfc4cf-s88v9 /,
    );
    expect((await drawn('delete', { ...inShop, limit: '1' }))[1]).toMatch(/ secret\/web-db /);
    expect((await drawn('delete', { 'all-namespaces': true, by: ['ci-bot'], limit: '1' }))[1]).toMatch(
      / shop\/secret\/web-db /,
    );
  });

  it('is not said where it is the one asked about, and is where it is not', async () => {
    expect((await drawn('delete cm/web-config', inShop))[0]).not.toContain('OBJECT');
    expect((await drawn('delete cm/ledger', { 'all-namespaces': true })).join('\n')).toMatch(
      /OBJECT[\s\S]* payments\/ledger /,
    );
  });

  it('says no subresource that DID says', async () => {
    const lines = await drawn('touch node', { limit: '1' });
    expect(lines[1]).toMatch(/ patch status +cp-1 +127/);
  });

  it('is whole in wide and csv, as is the reason of a failure', async () => {
    const asked = { ...inShop, limit: '9' };
    expect((await drawn('delete pod', asked))[9]).toMatch(/ web-6bf4c8fd48-bf6fp .* failed 429$/);
    for (const output of ['wide', 'csv'])
      expect((await drawn('delete pod', { ...asked, output })).join('\n')).toMatch(
        /shop\/pod\/web-6bf4c8fd48-bf6fp.*failed 429 TooManyRequests/,
      );
  });
});

describe('a table of 80 columns', () => {
  it('can be read', async () => {
    const lines = await drawn('delete pod', { ...inShop, limit: '9' }, 80);
    expect(lines.filter((line) => line.length > 80)).toEqual([]);
    expect([lines[0], lines[1], ...lines.slice(8)].join('\n')).toMatchInlineSnapshot(`
      "WHEN  UTC       WHO                     DID     OBJECT                RESULT
      11-23 08:47:50  generic-gar…-collector  delete  api-77b4bfc4cf-s88v9  done 200
      11-23 08:47:30  bob                     evict   web-6bf4c8fd48-bf6fp  done 201
      11-23 08:47:29  bob                     evict   web-6bf4c8fd48-bf6fp  failed 429
      9 of 17 shown; --limit N for more; no room for AGE, FROM, BECAUSE; -o wide shows
      all"
    `);
  });
});

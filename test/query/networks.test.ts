import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { UserError } from '../../src/errors.ts';
import { parseNetwork } from '../../src/query/networks.ts';

describe('parseNetwork', () => {
  it.each([
    ['10.0.0.0/8', '10.255.1.2', '11.0.0.1'],
    ['10.0.3.7', '10.0.3.7', '10.0.3.8'],
    ['0.0.0.0/0', '1.2.3.4', '::1'],
    ['fd00::/8', 'fdff::1', 'fe80::1'],
    ['::1', '::1', '::2'],
    ['::ffff:10.0.0.0/104', '10.1.1.1', '11.0.0.1'],
    ['fe80::/10', 'fe80::1%eth0', '10.0.0.1'],
  ])('%s holds %s, not %s', (cidr, inside, outside) => {
    const network = parseNetwork(cidr);
    expect([network.has(inside), network.has(outside)]).toEqual([true, false]);
  });

  it('takes an IPv4-mapped address for the IPv4 address it is', () => {
    expect(parseNetwork('10.0.0.0/8').has('::ffff:10.2.3.4')).toBe(true);
    expect(parseNetwork('::ffff:10.0.0.0/104').cidr).toBe('10.0.0.0/8');
    expect(parseNetwork('10.0.3.7').cidr).toBe('10.0.3.7/32');
  });

  it.each([
    '',
    '10.0.0',
    '10.0.0.0/33',
    '010.1.1.1',
    '10.0.0.0/',
    '10.0.0.0/-1',
    '::/129',
    'fe80::1%eth0',
    'host',
    '10/8',
  ])('refuses %j and says how to write one', (text) => {
    expect(() => parseNetwork(text)).toThrow(UserError);
    expect(() => parseNetwork(text)).toThrow(JSON.stringify(text));
  });

  it('holds no text that is no address, whatever the text', () => {
    const network = parseNetwork('0.0.0.0/0');
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => typeof network.has(text) === 'boolean'));
    fc.assert(fc.property(fc.ipV4(), (text) => network.has(text)));
    fc.assert(fc.property(fc.ipV6(), (text) => typeof network.has(text) === 'boolean'));
  });
});

/** Names without what machines made of them. */
import { describe, expect, it } from 'vitest';
import { addressPrefix, privateParent } from '../../../src/questions/anomalies/address-prefix.ts';
import { Distinct } from '../../../src/questions/anomalies/distinct.ts';
import { clientProduct, generalName } from '../../../src/questions/anomalies/general-name.ts';

describe('generalName', () => {
  it.each([
    ['api-7675c5784c-6dtph', 'api-*-*'],
    ['pr-1234', 'pr-*'],
    ['job-28377415-x7k2p', 'job-*-*'],
    ['session-3f2b8c1a-9b55-4ee5-a037-48a83587e652', 'session-*'],
    // What people call things stays.
    ['team-09', 'team-09'],
    ['kube-system', 'kube-system'],
    ['system:serviceaccount:ci:runner', 'system:serviceaccount:ci:runner'],
    ['ledger-db', 'ledger-db'],
  ])('makes of %s %s', (name, general) => {
    expect(generalName(name)).toBe(general);
  });

  it('is linear in hostile names', () => {
    const began = performance.now();
    for (const text of ['-bcdfg'.repeat(50_000), '0a'.repeat(200_000), '1'.repeat(400_000)])
      generalName(text);
    expect(performance.now() - began).toBeLessThan(2000);
  });
});

describe('clientProduct', () => {
  it.each([
    ['kubectl/v1.34.4 (linux/amd64) kubernetes/5864a46', 'kubectl'],
    ['Mozilla/5.0 (X11)', 'Mozilla'],
    ['curl', 'curl'],
    ['', 'no user agent'],
    [null, 'no user agent'],
  ])('of %s is %s', (agent, product) => {
    expect(clientProduct(agent)).toBe(product);
  });
});

describe('addressPrefix', () => {
  it.each([
    ['10.0.3.7', '10.0.3.0/24'],
    ['::ffff:10.0.3.7', '10.0.3.0/24'],
    ['2001:db8:1234:5678::1', '2001:db8:1234:5600::/56'],
    ['fe80::1%eth0', 'fe80:0:0:0::/56'],
    ['::1', '0:0:0:0::/56'],
    ['nonsense', null],
    ['1:2:3', null],
    ['1::2::3', null],
    [null, null],
  ])('of %s is %s', (address, prefix) => {
    expect(addressPrefix(address)).toBe(prefix);
  });

  it('knows which /24 may be a part of a cluster’s own network', () => {
    expect(privateParent('10.42.3.0/24')).toBe('10.42.0.0/16');
    expect(privateParent('172.32.3.0/24')).toBeNull();
    expect(privateParent('203.0.113.0/24')).toBeNull();
  });
});

describe('Distinct', () => {
  it('counts a few exactly, and many nearly, in whatever order they come', () => {
    const counts = [1, 63, 65, 1000, 20_000].map((count) => {
      const [up, down] = [new Distinct(), new Distinct()];
      for (let n = 0; n < count; n++) {
        up.add(`secrets prod/s-${n}`);
        up.add(`secrets prod/s-${n}`);
        down.add(`secrets prod/s-${count - 1 - n}`);
      }
      expect(up.size).toBe(down.size);
      return up.size / count;
    });
    expect(counts.slice(0, 2)).toEqual([1, 1]);
    for (const ratio of counts) expect(Math.abs(ratio - 1)).toBeLessThan(0.4);
  });
});

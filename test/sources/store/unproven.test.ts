import { expect, it } from 'vitest';
import { unprovenNote } from '../../../src/sources/store/unproven.ts';

it.each([
  ['https://logs.corp:9428', {}, null],
  ['https://logs.corp:9428', { ca: '/etc/ssl/corp.pem', insecure: false }, null],
  [
    'https://logs.corp:9428',
    { insecure: true },
    'the certificate of prod-logs was not checked (tls.insecure): anybody could have answered',
  ],
  [
    'forward+https://monitoring/logs:9428',
    { insecure: true },
    'the certificate of prod-logs was not checked (tls.insecure): anybody could have answered',
  ],
  ['forward+https://monitoring/logs:9428', {}, null],
  [
    'service+https://monitoring/logs:9428/base',
    { ca: '/etc/ssl/corp.pem' },
    'the API server did not check the certificate of prod-logs: anybody could have answered; forward+https://monitoring/logs:9428/base checks it',
  ],
  // Without TLS there is nothing that could have been checked, and the URL says so.
  ['http://logs.corp:9428', { insecure: true }, null],
  ['service://monitoring/logs:9428', {}, null],
  ['forward://monitoring/logs:9428', {}, null],
])('%s with %j', (url, tls, text) => {
  expect(unprovenNote('prod-logs', { url, tls })).toEqual(
    text === null ? null : { code: 'store-unproven', text },
  );
});

import { expect, it } from 'vitest';
import { parseAdHoc } from '../../../src/config/ad-hoc.ts';
import { azblob } from '../../../src/sources/azblob/azblob.ts';
import { readBlobs } from '../../../src/sources/azblob/azblob-archive.ts';
import { signedText } from '../../../src/sources/azblob/blob-requests.ts';
import { gcs } from '../../../src/sources/gcs/gcs.ts';

it('a URL names a bucket and a prefix, as Google calls it', () => {
  const of = (url: string) => {
    const adHoc = parseAdHoc(url);
    return [adHoc?.type, adHoc === null ? null : gcs.settingsOf(adHoc.url), adHoc?.settings];
  };
  expect(of('gs://audit-logs/prod/a%20b/?late=2h')).toEqual([
    'gcs',
    { bucket: 'audit-logs', prefix: 'prod/a b/' },
    { late: '2h' },
  ]);
  expect(of('gcs://audit-logs')).toEqual(['gcs', { bucket: 'audit-logs' }, {}]);
});

it('a URL names an account, a container and a prefix', () => {
  const of = (url: string) => azblob.settingsOf(new URL(url));
  const container = 'insights-logs-kube-audit';
  expect(of(`azblob://logs/${container}`)).toEqual({ account: 'logs', container });
  expect(of(`azblob://logs/${container}/resourceId=/A/y=2026/`)).toEqual({
    ...{ account: 'logs', container },
    prefix: 'resourceId=/A/y=2026/',
  });
  expect(azblob.settings.safeParse(of('azblob://logs')).success).toBe(false);
});

it('what proves who we are goes nowhere unencrypted', () => {
  for (const endpoint of [
    'http://logs.corp:9000',
    'http://127.0.0.1.evil.example',
    'ftp://h',
    'https://u@h',
  ]) {
    expect(gcs.settings.safeParse({ bucket: 'logs', endpoint }).success).toBe(false);
    expect(azblob.settings.safeParse({ account: 'logs', container: 'logs', endpoint }).success).toBe(false);
  }
  const endpoint = 'http://127.0.0.1:10000/devstoreaccount1';
  expect(azblob.settings.safeParse({ account: 'logs', container: 'logs', endpoint }).success).toBe(true);
});

/** Of https://learn.microsoft.com/rest/api/storageservices/authorize-with-shared-key, but for the version. */
it('the text that is signed is that of the documentation', () => {
  const headers = { 'x-ms-version': '2015-02-21', 'x-ms-date': 'Fri, 26 Jun 2015 23:39:12 GMT' };
  const query = { restype: 'container', comp: 'metadata', timeout: '20' };
  expect(signedText('myaccount', '/mycontainer', query, headers)).toBe(
    'GET\n\n\n\n\n\n\n\n\n\n\n\nx-ms-date:Fri, 26 Jun 2015 23:39:12 GMT\nx-ms-version:2015-02-21\n/myaccount/mycontainer\ncomp:metadata\nrestype:container\ntimeout:20',
  );
});

const LIST = (blobs: string, next = '') =>
  `\u{feff}<?xml version="1.0" encoding="utf-8"?><EnumerationResults ServiceEndpoint="https://logs.blob.core.windows.net/" ContainerName="c"><Prefix>a/</Prefix><Blobs>${blobs}</Blobs><NextMarker>${next}</NextMarker></EnumerationResults>`;
const BLOB = (name: string, more: string) =>
  `<Blob><Name>${name}</Name><Properties><Creation-Time>Sun, 22 Nov 2026 10:00:01 GMT</Creation-Time><Last-Modified>Sun, 22 Nov 2026 10:59:59 GMT</Last-Modified><Etag>0x8CBFF45D8A29A19</Etag><Content-Length>100</Content-Length>${more}</Properties></Blob>`;

it('a list of blobs is read whole or not at all', () => {
  const page = readBlobs(
    LIST(
      `${BLOB('a/x&amp;y.json', '<BlobType>BlockBlob</BlobType>')}<BlobPrefix><Name>a/b/</Name></BlobPrefix>${BLOB('a/z', '<BlobType>AppendBlob</BlobType>')}`,
      '2!96!x',
    ),
  );
  const both = { bytes: 100, modifiedUs: Date.parse('2026-11-22T10:59:59Z') * 1000, isInParts: false };
  expect(page).toEqual({
    objects: [
      { ...both, key: 'a/x&y.json', tag: '"0x8CBFF45D8A29A19"' },
      { ...both, key: 'a/z', tag: `made ${Date.parse('2026-11-22T10:00:01Z')}` },
    ],
    next: '2!96!x',
  });
  expect(readBlobs(LIST(''))).toEqual({ objects: [], next: null });
  for (const broken of [LIST('').slice(0, -5), LIST('<Blob><Name>a</Name></Blob>'), '<a></a>', '{}', ''])
    expect(readBlobs(broken)).toBeNull();
});

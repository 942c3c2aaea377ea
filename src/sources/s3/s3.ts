/** S3 as a kind of store, and what speaks like it: MinIO, Ceph, Google Cloud Storage. */
import { openArchiveSource } from '../archive/archive-source.ts';
import { LATE_US } from '../store/store-clock.ts';
import type { StoreKind } from '../store/store-kind.ts';
import { S3Archive } from './s3-archive.ts';
import { type S3Settings, s3Settings } from './s3-settings.ts';
import { SignedRequests } from './signed-requests.ts';

export const s3: StoreKind<S3Settings> = {
  settings: s3Settings,
  settingsOf: (url) => {
    const prefix = decodeURIComponent(url.pathname.replace(/^\//, ''));
    return { bucket: url.hostname, ...(prefix === '' ? {} : { prefix }) };
  },
  open: async (_name, settings, { io, serverAt, maxBytes }) => {
    const { tls, headers, proxy, timeout } = settings;
    const reach = {
      ...(tls === undefined ? {} : { tls }),
      ...(headers === undefined ? {} : { headers }),
      ...(proxy === undefined ? {} : { proxy }),
      ...(timeout === undefined ? {} : { timeout }),
    };
    const requests = new SignedRequests(settings, io, (url) => serverAt({ url, ...reach }));
    return openArchiveSource(new S3Archive(settings, requests), { lateUs: lateOf(settings), maxBytes });
  },
};

const UNITS_US: Readonly<Record<string, number>> = { m: 60e6, h: 3600e6, d: 86_400e6 };

function lateOf({ late }: S3Settings): number {
  const [, number, unit = ''] = /^(\d+)([mhd])$/.exec(late ?? '') ?? [];
  return number === undefined ? LATE_US : Number(number) * (UNITS_US[unit] ?? 0);
}

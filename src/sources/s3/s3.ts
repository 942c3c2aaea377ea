/** S3 as a kind of store, and what speaks like it: MinIO, Ceph, Google Cloud Storage. */

import { reachOf } from '../../reach/reach-settings.ts';
import { lateOf, prefixIn } from '../archive/archive-settings.ts';
import { openArchiveSource } from '../archive/archive-source.ts';
import type { StoreKind } from '../store/store-kind.ts';
import { S3Archive } from './s3-archive.ts';
import { type S3Settings, s3Settings } from './s3-settings.ts';
import { SignedRequests } from './signed-requests.ts';

export const s3: StoreKind<S3Settings> = {
  settings: s3Settings,
  settingsOf: ({ hostname, pathname }) => ({ bucket: hostname, ...prefixIn(pathname) }),
  open: async (_name, settings, { io, serverAt, maxBytes }) => {
    const reach = reachOf(settings);
    const requests = new SignedRequests(settings, io, (url) => serverAt({ url, ...reach }));
    return openArchiveSource(new S3Archive(settings, requests), {
      lateUs: lateOf(settings),
      maxBytes,
      now: io.now,
    });
  },
};

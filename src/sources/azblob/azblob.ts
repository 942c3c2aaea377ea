/** Azure's Blob Storage as a kind of store: `azblob://ACCOUNT/CONTAINER/PREFIX`. https://learn.microsoft.com/rest/api/storageservices/ */

import { reachOf } from '../../reach/reach-settings.ts';
import { lateOf, prefixIn } from '../archive/archive-settings.ts';
import { openArchiveSource } from '../archive/archive-source.ts';
import type { StoreKind } from '../store/store-kind.ts';
import { AzblobArchive } from './azblob-archive.ts';
import { type AzblobSettings, azblobSettings } from './azblob-settings.ts';
import { BlobRequests } from './blob-requests.ts';

export const azblob: StoreKind<AzblobSettings> = {
  settings: azblobSettings,
  settingsOf: ({ hostname, pathname }) => {
    const [, container = '', path = ''] = /^\/([^/]*)(.*)$/.exec(pathname) ?? [];
    return { account: hostname, ...(container === '' ? {} : { container }), ...prefixIn(path) };
  },
  open: async (_name, settings, { io, serverAt, secret, maxBytes }) => {
    const { account, auth } = settings;
    const endpoint = settings.endpoint ?? `https://${account}.blob.core.windows.net`;
    const bearer = 'bearer' in auth ? { auth } : {};
    const server = await serverAt({ url: endpoint, ...reachOf(settings), ...bearer });
    const requests = new BlobRequests(server, settings, {
      basePath: new URL(endpoint).pathname.replace(/\/+$/, ''),
      ...{ now: io.now, secret },
    });
    return openArchiveSource(new AzblobArchive(settings, requests), {
      lateUs: lateOf(settings),
      maxBytes,
      now: io.now,
    });
  },
};

/** Google Cloud Storage as a kind of store: `gs://BUCKET/PREFIX`. https://cloud.google.com/storage/docs/json_api/v1 */

import { reachOf } from '../../reach/reach-settings.ts';
import { lateOf, prefixIn } from '../archive/archive-settings.ts';
import { openArchiveSource } from '../archive/archive-source.ts';
import { GoogleLogin, loginMeans } from '../google/google-login.ts';
import type { StoreKind } from '../store/store-kind.ts';
import { GcsArchive } from './gcs-archive.ts';
import { type GcsSettings, gcsSettings } from './gcs-settings.ts';

const READS_OBJECTS = 'https://www.googleapis.com/auth/devstorage.read_only';

export const gcs: StoreKind<GcsSettings> = {
  settings: gcsSettings,
  settingsOf: ({ hostname, pathname }) => ({ bucket: hostname, ...prefixIn(pathname) }),
  open: async (_name, settings, { io, serverAt, maxBytes }) => {
    const { endpoint, auth } = settings;
    const reach = reachOf(settings);
    const bearer = auth !== undefined && 'bearer' in auth ? { auth } : {};
    const login =
      auth === undefined ? new GoogleLogin(loginMeans(settings, { io, serverAt }), READS_OBJECTS) : undefined;
    const server = await serverAt({ url: endpoint, ...reach, ...bearer }, login);
    return openArchiveSource(new GcsArchive(settings, server), {
      lateUs: lateOf(settings),
      maxBytes,
      now: io.now,
    });
  },
};

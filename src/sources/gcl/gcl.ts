/** Google Cloud Logging, where GKE keeps its audit log, as a kind of store. https://cloud.google.com/logging/docs/reference/v2/rest */

import { reachOf } from '../../reach/reach-settings.ts';
import { GoogleLogin, loginMeans } from '../google/google-login.ts';
import type { StoreKind } from '../store/store-kind.ts';
import { openStoreSource } from '../store/store-source.ts';
import { type GclSettings, gclSettings } from './gcl-settings.ts';
import { GclStore } from './gcl-store.ts';

const READS_LOGS = 'https://www.googleapis.com/auth/logging.read';

export const gcl: StoreKind<GclSettings> = {
  settings: gclSettings,
  /** `gcl://PROJECT/CLUSTER`; `gcl+https://ENDPOINT/PROJECT/CLUSTER`. */
  settingsOf: ({ protocol, host, pathname }) => {
    const parts = pathname.split('/').filter((part) => part !== '');
    const isEndpoint = /^https?:$/.test(protocol);
    const [project, cluster] = isEndpoint ? parts : [host, ...parts];
    return {
      ...(isEndpoint ? { url: `${protocol}//${host}` } : {}),
      ...(project === undefined ? {} : { project }),
      ...(cluster === undefined ? {} : { cluster }),
    };
  },
  open: async (name, settings, means) => {
    const { url, auth } = settings;
    const login = auth === undefined ? new GoogleLogin(loginMeans(settings, means), READS_LOGS) : undefined;
    const reach = { url, ...reachOf(settings), ...(auth === undefined ? {} : { auth }) };
    return openStoreSource(new GclStore(name, settings, await means.serverAt(reach, login)), means);
  },
};

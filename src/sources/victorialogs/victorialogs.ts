/** VictoriaLogs as a kind of store. https://docs.victoriametrics.com/victorialogs/querying/ */

import type { StoreKind } from '../store/store-kind.ts';
import { openStoreSource } from '../store/store-source.ts';
import { type VictoriaLogsSettings, victoriaLogsSettings } from './victorialogs-settings.ts';
import { VictoriaLogsStore } from './victorialogs-store.ts';

export const victoriaLogs: StoreKind<VictoriaLogsSettings> = {
  settings: victoriaLogsSettings,
  settingsOf: (url) => ({ url: url.href }),
  open: async (name, settings, means) =>
    openStoreSource(new VictoriaLogsStore(name, settings, await means.serverAt(settings)), means),
};

/** Grafana Loki as a kind of store; OpenShift's LokiStack with its path and a token. */
import type { StoreKind } from '../store/store-kind.ts';
import { openStoreSource } from '../store/store-source.ts';
import { type LokiSettings, lokiSettings } from './loki-settings.ts';
import { LokiStore } from './loki-store.ts';

export const loki: StoreKind<LokiSettings> = {
  settings: lokiSettings,
  settingsOf: (url) => ({ url: url.href }),
  open: async (name, settings, means) =>
    openStoreSource(new LokiStore(name, settings, await means.serverAt(settings), means.io.now), means),
};

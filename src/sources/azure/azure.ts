/** Log Analytics of Azure Monitor as a kind of store. https://learn.microsoft.com/azure/azure-monitor/logs/api/overview */
import type { StoreKind } from '../store/store-kind.ts';
import { openStoreSource } from '../store/store-source.ts';
import { type AzureSettings, azureSettings } from './azure-settings.ts';
import { AzureStore } from './azure-store.ts';

export const azure: StoreKind<AzureSettings> = {
  settings: azureSettings,
  /** `azure://WORKSPACE/TABLE`; `azure+https://ENDPOINT/WORKSPACE/TABLE`. */
  settingsOf: ({ protocol, host, pathname }) => {
    const parts = pathname.split('/').filter((part) => part !== '');
    const isEndpoint = /^https?:$/.test(protocol);
    const [workspace, table] = isEndpoint ? parts : [host, ...parts];
    return {
      ...(isEndpoint ? { url: `${protocol}//${host}` } : {}),
      ...(workspace === undefined ? {} : { workspace }),
      ...(table === undefined ? {} : { table }),
    };
  },
  open: async (name, settings, means) =>
    openStoreSource(new AzureStore(name, settings, await means.serverAt(settings)), means),
};

/** OpenSearch and Elasticsearch as kinds of store. */
import type { StoreKind } from '../store/store-kind.ts';
import { openStoreSource } from '../store/store-source.ts';
import { type OpenSearchSettings, openSearchSettings } from './opensearch-settings.ts';
import { OpenSearchStore } from './opensearch-store.ts';

export const openSearch = kindOf('OpenSearch');
export const elasticsearch = kindOf('Elasticsearch');

function kindOf(kind: 'OpenSearch' | 'Elasticsearch'): StoreKind<OpenSearchSettings> {
  return {
    settings: openSearchSettings,
    settingsOf: ({ protocol, host, pathname }) => {
      const parts = pathname.split('/').filter((part) => part !== '');
      // service://NAMESPACE/NAME:PORT: the first part of the path is the server's name.
      const ofServer = /^https?:$/.test(protocol) ? 0 : 1;
      const index = parts.length > ofServer ? parts.pop() : undefined;
      return {
        url: [`${protocol}//${host}`, ...parts].join('/'),
        ...(index === undefined ? {} : { index: decodeURIComponent(index) }),
      };
    },
    open: async (name, settings, means) =>
      openStoreSource(new OpenSearchStore(name, kind, settings, await means.serverAt(settings)), means),
  };
}

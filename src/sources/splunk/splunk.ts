/** Splunk Enterprise and Splunk Cloud as a kind of store. https://docs.splunk.com/Documentation/Splunk/latest/RESTREF/RESTsearch */
import type { StoreKind } from '../store/store-kind.ts';
import { openStoreSource } from '../store/store-source.ts';
import { type SplunkSettings, splunkSettings } from './splunk-settings.ts';
import { SplunkStore } from './splunk-store.ts';

/** A search that finds little says nothing for as long as it looks. */
const SAYS_NOTHING_FOR = '600s';

export const splunk: StoreKind<SplunkSettings> = {
  settings: splunkSettings,
  settingsOf: (url) => ({ url: url.href.replace(/\/$/, '') }),
  open: async (name, settings, means) => {
    const { index: _index, sourcetype: _sourcetype, filter: _filter, ...reach } = settings;
    const server = await means.serverAt({ timeout: SAYS_NOTHING_FOR, ...reach });
    return openStoreSource(new SplunkStore(name, settings, server), means);
  },
};

/** ClickHouse as a kind of store, over its HTTP interface. https://clickhouse.com/docs/interfaces/http */
import type { StoreKind } from '../store/store-kind.ts';
import { openStoreSource } from '../store/store-source.ts';
import { type ClickHouseSettings, clickHouseSettings } from './clickhouse-settings.ts';
import { ClickHouseStore } from './clickhouse-store.ts';

export const clickHouse: StoreKind<ClickHouseSettings> = {
  settings: clickHouseSettings,
  settingsOf: (url) => {
    const { protocol, host, pathname } = url;
    // service://NAMESPACE/NAME:PORT: the first part of the path is the server's name.
    const isHttp = /^https?:$/.test(protocol);
    const [, before = '', last = ''] =
      (isHttp ? /^(.*)\/([^/]*)$/ : /^(\/[^/]*)\/?(.*)$/).exec(pathname) ?? [];
    const [, database, table] = /^(?:([^.]+)\.)?(.+)$/.exec(decodeURIComponent(last)) ?? [];
    return {
      url: `${protocol}//${host}${before}`,
      ...(database === undefined ? {} : { database }),
      ...(table === undefined ? {} : { table }),
    };
  },
  open: async (name, settings, means) =>
    openStoreSource(new ClickHouseStore(name, settings, await means.serverAt(settings)), means),
};

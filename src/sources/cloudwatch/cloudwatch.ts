/** CloudWatch Logs as a kind of store: where EKS keeps the audit log. https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/ */

import { reachOf } from '../../reach/reach-settings.ts';
import type { StoreKind } from '../store/store-kind.ts';
import { openStoreSource } from '../store/store-source.ts';
import { type CloudWatchSettings, cloudWatchSettings } from './cloudwatch-settings.ts';
import { CloudWatchStore } from './cloudwatch-store.ts';
import { SignedLogsApi } from './logs-api.ts';

export const cloudWatch: StoreKind<CloudWatchSettings> = {
  settings: cloudWatchSettings,
  /** `cloudwatch://REGION/aws/eks/CLUSTER/cluster`; groups of another name: `cloudwatch://REGION/my-group`, `cloudwatch://REGION//my/group`. */
  settingsOf: ({ hostname, pathname }) => {
    const path = decodeURIComponent(pathname);
    const group = path.startsWith('/aws/') ? path : path.slice(1);
    return { ...(hostname === '' ? {} : { region: hostname }), ...(group === '' ? {} : { group }) };
  },
  open: async (name, settings, means) => {
    const { io, serverAt } = means;
    const reach = reachOf(settings);
    const api = new SignedLogsApi(settings, io, (url) => serverAt({ url, ...reach }));
    const store = new CloudWatchStore(name, settings, api, io.now);
    return openStoreSource(store, means);
  },
};

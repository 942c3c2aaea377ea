/** The same few acts by people whose requests are logged at different levels: what a lower one leaves out, for levels.ts to be held against. */
import type { Deed } from '../deed.ts';
import { configMap, pod, workload } from '../manifests.ts';

/** By whom, each in a namespace `of-NAME`; the webhook changes what is made there. */
export const LEVEL_OF = { alice: 'RequestResponse', rita: 'Request', max: 'Metadata' } as const;

export function sameActs(who: keyof typeof LEVEL_OF): readonly Deed[] {
  const at = `-n of-${who}`;
  const api = `/api/v1/namespaces/of-${who}`;
  const eviction = `{"apiVersion":"policy/v1","kind":"Eviction","metadata":{"name":"evicted","namespace":"of-${who}"}}`;
  const acts: readonly Omit<Deed, 'who'>[] = [
    { does: `create namespace of-${who}` },
    { does: `${at} create configmap one --from-literal=a=b` },
    { does: `${at} create configmap one --from-literal=a=b`, fails: true },
    { does: `${at} label cm/one x=y` },
    { does: `${at} apply --server-side -f -`, stdin: configMap('applied', 'a: "1"') },
    {
      does: `${at} create -f -`,
      stdin: 'apiVersion: v1\nkind: ConfigMap\nmetadata: {generateName: made-}\n',
    },
    { does: `${at} create -f -`, stdin: workload('app', { spec: 'replicas: 0' }) },
    { does: `${at} scale deploy/app --replicas=0` },
    { does: `${at} patch deploy/app -p '{"spec":{"replicas":-1}}'`, fails: true },
    { does: `${at} delete deploy/app --cascade=foreground --wait=false` },
    { does: `${at} create secret generic key --from-literal=a=b` },
    { does: `${at} create -f -`, stdin: pod('evicted', { more: ', nodeName: nowhere' }) },
    { does: `POST ${api}/pods/evicted/eviction`, stdin: eviction, contentType: 'application/json' },
    { does: `${at} create token default` },
    { does: `${at} delete cm/one` },
    { does: `${at} delete cm/one`, fails: true },
    { does: `DELETE ${api}/configmaps` },
    { does: `GET ${api}/secrets/key` },
  ];
  return acts.map((act) => ({ ...act, who }));
}

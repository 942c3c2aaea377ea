/** Who is in the afternoon, and what they may do. */
import type { Cluster } from '../support/cluster.ts';
import { wordsOf } from './deed.ts';

const rights = `apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: aft-operator}
rules:
- {apiGroups: ["", apps, batch, autoscaling, policy, networking.k8s.io, example.com], resources: ["*"], verbs: ["*"]}
- {apiGroups: [rbac.authorization.k8s.io], resources: [clusterrolebindings], verbs: [get, list, create]}
`;

/** alice may do everything; bob and the pipeline ci much, but give nobody rights; carol little; scaler scales. */
export async function introduce(cluster: Cluster): Promise<void> {
  const admin = async (line: string, stdin?: string) => {
    const act = await cluster.kubectl('admin', wordsOf(line), stdin === undefined ? {} : { stdin });
    if (act.code !== 0) throw new Error(`${line}\n${act.stderr}`);
    return act.stdout.trim();
  };
  await cluster.user('alice', { groups: ['system:masters'] });
  for (const name of ['observer', 'rita', 'max']) await cluster.user(name, { groups: ['system:masters'] });
  await cluster.user('bob', { groups: ['operators'] });
  await cluster.user('carol', { groups: ['dev'] });
  await admin('create namespace shop');
  await admin('create namespace lab');
  await admin('create -f -', rights);
  await admin(
    'create clusterrolebinding aft-operators --clusterrole=aft-operator --group=operators --serviceaccount=shop:ci',
  );
  await admin('-n shop create rolebinding carol --clusterrole=view --user=carol');
  await admin('-n lab create rolebinding carol --clusterrole=edit --user=carol');
  for (const name of ['ci', 'scaler']) {
    await admin(`-n shop create serviceaccount ${name}`);
    await cluster.user(name, { token: await admin(`-n shop create token ${name}`) });
  }
  await admin('-n shop create rolebinding scaler --clusterrole=edit --serviceaccount=shop:scaler');
}

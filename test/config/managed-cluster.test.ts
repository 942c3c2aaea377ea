/** Kubeconfigs as each cloud's own tool writes them. */
import { describe, expect, it } from 'vitest';
import { type KubeconfigSays, managedLogOf } from '../../src/config/managed-cluster.ts';

const NOTHING: KubeconfigSays = {
  contextName: 'prod',
  clusterName: 'prod',
  server: 'https://10.0.0.1:6443',
  login: null,
};
const EKS = 'https://0A1B2C3D4E5F.gr7.eu-west-1.eks.amazonaws.com';
const ARN = 'arn:aws:eks:eu-central-1:123456789012:cluster/shop';

function login(command: string, args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  return { command, args, env: Object.entries(env).map(([name, value]) => ({ name, value })) };
}

function read(says: Partial<KubeconfigSays>) {
  const managed = managedLogOf({ ...NOTHING, ...says }, 'kubectl audit');
  if (managed === null) return null;
  return managed.kind === 'known'
    ? [managed.source.type, managed.source.settings, managed.readFrom]
    : [managed.type, managed.refusal.message, managed.refusal.hint];
}

describe('EKS', () => {
  it('by aws eks update-kubeconfig', () => {
    const args = ['--region', 'eu-west-1', 'eks', 'get-token', '--cluster-name', 'shop', '--output', 'json'];
    expect(read({ server: EKS, login: login('aws', args) })).toEqual([
      'cloudwatch',
      { group: '/aws/eks/shop/cluster', region: 'eu-west-1' },
      'aws eks get-token --cluster-name shop',
    ]);
    const withProfile = login('aws', [...args, '--profile', 'ops']);
    expect(read({ server: EKS, login: withProfile })?.[1]).toMatchObject({
      auth: { aws: { profile: 'ops' } },
    });
    const ofEnv = login('/usr/local/bin/aws', args, { AWS_PROFILE: 'dev' });
    expect(read({ server: EKS, login: ofEnv })?.[1]).toMatchObject({ auth: { aws: { profile: 'dev' } } });
  });

  it('through a tunnel: the region is the command’s', () => {
    const args = ['eks', 'get-token', '--cluster-name=shop', '--region=us-east-2'];
    expect(read({ login: login('aws', args) })?.[1]).toEqual({
      ...{ group: '/aws/eks/shop/cluster', region: 'us-east-2' },
    });
    const env = { AWS_REGION: 'us-east-1' };
    expect(read({ login: login('aws', args.slice(0, 3), env) })?.[1]).toMatchObject({ region: 'us-east-1' });
    expect(read({ login: login('aws', args.slice(0, 3)) })?.[1]).toEqual({ group: '/aws/eks/shop/cluster' });
  });

  it('behind aws-vault', () => {
    const args = ['exec', 'ops', '--', 'aws', 'eks', 'get-token', '--cluster-name', 'shop'];
    expect(read({ server: EKS, login: login('aws-vault', args) })?.[1]).toEqual({
      ...{ group: '/aws/eks/shop/cluster', region: 'eu-west-1' },
      auth: { aws: { profile: 'ops' } },
    });
  });

  it('by aws-iam-authenticator', () => {
    const of = (...args: string[]) => read({ server: EKS, login: login('aws-iam-authenticator', args) });
    expect(of('token', '-i', 'shop')).toEqual([
      'cloudwatch',
      { group: '/aws/eks/shop/cluster', region: 'eu-west-1' },
      'aws-iam-authenticator token -i shop',
    ]);
    expect(of('token', '--cluster-id=shop')?.[1]).toMatchObject({ group: '/aws/eks/shop/cluster' });
  });

  it('not as a role that its login assumes, which may be of another account: how to say it', () => {
    const args = ['eks', 'get-token', '--cluster-name', 'shop', '--role-arn', 'arn:aws:iam::111:role/viewer'];
    const said = read({ server: EKS, login: login('aws', args) });
    expect(said?.[1]).toContain('assumes the role arn:aws:iam::111:role/viewer');
    expect(said?.[2]).toContain('cloudwatch://eu-west-1/aws/eks/shop/cluster?auth.aws.profile=PROFILE');
  });

  it('by its names', () => {
    expect(read({ contextName: ARN, clusterName: ARN })).toEqual([
      'cloudwatch',
      { group: '/aws/eks/shop/cluster', region: 'eu-central-1' },
      `the name ${ARN}`,
    ]);
    const server = 'https://0A1B.yl4.cn-north-1.eks.amazonaws.com.cn';
    expect(read({ server, clusterName: 'shop.cn-north-1.eksctl.io' })?.[1]).toEqual({
      ...{ group: '/aws/eks/shop/cluster', region: 'cn-north-1' },
    });
  });

  it('whose name nothing says: how to say it', () => {
    expect(read({ server: EKS, contextName: 'my prod' })).toEqual([
      'cloudwatch',
      "this is an EKS cluster: its audit log is the provider's, on no node of it, and its kubeconfig does not say what EKS calls it",
      "say it once: kubectl audit sources add NAME 'cloudwatch://eu-west-1/aws/eks/CLUSTER/cluster' --context 'my prod'",
    ]);
    const odd = login('aws', ['eks', 'get-token', '--cluster-name', '../x']);
    expect(read({ server: EKS, login: odd })?.[1]).toMatch(/does not say/);
  });
});

describe('GKE', () => {
  it('by gcloud container clusters get-credentials', () => {
    const name = 'gke_my-project_europe-west1-b_shop';
    const plugin = login('gke-gcloud-auth-plugin', []);
    expect(read({ contextName: name, clusterName: name, login: plugin })).toEqual([
      'gcl',
      { project: 'my-project', location: 'europe-west1-b', cluster: 'shop' },
      `the name ${name}`,
    ]);
    expect(read({ contextName: 'renamed', clusterName: name })?.[0]).toBe('gcl');
  });

  it('whose names were changed: how to say it', () => {
    const plugin = login('/usr/lib/gke-gcloud-auth-plugin', []);
    expect(read({ login: plugin })?.slice(0, 2)).toEqual(['gcl', expect.stringContaining('a GKE cluster')]);
    expect(read({ login: plugin })?.[2]).toContain("sources add NAME 'gcl://PROJECT/CLUSTER'");
  });
});

describe('AKS', () => {
  it('has its log in a workspace that no kubeconfig names: how to say it', () => {
    const server = 'https://shop-dns-1234.hcp.westeurope.azmk8s.io:443';
    expect(read({ server })).toEqual([
      'azure',
      expect.stringContaining('no kubeconfig says which Log Analytics workspace'),
      "say it once: kubectl audit sources add NAME 'azure://WORKSPACE-ID' --context prod",
    ]);
    const args = ['get-token', '--server-id', '6dae42f8-4368-4678-94ff-3960e28e3630', '--login', 'azurecli'];
    expect(read({ login: login('kubelogin', args) })?.[0]).toBe('azure');
  });
});

it('others are none of these', () => {
  expect(read({})).toBeNull();
  expect(read({ server: '' })).toBeNull();
  // kubelogin is also the name of a plugin for any OpenID provider.
  expect(read({ login: login('kubelogin', ['get-token', '--oidc-issuer-url=https://x']) })).toBeNull();
  expect(read({ login: login('aws', ['sts', 'get-caller-identity']) })).toBeNull();
  expect(read({ server: 'https://eks.amazonaws.com.evil.example' })).toBeNull();
});

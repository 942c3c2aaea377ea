/** A kubeconfig of a managed cluster, and nothing configured: what is asked, and what is said when nobody can tell. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { sourcesCommand } from '../../src/commands/sources/sources.ts';
import { whoDidCommand } from '../../src/commands/who-did.ts';
import { fixedIo } from '../support/fixed-io.ts';

let home: string;

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'managed-'));
});

afterAll(() => rm(home, { recursive: true, force: true }));

async function kubeconfigOf(server: string, name = 'prod'): Promise<string> {
  const path = join(home, 'kubeconfig');
  const text = JSON.stringify({
    ...{ apiVersion: 'v1', kind: 'Config', 'current-context': name },
    clusters: [{ name, cluster: { server } }],
    contexts: [{ name, context: { cluster: name, user: '' } }],
  });
  await writeFile(path, text);
  return path;
}

const within = () => fixedIo({ env: { HOME: home, XDG_CONFIG_HOME: home } });

it('of AKS: how its workspace is said', async () => {
  const kubeconfig = await kubeconfigOf('https://shop.hcp.westeurope.azmk8s.io:443');
  await expect(whoDidCommand.run(['delete', 'cm/x'], { kubeconfig }, within())).rejects.toMatchObject({
    code: 'AUDIT_NO_AUDIT_LOG',
    hint: "say it once: kubectl audit sources add NAME 'azure://WORKSPACE-ID' --context prod",
  });
});

it('of EKS: CloudWatch, as whoever AWS takes us for', async () => {
  const arn = 'arn:aws:eks:eu-central-1:123456789012:cluster/shop';
  const kubeconfig = await kubeconfigOf('https://0A1B.gr7.eu-central-1.eks.amazonaws.com', arn);
  await expect(whoDidCommand.run(['delete', 'cm/x'], { kubeconfig }, within())).rejects.toMatchObject({
    ...{ code: 'AUDIT_NO_CREDENTIALS', message: expect.stringContaining('/aws/eks/shop/cluster') },
  });
  const io = within();
  await sourcesCommand.run(['list'], { kubeconfig }, io);
  expect(io.stdout()).toContain(
    `cloudwatch://eu-central-1/aws/eks/shop/cluster  cloudwatch       ${arn} (its kubeconfig: the name ${arn})`,
  );
});

it('no kubeconfig at all: the sources are listed all the same', async () => {
  const io = within();
  await sourcesCommand.run(['list'], { kubeconfig: join(home, 'nowhere') }, io);
  expect(io.stdout()).toMatch(/^no source is configured in /);
});

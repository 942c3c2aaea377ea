/** Which networks are the cluster's, asked over real sockets. */
import { describe, expect, it } from 'vitest';
import { liveCluster } from '../../src/cluster/look.ts';
import { connectTo, never, serve } from './support/connect-here.ts';

async function networksWith(status: number, body: unknown): Promise<unknown> {
  const { ports } = await serve((_, response) => response.writeHead(status).end(JSON.stringify(body)));
  const { api } = await connectTo(ports.tls);
  const [found] = (await liveCluster(api).look([{ kind: 'networks' }], never)).values();
  return found;
}

describe('the cluster’s networks', () => {
  it('are the addresses of its nodes, and the networks of their pods', async () => {
    const node = (ip: string, podCIDR: string) => ({
      status: {
        addresses: [
          { type: 'InternalIP', address: ip },
          { type: 'Hostname', address: 'node-1' },
        ],
      },
      spec: { podCIDR, podCIDRs: [podCIDR, 'fd00:1::/64', 'nonsense/99'] },
    });
    const items = [node('10.0.0.11', '10.42.0.0/24'), node('10.0.0.12', '10.42.1.0/24')];
    expect(await networksWith(200, { kind: 'NodeList', items })).toEqual({
      kind: 'networks',
      cidrs: ['10.0.0.11', '10.0.0.12', '10.42.0.0/24', '10.42.1.0/24', 'fd00:1::/64'],
    });
  });

  it('are not known where nodes may not be listed', async () => {
    expect(await networksWith(403, { kind: 'Status', message: 'nodes is forbidden' })).toEqual({
      kind: 'unknown',
      why: 'nodes is forbidden',
    });
  });
});

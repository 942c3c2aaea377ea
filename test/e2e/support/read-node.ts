/**
 * A process of its own within the cluster's network: reads the nodes' logs as somebody, and prints what it found as one line of
 * JSON. `read-node.ts '{"kubeconfig": …}'`; Ctrl-C ends it as it would the program.
 */
import { connect } from '../../../src/cluster/connect.ts';
import { UserError } from '../../../src/errors.ts';
import type { Predicate } from '../../../src/query/predicate.ts';
import { openPodFolder } from '../../../src/sources/node/pod-folder.ts';
import { type ClusterReach, openSource } from '../../../src/sources/registry.ts';
import type { Findings } from '../../../src/sources/source.ts';
import { fixedIo } from '../../support/fixed-io.ts';

export interface ReadNode {
  readonly kubeconfig: string;
  readonly reach?: Partial<Omit<ClusterReach, 'api'>>;
  readonly predicate?: Predicate;
  readonly sinceUs?: number | null;
  readonly maxBytes?: number | null;
  /** Opens nothing but the pod, with this deadline, and waits to be killed. */
  readonly holdPodSeconds?: number;
}

export interface NodeRead {
  readonly events: readonly { readonly auditID: string; readonly verb: string; readonly source: string }[];
  readonly logs: readonly string[];
  readonly bytes: number;
  readonly explain: readonly string[];
  readonly findings: Findings | null;
  readonly error: { readonly code: string; readonly message: string; readonly hint: string } | null;
}

const asked = JSON.parse(process.argv[2] ?? '{}') as ReadNode;
const interrupted = new AbortController();
process.once('SIGINT', () => interrupted.abort(new UserError('AUDIT_INTERRUPTED', 'interrupted')));

process.stdout.write(`${JSON.stringify(await run())}\n`);

async function run(): Promise<NodeRead> {
  const { signal } = interrupted;
  const io = { ...fixedIo({ env: {} }), now: Date.now, signal };
  const { api } = await connect({ kubeconfig: asked.kubeconfig }, io);
  const reach: ClusterReach = { nodes: [], logPath: null, via: 'proxy', image: null, ...asked.reach, api };
  if (asked.holdPodSeconds !== undefined) return hold(reach, asked.holdPodSeconds, signal);
  const events: { auditID: string; verb: string; source: string }[] = [];
  const logs = new Set<string>();
  let bytes = 0;
  let explain: readonly string[] = [];
  let findings: Findings | null = null;
  let error: NodeRead['error'] = null;
  const source = await openSource('node', { patterns: [], maxBytes: asked.maxBytes ?? null }, io, reach);
  try {
    const plan = await source.plan(
      {
        window: { sinceUs: asked.sinceUs ?? null, untilUs: null },
        predicate: asked.predicate ?? { kind: 'equals', field: 'verb', value: 'delete' },
        witness: null,
        fields: [],
        order: 'newest',
        limit: null,
        aggregation: null,
      },
      signal,
    );
    explain = await plan.explain();
    for await (const batch of source.read(plan, signal)) {
      if (batch.passedOver.bytes > 0) process.stderr.write('reading\n');
      logs.add(batch.source);
      bytes += batch.passedOver.bytes;
      for (const { auditID, verb } of batch.events) {
        if (verb === 'delete') events.push({ auditID, verb, source: batch.source });
      }
    }
    findings = source.findings();
  } catch (thrown) {
    error = toJson(thrown);
  } finally {
    await source.close();
  }
  return { events, logs: [...logs], bytes, explain, findings, error };
}

async function hold(reach: ClusterReach, deadlineSeconds: number, signal: AbortSignal): Promise<NodeRead> {
  const [node = ''] = reach.nodes;
  const path = (reach.logPath ?? '').replace(/\/[^/]*$/, '');
  const folder = openPodFolder(reach.api, { node, path, image: reach.image, deadlineSeconds });
  await folder.list(signal);
  process.stderr.write('reading\n');
  await new Promise((resolve) => setTimeout(resolve, 600_000));
  return { events: [], logs: [], bytes: 0, explain: [], findings: null, error: null };
}

function toJson(thrown: unknown): NodeRead['error'] {
  if (!(thrown instanceof UserError)) throw thrown;
  return { code: thrown.code, message: thrown.message, hint: thrown.hint ?? '' };
}

/**
 * A process in the cluster's network that asks the API server itself what is allowed: SubjectAccessReviews in bulk, and the
 * snapshot of roles and bindings as the program takes it. `node access-process.ts KUBECONFIG`, reviews as JSON on stdin.
 */
import { json } from 'node:stream/consumers';
import { connect } from '../../../src/cluster/connect.ts';
import { rbacSnapshot } from '../../../src/cluster/rbac-snapshot.ts';
import type { RbacSnapshot } from '../../../src/live.ts';

export interface Accessed {
  readonly allowed: readonly boolean[];
  readonly rbac: RbacSnapshot;
}

const AT_ONCE = 16;

async function access(kubeconfig: string, specs: readonly unknown[]): Promise<Accessed> {
  const { signal } = new AbortController();
  const { api } = await connect(
    { kubeconfig },
    {
      env: process.env,
      cwd: process.cwd(),
      err: { isTTY: false, columns: null, write: async (text) => void process.stderr.write(text) },
      inIsTTY: false,
      now: () => Date.now(),
      signal,
    },
  );
  const allowed: boolean[] = [];
  const open = [...specs.entries()].reverse();
  const work = async () => {
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      const [n, spec] = next;
      const review = { apiVersion: 'authorization.k8s.io/v1', kind: 'SubjectAccessReview', spec };
      const { status, json: answer } = await api.send('POST', PATH, review, signal);
      const found = (answer as { status?: { allowed?: unknown } } | null)?.status?.allowed;
      if (status !== 201 || typeof found !== 'boolean')
        throw new Error(`${status} ${JSON.stringify(answer)}`);
      allowed[n] = found;
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return { allowed, rbac: await rbacSnapshot(api, signal) };
}

const PATH = '/apis/authorization.k8s.io/v1/subjectaccessreviews';

const specs = (await json(process.stdin)) as readonly unknown[];
const accessed = JSON.stringify(await access(process.argv[2] ?? '', specs));
// Connections are kept open: nothing but this ends the process.
process.stdout.write(accessed, () => process.exit(0));

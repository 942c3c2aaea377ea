/**
 * A process that connects as the program does and tells what came of it, for tests that need an environment, a working
 * directory or a network of their own: `node probe.ts '{"flags": {…}, "ask": ["/version"]}'` prints one JSON document.
 */
import { connect } from '../../../src/cluster/connect.ts';
import type { ConnectFlags } from '../../../src/cluster/kubeconfig/connect-flags.ts';
import { resolveKubeconfig } from '../../../src/cluster/kubeconfig/resolve.ts';
import { UserError } from '../../../src/errors.ts';

export interface Probed {
  /** The resolved configuration; bytes as base64. Null when there is none. */
  readonly selection: unknown;
  readonly namespace: string;
  readonly answers: readonly { readonly path: string; readonly status: number; readonly json: unknown }[];
  /** `CODE: message`, when it failed. */
  readonly error: string | null;
}

interface Asked {
  readonly flags: ConnectFlags;
  /** Paths to GET; `whoami` posts a SelfSubjectReview. */
  readonly ask: readonly string[];
}

async function probe({ flags, ask }: Asked): Promise<Probed> {
  const signal = new AbortController().signal;
  let selection: unknown = null;
  let namespace = '';
  const answers: { path: string; status: number; json: unknown }[] = [];
  try {
    selection = await resolveKubeconfig(flags, { env: process.env, cwd: process.cwd() });
    const connected = await connect(flags, {
      env: process.env,
      cwd: process.cwd(),
      err: { isTTY: false, columns: null, write: async (text) => void process.stderr.write(text) },
      inIsTTY: false,
      now: () => Date.now(),
      signal,
    });
    namespace = connected.namespace;
    for (const path of ask) {
      const { status, json } =
        path === 'whoami'
          ? await connected.api.send(
              'POST',
              '/apis/authentication.k8s.io/v1/selfsubjectreviews',
              REVIEW,
              signal,
            )
          : await connected.api.send('GET', path, null, signal);
      answers.push({ path, status, json });
    }
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return { selection, namespace, answers, error: `${error.code}: ${error.message} | ${error.hint ?? ''}` };
  }
  return { selection, namespace, answers, error: null };
}

const REVIEW = { apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview' };

const probed = await probe(JSON.parse(process.argv[2] ?? '{}') as Asked);
process.stdout.write(
  JSON.stringify(probed, (_key, value: unknown) =>
    value instanceof Map ? Object.fromEntries(value as Map<string, unknown>) : value,
  ),
);

/** Connections to a pod behind a Service, through the API server: whatever the store wants of TLS and logins passes. */
import type { Duplex } from 'node:stream';
import { UserError } from '../errors.ts';
import type { ApiServer } from '../io.ts';
import type { ClusterUrl } from './cluster-url.ts';

/** One connection at each call, to a pod that is ready. */
export function portForward(
  store: string,
  url: ClusterUrl,
  api: () => Promise<ApiServer>,
  signal: AbortSignal,
): () => Promise<Duplex> {
  let found: Promise<{ readonly pod: string; readonly port: number }> | null = null;
  return async () => {
    const server = await api();
    found ??= findPod(store, url, server, signal);
    try {
      const { pod, port } = await found;
      return await server.forward({ namespace: url.namespace, pod, port }, signal);
    } catch (error) {
      // Pods come and go.
      found = null;
      throw error;
    }
  };
}

async function findPod(
  store: string,
  { namespace, name, port }: ClusterUrl,
  api: ApiServer,
  signal: AbortSignal,
): Promise<{ readonly pod: string; readonly port: number }> {
  const missing = (what: string): UserError =>
    new UserError('AUDIT_STORE_UNREACHABLE', `${store}: ${what}`, {
      hint: `kubectl -n ${namespace} get service,pods`,
    });
  const base = `/api/v1/namespaces/${encodeURIComponent(namespace)}`;
  const { status, json } = await api.send(
    'GET',
    `${base}/services/${encodeURIComponent(name)}`,
    null,
    signal,
  );
  if (status === 403)
    throw new UserError('AUDIT_FORBIDDEN', `${store}: the Service ${namespace}/${name} may not be read`, {
      hint: 'a Role needs it: get services, list pods, create pods/portforward',
    });
  if (status !== 200) throw missing(`there is no Service ${namespace}/${name}`);
  const { ports = [], selector } = ((json ?? {}) as { readonly spec?: ServiceSpec }).spec ?? {};
  const wanted = ports.find((one) => String(one.port) === port || one.name === port);
  if (wanted === undefined) throw missing(`the Service ${namespace}/${name} has no port ${port}`);
  if (selector === undefined)
    throw missing(`the Service ${namespace}/${name} has no selector, and so no pods`);
  const labels = Object.entries(selector)
    .map(([key, value]) => `${key}=${value}`)
    .join(',');
  const pods = (await api.list(
    `${base}/pods?labelSelector=${encodeURIComponent(labels)}`,
    signal,
  )) as readonly Pod[];
  const ready = pods.find(isReady);
  if (ready === undefined)
    throw missing(`none of the ${pods.length} pods of the Service ${namespace}/${name} is ready`);
  const target = wanted.targetPort ?? wanted.port;
  const number = typeof target === 'number' ? target : containerPort(ready, target);
  const pod = ready.metadata?.name;
  if (number === null || pod === undefined)
    throw missing(`no pod of the Service ${namespace}/${name} has a port ${target}`);
  return { pod, port: number };
}

interface ServiceSpec {
  readonly ports?: readonly {
    readonly name?: string;
    readonly port: number;
    readonly targetPort?: number | string;
  }[];
  readonly selector?: Readonly<Record<string, string>>;
}

interface Pod {
  readonly metadata?: { readonly name?: string; readonly deletionTimestamp?: string };
  readonly spec?: {
    readonly containers?: readonly {
      readonly ports?: readonly { readonly name?: string; readonly containerPort: number }[];
    }[];
  };
  readonly status?: { readonly conditions?: readonly { readonly type: string; readonly status: string }[] };
}

function isReady({ metadata, status }: Pod): boolean {
  if (metadata?.deletionTimestamp !== undefined) return false;
  return status?.conditions?.some(({ type, status: is }) => type === 'Ready' && is === 'True') === true;
}

function containerPort({ spec }: Pod, name: string): number | null {
  const ports = spec?.containers?.flatMap(({ ports: own = [] }) => own) ?? [];
  return ports.find((port) => port.name === name)?.containerPort ?? null;
}

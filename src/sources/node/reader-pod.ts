/** A pod of our own on a node: made, awaited, and removed on every exit. What it runs is its caller's. */
import { UserError } from '../../errors.ts';
import type { ApiAnswer, ApiServer, RunningCommand } from '../../io.ts';
import { READER_CONTAINER, READER_NAMESPACE, type ReaderPod, readerFuse, readerPod } from './pod-manifest.ts';

const PODS = `/api/v1/namespaces/${READER_NAMESPACE}/pods`;
const JOBS = `/apis/batch/v1/namespaces/${READER_NAMESPACE}/jobs`;

/** Each call of making and removing it. They are not ended by Ctrl-C: what was made must be known, to be removed. */
const CALL_MS = 10_000;
const START_MS = 60_000;
const POLL_MS = 300;

export class RunningPod {
  readonly #api: ApiServer;
  readonly #name: string;
  readonly #fuse: string | null;

  private constructor(api: ApiServer, name: string, fuse: string | null) {
    this.#api = api;
    this.#name = name;
    this.#fuse = fuse;
  }

  /** Made, but not running yet. Rejects with a UserError when it may not be made. */
  static async create(api: ApiServer, of: Omit<ReaderPod, 'askedBy'>): Promise<RunningPod> {
    const whole: ReaderPod = { ...of, askedBy: await whoAsks(api) };
    const fuse = await createFuse(api, whole);
    const answer = await api.send('POST', PODS, readerPod(whole, fuse), AbortSignal.timeout(CALL_MS));
    const name = textAt(answer.json, 'metadata', 'name');
    if (answer.status === 201 && name !== '') return new RunningPod(api, name, fuse?.name ?? null);
    await removeFuse(api, fuse?.name ?? null);
    throw refusalOfPod(answer, of.node);
  }

  /** Rejects with a UserError when it does not start in time, or never will. */
  async awaitRunning(node: string, signal: AbortSignal): Promise<void> {
    const until = Date.now() + START_MS;
    let said = '';
    while (Date.now() < until) {
      signal.throwIfAborted();
      const { status, json } = await this.#api.send('GET', `${PODS}/${this.#name}`, null, signal);
      if (status !== 200)
        throw new UserError('AUDIT_FORBIDDEN', `the pod ${this.#name} cannot be watched: ${messageOf(json)}`);
      const phase = textAt(json, 'status', 'phase');
      if (phase === 'Running') return;
      if (phase === 'Failed' || phase === 'Succeeded') {
        throw new UserError(
          'AUDIT_NO_AUDIT_LOG',
          `the pod on ${node} ended before it could be used: ${textAt(json, 'status', 'message') || phase}`,
        );
      }
      const waiting = waitingOf(json);
      said = waiting.text || said;
      if (NEVER_STARTS.has(waiting.reason)) throw notStarted(node, said);
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
    throw notStarted(
      node,
      said || `not within ${START_MS / 1000} s: is there such a folder on it, and does its kubelet run?`,
    );
  }

  exec(command: readonly string[], signal: AbortSignal): Promise<RunningCommand> {
    return this.#api.exec(
      { namespace: READER_NAMESPACE, pod: this.#name, container: READER_CONTAINER, command },
      signal,
    );
  }

  /** Rejects with a UserError that says how to remove it by hand. */
  async remove(): Promise<void> {
    try {
      const options = { apiVersion: 'v1', kind: 'DeleteOptions', gracePeriodSeconds: 0 };
      const { status, json } = await this.#api.send(
        'DELETE',
        `${PODS}/${this.#name}`,
        options,
        AbortSignal.timeout(CALL_MS),
      );
      if (status >= 300 && status !== 404) throw new Error(messageOf(json));
      await removeFuse(this.#api, this.#fuse);
    } catch (error) {
      throw new UserError(
        'AUDIT_CLUSTER_UNREACHABLE',
        `the pod ${this.#name} could not be removed: ${error instanceof Error ? error.message : String(error)}`,
        {
          hint: `kubectl -n ${READER_NAMESPACE} delete pod ${this.#name} --now; it ends by itself in time`,
          cause: error,
        },
      );
    }
  }
}

async function createFuse(api: ApiServer, of: ReaderPod): Promise<{ name: string; uid: string } | null> {
  const { status, json } = await api.send('POST', JOBS, readerFuse(of), AbortSignal.timeout(CALL_MS));
  const [name, uid] = [textAt(json, 'metadata', 'name'), textAt(json, 'metadata', 'uid')];
  return status === 201 && name !== '' && uid !== '' ? { name, uid } : null;
}

async function removeFuse(api: ApiServer, name: string | null): Promise<void> {
  if (name === null) return;
  const options = { apiVersion: 'v1', kind: 'DeleteOptions', propagationPolicy: 'Background' };
  await api.send('DELETE', `${JOBS}/${name}`, options, AbortSignal.timeout(CALL_MS));
}

/** For the pod's annotation: whoever finds it shall know whom to ask. */
async function whoAsks(api: ApiServer): Promise<string | null> {
  const review = { apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview' };
  const { status, json } = await api.send(
    'POST',
    '/apis/authentication.k8s.io/v1/selfsubjectreviews',
    review,
    AbortSignal.timeout(CALL_MS),
  );
  return status === 201 ? textAt(json, 'status', 'userInfo', 'username') || null : null;
}

/** 403 for want of the right, or by admission: Pod Security, a webhook, a policy, a quota. */
function refusalOfPod({ status, json }: ApiAnswer, node: string): UserError {
  const said = messageOf(json);
  if (/violates PodSecurity/.test(said)) {
    return new UserError(
      'AUDIT_FORBIDDEN',
      `Pod Security refuses a pod that reads a folder of ${node}: ${said}`,
      {
        hint: `kubectl label namespace ${READER_NAMESPACE} pod-security.kubernetes.io/enforce=privileged lets it in; or read without a pod: leave --via out`,
      },
    );
  }
  if (status === 403 && /cannot create resource "pods"/.test(said)) {
    return new UserError(
      'AUDIT_FORBIDDEN',
      `--via pod needs the right to create pods in ${READER_NAMESPACE}: ${said}`,
      {
        hint: 'it needs create, get and delete of pods, create of pods/exec, and create and delete of jobs there',
      },
    );
  }
  if (status === 403) {
    return new UserError(
      'AUDIT_FORBIDDEN',
      `the cluster refuses a pod that reads a folder of ${node}: ${said}`,
      {
        hint: 'an admission policy decided so: ask for an exception, or read without a pod: leave --via out',
      },
    );
  }
  return new UserError('AUDIT_NO_AUDIT_LOG', `a pod could not be made on ${node}: ${status} ${said}`);
}

const NEVER_STARTS = new Set([
  'ErrImagePull',
  'ImagePullBackOff',
  'InvalidImageName',
  'ErrImageNeverPull',
  'CreateContainerConfigError',
  'CreateContainerError',
  'RunContainerError',
]);

function notStarted(node: string, said: string): UserError {
  return new UserError('AUDIT_NO_AUDIT_LOG', `the pod on ${node} did not start: ${said}`, {
    hint: 'an image that the node has, or may pull, is given with --image; it needs sh, ls, head, date, dd and sleep',
  });
}

function waitingOf(json: unknown): { readonly reason: string; readonly text: string } {
  const statuses = valueAt(json, 'status', 'containerStatuses');
  const waiting = valueAt(Array.isArray(statuses) ? statuses[0] : undefined, 'state', 'waiting');
  const [reason, message] = [textAt(waiting, 'reason'), textAt(waiting, 'message')];
  return { reason, text: [reason, message].filter((part) => part !== '').join(': ') };
}

function messageOf(json: unknown): string {
  return textAt(json, 'message') || 'no reason was given';
}

function textAt(json: unknown, ...path: readonly string[]): string {
  const value = valueAt(json, ...path);
  return typeof value === 'string' ? value : '';
}

function valueAt(json: unknown, ...path: readonly string[]): unknown {
  let here = json;
  for (const key of path) {
    here =
      typeof here === 'object' && here !== null
        ? (here as Readonly<Record<string, unknown>>)[key]
        : undefined;
  }
  return here;
}

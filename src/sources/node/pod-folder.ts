/**
 * A folder of a node, read by a pod of our own: for logs that the kubelet does not serve (k3s, RKE2, Talos), and for those who
 * may make pods but not proxy to nodes. The pod is made when it is first needed, and removed by `close`.
 */
import type { ApiServer } from '../../io.ts';
import { AT_ONCE_BYTES, type LogFolder } from '../rotated-logs/log-folder.ts';
import { PodFile, runToEnd } from './pod-file.ts';
import { MOUNTED_AT, PINNED_IMAGE } from './pod-manifest.ts';
import { RunningPod } from './reader-pod.ts';

/** A default allowance takes a minute; with --max-bytes it can be more. */
const DEADLINE_SECONDS = 900;

export interface PodFolderOptions {
  readonly node: string;
  readonly path: string;
  /** Null: the pinned one. */
  readonly image: string | null;
  readonly deadlineSeconds?: number;
}

export function openPodFolder(api: ApiServer, options: PodFolderOptions): LogFolder {
  const { node, path, image, deadlineSeconds = DEADLINE_SECONDS } = options;
  let made: Promise<RunningPod> | null = null;
  let running: Promise<RunningPod> | null = null;

  /** One pod, however many files are asked for at once. */
  function pod(signal: AbortSignal): Promise<RunningPod> {
    signal.throwIfAborted();
    made ??= RunningPod.create(api, { node, path, image: image ?? PINNED_IMAGE, deadlineSeconds });
    running ??= made.then(async (each) => {
      await each.awaitRunning(node, signal);
      return each;
    });
    return running;
  }

  return {
    path,
    keepsOpen: false,
    atOnceBytes: AT_ONCE_BYTES,
    async list(signal) {
      const bytes = await runToEnd(await pod(signal), ['ls', '-1A', MOUNTED_AT], `${node}:${path}`, signal);
      return bytes
        .toString('utf8')
        .split('\n')
        .filter((name) => name !== '');
    },
    file: (name) => new PodFile(pod, `${MOUNTED_AT}/${name}`, `${node}:${path}/${name}`),
    async close() {
      const each = await made?.catch(() => null);
      made = null;
      running = null;
      await each?.remove();
    },
  };
}

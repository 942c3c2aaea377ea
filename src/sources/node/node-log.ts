/** Where on a node an API server's log lies, and which names in its folder belong to it. */
import { type Rotation, rotationOf } from '../rotated-logs/rotation.ts';
import { DEFAULT_REQUEST_TIMEOUT_US } from './audit-flags.ts';

export interface NodeLog {
  readonly node: string;
  /** On the node, without a slash at its end. */
  readonly folder: string;
  /** The file that is written to. Of a pod's output: the container's files, whose live one changes with each restart. */
  readonly liveName: string;
  readonly kind: 'audit log' | 'pod output';
  /** No request but a long-running one lasts longer. */
  readonly requestTimeoutUs: number;
  /** Of a pod's output: whose it is. */
  readonly output?: PodOutput;
}

export interface PodOutput {
  readonly namespace: string;
  readonly pod: string;
  readonly container: string;
}

/** `path`: absolute, of a file. */
export function nodeLogAt(
  node: string,
  path: string,
  requestTimeoutUs: number = DEFAULT_REQUEST_TIMEOUT_US,
): NodeLog {
  const slash = path.lastIndexOf('/');
  return {
    node,
    folder: path.slice(0, slash),
    liveName: path.slice(slash + 1),
    kind: 'audit log',
    requestTimeoutUs,
  };
}

export function pathOf({ folder, liveName }: Pick<NodeLog, 'folder' | 'liveName'>): string {
  return `${folder}/${liveName}`;
}

/** Null: the name does not belong to this log. */
export function rotationIn(log: NodeLog, name: string): Rotation | null {
  if (log.kind === 'pod output') return podRotationOf(name);
  const rotation = rotationOf(name);
  return rotation.liveName === log.liveName ? rotation : null;
}

/**
 * `0.log`, `0.log.20261125-094054`, `0.log.20261125-094054.gz` (kubelet, pkg/kubelet/logs/container_log_manager.go). The stamp
 * is in the node's own zone: no bound.
 */
function podRotationOf(name: string): Rotation | null {
  const parts = /^(\d+\.log)(\.\d{8}-\d{6})?(\.gz)?$/.exec(name);
  if (parts === null) return null;
  return {
    liveName: parts[1] ?? name,
    stampUs: null,
    isLive: parts[2] === undefined,
    isCompressed: parts[3] !== undefined,
  };
}

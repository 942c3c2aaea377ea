/** A path in a container → the same file on its node. */
import type { ServerContainer, ServerPod } from './kube-objects.ts';

export type HostPath =
  | { readonly kind: 'on node'; readonly path: string }
  /** In the container's own layer: lost when it is replaced. */
  | { readonly kind: 'in container' }
  /** In a volume that is no folder of the node. */
  | { readonly kind: 'in volume'; readonly volume: string };

/** The mount whose path is the longest to hold it, as the kernel has it. */
export function hostPathOf(pod: ServerPod, container: ServerContainer, path: string): HostPath {
  const mount = container.mounts
    .filter((each) => isWithin(path, each.path))
    .reduce<(typeof container.mounts)[number] | null>(
      (best, each) => (best === null || trimmed(each.path).length > trimmed(best.path).length ? each : best),
      null,
    );
  if (mount === null) return { kind: 'in container' };
  const volume = pod.volumes.get(mount.volume);
  if (volume?.hostPath === null || volume === undefined) {
    return { kind: 'in volume', volume: `${mount.volume} (${volume?.kind ?? 'unknown'})` };
  }
  const rest = path.slice(trimmed(mount.path).length);
  const within = mount.subPath === '' ? '' : `/${mount.subPath.replace(/^\/|\/$/g, '')}`;
  return { kind: 'on node', path: `${trimmed(volume.hostPath)}${within}${rest}` };
}

function isWithin(path: string, folder: string): boolean {
  const prefix = trimmed(folder);
  return path === prefix || path.startsWith(`${prefix}/`);
}

function trimmed(path: string): string {
  return path.replace(/\/+$/, '');
}

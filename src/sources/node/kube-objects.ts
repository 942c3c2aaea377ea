/** Of nodes and pods, as the API server lists them, what finding a log needs. Whatever else they are is nobody's here. */

export interface ClusterNode {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  /** `aws:///eu-west-1a/i-0abc`, `gce://…`, `kind://…`; '' when the cloud gave none. */
  readonly providerID: string;
  /** `v1.34.4+rke2r1`, `v1.33.1-eks-1234`. */
  readonly kubeletVersion: string;
  /** `Talos (v1.9.0)`, `Ubuntu 24.04 LTS`. */
  readonly osImage: string;
}

export interface ServerPod {
  readonly namespace: string;
  readonly name: string;
  /** The kubelet's own id of it, which its log folder is named by: of a static pod it is not the uid that the API shows. */
  readonly kubeletUid: string;
  readonly node: string;
  readonly containers: readonly ServerContainer[];
  readonly volumes: ReadonlyMap<string, PodVolume>;
}

export interface ServerContainer {
  readonly name: string;
  /** `command` and `args`, in order. */
  readonly words: readonly string[];
  readonly mounts: readonly Mount[];
}

export interface Mount {
  readonly volume: string;
  readonly path: string;
  readonly subPath: string;
}

/** `hostPath`: the folder or file of the node; null for any other kind of volume, named in `kind`. */
export interface PodVolume {
  readonly hostPath: string | null;
  readonly kind: string;
}

export function decodeNode(json: unknown): ClusterNode {
  const metadata = at(json, 'metadata');
  const info = at(json, 'status', 'nodeInfo');
  return {
    name: text(at(metadata, 'name')),
    labels: texts(at(metadata, 'labels')),
    providerID: text(at(json, 'spec', 'providerID')),
    kubeletVersion: text(at(info, 'kubeletVersion')),
    osImage: text(at(info, 'osImage')),
  };
}

export function decodeServerPod(json: unknown): ServerPod {
  const metadata = at(json, 'metadata');
  const annotations = texts(at(metadata, 'annotations'));
  return {
    namespace: text(at(metadata, 'namespace')),
    name: text(at(metadata, 'name')),
    // A static pod's mirror carries it there (kubelet, pkg/kubelet/types/pod_update.go: ConfigHashAnnotationKey).
    kubeletUid: annotations['kubernetes.io/config.hash'] ?? text(at(metadata, 'uid')),
    node: text(at(json, 'spec', 'nodeName')),
    containers: list(at(json, 'spec', 'containers')).map(decodeContainer),
    volumes: new Map(
      list(at(json, 'spec', 'volumes')).map((volume) => [text(at(volume, 'name')), decodeVolume(volume)]),
    ),
  };
}

function decodeContainer(json: unknown): ServerContainer {
  return {
    name: text(at(json, 'name')),
    words: [...list(at(json, 'command')), ...list(at(json, 'args'))].map(text),
    mounts: list(at(json, 'volumeMounts')).map((mount) => ({
      volume: text(at(mount, 'name')),
      path: text(at(mount, 'mountPath')),
      subPath: text(at(mount, 'subPath')),
    })),
  };
}

function decodeVolume(json: unknown): PodVolume {
  const hostPath = at(json, 'hostPath', 'path');
  const kind = Object.keys(isRecord(json) ? json : {}).find((key) => key !== 'name') ?? 'volume';
  return { hostPath: typeof hostPath === 'string' ? hostPath : null, kind };
}

function at(json: unknown, ...path: readonly string[]): unknown {
  let here = json;
  for (const key of path) here = isRecord(here) && Object.hasOwn(here, key) ? here[key] : undefined;
  return here;
}

function text(json: unknown): string {
  return typeof json === 'string' ? json : '';
}

function list(json: unknown): readonly unknown[] {
  return Array.isArray(json) ? json : [];
}

function texts(json: unknown): Record<string, string> {
  if (!isRecord(json)) return {};
  return Object.fromEntries(
    Object.entries(json).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  );
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

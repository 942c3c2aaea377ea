/**
 * From environment, files and flags to the one configuration that is meant, as kubectl finds it. Two differences, both
 * where kubectl takes http://localhost:8080 for an answer: with nothing configured at all we say so; and in a pod the
 * flags hold too, while kubectl drops --as there.
 */
import { resolve as absolutePath } from 'node:path';
import { UserError } from '../../errors.ts';
import type { ConnectFlags } from './connect-flags.ts';
import { inCluster, SERVICE_ACCOUNT_FOLDER } from './in-cluster.ts';
import { type Loaded, loadKubeconfig, type Surroundings } from './load.ts';
import { type Selection, select } from './select.ts';
import { validate } from './validate.ts';

/** Throws UserError AUDIT_BAD_KUBECONFIG. `namespace` of what it returns is never ''. */
export async function resolveKubeconfig(
  flags: ConnectFlags,
  around: Surroundings,
  serviceAccountFolder: string = SERVICE_ACCOUNT_FOLDER,
): Promise<Selection> {
  const loaded = await loadKubeconfig(flags.kubeconfig ?? '', around);
  const selected = select(loaded.kubeconfig, pathsFrom(flags, around.cwd));
  const chosen =
    selected.cluster.server === '' ? withServer(selected, loaded, around, serviceAccountFolder) : selected;
  validate(chosen);
  return { ...chosen, namespace: chosen.namespace || 'default' };
}

/** Paths typed by hand are meant from where one stands. */
function pathsFrom(flags: ConnectFlags, cwd: string): ConnectFlags {
  const absolute = (path: string | null | undefined) => (path ? absolutePath(cwd, path) : null);
  return {
    ...flags,
    certificateAuthority: absolute(flags.certificateAuthority),
    clientCertificate: absolute(flags.clientCertificate),
    clientKey: absolute(flags.clientKey),
  };
}

function withServer(selected: Selection, loaded: Loaded, around: Surroundings, folder: string): Selection {
  // Who chose a cluster does not mean the one that the pod happens to run in.
  const pod = selected.clusterName === '' ? inCluster(around.env, folder) : null;
  if (pod !== null) {
    const { as, asUid, asGroups, token } = selected.user;
    const { certificateAuthority, insecureSkipTlsVerify, tlsServerName } = selected.cluster;
    const trust =
      certificateAuthority !== '' || insecureSkipTlsVerify
        ? { certificateAuthority, insecureSkipTlsVerify }
        : {};
    return {
      ...selected,
      namespace: selected.namespace || pod.namespace,
      cluster: { ...pod.cluster, tlsServerName, ...trust },
      user: { ...pod.user, ...(token === '' ? {} : { token, tokenFile: '' }), as, asUid, asGroups },
    };
  }
  // clientcmd's default server; deprecated there, but still read.
  const master = around.env.KUBERNETES_MASTER ?? '';
  if (master !== '') return { ...selected, cluster: { ...selected.cluster, server: master } };
  throw nothingChosen(selected, loaded);
}

function nothingChosen(selected: Selection, { files, missing, kubeconfig }: Loaded): UserError {
  if (selected.clusterName !== '') {
    return new UserError(
      'AUDIT_BAD_KUBECONFIG',
      `cluster ${JSON.stringify(selected.clusterName)} has no server`,
      {
        hint: `kubectl config set-cluster ${selected.clusterName} --server=https://…`,
      },
    );
  }
  const contexts = [...kubeconfig.contexts.keys()].sort();
  if (contexts.length > 0) {
    return new UserError('AUDIT_BAD_KUBECONFIG', 'no context is chosen', {
      hint: `--context, one of: ${contexts.slice(0, 12).join(', ')}`,
    });
  }
  const looked = [
    ...files.map((path) => `${path} names no cluster`),
    ...missing.map((path) => `${path} does not exist`),
  ];
  return new UserError(
    'AUDIT_BAD_KUBECONFIG',
    `no cluster is configured: ${looked.join(', ') || 'there is no home folder and KUBECONFIG is not set'}`,
    { hint: 'set KUBECONFIG or --kubeconfig; logs at hand are read with --file' },
  );
}

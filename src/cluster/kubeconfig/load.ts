/** Which kubeconfig files there are to read, and what they say together (client-go tools/clientcmd/loader.go). */
import { accessSync, constants, statSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { delimiter, dirname, isAbsolute, join, resolve, sep } from 'node:path';
import { UserError } from '../../errors.ts';
import { decodeKubeconfig } from './decode.ts';
import type { ClusterEntry, ContextEntry, Kubeconfig, UserEntry } from './kubeconfig.ts';

export interface Loaded {
  readonly kubeconfig: Kubeconfig;
  /** Files that were read, in order of precedence. */
  readonly files: readonly string[];
  /** Files that were looked for and are not there. */
  readonly missing: readonly string[];
}

/** Where to look from. */
export interface Surroundings {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
}

/**
 * `explicit` is --kubeconfig: the only file then, and it must exist. Else those of KUBECONFIG, of which any may be missing;
 * else ~/.kube/config. The first file that has an entry of a name wins, whole; so does the first current-context.
 */
export async function loadKubeconfig(explicit: string, around: Surroundings): Promise<Loaded> {
  const paths = explicit === '' ? pathsOf(around.env) : [explicit];
  const read: { path: string; kubeconfig: Kubeconfig }[] = [];
  const missing: string[] = [];
  for (const path of paths) {
    const absolute = resolve(around.cwd, path);
    const text = await textOf(absolute, path);
    if (text !== null)
      read.push({ path, kubeconfig: located(decodeKubeconfig(text, path), dirname(absolute)) });
    else if (explicit === '') missing.push(path);
    else {
      throw new UserError('AUDIT_BAD_KUBECONFIG', `--kubeconfig ${JSON.stringify(path)} does not exist`, {
        hint: 'without --kubeconfig, KUBECONFIG or ~/.kube/config is read',
      });
    }
  }
  return {
    kubeconfig: merged(read.map((one) => one.kubeconfig)),
    files: read.map((one) => one.path),
    missing,
  };
}

function pathsOf(env: Surroundings['env']): string[] {
  const list = env.KUBECONFIG ?? '';
  if (list !== '') return [...new Set(list.split(delimiter))].filter((path) => path !== '');
  const home = homeOf(env);
  return home === '' ? [] : [join(home, '.kube', 'config')];
}

/** client-go util/homedir/homedir.go. '' when there is none. */
function homeOf(env: Surroundings['env']): string {
  const home = env.HOME ?? '';
  if (sep === '/') return home;
  const drive =
    (env.HOMEDRIVE ?? '') === '' || (env.HOMEPATH ?? '') === '' ? '' : `${env.HOMEDRIVE}${env.HOMEPATH}`;
  const profile = env.USERPROFILE ?? '';
  const isThere = (path: string) => path !== '' && statSync(path, { throwIfNoEntry: false }) !== undefined;
  const byHabit = [home, profile, drive];
  return (
    [home, drive, profile].find((path) => path !== '' && isThere(join(path, '.kube', 'config'))) ??
    byHabit.find((path) => isThere(path) && isWritable(path)) ??
    byHabit.find(isThere) ??
    byHabit.find((path) => path !== '') ??
    ''
  );
}

function isWritable(path: string): boolean {
  try {
    accessSync(path, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

/** Null when there is no such file. */
async function textOf(absolute: string, path: string): Promise<string | null> {
  try {
    return await readFile(absolute, 'utf8');
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code === 'ENOENT') return null;
    throw new UserError('AUDIT_BAD_KUBECONFIG', `the kubeconfig ${path} cannot be read (${code})`, {
      hint: code === 'EACCES' ? `ls -l ${path}` : 'name files, not folders, in KUBECONFIG or --kubeconfig',
      cause,
    });
  }
}

/** Relative paths are meant from the folder of the file that they stand in. */
function located(kubeconfig: Kubeconfig, folder: string): Kubeconfig {
  const absolute = (path: string) => (path === '' || isAbsolute(path) ? path : join(folder, path));
  const ofCluster = (cluster: ClusterEntry): ClusterEntry => ({
    ...cluster,
    certificateAuthority: absolute(cluster.certificateAuthority),
  });
  const ofUser = (user: UserEntry): UserEntry => ({
    ...user,
    clientCertificate: absolute(user.clientCertificate),
    clientKey: absolute(user.clientKey),
    tokenFile: absolute(user.tokenFile),
    exec:
      user.exec === null
        ? null
        : {
            ...user.exec,
            // A bare name is looked up in PATH.
            command: user.exec.command.includes(sep) ? absolute(user.exec.command) : user.exec.command,
          },
  });
  return {
    ...kubeconfig,
    clusters: mapped(kubeconfig.clusters, ofCluster),
    users: mapped(kubeconfig.users, ofUser),
  };
}

function mapped<T>(entries: ReadonlyMap<string, T>, change: (entry: T) => T): Map<string, T> {
  return new Map([...entries].map(([name, entry]) => [name, change(entry)]));
}

function merged(kubeconfigs: readonly Kubeconfig[]): Kubeconfig {
  const clusters = new Map<string, ClusterEntry>();
  const users = new Map<string, UserEntry>();
  const contexts = new Map<string, ContextEntry>();
  // From the last to the first, so that the first has the last word.
  for (const kubeconfig of kubeconfigs.toReversed()) {
    for (const [name, cluster] of kubeconfig.clusters) clusters.set(name, cluster);
    for (const [name, user] of kubeconfig.users) users.set(name, user);
    for (const [name, context] of kubeconfig.contexts) contexts.set(name, context);
  }
  const currentContext = kubeconfigs.map((one) => one.currentContext).find((name) => name !== '') ?? '';
  return { clusters, users, contexts, currentContext };
}

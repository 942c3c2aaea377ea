/**
 * Where a cloud keeps the audit log of a managed cluster, as far as a kubeconfig tells: its login command, the server's name, the names
 * that the cloud's own tool gave. For contexts that the configuration file says nothing about.
 */
import { UserError } from '../errors.ts';
import type { ConfiguredSource } from './config.ts';
import { firstIssue } from './first-issue.ts';

/** Of the context that is meant. */
export interface KubeconfigSays {
  readonly contextName: string;
  readonly clusterName: string;
  readonly server: string;
  /** The exec plugin; null: there is none. Arguments and environment may hold secrets. */
  readonly login: {
    readonly command: string;
    readonly args: readonly string[];
    readonly env: readonly { readonly name: string; readonly value: string }[];
  } | null;
}

export type ManagedLog =
  | {
      readonly kind: 'known';
      readonly source: ConfiguredSource;
      /** What of the kubeconfig says so: `aws eks get-token --cluster-name prod`. */
      readonly readFrom: string;
    }
  /** It is one, and which source of that type holds its log is not said. */
  | { readonly kind: 'untold'; readonly type: string; readonly refusal: UserError };

/** Null: it is no such cluster, or nothing shows it. `calledAs`: for what to type. */
export function managedLogOf(says: KubeconfigSays, calledAs: string): ManagedLog | null {
  return ofEks(says, calledAs) ?? ofGke(says, calledAs) ?? ofAks(says, calledAs);
}

/** https://docs.aws.amazon.com/eks/latest/userguide/create-kubeconfig.html, and eksctl's and aws-iam-authenticator's own. */
function ofEks(says: KubeconfigSays, calledAs: string): ManagedLog | null {
  const host = /\.([a-z0-9-]+)\.eks\.amazonaws\.com(?:\.cn)?$/.exec(hostOf(says.server));
  const login = eksLogin(says);
  const named = [says.clusterName, says.contextName];
  const arn = firstMatch(named, /^arn:aws[\w-]*:eks:([a-z0-9-]+):\d+:cluster\/([\w-]+)$/);
  const eksctl = firstMatch(named, /^(?:.+@)?([\w-]+)\.([a-z0-9-]+)\.eksctl\.io$/);
  if (host === null && login === null && arn === null) return null;
  const cluster = login?.cluster ?? arn?.[2] ?? eksctl?.[1];
  // Where the server is, the log is.
  const region = [host?.[1], login?.region, arn?.[1], eksctl?.[2]].find(
    (one) => one !== undefined && /^[a-z0-9-]+$/.test(one),
  );
  if (cluster === undefined || !/^[0-9A-Za-z][\w-]*$/.test(cluster))
    return untold(says, calledAs, {
      ...{ type: 'cloudwatch', what: 'an EKS cluster', why: 'its kubeconfig does not say what EKS calls it' },
      url: `cloudwatch://${region ?? 'REGION'}/aws/eks/CLUSTER/cluster`,
    });
  if (login?.role !== undefined)
    return untold(says, calledAs, {
      ...{ type: 'cloudwatch', what: 'an EKS cluster' },
      why: `its login assumes the role ${login.role}, which this program does not`,
      url: `cloudwatch://${region ?? 'REGION'}/aws/eks/${cluster}/cluster?auth.aws.profile=PROFILE`,
    });
  const group = `/aws/eks/${cluster}/cluster`;
  const profile = login?.profile;
  return known(says, {
    name: `cloudwatch://${region ?? ''}${group}`,
    type: 'cloudwatch',
    settings: {
      group,
      ...(region === undefined ? {} : { region }),
      ...(profile === undefined ? {} : { auth: { aws: { profile } } }),
    },
    readFrom: login?.said ?? `the name ${arn?.[0] ?? eksctl?.[0] ?? cluster}`,
  });
}

interface EksLogin {
  readonly cluster: string | undefined;
  readonly region: string | undefined;
  readonly profile: string | undefined;
  /** Of another account, as a rule. */
  readonly role: string | undefined;
  readonly said: string;
}

/** `aws eks get-token --cluster-name X`, also behind aws-vault and the like; `aws-iam-authenticator token -i X`. */
function eksLogin({ login }: KubeconfigSays): EksLogin | null {
  if (login === null) return null;
  const words = [login.command, ...login.args];
  const isAws = words.some((word, at) => word === 'eks' && words[at + 1] === 'get-token');
  const isAuthenticator = words.some((word) => /(?:^|[\\/])aws-iam-authenticator(?:\.exe)?$/.test(word));
  if (!isAws && !isAuthenticator) return null;
  const ofEnv = (...names: readonly string[]) =>
    login.env.find(({ name, value }) => names.includes(name) && value !== '')?.value;
  const cluster = isAws ? flagIn(words, '--cluster-name') : flagIn(words, '-i', '--cluster-id');
  const vault = words.findIndex((word) => /(?:^|[\\/])aws-vault(?:\.exe)?$/.test(word));
  const ofVault = vault >= 0 && words[vault + 1] === 'exec' ? words[vault + 2] : undefined;
  return {
    cluster,
    region: flagIn(words, '--region') ?? ofEnv('AWS_REGION', 'AWS_DEFAULT_REGION'),
    profile: flagIn(words, '--profile') ?? ofEnv('AWS_PROFILE') ?? ofVault,
    role: flagIn(words, '--role-arn', '--role', '-r'),
    said: `${isAws ? 'aws eks get-token --cluster-name' : 'aws-iam-authenticator token -i'} ${cluster ?? '?'}`,
  };
}

/** gcloud names contexts and clusters after what they are; nothing else says it. */
function ofGke(says: KubeconfigSays, calledAs: string): ManagedLog | null {
  const named = firstMatch([says.clusterName, says.contextName], /^gke_([^_]+)_([^_]+)_([^_]+)$/);
  if (named === null) {
    const isGke = /(?:^|[\\/])gke-gcloud-auth-plugin(?:\.exe)?$/.test(says.login?.command ?? '');
    if (!isGke) return null;
    return untold(says, calledAs, {
      ...{ type: 'gcl', what: 'a GKE cluster' },
      why: 'its kubeconfig does not name project and cluster as gcloud does',
      url: 'gcl://PROJECT/CLUSTER',
    });
  }
  const [name, project = '', location = '', cluster = ''] = named;
  return known(says, {
    name: `gcl://${project}/${cluster}`,
    type: 'gcl',
    settings: { project, location, cluster },
    readFrom: `the name ${name}`,
  });
}

/** The ID by which AKS knows its own logins: https://azure.github.io/kubelogin/concepts/aks.html. */
const AKS_SERVER_ID = '6dae42f8-4368-4678-94ff-3960e28e3630';

function ofAks(says: KubeconfigSays, calledAs: string): ManagedLog | null {
  const isAks =
    /\.azmk8s\.(?:io|us)$|\.azk8s\.cn$/.test(hostOf(says.server)) ||
    says.login?.args.includes(AKS_SERVER_ID) === true;
  if (!isAks) return null;
  return untold(says, calledAs, {
    ...{ type: 'azure', what: 'an AKS cluster' },
    why: 'no kubeconfig says which Log Analytics workspace its audit log goes to',
    url: 'azure://WORKSPACE-ID',
  });
}

function known(
  { contextName }: KubeconfigSays,
  of: Pick<ConfiguredSource, 'name' | 'type' | 'settings'> & { readonly readFrom: string },
): ManagedLog {
  const { readFrom, ...source } = of;
  const refuse: ConfiguredSource['refuse'] = (error) => {
    const { path, message } = firstIssue(error);
    return new UserError(
      'AUDIT_BAD_CONFIG',
      `the kubeconfig's context ${JSON.stringify(contextName)} stands for ${of.name}, which cannot be: ${path.map(String).join('.')}: ${message}`,
      { hint: 'say the source in the configuration, or --source' },
    );
  };
  return { kind: 'known', source: { ...source, refuse }, readFrom };
}

function untold(
  { contextName }: KubeconfigSays,
  calledAs: string,
  { type, what, why, url }: Untold,
): ManagedLog {
  const message = `this is ${what}: its audit log is the provider's, on no node of it, and ${why}`;
  const hint = `say it once: ${calledAs} sources add NAME '${url}' --context ${quoted(contextName)}`;
  return { kind: 'untold', type, refusal: new UserError('AUDIT_NO_AUDIT_LOG', message, { hint }) };
}

interface Untold {
  readonly type: string;
  readonly what: string;
  readonly why: string;
  /** As `sources add` takes it, in capitals what is to be filled in. */
  readonly url: string;
}

function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

/** `--flag value`, `--flag=value`. */
function flagIn(words: readonly string[], ...names: readonly string[]): string | undefined {
  for (const [at, word] of words.entries()) {
    if (names.includes(word)) return words[at + 1];
    const name = names.find((one) => word.startsWith(`${one}=`));
    if (name !== undefined) return word.slice(name.length + 1);
  }
  return undefined;
}

function firstMatch(texts: readonly string[], pattern: RegExp): RegExpExecArray | null {
  return texts.map((text) => pattern.exec(text)).find((found) => found !== null) ?? null;
}

/** '' for none. */
function hostOf(server: string): string {
  const url = /^https?:\/\//i.test(server) ? server : `https://${server}`;
  return URL.canParse(url) ? new URL(url).hostname : '';
}

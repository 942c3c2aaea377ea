/**
 * The text of one kubeconfig, YAML or JSON, into what it says: strict about types, indifferent to unknown fields, as
 * kubectl is. Errors name file, line and column and never quote what stands there.
 */
import { type Document, isNode, LineCounter, parseAllDocuments } from 'yaml';
import { UserError } from '../../errors.ts';
import { Field, type FieldPath } from './field.ts';
import type {
  AuthProvider,
  ClusterEntry,
  ContextEntry,
  Kubeconfig,
  LoginCommand,
  UserEntry,
} from './kubeconfig.ts';

/** client-go tools/clientcmd/client_config.go, clusterExtensionKey. */
const EXEC_EXTENSION = 'client.authentication.k8s.io/exec';

/** `file` is for messages. Throws UserError AUDIT_BAD_KUBECONFIG. An empty text is an empty configuration. */
export function decodeKubeconfig(text: string, file: string): Kubeconfig {
  const root = parse(text, file);
  const version = root.at('apiVersion').text();
  const kind = root.at('kind').text();
  if (!['', 'v1'].includes(version)) throw root.at('apiVersion').error('must be v1');
  if (!['', 'Config'].includes(kind)) throw root.at('kind').error('must be Config');
  return {
    clusters: named(root.at('clusters'), 'cluster', toCluster),
    users: named(root.at('users'), 'user', toUser),
    contexts: named(root.at('contexts'), 'context', toContext),
    currentContext: root.at('current-context').text(),
  };
}

/** YAML 1.1, as kubectl's library reads it: `yes` is true; but for dates, which it leaves as text. */
function parse(text: string, file: string): Field {
  const lines = new LineCounter();
  const documents = parseAllDocuments(text, {
    version: '1.1',
    merge: true,
    uniqueKeys: false,
    // Pretty errors quote the line, which may hold a secret.
    prettyErrors: false,
    logLevel: 'silent',
    lineCounter: lines,
    customTags: (tags) =>
      tags.filter((tag) => typeof tag === 'string' || tag.tag !== 'tag:yaml.org,2002:timestamp'),
  });
  const at = (offset: number | undefined) => {
    if (offset === undefined) return file;
    const { line, col } = lines.linePos(offset);
    return `${file}:${line}:${col}`;
  };
  // kubectl reads the first document only.
  const document: Document | undefined = Array.isArray(documents) ? documents[0] : undefined;
  const [broken] = document?.errors ?? [];
  if (broken !== undefined) {
    const why = broken.code.toLowerCase().replaceAll('_', ' ');
    throw badKubeconfig(`${at(broken.pos[0])}: not valid YAML (${why})`);
  }
  return new Field(document === undefined ? null : plainValue(document, file), [], (path, what) =>
    badKubeconfig(`${at(offsetOf(document, path))}: ${wordsOf(path)} ${what}`),
  );
}

function plainValue(document: Document, file: string): unknown {
  try {
    return document.toJS({ maxAliasCount: 100 });
  } catch (cause) {
    throw badKubeconfig(`${file}: not valid YAML (aliases that lead nowhere, or to too much)`, cause);
  }
}

function offsetOf(document: Document | undefined, path: FieldPath): number | undefined {
  const node = document?.getIn(path, true);
  return isNode(node) ? node.range?.[0] : undefined;
}

/** `users[0].user.token`. */
function wordsOf(path: FieldPath): string {
  const words = path.map((key) => (typeof key === 'number' ? `[${key}]` : `.${key}`)).join('');
  return words === '' ? 'the file' : words.replace(/^\./, '');
}

function badKubeconfig(message: string, cause?: unknown): UserError {
  return new UserError('AUDIT_BAD_KUBECONFIG', message, {
    hint: 'kubectl config view must be able to read it too',
    ...(cause === undefined ? {} : { cause }),
  });
}

function named<T>(list: Field, key: string, toEntry: (field: Field) => T): Map<string, T> {
  const entries = new Map<string, T>();
  for (const item of list.items()) {
    const name = item.at('name').text();
    if (entries.has(name)) throw item.at('name').error(`${JSON.stringify(name)} is there twice`);
    entries.set(name, toEntry(item.at(key)));
  }
  return entries;
}

function toCluster(field: Field): ClusterEntry {
  return {
    server: field.at('server').text(),
    tlsServerName: field.at('tls-server-name').text(),
    insecureSkipTlsVerify: field.at('insecure-skip-tls-verify').flag(),
    certificateAuthority: field.at('certificate-authority').text(),
    certificateAuthorityData: field.at('certificate-authority-data').bytes(),
    proxyUrl: field.at('proxy-url').text(),
    disableCompression: field.at('disable-compression').flag(),
    execExtension: field
      .at('extensions')
      .items()
      .find((extension) => extension.at('name').text() === EXEC_EXTENSION)
      ?.at('extension').raw,
  };
}

function toUser(field: Field): UserEntry {
  const extra = field.at('as-user-extra');
  return {
    clientCertificate: field.at('client-certificate').text(),
    clientCertificateData: field.at('client-certificate-data').bytes(),
    clientKey: field.at('client-key').text(),
    clientKeyData: field.at('client-key-data').bytes(),
    token: field.at('token').text(),
    tokenFile: field.at('tokenFile').text(),
    as: field.at('as').text(),
    asUid: field.at('as-uid').text(),
    asGroups: textsOf(field.at('as-groups')),
    asUserExtra: new Map(extra.keys().map((key) => [key, textsOf(extra.at(key))])),
    username: field.at('username').text(),
    password: field.at('password').text(),
    authProvider: toAuthProvider(field.at('auth-provider')),
    exec: toLoginCommand(field.at('exec')),
  };
}

function toAuthProvider(field: Field): AuthProvider | null {
  if (field.isAbsent) return null;
  const config = field.at('config');
  return {
    name: field.at('name').text(),
    config: Object.fromEntries(config.keys().map((key) => [key, config.at(key).text()])),
  };
}

function toLoginCommand(field: Field): LoginCommand | null {
  if (field.isAbsent) return null;
  const apiVersion = field.at('apiVersion').text();
  const mode = field.at('interactiveMode').text();
  // api/v1/defaults.go: only later versions make the user decide.
  const isOld = /^client\.authentication\.k8s\.io\/v1(?:alpha1|beta1)$/.test(apiVersion);
  return {
    command: field.at('command').text(),
    args: textsOf(field.at('args')),
    env: field
      .at('env')
      .items()
      .map((one) => ({ name: one.at('name').text(), value: one.at('value').text() })),
    apiVersion,
    installHint: field.at('installHint').text(),
    provideClusterInfo: field.at('provideClusterInfo').flag(),
    interactiveMode: mode === '' && isOld ? 'IfAvailable' : mode,
  };
}

function toContext(field: Field): ContextEntry {
  return {
    cluster: field.at('cluster').text(),
    user: field.at('user').text(),
    namespace: field.at('namespace').text(),
  };
}

function textsOf(list: Field): string[] {
  return list.items().map((item) => item.text());
}

/**
 * Kubeconfigs, environments and flags that kubectl and we have to take alike. In every text, DIR is the case's own folder,
 * SERVER and PLAIN the API server with and without TLS, HTTP_PROXY_PORT and SOCKS_PORT the proxies, PKI a folder with
 * ca.crt, other-ca.crt, admin.crt, admin.key, TOKEN a valid bearer token; CA_DATA, CERT_DATA and KEY_DATA are base64.
 */
import type { ConnectFlags } from '../../../src/cluster/kubeconfig/connect-flags.ts';

export interface KubeconfigCase {
  readonly name: string;
  /** Path in DIR → text. Those that begin with `#!` are made executable. */
  readonly files: Readonly<Record<string, string>>;
  /** Default: KUBECONFIG=DIR/config, HOME=DIR/home. */
  readonly env?: Readonly<Record<string, string>>;
  readonly flags?: ConnectFlags;
  /** Below DIR. */
  readonly cwd?: string;
  /** Whether /version is had from it; also so that a case that fails for the wrong reason is seen. */
  readonly works: boolean;
  /** kubectl asks for a name and a password when there is nobody to log in; we go on as nobody. */
  readonly isAskedByKubectl?: boolean;
  /** Only the recorder has it: no TLS, a path before the API, a name that only a proxy reaches. */
  readonly isRecorderOnly?: boolean;
}

const CLUSTER = 'server: SERVER, certificate-authority: PKI/ca.crt, tls-server-name: kubernetes';
const CERT = 'client-certificate: PKI/admin.crt, client-key: PKI/admin.key';

/** One cluster, one user, one context; flow mappings, without braces. */
function config(cluster: string, user: string, context = ''): string {
  return `apiVersion: v1
kind: Config
clusters: [{name: c, cluster: {${cluster}}}]
users: [{name: u, user: {${user}}}]
contexts: [{name: x, context: {cluster: c, user: u${context}}}]
current-context: x
`;
}

const GOOD = config(CLUSTER, CERT);

/** A login command that prints what its arguments, environment and KUBERNETES_EXEC_INFO say. */
const LOGIN = `#!/bin/sh
version=$(printf %s "$KUBERNETES_EXEC_INFO" | sed 's/.*"apiVersion":"\\([^"]*\\)".*/\\1/')
[ "$1 $EXTRA" = "--now yes" ] || { echo "called with $1 $EXTRA" >&2; exit 7; }
printf '{"kind":"ExecCredential","apiVersion":"%s","status":{"token":"TOKEN"}}' "$version"
`;
const EXEC = 'command: ./login.sh, args: [--now], env: [{name: EXTRA, value: "yes"}]';
const EXEC_V1 = 'apiVersion: client.authentication.k8s.io/v1, interactiveMode: Never';

const merging: KubeconfigCase[] = [
  { name: 'one file with a client certificate', files: { config: GOOD }, works: true },
  {
    name: 'cluster, user and context in three files',
    files: {
      a: `clusters: [{name: c, cluster: {${CLUSTER}}}]`,
      b: `users: [{name: u, user: {${CERT}}}]`,
      c: 'contexts: [{name: x, context: {cluster: c, user: u, namespace: shop}}]\ncurrent-context: x',
    },
    env: { KUBECONFIG: 'DIR/a:DIR/b:DIR/c' },
    works: true,
  },
  {
    name: 'the same names in two files: the first wins, whole',
    files: {
      a: GOOD,
      b: config(
        'server: "https://127.0.0.1:1", insecure-skip-tls-verify: true',
        'token: no, as: carol',
        ', namespace: other',
      ).replace('token: no', 'token: "no"'),
    },
    env: { KUBECONFIG: 'DIR/a:DIR/b' },
    works: true,
  },
  {
    name: 'the same names in two files, the other way round',
    files: {
      a: config('server: "https://127.0.0.1:1", insecure-skip-tls-verify: true', 'token: "no"'),
      b: GOOD,
    },
    env: { KUBECONFIG: 'DIR/a:DIR/b' },
    works: false,
  },
  {
    name: 'current-context only in the second file',
    files: { a: GOOD.replace('current-context: x', 'current-context: ""'), b: 'current-context: x' },
    env: { KUBECONFIG: 'DIR/a:DIR/b' },
    works: true,
  },
  {
    name: 'current-context of the first file that leads to the second',
    files: {
      a: 'current-context: two',
      b: GOOD.replace(
        'contexts: [',
        'contexts: [{name: two, context: {cluster: c, user: u, namespace: of-two}}, ',
      ),
    },
    env: { KUBECONFIG: 'DIR/a:DIR/b' },
    works: true,
  },
  {
    name: 'empty elements, missing and repeated files in KUBECONFIG',
    files: { config: GOOD },
    env: { KUBECONFIG: ':DIR/nowhere::DIR/config:DIR/config:' },
    works: true,
  },
  {
    name: 'empty files and files of comments',
    files: { empty: '', comments: '# nothing\n\n', config: GOOD },
    env: { KUBECONFIG: 'DIR/empty:DIR/comments:/dev/null:DIR/config' },
    works: true,
  },
  { name: 'nothing but missing files', files: {}, env: { KUBECONFIG: 'DIR/nowhere' }, works: false },
  { name: 'nothing at all', files: {}, env: { KUBECONFIG: '' }, works: false },
  { name: 'an empty file alone', files: { config: '' }, works: false },
  {
    name: '~/.kube/config',
    files: { 'home/.kube/config': GOOD },
    env: { KUBECONFIG: '' },
    works: true,
  },
  {
    name: 'KUBECONFIG before ~/.kube/config',
    files: { 'home/.kube/config': config('server: "https://127.0.0.1:1"', ''), config: GOOD },
    works: true,
  },
  {
    name: '--kubeconfig before KUBECONFIG, without merging',
    files: { config: config('server: "https://127.0.0.1:1"', 'token: "no"'), mine: GOOD },
    flags: { kubeconfig: 'DIR/mine' },
    works: true,
  },
  {
    name: '--kubeconfig that does not exist',
    files: { config: GOOD },
    flags: { kubeconfig: 'DIR/nowhere' },
    works: false,
  },
  { name: 'a folder as kubeconfig', files: { 'config/inside': GOOD }, works: false },
  {
    name: 'a broken file beside a good one',
    files: { a: GOOD, b: 'clusters: [\n  {name: c' },
    env: { KUBECONFIG: 'DIR/a:DIR/b' },
    works: false,
  },
];

const text: KubeconfigCase[] = [
  {
    name: 'JSON',
    files: {
      config: JSON.stringify({
        apiVersion: 'v1',
        kind: 'Config',
        clusters: [
          {
            name: 'c',
            cluster: {
              server: 'SERVER',
              'certificate-authority': 'PKI/ca.crt',
              'tls-server-name': 'kubernetes',
            },
          },
        ],
        users: [
          { name: 'u', user: { 'client-certificate': 'PKI/admin.crt', 'client-key': 'PKI/admin.key' } },
        ],
        contexts: [{ name: 'x', context: { cluster: 'c', user: 'u' } }],
        'current-context': 'x',
      }),
    },
    works: true,
  },
  {
    name: 'anchors, merge keys, repeated keys, unknown fields, extensions, a second document',
    files: {
      config: `base: &base {certificate-authority: PKI/ca.crt, tls-server-name: wrong}
clusters:
- name: c
  cluster:
    <<: *base
    server: SERVER
    tls-server-name: kubernetes
    extensions: [{name: minikube, extension: {provider: kvm, since: 2024-01-01}}]
users: [{name: u, user: {client-certificate: PKI/nowhere.crt, ${CERT}, colour: blue}}]
contexts: [{name: x, context: {cluster: c, user: u, extensions: []}}]
preferences: {colors: true}
current-context: x
---
current-context: two
`,
    },
    works: true,
  },
  {
    name: 'names that look like dates',
    files: { config: GOOD.replaceAll(/\bu\b(?=[,}])/g, '2024-01-01') },
    works: true,
  },
  { name: 'a number for a token', files: { config: config(CLUSTER, 'token: 12345') }, works: false },
  { name: 'yes for a token', files: { config: config(CLUSTER, 'token: yes') }, works: false },
  {
    name: 'text for true',
    files: { config: config('server: SERVER, insecure-skip-tls-verify: "true"', CERT) },
    works: false,
  },
  {
    name: 'data that is no base64',
    files: { config: config('server: SERVER, certificate-authority-data: "%%%"', CERT) },
    works: false,
  },
  {
    name: 'a name twice in one file',
    files: { config: GOOD.replace('users: [', 'users: [{name: u, user: {}}, ') },
    works: false,
  },
  { name: 'another kind', files: { config: GOOD.replace('kind: Config', 'kind: Secret') }, works: false },
  {
    name: 'another version',
    files: { config: GOOD.replace('apiVersion: v1', 'apiVersion: v2') },
    works: false,
  },
  { name: 'a list for the whole', files: { config: '- a\n- b\n' }, works: false },
];

const paths: KubeconfigCase[] = [
  {
    name: 'paths relative to the file they stand in',
    files: {
      'deep/config': config(
        'server: SERVER, certificate-authority: ../pki/ca.crt, tls-server-name: kubernetes',
        'client-certificate: ./admin.crt, client-key: admin.key',
      ),
      'pki/ca.crt': 'FILE PKI/ca.crt',
      'deep/admin.crt': 'FILE PKI/admin.crt',
      'deep/admin.key': 'FILE PKI/admin.key',
      'elsewhere/here': '',
    },
    env: { KUBECONFIG: 'DIR/deep/config' },
    cwd: 'elsewhere',
    works: true,
  },
  {
    name: 'KUBECONFIG relative to where one stands',
    files: {
      'deep/config': config(
        'server: SERVER, certificate-authority: ca.crt, tls-server-name: kubernetes',
        CERT,
      ),
      'deep/ca.crt': 'FILE PKI/ca.crt',
      'elsewhere/here': '',
    },
    env: { KUBECONFIG: '../deep/config' },
    cwd: 'elsewhere',
    works: true,
  },
  {
    name: 'certificates in the file',
    files: {
      config: config(
        'server: SERVER, certificate-authority-data: CA_DATA, tls-server-name: kubernetes',
        'client-certificate-data: CERT_DATA, client-key-data: KEY_DATA',
      ),
    },
    works: true,
  },
  {
    name: 'a certificate in the file and its key beside it',
    files: { config: config(CLUSTER, 'client-certificate-data: CERT_DATA, client-key: PKI/admin.key') },
    works: true,
  },
  {
    name: 'authority both in the file and beside it',
    files: { config: config(`${CLUSTER}, certificate-authority-data: CA_DATA`, CERT) },
    works: false,
  },
  {
    name: 'certificate both in the file and beside it',
    files: { config: config(CLUSTER, `${CERT}, client-certificate-data: CERT_DATA`) },
    works: false,
  },
  {
    name: 'a certificate without a key',
    files: { config: config(CLUSTER, 'client-certificate: PKI/admin.crt') },
    works: false,
  },
  {
    name: 'a certificate file that is not there',
    files: { config: config(CLUSTER, 'client-certificate: nowhere.crt, client-key: PKI/admin.key') },
    works: false,
  },
  {
    name: 'a certificate that is none',
    files: { config: config(CLUSTER, 'client-certificate: config, client-key: PKI/admin.key') },
    works: false,
  },
];

const TWO_CONTEXTS = `clusters:
- {name: c, cluster: {${CLUSTER}}}
- {name: dead, cluster: {server: "https://127.0.0.1:1"}}
users:
- {name: u, user: {${CERT}}}
- {name: robot, user: {token: TOKEN}}
contexts:
- {name: x, context: {cluster: dead, user: u, namespace: of-x}}
- {name: two, context: {cluster: c, user: u, namespace: of-two}}
- {name: z, context: {cluster: c, user: gone}}
- {name: lost, context: {cluster: gone, user: u}}
current-context: x
`;

const overrides: KubeconfigCase[] = [
  { name: '--context', files: { config: TWO_CONTEXTS }, flags: { context: 'two' }, works: true },
  {
    name: '--context that is not there',
    files: { config: TWO_CONTEXTS },
    flags: { context: 'w' },
    works: false,
  },
  {
    name: 'current-context that is not there',
    files: { config: GOOD.replace('current-context: x', 'current-context: w') },
    works: false,
  },
  {
    name: 'no current-context',
    files: { config: GOOD.replace('current-context: x', '') },
    works: false,
  },
  { name: '--cluster', files: { config: TWO_CONTEXTS }, flags: { cluster: 'c' }, works: true },
  { name: '--cluster that is not there', files: { config: GOOD }, flags: { cluster: 'w' }, works: false },
  { name: '--user', files: { config: TWO_CONTEXTS }, flags: { context: 'two', user: 'robot' }, works: true },
  { name: '--user that is not there', files: { config: GOOD }, flags: { user: 'w' }, works: false },
  {
    name: 'a context whose user is not there',
    files: { config: TWO_CONTEXTS },
    flags: { context: 'z' },
    works: true,
    isAskedByKubectl: true,
  },
  {
    name: 'a context whose cluster is not there',
    files: { config: TWO_CONTEXTS },
    flags: { context: 'lost' },
    works: false,
  },
  {
    name: '--cluster and --user without any context',
    files: { config: GOOD.replace('current-context: x', '') },
    flags: { cluster: 'c', user: 'u' },
    works: true,
  },
  {
    name: '--server, which makes the server name of the file void',
    files: { config: TWO_CONTEXTS },
    flags: { context: 'two', server: 'SERVER' },
    works: true,
  },
  {
    name: '--server for a dead one, with --tls-server-name and --certificate-authority',
    files: { config: TWO_CONTEXTS },
    flags: { server: 'SERVER', tlsServerName: 'kubernetes', certificateAuthority: 'PKI/ca.crt' },
    works: true,
  },
  {
    name: '--server alone, without a kubeconfig',
    files: {},
    env: { KUBECONFIG: '' },
    flags: { server: 'SERVER', insecureSkipTlsVerify: true, token: 'TOKEN' },
    works: true,
  },
  {
    name: '--certificate-authority instead of data',
    files: { config: config('server: SERVER, certificate-authority-data: OTHER_CA_DATA', CERT) },
    flags: { certificateAuthority: 'PKI/ca.crt' },
    works: true,
  },
  {
    name: '--insecure-skip-tls-verify despite an authority that did not sign',
    files: { config: config('server: SERVER, certificate-authority: PKI/other-ca.crt', CERT) },
    flags: { insecureSkipTlsVerify: true },
    works: true,
  },
  {
    name: '--client-certificate and --client-key, from where one stands',
    files: {
      config: config(CLUSTER, ''),
      'here/me.crt': 'FILE PKI/admin.crt',
      'here/me.key': 'FILE PKI/admin.key',
    },
    flags: { clientCertificate: 'me.crt', clientKey: './me.key' },
    cwd: 'here',
    works: true,
  },
  {
    name: '--request-timeout',
    files: { config: GOOD },
    flags: { requestTimeout: '7s' },
    works: true,
  },
  {
    name: '--request-timeout without a unit',
    files: { config: GOOD },
    flags: { requestTimeout: '7' },
    works: true,
  },
  {
    name: '--request-timeout that is none',
    files: { config: GOOD },
    flags: { requestTimeout: 'soon' },
    works: false,
  },
];

const trust: KubeconfigCase[] = [
  {
    name: 'no authority for a private certificate',
    files: { config: config('server: SERVER', CERT) },
    works: false,
  },
  {
    name: 'an authority that did not sign it',
    files: { config: config('server: SERVER, certificate-authority: PKI/other-ca.crt', CERT) },
    works: false,
  },
  {
    name: 'an authority that is none',
    files: { config: config('server: SERVER, certificate-authority: config', CERT) },
    works: false,
  },
  {
    name: 'a server name that the certificate does not bear',
    files: {
      config: config('server: SERVER, certificate-authority: PKI/ca.crt, tls-server-name: other', CERT),
    },
    works: false,
  },
  {
    name: 'an address as server name',
    files: {
      config: config('server: SERVER, certificate-authority: PKI/ca.crt, tls-server-name: 127.0.0.1', CERT),
    },
    works: true,
  },
  {
    name: 'insecure-skip-tls-verify',
    files: { config: config('server: SERVER, insecure-skip-tls-verify: true', CERT) },
    works: true,
  },
  {
    name: 'insecure-skip-tls-verify with an authority',
    files: { config: config(`${CLUSTER}, insecure-skip-tls-verify: true`, CERT) },
    works: false,
  },
  {
    name: 'a path before the API',
    files: { config: config(CLUSTER.replace('SERVER', 'SERVER/k8s/clusters/c-1/'), CERT) },
    works: true,
    isRecorderOnly: true,
  },
  {
    name: 'http: nothing that proves who one is is sent',
    files: { config: config('server: PLAIN', 'token: TOKEN, username: ""', '') },
    works: true,
    isRecorderOnly: true,
  },
  {
    name: 'http: but whom one impersonates',
    files: { config: config('server: PLAIN', 'token: TOKEN, as: carol') },
    works: true,
    isRecorderOnly: true,
  },
  {
    name: 'host:port without a scheme',
    files: { config: config('server: "127.0.0.1:PLAIN_PORT"', 'token: TOKEN') },
    works: true,
    isRecorderOnly: true,
  },
  { name: 'a server that is no URL', files: { config: config('server: "ftp://x:1"', CERT) }, works: false },
  {
    name: 'KUBERNETES_MASTER',
    files: {},
    env: { KUBECONFIG: '', KUBERNETES_MASTER: 'PLAIN' },
    works: true,
    isRecorderOnly: true,
  },
];

const logins: KubeconfigCase[] = [
  { name: 'token', files: { config: config(CLUSTER, 'token: TOKEN') }, works: true },
  { name: 'an empty user', files: { config: config(CLUSTER, '') }, works: true, isAskedByKubectl: true },
  {
    name: 'y for a name, which YAML 1.1 takes for true',
    files: { config: GOOD.replaceAll(/\bx\b(?=[,\n])/g, 'y') },
    works: false,
  },
  {
    name: 'tokenFile, relative, ending in a line break',
    files: { config: config(CLUSTER, 'tokenFile: ./token'), token: 'TOKEN\n' },
    works: true,
  },
  {
    name: 'tokenFile that is not there',
    files: { config: config(CLUSTER, 'tokenFile: ./token') },
    works: false,
  },
  {
    name: 'token beside a tokenFile',
    files: { config: config(CLUSTER, 'token: one, tokenFile: ./token'), token: 'TOKEN' },
    works: true,
  },
  {
    name: '--token beside a tokenFile',
    files: { config: config(CLUSTER, 'tokenFile: ./token'), token: 'of-the-file' },
    flags: { token: 'TOKEN' },
    works: true,
  },
  {
    name: '--token beside a tokenFile that is not there',
    files: { config: config(CLUSTER, 'tokenFile: ./token') },
    flags: { token: 'TOKEN' },
    works: true,
  },
  {
    name: '--token beside a certificate: both are sent',
    files: { config: GOOD },
    flags: { token: 'TOKEN' },
    works: true,
  },
  {
    name: 'username and password',
    files: { config: config(CLUSTER, 'username: a, password: "b:c"') },
    works: true,
  },
  {
    name: 'username and token',
    files: { config: config(CLUSTER, 'username: a, password: b, token: c') },
    works: false,
  },
  {
    name: '--as, --as-group, --as-uid',
    files: { config: GOOD },
    flags: { as: 'bob', asGroup: ['dev', 'ops, both'], asUid: '42' },
    works: true,
  },
  {
    name: 'as, as-groups and as-user-extra in the file',
    files: {
      config: config(
        CLUSTER,
        `${CERT}, as: "Zoë", as-groups: [dev], as-user-extra: {"acme.com/Scopes%": [a, b], reason: ["why not"]}`,
      ),
    },
    works: true,
  },
  {
    name: '--as over as in the file, whose groups stay',
    files: { config: config(CLUSTER, `${CERT}, as: carol, as-groups: [dev]`) },
    flags: { as: 'bob' },
    works: true,
  },
  { name: '--as-group without --as', files: { config: GOOD }, flags: { asGroup: ['dev'] }, works: false },
  {
    name: 'exec v1 with arguments and environment, by a path relative to the file',
    files: { config: config(CLUSTER, `exec: {${EXEC}, ${EXEC_V1}}`), 'login.sh': LOGIN, 'here/x': '' },
    cwd: 'here',
    works: true,
  },
  {
    name: 'exec v1beta1 without interactiveMode',
    files: {
      config: config(CLUSTER, `exec: {${EXEC}, apiVersion: client.authentication.k8s.io/v1beta1}`),
      'login.sh': LOGIN,
    },
    works: true,
  },
  {
    name: 'exec by a name on PATH',
    files: {
      config: config(CLUSTER, `exec: {${EXEC.replace('./', '')}, ${EXEC_V1}}`),
      'bin/login.sh': LOGIN,
    },
    env: { KUBECONFIG: 'DIR/config', PATH: 'DIR/bin:/usr/bin:/bin' },
    works: true,
  },
  {
    name: 'exec v1 without interactiveMode',
    files: {
      config: config(CLUSTER, `exec: {${EXEC}, apiVersion: client.authentication.k8s.io/v1}`),
      'login.sh': LOGIN,
    },
    works: false,
  },
  {
    name: 'exec v1alpha1',
    files: {
      config: config(CLUSTER, `exec: {${EXEC}, apiVersion: client.authentication.k8s.io/v1alpha1}`),
      'login.sh': LOGIN,
    },
    works: false,
  },
  {
    name: 'exec that must ask, without a terminal',
    files: {
      config: config(CLUSTER, `exec: {${EXEC}, ${EXEC_V1.replace('Never', 'Always')}}`),
      'login.sh': LOGIN,
    },
    works: false,
  },
  {
    name: 'exec that fails',
    files: {
      config: config(CLUSTER, `exec: {${EXEC.replace('--now', '--later')}, ${EXEC_V1}}`),
      'login.sh': LOGIN,
    },
    works: false,
  },
  {
    name: 'exec that is not installed',
    files: { config: config(CLUSTER, `exec: {${EXEC}, ${EXEC_V1}}`) },
    works: false,
  },
  {
    name: 'exec that prints something else',
    files: { config: config(CLUSTER, `exec: {${EXEC}, ${EXEC_V1}}`), 'login.sh': '#!/bin/sh\necho TOKEN\n' },
    works: false,
  },
  {
    name: 'exec that prints another version',
    files: {
      config: config(CLUSTER, `exec: {${EXEC}, ${EXEC_V1}}`),
      'login.sh': LOGIN.replace('"$version"', 'client.authentication.k8s.io/v1beta1'),
    },
    works: false,
  },
  {
    name: 'exec that prints a certificate',
    files: {
      config: config(CLUSTER, `exec: {command: ./login.sh, ${EXEC_V1}}`),
      'login.sh': `#!/bin/sh
line() { awk '{printf "%s\\\\n", $0}' "$1"; }
printf '{"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1","status":{"clientCertificateData":"%s","clientKeyData":"%s"}}' \\
  "$(line PKI/admin.crt)" "$(line PKI/admin.key)"
`,
    },
    works: true,
  },
  {
    name: 'exec that is told the cluster',
    files: {
      config: config(
        `${CLUSTER}, extensions: [{name: client.authentication.k8s.io/exec, extension: {audience: me}}]`,
        `exec: {command: ./login.sh, ${EXEC_V1}, provideClusterInfo: true}`,
      ),
      // The token is what it was told: the recorder then shows any difference.
      'login.sh': `#!/usr/bin/env node
const info = JSON.parse(process.env.KUBERNETES_EXEC_INFO);
const sorted = (value) => value !== null && typeof value === 'object'
  ? Object.fromEntries(Object.keys(value).sort().map((key) => [key, sorted(value[key])])) : value;
const token = Buffer.from(JSON.stringify(sorted(info))).toString('base64');
console.log(JSON.stringify({ kind: 'ExecCredential', apiVersion: info.apiVersion, status: { token } }));
`,
    },
    works: true,
    isRecorderOnly: true,
  },
  {
    name: '--token stops exec from running',
    files: { config: config(CLUSTER, `exec: {${EXEC}, ${EXEC_V1}}`), 'login.sh': '#!/bin/sh\nexit 1\n' },
    flags: { token: 'TOKEN' },
    works: true,
  },
  {
    name: 'a certificate stops exec from running',
    files: {
      config: config(CLUSTER, `${CERT}, exec: {${EXEC}, ${EXEC_V1}}`),
      'login.sh': '#!/bin/sh\nexit 1\n',
    },
    works: true,
  },
  {
    name: 'auth-provider that nobody knows',
    files: { config: config(CLUSTER, 'auth-provider: {name: acme, config: {}}') },
    works: false,
  },
  {
    name: 'auth-provider oidc with a valid token',
    files: {
      config: config(
        CLUSTER,
        `auth-provider: {name: oidc, config: {id-token: ID_TOKEN, client-id: a, idp-issuer-url: "https://issuer.invalid"}}`,
      ),
    },
    works: true,
    isRecorderOnly: true,
  },
];

const BY_NAME = CLUSTER.replace('SERVER', 'https://api.test.invalid:6443');

const proxies: KubeconfigCase[] = [
  {
    name: 'proxy-url',
    files: { config: config(`${CLUSTER}, proxy-url: "http://127.0.0.1:HTTP_PROXY_PORT"`, CERT) },
    works: true,
  },
  {
    name: 'proxy-url with a name and a password, to a name that only it can resolve',
    files: {
      config: config(`${BY_NAME}, proxy-url: "http://me:p%40ss@127.0.0.1:HTTP_PROXY_PORT"`, 'token: TOKEN'),
    },
    works: true,
    isRecorderOnly: true,
  },
  {
    name: 'proxy-url of SOCKS',
    files: { config: config(`${CLUSTER}, proxy-url: "socks5://127.0.0.1:SOCKS_PORT"`, CERT) },
    works: true,
  },
  {
    name: 'proxy-url of SOCKS, to a name that only it can resolve, with a login',
    files: { config: config(`${BY_NAME}, proxy-url: "socks5://me:pass@127.0.0.1:SOCKS_PORT"`, CERT) },
    works: true,
    isRecorderOnly: true,
  },
  {
    name: 'proxy-url to a server without TLS',
    files: { config: config('server: PLAIN, proxy-url: "http://me:pass@127.0.0.1:HTTP_PROXY_PORT"', '') },
    works: true,
    isRecorderOnly: true,
  },
  {
    name: 'proxy-url where nothing listens',
    files: { config: config(`${CLUSTER}, proxy-url: "http://127.0.0.1:1"`, CERT) },
    works: false,
  },
  {
    name: 'proxy-url of a scheme that is none',
    files: { config: config(`${CLUSTER}, proxy-url: "ftp://127.0.0.1:HTTP_PROXY_PORT"`, CERT) },
    works: false,
  },
  {
    name: 'HTTPS_PROXY',
    files: { config: config(BY_NAME, CERT) },
    env: { KUBECONFIG: 'DIR/config', HTTPS_PROXY: 'http://127.0.0.1:HTTP_PROXY_PORT' },
    works: true,
    isRecorderOnly: true,
  },
  {
    name: 'https_proxy without a scheme',
    files: { config: config(BY_NAME, CERT) },
    env: { KUBECONFIG: 'DIR/config', https_proxy: '127.0.0.1:HTTP_PROXY_PORT' },
    works: true,
    isRecorderOnly: true,
  },
  {
    name: 'HTTPS_PROXY of SOCKS',
    files: { config: config(BY_NAME, CERT) },
    env: { KUBECONFIG: 'DIR/config', HTTPS_PROXY: 'socks5://127.0.0.1:SOCKS_PORT' },
    works: true,
    isRecorderOnly: true,
  },
  {
    name: 'HTTPS_PROXY and NO_PROXY for the domain',
    files: { config: config(BY_NAME, CERT) },
    env: {
      KUBECONFIG: 'DIR/config',
      HTTPS_PROXY: 'http://127.0.0.1:HTTP_PROXY_PORT',
      NO_PROXY: 'corp, test.invalid:6443',
    },
    works: false,
  },
  {
    name: 'HTTPS_PROXY and NO_PROXY for another port',
    files: { config: config(BY_NAME, CERT) },
    env: {
      KUBECONFIG: 'DIR/config',
      HTTPS_PROXY: 'http://127.0.0.1:HTTP_PROXY_PORT',
      NO_PROXY: 'test.invalid:443,.api.test.invalid',
    },
    works: true,
    isRecorderOnly: true,
  },
  {
    name: 'HTTPS_PROXY is not asked for what is on this machine',
    files: { config: config(CLUSTER, CERT) },
    env: { KUBECONFIG: 'DIR/config', HTTPS_PROXY: 'http://127.0.0.1:1' },
    works: true,
    isRecorderOnly: true,
  },
  {
    name: 'HTTP_PROXY is not for https',
    files: { config: config(BY_NAME, CERT) },
    env: { KUBECONFIG: 'DIR/config', HTTP_PROXY: 'http://127.0.0.1:HTTP_PROXY_PORT' },
    works: false,
  },
];

export const KUBECONFIG_CASES: readonly KubeconfigCase[] = [
  ...merging,
  ...text,
  ...paths,
  ...overrides,
  ...trust,
  ...logins,
  ...proxies,
];

/**
 * What a kubeconfig says, in its own words (client-go tools/clientcmd/api/v1/types.go). As in Go, an empty text, list or
 * map is the same as none; only bytes are null when they are missing. Types only.
 */

export interface Kubeconfig {
  readonly clusters: ReadonlyMap<string, ClusterEntry>;
  readonly users: ReadonlyMap<string, UserEntry>;
  readonly contexts: ReadonlyMap<string, ContextEntry>;
  readonly currentContext: string;
}

export interface ClusterEntry {
  /** A URL, perhaps with a path before the API's own; or `host:port`. */
  readonly server: string;
  readonly tlsServerName: string;
  readonly insecureSkipTlsVerify: boolean;
  /** A file, absolute once loaded. */
  readonly certificateAuthority: string;
  readonly certificateAuthorityData: Uint8Array | null;
  readonly proxyUrl: string;
  readonly disableCompression: boolean;
  /** The extension that is handed on to login commands; undefined for none. */
  readonly execExtension: unknown;
}

export interface UserEntry {
  readonly clientCertificate: string;
  readonly clientCertificateData: Uint8Array | null;
  readonly clientKey: string;
  readonly clientKeyData: Uint8Array | null;
  readonly token: string;
  readonly tokenFile: string;
  readonly as: string;
  readonly asUid: string;
  readonly asGroups: readonly string[];
  readonly asUserExtra: ReadonlyMap<string, readonly string[]>;
  readonly username: string;
  readonly password: string;
  readonly authProvider: AuthProvider | null;
  readonly exec: LoginCommand | null;
}

export interface AuthProvider {
  readonly name: string;
  readonly config: Readonly<Record<string, string>>;
}

/** An exec plugin: a command that prints a credential. */
export interface LoginCommand {
  readonly command: string;
  readonly args: readonly string[];
  readonly env: readonly { readonly name: string; readonly value: string }[];
  /** `client.authentication.k8s.io/v1` or `…/v1beta1`. */
  readonly apiVersion: string;
  readonly installHint: string;
  readonly provideClusterInfo: boolean;
  /** `Never`, `IfAvailable` or `Always`, when it is valid. */
  readonly interactiveMode: string;
}

export interface ContextEntry {
  readonly cluster: string;
  readonly user: string;
  readonly namespace: string;
}

export const NO_CLUSTER: ClusterEntry = {
  server: '',
  tlsServerName: '',
  insecureSkipTlsVerify: false,
  certificateAuthority: '',
  certificateAuthorityData: null,
  proxyUrl: '',
  disableCompression: false,
  execExtension: undefined,
};

export const NO_USER: UserEntry = {
  clientCertificate: '',
  clientCertificateData: null,
  clientKey: '',
  clientKeyData: null,
  token: '',
  tokenFile: '',
  as: '',
  asUid: '',
  asGroups: [],
  asUserExtra: new Map(),
  username: '',
  password: '',
  authProvider: null,
  exec: null,
};

export const NO_CONTEXT: ContextEntry = { cluster: '', user: '', namespace: '' };

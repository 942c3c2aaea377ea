/** What the command line may say about the connection: kubectl's flags by their names. An empty text is no text. */

export interface ConnectFlags {
  readonly kubeconfig?: string | null;
  readonly context?: string | null;
  readonly cluster?: string | null;
  readonly user?: string | null;
  readonly namespace?: string | null;
  readonly server?: string | null;
  readonly tlsServerName?: string | null;
  readonly certificateAuthority?: string | null;
  readonly insecureSkipTlsVerify?: boolean | null;
  readonly clientCertificate?: string | null;
  readonly clientKey?: string | null;
  readonly token?: string | null;
  readonly as?: string | null;
  readonly asUid?: string | null;
  readonly asGroup?: readonly string[] | null;
  /** `0`, whole seconds, or a Go duration. */
  readonly requestTimeout?: string | null;
}

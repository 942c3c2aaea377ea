/** What makes a selected cluster or user unusable, in kubectl's strictness (client-go tools/clientcmd/validation.go). */
import { accessSync, constants } from 'node:fs';
import { UserError } from '../../errors.ts';
import type { ClusterEntry, LoginCommand, UserEntry } from './kubeconfig.ts';
import type { Selection } from './select.ts';

/** Throws UserError AUDIT_BAD_KUBECONFIG that tells all that is wrong. */
export function validate({ cluster, clusterName, user, userName }: Selection): void {
  const wrong = [
    ...wrongWithCluster(cluster).map((what) => `cluster ${JSON.stringify(clusterName)}: ${what}`),
    ...wrongWithUser(user).map((what) => `user ${JSON.stringify(userName)}: ${what}`),
  ];
  if (wrong.length === 0) return;
  throw new UserError('AUDIT_BAD_KUBECONFIG', wrong.join('; '), { hint: 'kubectl config view --minify' });
}

function wrongWithCluster(cluster: ClusterEntry): string[] {
  return [
    cluster.proxyUrl === '' || isProxyUrl(cluster.proxyUrl)
      ? ''
      : 'its proxy-url must be a URL of http, https or socks5',
    cluster.certificateAuthority !== '' && cluster.certificateAuthorityData !== null
      ? 'certificate-authority and certificate-authority-data are both there; keep one'
      : '',
    unreadable('certificate-authority', cluster.certificateAuthority),
    cluster.insecureSkipTlsVerify &&
    (cluster.certificateAuthority !== '' || cluster.certificateAuthorityData !== null)
      ? 'insecure-skip-tls-verify and a certificate authority exclude each other'
      : '',
  ].filter((what) => what !== '');
}

/** helpers.go, parseProxyURL. */
function isProxyUrl(url: string): boolean {
  return URL.canParse(url) && ['http:', 'https:', 'socks5:'].includes(new URL(url).protocol);
}

function wrongWithUser(user: UserEntry): string[] {
  const hasCertificate = user.clientCertificate !== '' || user.clientCertificateData !== null;
  const isSomebodyElse = user.asUid !== '' || user.asGroups.length > 0 || user.asUserExtra.size > 0;
  return [
    user.token !== '' && (user.username !== '' || user.password !== '')
      ? 'token and username are both there; keep one'
      : '',
    ...(hasCertificate ? wrongWithCertificate(user) : []),
    ...(user.exec === null ? [] : wrongWithExec(user.exec, user.authProvider !== null)),
    isSomebodyElse && user.as === '' ? 'a uid, groups or extras to impersonate need a user: --as' : '',
  ].filter((what) => what !== '');
}

function wrongWithCertificate(user: UserEntry): string[] {
  return [
    user.clientCertificate !== '' && user.clientCertificateData !== null
      ? 'client-certificate and client-certificate-data are both there; keep one'
      : '',
    user.clientKey !== '' && user.clientKeyData !== null
      ? 'client-key and client-key-data are both there; keep one'
      : '',
    user.clientKey === '' && user.clientKeyData === null
      ? 'it has a client certificate but no client key'
      : '',
    unreadable('client-certificate', user.clientCertificate),
    unreadable('client-key', user.clientKey),
  ];
}

function wrongWithExec(exec: LoginCommand, hasAuthProvider: boolean): string[] {
  return [
    hasAuthProvider ? 'exec and auth-provider are both there; keep one' : '',
    exec.command === '' ? 'exec has no command' : '',
    exec.apiVersion === '' ? 'exec has no apiVersion' : '',
    exec.env.some(({ name }) => name === '') ? 'exec has a variable without a name' : '',
    ['Never', 'IfAvailable', 'Always'].includes(exec.interactiveMode)
      ? ''
      : 'exec needs an interactiveMode: Never, IfAvailable or Always',
  ];
}

function unreadable(what: string, file: string): string {
  if (file === '') return '';
  try {
    accessSync(file, constants.R_OK);
    return '';
  } catch (error) {
    return `its ${what} ${file} cannot be read (${(error as NodeJS.ErrnoException).code})`;
  }
}

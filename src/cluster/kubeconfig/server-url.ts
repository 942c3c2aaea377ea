/** Where the API server is, from what a kubeconfig calls `server` (client-go rest/url_utils.go, DefaultServerURL). */
import { UserError } from '../../errors.ts';
import { type ServerUrl, toServerUrl } from '../../wire/server-url.ts';

/** `host:port` means http. Throws UserError AUDIT_BAD_KUBECONFIG. */
export function parseServerUrl(server: string): ServerUrl {
  const hasScheme = /^[a-z][a-z0-9+.-]*:\/\/[^/]/i.test(server);
  const text = hasScheme ? server : `http://${server}`;
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || !/^https?:$/.test(url.protocol) || (!hasScheme && url.pathname !== '/')) {
    throw new UserError('AUDIT_BAD_KUBECONFIG', `${JSON.stringify(server)} is not the URL of an API server`, {
      hint: 'it looks like https://10.0.0.1:6443',
    });
  }
  return toServerUrl(url);
}

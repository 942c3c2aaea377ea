/** Where a webhook is: its server, and what of its URL goes with each request. The URL may be a secret. */
import { UserError } from '../../errors.ts';
import type { HttpServer } from '../../io.ts';
import type { Secret } from '../../reach/reach-settings.ts';
import type { ReceiverMeans } from './receiver.ts';
import type { ReachedBy } from './receiver-settings.ts';

/** `path`: from the server's own base on. Rejects with a UserError that does not tell the URL. */
export async function webhookAt(
  url: string | Secret,
  reach: ReachedBy,
  means: ReceiverMeans,
): Promise<{ readonly server: HttpServer; readonly path: string }> {
  if (typeof url === 'string') return { server: await means.serverAt(url, reach), path: '' };
  const text = await means.secret(url);
  if (!URL.canParse(text) || !/^https?:$/.test(new URL(text).protocol)) {
    throw new UserError('AUDIT_BAD_CONFIG', 'what stands where a receiver’s URL is to be had is no URL', {
      hint: 'it must be the whole URL, https://…, and nothing else',
    });
  }
  const { origin, pathname, search } = new URL(text);
  const server = await means.serverAt(`${origin}${pathname}`, reach);
  return { server, path: search === '' ? '' : `${pathname === '/' ? '/' : ''}${search}` };
}

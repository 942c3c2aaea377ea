/**
 * A folder of /var/log as its kubelet serves it, through the API server: `get nodes/proxy` is all that is needed, and it is
 * not a harmless right (with a websocket it runs commands in any container of the node).
 */
import { UserError } from '../../errors.ts';
import type { ApiResponse, ApiServer } from '../../io.ts';
import { AT_ONCE_BYTES, type LogFolder, type RemoteFile } from '../rotated-logs/log-folder.ts';
import { refusalOf } from './kubelet-refusal.ts';
import { NodeByteSource } from './node-byte-source.ts';

/** What the kubelet serves (pkg/kubelet/kubelet.go: http.Dir). */
export const SERVED = '/var/log';

/** `path`: in or below SERVED. */
export function openKubeletFolder(api: ApiServer, node: string, path: string): LogFolder {
  const url = `/api/v1/nodes/${encodeURIComponent(node)}/proxy/logs${encodePath(path.slice(SERVED.length))}`;
  return {
    path,
    keepsOpen: false,
    atOnceBytes: AT_ONCE_BYTES,
    async list(signal) {
      // Without the slash it answers with a redirect.
      const response = await api.get(`${url}/`, { signal });
      if (response.status !== 200) throw await refusalOf(response, node, path);
      return namesIn(await textOf(response, `${node}:${path}`)).filter((name) => !name.endsWith('/'));
    },
    file: (name): RemoteFile =>
      new NodeByteSource(api, `${url}/${encodeURIComponent(name)}`, { node, path: `${path}/${name}` }),
    close: async () => {},
  };
}

export function isServed(path: string): boolean {
  return path.startsWith(`${SERVED}/`) && !path.split('/').includes('..');
}

function encodePath(path: string): string {
  return path.split('/').map(encodeURIComponent).join('/');
}

/** `<pre>\n<a href="audit.log">audit.log</a>\n…` (net/http, fs.go: dirList). The names are the node's: hostile. */
export function namesIn(html: string): string[] {
  return [...html.matchAll(/<a href="([^"]*)">/g)].flatMap(([, href = '']) => {
    const name = decoded(
      href.replaceAll('&amp;', '&').replaceAll('&#39;', "'").replaceAll('&#34;', '"').replace(/^\.\//, ''),
    );
    return name !== null && isName(name.replace(/\/$/, '')) ? [name] : [];
  });
}

/** One that a file in that very folder can have: it goes into paths. */
function isName(name: string): boolean {
  return name !== '' && name !== '.' && name !== '..' && !/[/\0]/.test(name);
}

function decoded(href: string): string | null {
  try {
    return decodeURIComponent(href);
  } catch {
    return null;
  }
}

/** A listing of very many files is no log folder's. */
const MOST_LISTING_BYTES = 8 * 1024 * 1024;

async function textOf({ body }: ApiResponse, name: string): Promise<string> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of body) {
    size += part.length;
    // Of a part of it could not be told which files are missing.
    if (size > MOST_LISTING_BYTES)
      throw new UserError('AUDIT_NO_AUDIT_LOG', `${name} holds too many files to be a log's folder`, {
        hint: 'name the log: --log-path',
      });
    parts.push(part);
  }
  return Buffer.concat(parts).toString('utf8');
}

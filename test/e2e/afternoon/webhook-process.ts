/**
 * A mutating webhook within the cluster's network: `/stamp` marks what is sent, and sets a variable in every container; `/idle`
 * lets everything pass as it is. `webhook-process.ts RUN ADDRESS`; prints the port once it listens; ends with its stdin.
 */
import { readFileSync } from 'node:fs';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';

interface Review {
  readonly apiVersion: string;
  readonly kind: string;
  readonly request: {
    readonly uid: string;
    readonly object: {
      readonly metadata?: { readonly annotations?: object };
      readonly spec?: {
        readonly template?: { readonly spec?: { readonly containers?: readonly { env?: unknown }[] } };
      };
    };
  };
}

const [run = '', address = ''] = process.argv.slice(2);
const pki = (name: string) => readFileSync(join(run, 'pki', name));
const server = createServer(
  { cert: pki('apiserver.crt'), key: pki('apiserver.key') },
  (request, response) => {
    let text = '';
    request.setEncoding('utf8').on('data', (part) => (text += part));
    request.on('end', () => {
      const { apiVersion, kind, request: asked } = JSON.parse(text) as Review;
      const patch = request.url?.startsWith('/stamp') ? stamp(asked.object) : [];
      const patched =
        patch.length === 0
          ? {}
          : { patchType: 'JSONPatch', patch: Buffer.from(JSON.stringify(patch)).toString('base64') };
      response.setHeader('content-type', 'application/json');
      response.end(
        JSON.stringify({ apiVersion, kind, response: { uid: asked.uid, allowed: true, ...patched } }),
      );
    });
  },
);
process.stdin.on('end', () => process.exit()).resume();
server.listen(0, address, () => process.stdout.write(`${(server.address() as AddressInfo).port}\n`));

function stamp({ metadata, spec }: Review['request']['object']): object[] {
  const variable = { name: 'STAMPED', value: 'yes' };
  return [
    ...(metadata?.annotations === undefined ? [{ op: 'add', path: '/metadata/annotations', value: {} }] : []),
    { op: 'add', path: '/metadata/annotations/example.com~1stamped', value: 'yes' },
    ...(spec?.template?.spec?.containers ?? []).map(({ env }, at) => ({
      op: 'add',
      path: `/spec/template/spec/containers/${at}/env`,
      value: [...(Array.isArray(env) ? env : []).filter((one) => one.name !== 'STAMPED'), variable],
    })),
  ];
}

/**
 * An aggregated API that is discovered well and then never answers: `hanging-api.ts ADDRESS PORT KEY CERTIFICATE`. Says
 * `listening`, and ends when it is killed.
 */
import { readFileSync } from 'node:fs';
import { createServer } from 'node:https';

const [address = '', port = '', key = '', cert = ''] = process.argv.slice(2);

const RESOURCES = {
  kind: 'APIResourceList',
  apiVersion: 'v1',
  groupVersion: 'slow.example.com/v1',
  resources: [
    { name: 'snails', singularName: 'snail', namespaced: true, kind: 'Snail', verbs: ['get', 'delete'] },
  ],
};

createServer({ key: readFileSync(key), cert: readFileSync(cert) }, (request, response) => {
  const path = request.url?.split('?')[0];
  if (path !== '/apis/slow.example.com/v1' && request.method !== 'DELETE') return;
  response.setHeader('content-type', 'application/json');
  response.end(
    JSON.stringify(
      request.method === 'DELETE' ? { kind: 'Status', apiVersion: 'v1', status: 'Success' } : RESOURCES,
    ),
  );
}).listen(Number(port), address, () => process.stdout.write('listening\n'));

/**
 * A process within the cluster's network that lists every kind of object each time it is asked to, over connections that
 * stay open, and prints what became different as one line of JSON. `observer-process.ts RUN`; ends with its stdin.
 */
import { readFile } from 'node:fs/promises';
import { Agent, get } from 'node:https';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { KINDS, type Kind, type Sighting, type Snapshot } from './recording.ts';

interface Listed {
  readonly kind: string;
  readonly apiVersion: string;
  readonly items: readonly { metadata: { name: string; namespace?: string; resourceVersion: string } }[];
}

const [run = ''] = process.argv.slice(2);
const pki = (name: string) => readFile(join(run, 'pki', name));
const config = await readFile(join(run, 'kube/observer.yaml'), 'utf8');
const server = new URL(/server: "([^"]*)"/.exec(config)?.[1] ?? '');
const agent = new Agent({
  keepAlive: true,
  maxSockets: 4,
  ca: await pki('ca.crt'),
  cert: await pki('observer.crt'),
  key: await pki('observer.key'),
  servername: 'kubernetes',
});
const versions = new Map<string, string>();
let number = 0;

for await (const _line of createInterface({ input: process.stdin })) {
  process.stdout.write(`${JSON.stringify(await snapshot())}\n`);
}
agent.destroy();

async function snapshot(): Promise<Snapshot> {
  const atUs = nowUs();
  const lists = await Promise.all(KINDS.map(list));
  const changed: Sighting[] = [];
  const seen = new Set<string>();
  for (const [at, listed] of lists.entries()) {
    const { group, resource } = KINDS[at] as Kind;
    for (const item of listed.items) {
      const { namespace = null, name, resourceVersion } = item.metadata;
      const key = JSON.stringify([group, resource, namespace, name]);
      seen.add(key);
      if (versions.get(key) === resourceVersion) continue;
      versions.set(key, resourceVersion);
      // Items of a list leave out what the list says for all of them; kubectl adds it, as here.
      const object = { apiVersion: listed.apiVersion, kind: listed.kind.replace(/List$/, ''), ...item };
      changed.push({ group, resource, namespace, name, object });
    }
  }
  for (const key of [...versions.keys()].filter((one) => !seen.has(one))) {
    versions.delete(key);
    const [group, resource, namespace, name] = JSON.parse(key) as [string, string, string | null, string];
    changed.push({ group, resource, namespace, name, object: null });
  }
  return { number: number++, atUs, untilUs: nowUs(), changed };
}

function list(kind: Kind): Promise<Listed> {
  const { group, version, resource } = kind;
  const path = group === '' ? `/api/${version}/${resource}` : `/apis/${group}/${version}/${resource}`;
  return new Promise((resolve, reject) => {
    get({ agent, host: server.hostname, port: server.port, path }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (part) => (text += part));
      response.on('end', () => {
        if (response.statusCode === 200) resolve(JSON.parse(text) as Listed);
        // A type that is not defined yet, or no more.
        else if (response.statusCode === 404) resolve({ kind: '', apiVersion: '', items: [] });
        // For a moment after a type was changed.
        else if (response.statusCode === 429) setTimeout(() => list(kind).then(resolve, reject), 100);
        else reject(new Error(`${path}: ${response.statusCode} ${text}`));
      });
    }).on('error', reject);
  });
}

function nowUs(): number {
  return Math.round((performance.timeOrigin + performance.now()) * 1000);
}

/**
 * What `where:` of a rule may call besides CEL's own: the parts of bodies that rules are about, wherever they stand. All are total
 * (what is not there is an empty list, or the default), and linear in the body.
 */

import type { CelExtra } from '../../query/cel.ts';
import { at, childOf, isObject, type Json } from '../json.ts';
import { certificateNames } from './certificate-names.ts';

export const RULE_FUNCTIONS: readonly CelExtra[] = [
  /** Pod specs: of a Pod, a workload's template, a CronJob's, of each item of a list; of patches of them as far as they go. */
  { name: 'pods', parameters: 1, call: (body) => objectsIn(body).flatMap(podSpecsOf) },
  /** Of a pod spec, or of a list of them: init, ordinary and ephemeral containers. */
  { name: 'containers', parameters: 1, call: (of) => listOf(of).flatMap(containersOf) },
  /** Of a Role or ClusterRole; of each item of a list. */
  { name: 'rules', parameters: 1, call: (body) => objectsIn(body).flatMap((one) => listIn(one, 'rules')) },
  /** Of a RoleBinding or ClusterRoleBinding; of each item of a list. */
  {
    name: 'subjects',
    parameters: 1,
    call: (body) => objectsIn(body).flatMap((one) => listIn(one, 'subjects')),
  },
  /** Of a CertificateSigningRequest: the common name and the organizations that it asks for, which are user and groups. */
  {
    name: 'certificateNames',
    parameters: 1,
    call: (body) => certificateNames(at(body, 'spec', 'request')),
  },
  /** All values of a parameter of the URL's query, decoded, in their order. */
  { name: 'urlParam', parameters: 2, call: (uri, name) => urlValues(uri, name) },
  /** The words of an exec's command: of the URL, else of the body that GKE's log has in its place. */
  { name: 'command', parameters: 2, call: (uri, body) => commandOf(uri, body) },
  /** `at(c, "securityContext.privileged", false)`: what stands there; the default when nothing does. A number is a list's place. */
  { name: 'at', parameters: 3, call: (from, path, otherwise) => valueAt(from, path) ?? otherwise },
  /** What is a list, and an empty one of what is none. */
  { name: 'items', parameters: 1, call: (of) => (Array.isArray(of) ? of : []) },
  /** The texts of a list; of a text, itself. */
  { name: 'texts', parameters: 1, call: (of) => listOf(of).filter((one) => typeof one === 'string') },
];

function listOf(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value;
  return value === undefined || value === null ? [] : [value];
}

function listIn(value: unknown, name: string): readonly Json[] {
  const list = childOf(value, name);
  return Array.isArray(list) ? list.filter(isObject) : [];
}

/** The objects that a body holds: itself, a list's items, and what a JSON patch puts somewhere, as an object with nothing else. */
function objectsIn(body: unknown): readonly unknown[] {
  if (Array.isArray(body)) return body.flatMap(patched);
  const items = childOf(body, 'items');
  return Array.isArray(items) && childOf(body, 'spec') === undefined ? items : [body];
}

const MAX_STEPS = 32;

/** `{ op: add, path: /spec/template/spec/hostPID, value: true }` → `{ spec: { template: … } }`. A list's place becomes a list of one. */
function patched(operation: unknown): readonly unknown[] {
  const path = childOf(operation, 'path');
  const op = childOf(operation, 'op');
  if (typeof path !== 'string' || (op !== 'add' && op !== 'replace')) return [];
  const steps = path.split('/').slice(1);
  if (steps.length > MAX_STEPS) return [];
  const made = steps.reduceRight<unknown>(
    (inner, step) => {
      const name = step.replaceAll('~1', '/').replaceAll('~0', '~');
      return /^(?:-|\d+)$/.test(name) ? [inner] : { [name]: inner };
    },
    childOf(operation, 'value'),
  );
  return [made];
}

function podSpecsOf(object: unknown): readonly Json[] {
  const spec = childOf(object, 'spec');
  const specs = [
    isPod(object, spec) ? spec : undefined,
    at(spec, 'template', 'spec'),
    at(spec, 'jobTemplate', 'spec', 'template', 'spec'),
    // A PodTemplate has none of the above.
    at(object, 'template', 'spec'),
  ];
  return specs.filter(isObject);
}

/** A patch has no kind: what is neither a template nor says otherwise may be a Pod's. */
function isPod(object: unknown, spec: unknown): boolean {
  const kind = childOf(object, 'kind');
  if (typeof kind === 'string') return kind === 'Pod';
  return childOf(spec, 'template') === undefined && childOf(spec, 'jobTemplate') === undefined;
}

function containersOf(spec: unknown): readonly Json[] {
  return ['initContainers', 'containers', 'ephemeralContainers'].flatMap((name) => listIn(spec, name));
}

function urlValues(uri: unknown, name: unknown): readonly string[] {
  if (typeof uri !== 'string' || typeof name !== 'string') return [];
  const at = uri.indexOf('?');
  return at < 0 ? [] : new URLSearchParams(uri.slice(at + 1)).getAll(name);
}

function commandOf(uri: unknown, body: unknown): readonly unknown[] {
  const words = urlValues(uri, 'command');
  return words.length > 0
    ? words
    : listOf(childOf(body, 'command')).filter((word) => typeof word === 'string');
}

function valueAt(from: unknown, path: unknown): unknown {
  if (typeof path !== 'string') return undefined;
  let here = from;
  for (const step of path.split('.')) {
    here = Array.isArray(here) && /^\d{1,9}$/.test(step) ? here[Number(step)] : childOf(here, step);
    if (here === undefined) return undefined;
  }
  return here;
}

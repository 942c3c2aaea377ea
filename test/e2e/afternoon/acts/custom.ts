/** Custom resources, whose lists only their schema knows, and a webhook that changes what people send. */
import type { Deed } from '../deed.ts';
import { configMap, workload } from '../manifests.ts';

const at = '-n lab';
const list = (type: string, more = '') => `{type: array, x-kubernetes-list-type: ${type}${more}`;
const properties = `{
  size: {type: integer, default: 1},
  parts: ${list('map', ', x-kubernetes-list-map-keys: [name]')}, items: {type: object, required: [name], properties: {name: {type: string}, weight: {type: integer}, color: {type: string}}}},
  tags: ${list('set')}, items: {type: string}},
  steps: ${list('atomic')}, items: {type: object, properties: {run: {type: string}}}},
  plain: {type: array, items: {type: object, properties: {name: {type: string}, n: {type: integer}}}},
  free: {type: object, x-kubernetes-preserve-unknown-fields: true}}`;
const definition = `apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: widgets.example.com}
spec:
  group: example.com
  scope: Namespaced
  names: {plural: widgets, singular: widget, kind: Widget, shortNames: [wd]}
  versions:
  - name: v1
    served: true
    storage: true
    subresources: {status: {}, scale: {specReplicasPath: .spec.size, statusReplicasPath: .status.size}}
    schema: {openAPIV3Schema: {type: object, properties: {spec: {type: object, properties: ${properties}}, status: {type: object, x-kubernetes-preserve-unknown-fields: true}}}}
`;
const widget = (spec: string, metadata = '') =>
  `apiVersion: example.com/v1\nkind: Widget\nmetadata: {name: one${metadata}}\nspec: {${spec}}\n`;
const patch = (type: string, value: unknown) =>
  `${at} patch widget/one --type=${type} -p '${JSON.stringify(value)}'`;
const apply = (manager: string, more = '') =>
  `${at} apply --server-side --field-manager=${manager}${more} -f -`;

export const customResources: readonly Deed[] = [
  {
    who: 'alice',
    does: 'create -f -',
    stdin: definition,
    until: 'wait --for=condition=Established crd/widgets.example.com --timeout=20s',
  },
  {
    who: 'alice',
    does: `${at} create -f -`,
    stdin: widget(
      'parts: [{name: a, weight: 1}, {name: b}], tags: [fast, blue], steps: [{run: one}, {run: two}], plain: [{name: p, n: 1}]',
    ),
  },
  {
    who: 'bob',
    does: patch('merge', { spec: { parts: [{ name: 'b', weight: 5 }], free: { deep: { er: true } } } }),
  },
  { who: 'bob', does: patch('merge', { spec: { free: { deep: null } }, status: { ignored: 'yes' } }) },
  {
    who: 'bob',
    does: `${patch('merge', { status: { phase: 'Ready', list: [1, 2] }, spec: { size: 77 } })} --subresource=status`,
  },
  {
    who: 'bob',
    does: patch('json', [
      { op: 'add', path: '/spec/tags/-', value: 'z' },
      { op: 'replace', path: '/spec/steps/1/run', value: 'three' },
    ]),
  },
  { who: 'bob', does: patch('strategic', { spec: { size: 2 } }), fails: true },
  { who: 'bob', does: `${at} scale widget/one --replicas=4` },
  {
    who: 'ci',
    does: apply('ci'),
    stdin: widget('parts: [{name: c, weight: 3}], tags: [w], plain: [{name: q}]', ', labels: {from: ci}'),
    fails: true,
  },
  {
    who: 'ci',
    does: apply('ci', ' --force-conflicts'),
    stdin: widget('parts: [{name: c, weight: 3}], tags: [w], plain: [{name: q}]', ', labels: {from: ci}'),
  },
  {
    who: 'ci',
    does: apply('ci'),
    stdin: widget('parts: [{name: c, color: red}, {name: b, color: blue}], tags: [v]'),
  },
  { who: 'bob', does: apply('bob'), stdin: widget('steps: [{run: only}], size: 9'), fails: true },
  { who: 'alice', does: `${at} apply -f -`, stdin: widget('size: 3, parts: [{name: z}]') },
  { who: 'alice', does: `${at} edit widget/one`, editor: "sed -i 's/\\(size:.\\)3/\\15/'" },
  { who: 'alice', does: `${at} replace -f -`, stdin: widget('parts: [{name: last}]') },
  { who: 'bob', does: `${at} delete widget/one` },
  { who: 'ci', does: apply('ci'), stdin: widget('tags: [again]') },
  {
    who: 'alice',
    does: 'patch crd widgets.example.com --type=json -p \'[{"op":"add","path":"/spec/names/categories","value":["all"]}]\'',
  },
  {
    who: 'alice',
    does: 'delete crd widgets.example.com',
    until: 'wait --for=delete crd/widgets.example.com --timeout=20s',
  },
];

/** `url`: where the webhook listens. */
export function hookIn(url: string, caBundle: string): readonly Deed[] {
  const webhook = (name: string, path: string) =>
    `{name: ${name}.example.com, clientConfig: {url: "${url}${path}", caBundle: ${caBundle}}, sideEffects: None, admissionReviewVersions: [v1], timeoutSeconds: 5, failurePolicy: Fail, namespaceSelector: {matchExpressions: [{key: kubernetes.io/metadata.name, operator: In, values: [mutated, of-alice, of-rita, of-max]}]}, rules: [{apiGroups: ["", apps], apiVersions: [v1], operations: [CREATE, UPDATE], resources: [configmaps, deployments]}]}`;
  return [
    { who: 'alice', does: 'create namespace mutated' },
    {
      who: 'alice',
      does: 'create -f -',
      stdin: `apiVersion: admissionregistration.k8s.io/v1\nkind: MutatingWebhookConfiguration\nmetadata: {name: aft-hook}\nwebhooks: [${webhook('stamp', '/stamp')}, ${webhook('idle', '/idle')}]\n`,
    },
  ];
}

export const mutated: readonly Deed[] = [
  { who: 'alice', does: '-n mutated create configmap stamped --from-literal=a=b' },
  { who: 'alice', does: '-n mutated apply -f -', stdin: configMap('stamped', 'a: "c"') },
  { who: 'bob', does: '-n mutated label cm/stamped x=y' },
  {
    who: 'alice',
    does: '-n mutated apply --server-side -f -',
    stdin: workload('hooked', { spec: 'replicas: 0' }),
  },
  {
    who: 'alice',
    does: '-n mutated apply --server-side -f -',
    stdin: workload('hooked', { spec: 'replicas: 0', metadata: ', labels: {v: "2"}' }),
  },
  { who: 'bob', does: '-n mutated set env deploy/hooked A=1' },
  { who: 'bob', does: '-n mutated scale deploy/hooked --replicas=1' },
];

export const hookOut: readonly Deed[] = [
  { who: 'alice', does: 'delete mutatingwebhookconfiguration aft-hook' },
  { who: 'bob', does: '-n mutated label cm/stamped x-' },
];

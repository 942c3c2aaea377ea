/** The objects that the afternoon is about, as the people in it would write them. */

export const image = (tag: number) => `localhost/web:${tag}`;

const untilTold = `[sh, -c, 'trap "exit 0" TERM; while :; do sleep 1 & wait $!; done']`;

export interface Container {
  readonly name?: string;
  readonly tag?: number;
  readonly env?: string;
  readonly more?: string;
}

export function container({ name = 'main', tag = 1, env = '', more = '' }: Container = {}): string {
  const variables = env === '' ? '' : `, env: [${env}]`;
  return `{name: ${name}, image: "${image(tag)}", imagePullPolicy: Never, command: ${untilTold}${variables}${more}}`;
}

export interface PodParts {
  readonly labels?: string;
  readonly grace?: number;
  readonly containers?: readonly Container[];
  readonly more?: string;
}

export function template({ labels = 'app: web', grace = 1, containers = [{}], more = '' }: PodParts): string {
  const spec = `{hostNetwork: true, terminationGracePeriodSeconds: ${grace}, containers: [${containers.map(container).join(', ')}]${more}}`;
  return `{metadata: {labels: {${labels}}}, spec: ${spec}}`;
}

export function pod(name: string, parts: PodParts & { metadata?: string } = {}): string {
  const { metadata = '', ...rest } = parts;
  const spec = template(rest)
    .replace(/^.*?, spec: /, '')
    .slice(0, -1);
  return `apiVersion: v1\nkind: Pod\nmetadata: {name: ${name}${metadata}}\nspec: ${spec}\n`;
}

export interface Workload {
  readonly kind?: string;
  readonly metadata?: string;
  /** Of the spec, besides selector and template. */
  readonly spec?: string;
  readonly pod?: PodParts;
  readonly app?: string;
}

export function workload(name: string, options: Workload = {}): string {
  const { kind = 'Deployment', metadata = '', spec = 'replicas: 1', app = name } = options;
  const pod = template({ labels: `app: ${app}`, ...options.pod });
  return `apiVersion: apps/v1
kind: ${kind}
metadata: {name: ${name}${metadata}}
spec: {${spec === '' ? '' : `${spec}, `}selector: {matchLabels: {app: ${app}}}, template: ${pod}}
`;
}

export function configMap(name: string, data: string, more = '', metadata = ''): string {
  return `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ${name}${metadata}}\ndata: {${data}}\n${more}`;
}

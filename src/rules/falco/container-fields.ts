/** `ka.req.pod.containers.*`, and the same of init and ephemeral containers. Of pods only, as in Falco: no templates. */
import { asText, at } from '../json.ts';
import { strings, walk } from './extract.ts';
import type { FieldKind } from './fields.ts';

export const CONTAINER_LISTS = ['containers', 'initContainers', 'ephemeralContainers'] as const;
type ContainerList = (typeof CONTAINER_LISTS)[number];

export function containerFields(list: ContainerList): readonly FieldKind[] {
  const field = (name: string, path: readonly string[], toValues: ToValues): FieldKind => ({
    ...{ name: `ka.req.pod.${list}.${name}`, type: 'text', isList: true, argument: 'index' },
    reads: ['requestObject'],
    of(json, index) {
      const spec = at(json, 'requestObject', 'spec');
      const containers = at(spec, list);
      return containers === undefined ? null : toValues(walk(containers, path, index), spec);
    },
  });
  const security = (name: string, key: string): FieldKind => field(name, ['securityContext', key], strings);
  const fields = [
    field('name', ['name'], eachOrNone),
    field('image', ['image'], eachOrNone),
    field('image.repository', ['image'], (found) => eachOrNone(found)?.map(repositoryOf) ?? null),
    field('command', ['command'], joined),
    field('args', ['args'], joined),
    security('privileged', 'privileged'),
    security('allow_privilege_escalation', 'allowPrivilegeEscalation'),
    security('read_only_fs', 'readOnlyRootFilesystem'),
    security('run_as_user', 'runAsUser'),
    field('eff_run_as_user', ['securityContext', 'runAsUser'], (found, spec) =>
      effective(found, spec, 'runAsUser'),
    ),
    security('run_as_group', 'runAsGroup'),
    field('eff_run_as_group', ['securityContext', 'runAsGroup'], (found, spec) =>
      effective(found, spec, 'runAsGroup'),
    ),
    security('proc_mount', 'procMount'),
    // By its documentation each of them; its code gives each container's list as one text of JSON.
    field('add_capabilities', ['securityContext', 'capabilities', 'add', ''], strings),
  ];
  if (list !== 'ephemeralContainers') fields.push(field('host_port', ['ports', ''], ports));
  return fields;
}

type ToValues = (found: readonly unknown[], spec: unknown) => readonly string[] | null;

/** One container without it: none at all, as in Falco. */
function eachOrNone(found: readonly unknown[]): readonly string[] | null {
  return found.includes(undefined) ? null : strings(found);
}

function repositoryOf(image: string): string {
  return image.split(':')[0]?.split('@')[0] ?? '';
}

/** Each container's words, with blanks between. */
function joined(found: readonly unknown[]): readonly string[] | null {
  return strings(found.map((list) => (Array.isArray(list) ? list.map(asText).join(' ') : undefined)));
}

/** The container's own, else the pod's, else 0. By its documentation; its code looks beside the security contexts, and finds 0. */
function effective(found: readonly unknown[], spec: unknown, key: string): readonly string[] | null {
  const otherwise = at(spec, 'securityContext', key) ?? 0;
  return strings(found.map((own) => own ?? otherwise));
}

/** With hostNetwork the container's port is the host's. */
function ports(found: readonly unknown[]): readonly string[] | null {
  return strings(found.map((port) => at(port, 'hostPort') ?? at(port, 'containerPort')));
}

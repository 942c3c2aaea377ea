/** Falco's alerts as JSON, one a line (`json_output: true`, or what Falcosidekick passes on). */
import { parseMicros } from '../event/micros.ts';
import type { Moment } from '../event/moment.ts';
import { redactText } from '../event/redact.ts';
import { cidrOfAddress } from '../query/networks.ts';
import { at, text } from './json-field.ts';
import type { RecordKind } from './moment-kind.ts';

export const falco: RecordKind = {
  name: 'falco',
  means: "Falco's alerts, JSON a line",
  reads: 'records',
  decode(record, { source, line }) {
    const rule = text(at(record, 'rule'));
    if (rule === null) return [{ unreadable: 'no alert of Falco' }];
    const atUs = parseMicros(text(at(record, 'time')) ?? '');
    if (atUs === null) return [{ unreadable: 'an alert without a time' }];
    const priority = text(at(record, 'priority')) ?? 'unknown priority';
    const field = (name: string) => text(at(record, 'output_fields', name));
    const output = text(at(record, 'output'));
    const moment: Moment = {
      ...{ origin: 'falco', atUs, source, line },
      who: 'falco',
      text: redactText(`${priority}: ${rule}${output === null ? '' : `: ${oneLine(output)}`}`),
      object: objectOf(field),
      ip: lastAddress(field('ka.sourceips')),
      auditID: field('ka.auditid'),
      isAlarming: ALARMING.has(priority.toLowerCase()),
    };
    return [{ moment }];
  },
};

/** Of Falco's eight priorities, those above Notice. */
const ALARMING = new Set(['emergency', 'alert', 'critical', 'error', 'warning']);

/** Of an alert about the audit log its target; of one about system calls the pod they were made in. */
function objectOf(field: (name: string) => string | null): Moment['object'] {
  const resource = known(field('ka.target.resource'));
  if (resource !== null)
    return {
      ...{ group: null, resource, uid: null },
      namespace: known(field('ka.target.namespace')),
      name: known(field('ka.target.name')),
    };
  const name = known(field('k8s.pod.name'));
  if (name === null) return null;
  return {
    group: '',
    resource: 'pods',
    namespace: known(field('k8s.ns.name')),
    name,
    uid: known(field('k8s.pod.uid')),
  };
}

/** How Falco writes what it does not know. */
function known(value: string | null): string | null {
  return value === null || value === '' || value === '<NA>' || value === 'N/A' ? null : value;
}

/** Whatever stands there else is none. */
function lastAddress(list: string | null): string | null {
  const last = known(list)
    ?.replace(/^\(|\)$/g, '')
    .split(',')
    .at(-1)
    ?.trim();
  return last !== undefined && cidrOfAddress(last) !== null ? last : null;
}

function oneLine(output: string): string {
  return output.replace(/\s+/g, ' ').trim();
}

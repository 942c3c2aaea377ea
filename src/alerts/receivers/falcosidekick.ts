/**
 * Falcosidekick takes what Falco sends to an HTTP output (https://falco.org/docs/concepts/outputs/, falcosidekick's types/types.go and
 * handlers.go): one event a request. Fields are named as Falco's k8saudit plugin names them; all are texts, as some outputs demand.
 */
import * as z from 'zod';
import { escapeJson } from '../../render/escape.ts';
import type { Severity } from '../../rules/rule.ts';
import { type Alert, shown, summaryOf } from '../alert.ts';
import type { ReceiverKind } from './receiver.ts';
import { receiverShape } from './receiver-settings.ts';

const settings = z.strictObject(receiverShape);

type Settings = z.infer<typeof settings>;

const FIELD_CHARS = 1_000;

export const falcosidekick: ReceiverKind<Settings> = {
  settings,
  perMinute: 600,
  open: async (said, means) => ({
    keeps: false,
    mostAtOnce: 1,
    groupOf: ({ fingerprint }) => fingerprint,
    server: await means.serverAt(said.url, said),
    async messageFor([alert]) {
      if (alert === undefined) throw new Error('a message is about something');
      return {
        path: '/',
        headers: { 'content-type': 'application/json' },
        body: escapeJson(JSON.stringify(eventOf(alert))),
      };
    },
  }),
};

/** Falco's own: https://falco.org/docs/concepts/rules/basic-elements/#priority. */
const PRIORITIES: Readonly<Record<Severity, string>> = {
  critical: 'Critical',
  high: 'Error',
  medium: 'Warning',
  low: 'Notice',
  info: 'Informational',
};

function eventOf({ fingerprint, finding, beganMs }: Alert): unknown {
  const {
    title,
    severity,
    tags,
    who,
    object,
    from,
    count,
    first,
    last,
    why,
    detail,
    show,
    auditIDs,
    rule,
    pack,
  } = finding;
  const priority = PRIORITIES[severity];
  const at = last ?? first ?? new Date(beganMs).toISOString();
  return {
    uuid: uuidOf(fingerprint, beganMs),
    output: shown(`${at}: ${priority} ${summaryOf(finding)}`, FIELD_CHARS),
    priority,
    rule: shown(title, FIELD_CHARS),
    time: at,
    source: 'k8s_audit',
    tags: tags.map((tag) => shown(tag, 100)),
    hostname: 'kubectl-audit',
    output_fields: fields({
      'ka.auditid': auditIDs.at(-1),
      'ka.user.name': who?.user,
      'ka.impuser.name': who?.as,
      'ka.target.resource': object?.resource,
      'ka.target.subresource': object?.subresource,
      'ka.target.namespace': object?.namespace,
      'ka.target.name': object?.name,
      'ka.sourceips': from.top[0]?.ip,
      'audit.rule': rule,
      'audit.pack': pack,
      'audit.why': why,
      'audit.detail': detail,
      'audit.show': show,
      'audit.count': String(count),
      'audit.first': first,
      'audit.last': last,
      'audit.fingerprint': fingerprint,
    }),
  };
}

function fields(of: Readonly<Record<string, string | null | undefined>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(of).flatMap(([name, text]) =>
      text == null || text === '' ? [] : [[name, shown(text, FIELD_CHARS)]],
    ),
  );
}

/** The same for a repeated delivery: what comes after falcosidekick can tell it by that. */
function uuidOf(fingerprint: string, beganMs: number): string {
  const time = Math.max(0, Math.trunc(beganMs)).toString(16).padStart(12, '0').slice(-12);
  // Version 8: of our own making (RFC 9562, 5.8).
  return `${time.slice(0, 8)}-${time.slice(8)}-8${fingerprint.slice(0, 3)}-8${fingerprint.slice(3, 6)}-${fingerprint.slice(4, 16)}`;
}

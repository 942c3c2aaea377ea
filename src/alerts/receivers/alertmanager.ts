/**
 * Alertmanager's API v2 (https://github.com/prometheus/alertmanager, api/v2/openapi.yaml): it groups, silences and resolves by
 * itself. An alert's end is said with it, so that it stands for as long as it is fresh whether we are there or not; it is posted again
 * meanwhile, as Prometheus does, because Alertmanager forgets all alerts when it is restarted.
 */
import * as z from 'zod';
import { type Alert, shown, summaryOf } from '../alert.ts';
import { addressText, type Finding } from '../finding.ts';
import type { ReceiverKind } from './receiver.ts';
import { receiverShape } from './receiver-settings.ts';

const settings = z.strictObject({
  ...receiverShape,
  labels: z
    .record(
      z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'a label such as cluster'),
      z.string().min(1).max(200),
    )
    .optional()
    .describe('more labels of every alert, such as cluster: prod'),
});

type Settings = z.infer<typeof settings>;

/** Some 1 KB each. */
const MOST_AT_ONCE = 200;
const LABEL_CHARS = 200;
const ANNOTATION_CHARS = 2_000;

export const alertmanager: ReceiverKind<Settings> = {
  settings,
  perMinute: 600,
  open: async (said, means) => ({
    keeps: true,
    mostAtOnce: MOST_AT_ONCE,
    groupOf: () => '',
    server: await means.serverAt(said.url, said),
    messageFor: async (alerts, untilOf) => ({
      path: '/api/v2/alerts',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(alerts.map((alert) => posted(alert, untilOf(alert), said.labels ?? {}))),
    }),
  }),
};

function posted(alert: Alert, untilMs: number, more: Readonly<Record<string, string>>): unknown {
  const { finding, beganMs } = alert;
  return {
    labels: { ...labelsOf(finding), ...more },
    annotations: annotationsOf(finding),
    startsAt: startOf(finding, beganMs),
    endsAt: new Date(untilMs).toISOString(),
  };
}

/** Alertmanager knows an alert by its labels: nothing is in them that changes while it stands. */
function labelsOf(finding: Finding): Record<string, string> {
  const { rule, severity, pack, who, object, from } = finding;
  return texts(
    {
      alertname: rule,
      ...{ severity, pack, user: who?.user, as: who?.as },
      // Of somebody whom nobody knows, it is all that there is.
      ip: who?.user == null ? from.top[0]?.ip : null,
      group: object?.group,
      ...{ resource: object?.resource, subresource: object?.subresource },
      ...{ namespace: object?.namespace, name: object?.name },
    },
    LABEL_CHARS,
  );
}

function annotationsOf(finding: Finding): Record<string, string> {
  const { title, why, detail, show, count, first, last, tags, auditIDs } = finding;
  return texts(
    {
      summary: summaryOf(finding),
      description: why,
      detail,
      title,
      ...{ show, from: addressText(finding), count: String(count), first, last },
      tags: tags.join(' '),
      auditIDs: auditIDs.join(' '),
    },
    ANNOTATION_CHARS,
  );
}

/** What was found long after it happened began then, and no later than it is told. */
function startOf({ first }: Finding, beganMs: number): string {
  const ms = first === null ? Number.NaN : Date.parse(first);
  return new Date(Number.isNaN(ms) ? beganMs : Math.min(ms, beganMs)).toISOString();
}

/** An empty label is none. */
function texts(
  of: Readonly<Record<string, string | null | undefined>>,
  most: number,
): Record<string, string> {
  return Object.fromEntries(
    Object.entries(of).flatMap(([name, text]) =>
      text === null || text === undefined || text === '' ? [] : [[name, shown(text, most)]],
    ),
  );
}

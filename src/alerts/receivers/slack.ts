/**
 * Incoming webhooks of Slack, and of those that take its form: Mattermost, Rocket.Chat, Discord's /slack
 * (https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks). A message a rule and not one a finding.
 */
import * as z from 'zod';
import type { Severity } from '../../rules/rule.ts';
import { type Alert, shown } from '../alert.ts';
import { actorText, addressText, objectText } from '../finding.ts';
import type { Message, ReceiverKind } from './receiver.ts';
import { webhookShape } from './receiver-settings.ts';
import { webhookAt } from './webhook-url.ts';

const settings = z.strictObject(webhookShape);

type Settings = z.infer<typeof settings>;

/** One a second for each webhook, says Slack (https://docs.slack.dev/apis/web-api/rate-limits). */
const PER_MINUTE = 50;
/** Named one by one; the others by their number. */
const MOST_NAMED = 10;
/** What is told in one message, at most. */
const MOST_AT_ONCE = 1_000;
const VALUE_CHARS = 150;
const TEXT_CHARS = 600;

export const slack: ReceiverKind<Settings> = {
  settings,
  perMinute: PER_MINUTE,
  async open(said, means) {
    const { server, path } = await webhookAt(said.url, said, means);
    return {
      keeps: false,
      mostAtOnce: MOST_AT_ONCE,
      groupOf: ({ finding }) => finding.rule,
      server,
      messageFor: async (alerts) => messageOf(alerts, path),
    };
  },
};

function messageOf(alerts: readonly Alert[], path: string): Message {
  const [gravest] = alerts;
  if (gravest === undefined) throw new Error('a message is about something');
  const { title, severity, rule } = gravest.finding;
  const head = `${severity.toUpperCase()}: ${plain(title)} (${code(rule)})`;
  const left = alerts.length - MOST_NAMED;
  const more =
    left > 0
      ? [{ color: 'warning', text: `and ${left} more of the same rule`, fallback: `and ${left} more` }]
      : [];
  const attachments = [...alerts.slice(0, MOST_NAMED).map(attachmentOf), ...more];
  return {
    path,
    headers: { 'content-type': 'application/json' },
    // Names and addresses in it are an attacker's choice: none of them becomes a mention, a link or a preview.
    body: JSON.stringify({
      text: head,
      ...{ parse: 'none', link_names: false, unfurl_links: false, unfurl_media: false },
      attachments: attachments.map((one) => ({ ...one, mrkdwn_in: ['text'] })),
    }),
  };
}

function attachmentOf({ finding }: Alert): { color: string; text: string; fallback: string } {
  const { why, detail, show, count, first, last } = finding;
  const who = actorText(finding);
  const what = objectText(finding);
  const from = addressText(finding);
  const said = [
    who === null ? 'nobody that the log names' : code(who),
    ...(what === null ? [] : [code(what)]),
    ...(from === null ? [] : [`from ${code(from)}`]),
  ].join(', ');
  const when =
    count === 1 || first === last
      ? code(last ?? first ?? 'at no time that the log names')
      : `${count} requests, ${code(first ?? '?')} to ${code(last ?? '?')}`;
  const lines = [
    said,
    when,
    ...(detail === null ? [] : [code(detail, TEXT_CHARS)]),
    code(why, TEXT_CHARS),
    ...(show === '' ? [] : [code(show, TEXT_CHARS)]),
  ];
  return {
    color: COLORS[finding.severity],
    text: lines.join('\n'),
    fallback: plain(`${who ?? ''} ${what ?? ''}`),
  };
}

const COLORS: Readonly<Record<Severity, string>> = {
  critical: '#a30200',
  high: '#d9480f',
  medium: '#e8a317',
  low: '#3b82c4',
  info: '#8a8f98',
};

/** Between backticks nothing is marked up, linked or a mention; a backtick itself would end it. */
function code(text: string, most = VALUE_CHARS): string {
  const seen = shown(text, most).replaceAll('`', 'ˋ');
  return seen === '' ? '(empty)' : `\`${entities(seen)}\``;
}

/** A rule's title: no marks, no mentions. */
function plain(text: string): string {
  return entities(
    shown(text, VALUE_CHARS)
      .replaceAll(/[*_~`|[\]]/g, ' ')
      .replaceAll('@', '＠'),
  ).replaceAll('://', ':∕∕');
}

/** Slack's three characters that mean something (https://docs.slack.dev/messaging/formatting-message-text#escaping). */
function entities(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

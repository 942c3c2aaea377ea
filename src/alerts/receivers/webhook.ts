/** Any HTTP server: one finding a request, as the row that `detect -o json` prints, with what tells a repeated delivery. */
import { createHmac } from 'node:crypto';
import * as z from 'zod';
import { secretSchema } from '../../reach/reach-settings.ts';
import { escapeJson } from '../../render/escape.ts';
import type { Alert } from '../alert.ts';
import type { ReceiverKind } from './receiver.ts';
import { webhookShape } from './receiver-settings.ts';
import { webhookAt } from './webhook-url.ts';

const settings = z.strictObject({
  ...webhookShape,
  hmac: secretSchema
    .optional()
    .describe('a secret that both know: X-Signature-256 then bears sha256=HEX, the HMAC-SHA256 of the body'),
});

type Settings = z.infer<typeof settings>;

export const webhook: ReceiverKind<Settings> = {
  settings,
  perMinute: 600,
  async open(said, means) {
    const { hmac } = said;
    const { server, path } = await webhookAt(said.url, said, means);
    return {
      keeps: false,
      mostAtOnce: 1,
      groupOf: ({ fingerprint }) => fingerprint,
      server,
      async messageFor([alert]) {
        if (alert === undefined) throw new Error('a message is about something');
        const body = bodyOf(alert);
        const signature =
          hmac === undefined ? {} : { 'x-signature-256': signed(body, await means.secret(hmac)) };
        return {
          path,
          headers: {
            'content-type': 'application/json',
            'idempotency-key': `${alert.fingerprint}-${alert.beganMs}`,
            ...signature,
          },
          body,
        };
      },
    };
  },
};

function bodyOf({ fingerprint, finding }: Alert): string {
  return escapeJson(
    JSON.stringify({ apiVersion: 'kubectl-audit/v1', kind: 'Finding', fingerprint, ...finding }),
  );
}

function signed(body: string, secret: string): string {
  return `sha256=${createHmac('sha256', secret).update(body, 'utf8').digest('hex')}`;
}

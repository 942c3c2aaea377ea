/** What can be set about every receiver; what is a kind's own stands in its file. */
import * as z from 'zod';
import { authSchema, reachShape, secretSchema, urlSchema } from '../../reach/reach-settings.ts';
import { SEVERITIES } from '../../rules/rule.ts';

/** How it is reached, but for where it is. */
const reachedBy = {
  auth: authSchema.optional(),
  ...reachShape,
  timeout: reachShape.timeout.describe('for an answer to begin; default 10s'),
} as const;

const common = {
  ...reachedBy,
  severity: z
    .enum(SEVERITIES)
    .optional()
    .describe('what is less grave is not sent; default: all that is told'),
  perMinute: z
    .int()
    .min(1)
    .max(6000)
    .optional()
    .describe("messages a minute at most; default: the kind's own"),
} as const;

/** Of those that are where a URL says. */
export const receiverShape = { url: urlSchema, ...common } as const;

/** Of those whose URL may be a secret as a whole. */
export const webhookShape = {
  url: z
    .union([urlSchema, secretSchema], {
      error: 'a URL, or where it is to be had: one of env, file, exec, secret',
    })
    .describe(
      'the webhook; where whoever knows it may post, it is a secret: say where it is to be had, as {env: NAME}',
    ),
  ...common,
} as const;

const reached = z.strictObject(reachedBy);
export type ReachedBy = z.infer<typeof reached>;

const commonSettings = z.object({ severity: common.severity, perMinute: common.perMinute });
/** What delivery.ts reads of all. */
export type CommonSettings = z.infer<typeof commonSettings>;

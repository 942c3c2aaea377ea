/** What can be set about VictoriaLogs. */
import * as z from 'zod';
import { storeShape } from '../../reach/reach-settings.ts';

export const victoriaLogsSettings = z.strictObject({
  ...storeShape,
  filter: z
    .string()
    .optional()
    .describe(
      'LogsQL that the audit log\'s records pass, such as {job="k8s-audit"}; default: all are looked at',
    ),
  prefix: z
    .string()
    .optional()
    .describe("what stands before the event's own keys, such as audit. ; default: found by looking"),
  account: z.int().nonnegative().optional().describe('tenant: AccountID'),
  project: z.int().nonnegative().optional().describe('tenant: ProjectID'),
});

export type VictoriaLogsSettings = z.infer<typeof victoriaLogsSettings>;

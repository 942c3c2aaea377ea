/** What can be set about Loki. */
import * as z from 'zod';
import { storeShape } from '../../reach/reach-settings.ts';
import { matchersIn } from './logql.ts';

export const lokiSettings = z.strictObject({
  ...storeShape,
  selector: z
    .string()
    .refine((text) => matchersIn(text) !== null, { error: 'LogQL such as {job="k8s-audit"}' })
    .optional()
    .describe(
      'the streams that hold the audit log, such as {job="k8s-audit"}; filters may follow; default: looked for among the labels',
    ),
  tenant: z
    .union([z.string().min(1), z.int().nonnegative()])
    .optional()
    .describe('X-Scope-OrgID; several: a|b'),
  limit: z
    .int()
    .positive()
    .max(100_000)
    .optional()
    .describe("lines a page, not more than the server's max_entries_limit_per_query; default 5000"),
});

export type LokiSettings = z.infer<typeof lokiSettings>;

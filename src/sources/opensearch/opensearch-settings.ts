/** What can be set about OpenSearch and Elasticsearch. */
import * as z from 'zod';
import { storeShape } from '../../reach/reach-settings.ts';

export const openSearchSettings = z.strictObject({
  ...storeShape,
  index: z
    .string({ error: 'the index, data stream or pattern that the audit log is in: such as k8s-audit-*' })
    .min(1)
    .regex(/^[^/?#\s"\\|]+$/, 'an index, a data stream or a pattern; several with commas between them')
    .describe('where the audit log is: an index, a data stream or a pattern such as k8s-audit-*'),
  prefix: z
    .string()
    .optional()
    .describe(
      "what stands before the event's own keys, such as kubernetes.audit. ; default: found by looking",
    ),
});

export type OpenSearchSettings = z.infer<typeof openSearchSettings>;

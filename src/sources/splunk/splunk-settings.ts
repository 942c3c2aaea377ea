/** What can be set about Splunk. */
import * as z from 'zod';
import { storeShape } from '../../reach/reach-settings.ts';

/** The collectors' own, and one that is often seen. */
const USUAL_SOURCETYPES = ['kube:apiserver-audit', 'kube:apiserver:audit'];

const name = z.string().regex(/^[\w:.*-]+$/);
const names = z.union([name.transform((one) => [one]), z.array(name).min(1)], {
  error: 'a name, or a list of names; * stands for any characters',
});

export const splunkSettings = z.strictObject({
  ...storeShape,
  index: names.describe('the index of the audit log, or several'),
  sourcetype: names
    .default(USUAL_SOURCETYPES)
    .describe(`the sourcetype, or several; default: ${USUAL_SOURCETYPES.join(', ')}`),
  filter: z
    .string()
    // Terms only: no command, no subsearch, no macro.
    .regex(
      /^(?:[^"|[\]`\\()]|"[^"|[\]`\\]*")+$/,
      'search terms such as host=cp-1, without | [ ] ( ) ` and \\',
    )
    .optional()
    .describe('search terms that the audit log’s events pass, such as cluster="prod"'),
});

export type SplunkSettings = z.infer<typeof splunkSettings>;

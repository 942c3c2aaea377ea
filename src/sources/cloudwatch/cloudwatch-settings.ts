/** What can be set about a log group of CloudWatch Logs. */
import * as z from 'zod';
import { reachShape, urlSchema } from '../../reach/reach-settings.ts';

/** EKS's name for the streams of the audit log. https://docs.aws.amazon.com/eks/latest/userguide/control-plane-logs.html */
const EKS_STREAMS = 'kube-apiserver-audit-';

export const cloudWatchSettings = z.strictObject({
  ...reachShape,
  group: z
    .string()
    .regex(/^[\w./#-]{1,512}$/, 'the name of a log group')
    .describe('the log group: /aws/eks/CLUSTER/cluster'),
  region: z
    .string()
    .regex(/^[a-z0-9-]+$/, 'a region such as eu-west-1')
    .optional()
    .describe("where it is; default: AWS_REGION, the profile's"),
  streams: z
    .string()
    .regex(/^[^:*]{0,512}$/, 'what the names of streams begin with')
    .default(EKS_STREAMS)
    .describe(`what the names of the audit log's streams begin with; default ${EKS_STREAMS}, EKS's`),
  read: z
    .enum(['auto', 'filter', 'insights'])
    .default('auto')
    .describe(
      'how events are had: filter (FilterLogEvents, free of charge), insights (Logs Insights, paid for by what it scans); default: by how much there is',
    ),
  endpoint: urlSchema
    .optional()
    .describe(
      'where else it is asked, such as a VPC endpoint; default: AWS_ENDPOINT_URL_CLOUDWATCH_LOGS, AWS_ENDPOINT_URL, AWS by the region',
    ),
  auth: z
    .strictObject({
      aws: z.strictObject({
        profile: z.string().optional().describe('of ~/.aws; default: AWS_PROFILE'),
      }),
    })
    .optional()
    .describe('who we are; default: what AWS_* and ~/.aws say'),
});

export type CloudWatchSettings = z.infer<typeof cloudWatchSettings>;

/** What can be set about an archive in S3, or in what speaks like it. */
import * as z from 'zod';
import { urlSchema } from '../../reach/reach-settings.ts';
import { archiveShape } from '../archive/archive-settings.ts';

export const s3Settings = z.strictObject({
  ...archiveShape,
  bucket: z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9._:-]{1,254}$/, 'the name of a bucket')
    .describe('the bucket'),
  endpoint: urlSchema
    .optional()
    .describe(
      'where another server than AWS is, such as http://minio.corp:9000; default: AWS, by the region',
    ),
  region: z
    .string()
    .regex(/^[a-z0-9-]+$/)
    .optional()
    .describe("where the bucket is; default: AWS_REGION, the profile's, us-east-1"),
  addressing: z
    .enum(['path', 'host'])
    .optional()
    .describe(
      "where the bucket's name stands; default: in the path with an endpoint, else in the host's name",
    ),
  auth: z
    .union(
      [
        z.strictObject({
          aws: z.strictObject({
            profile: z.string().optional().describe('of ~/.aws; default: AWS_PROFILE'),
            region: z.string().optional(),
          }),
        }),
        z.strictObject({ anonymous: z.literal(true).describe('requests are not signed') }),
      ],
      { error: 'one of aws, anonymous' },
    )
    .optional()
    .describe('who we are; default: what AWS_* and ~/.aws say, and nobody when they say nothing'),
});

export type S3Settings = z.infer<typeof s3Settings>;

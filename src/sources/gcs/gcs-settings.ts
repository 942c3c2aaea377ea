/** What can be set about an archive in Google Cloud Storage. */
import * as z from 'zod';
import { cloudUrlSchema, secretSchema } from '../../reach/reach-settings.ts';
import { archiveShape } from '../archive/archive-settings.ts';

const ENDPOINT = 'https://storage.googleapis.com';

export const gcsSettings = z.strictObject({
  ...archiveShape,
  bucket: z
    .string()
    .regex(/^[a-z0-9][a-z0-9._-]{1,220}[a-z0-9]$/, 'the name of a bucket')
    .describe('the bucket'),
  endpoint: cloudUrlSchema(ENDPOINT)
    .default(ENDPOINT)
    .describe(`default ${ENDPOINT}; another, for private access: https://storage-NAME.p.googleapis.com`),
  auth: z
    .union(
      [
        z.strictObject({ bearer: secretSchema }),
        z.strictObject({ anonymous: z.literal(true).describe('no token is sent') }),
      ],
      { error: 'one of bearer, anonymous' },
    )
    .optional()
    .describe("who we are; default: Google's own: credentials files, the machine's account, gcloud's login"),
});

export type GcsSettings = z.infer<typeof gcsSettings>;

/** What can be set about an archive in Azure's Blob Storage. */
import * as z from 'zod';
import { secretSchema } from '../../reach/reach-settings.ts';
import { archiveShape } from '../archive/archive-settings.ts';

/** Whoever is logged in. */
const LOGGED_IN = {
  bearer: {
    exec: [
      ...['az', 'account', 'get-access-token', '--resource', 'https://storage.azure.com/'],
      ...['--query', 'accessToken', '--output', 'tsv'],
    ],
  },
};

export const azblobSettings = z.strictObject({
  ...archiveShape,
  account: z
    .string()
    .regex(/^[a-z0-9]{3,24}$/, 'the name of a storage account')
    .describe('the storage account'),
  container: z
    .string()
    .regex(/^(?:[a-z0-9](?:-?[a-z0-9]){2,62}|\$logs|\$web)$/, 'the name of a container')
    .describe('the container: AKS writes to insights-logs-kube-audit and insights-logs-kube-audit-admin'),
  endpoint: z
    .string()
    // What proves who we are goes with every request.
    .regex(
      /^(?:https:\/\/[^/?#@]+|http:\/\/(?:localhost|127\.0\.0\.1|\[::1\])(?::\d+)?)(?:\/[\w.-]+)*$/,
      'a URL such as https://ACCOUNT.blob.core.windows.net',
    )
    .optional()
    .describe('default: https://ACCOUNT.blob.core.windows.net; sovereign clouds and emulators have others'),
  auth: z
    .union(
      [
        z.strictObject({ bearer: secretSchema }),
        z.strictObject({ sharedKey: secretSchema }),
        z.strictObject({ sas: secretSchema }),
        z.strictObject({ anonymous: z.literal(true).describe('nothing is sent') }),
      ],
      { error: 'one of bearer, sharedKey, sas, anonymous' },
    )
    .default(LOGGED_IN)
    .describe('who we are; default: bearer, by az account get-access-token'),
});

export type AzblobSettings = z.infer<typeof azblobSettings>;

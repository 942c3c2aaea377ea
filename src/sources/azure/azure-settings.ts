/** What can be set about Log Analytics. */
import * as z from 'zod';
import { authSchema, storeShape, urlSchema } from '../../reach/reach-settings.ts';

/** Of the public cloud; sovereign clouds have their own. */
const PUBLIC_CLOUD = 'https://api.loganalytics.azure.com';
/** Whoever is logged in; the token is for the audience that the endpoint has. */
const LOGGED_IN = {
  bearer: {
    exec: [
      ...['az', 'account', 'get-access-token', '--resource', 'https://api.loganalytics.io'],
      ...['--query', 'accessToken', '--output', 'tsv'],
    ],
  },
};

export const azureSettings = z.strictObject({
  ...storeShape,
  url: urlSchema.default(PUBLIC_CLOUD).describe(`the endpoint; default ${PUBLIC_CLOUD}`),
  auth: authSchema.default(LOGGED_IN).describe('default: bearer, by az account get-access-token'),
  workspace: z
    .string()
    .regex(/^[\w-]+$/, "the workspace's own ID, a GUID")
    .describe("the workspace's ID: az monitor log-analytics workspace show --query customerId"),
  table: z
    .string()
    .regex(/^[A-Za-z_]\w*$/, 'the name of a table')
    .optional()
    .describe('default: AKSAudit, AKSAuditAdmin or AzureDiagnostics, the first that is there'),
  resource: z
    .string()
    .regex(/^\/[\w/.()-]+$/, 'the ID of a resource: /subscriptions/…')
    .optional()
    .describe('the cluster, by its resource ID, where a workspace holds those of several'),
  plan: z
    .enum(['analytics', 'basic'])
    .default('analytics')
    .describe("the table's plan; reading costs money in the basic and auxiliary ones"),
});

export type AzureSettings = z.infer<typeof azureSettings>;

/** What can be set about Cloud Logging. */
import * as z from 'zod';
import { authSchema, cloudUrlSchema, reachShape } from '../../reach/reach-settings.ts';

const ENDPOINT = 'https://logging.googleapis.com';

export const gclSettings = z.strictObject({
  ...reachShape,
  project: z
    .string({ error: "the ID of the cluster's project is needed: gcl://PROJECT/CLUSTER" })
    .regex(/^(?:[a-z0-9][a-z0-9.-]*:)?[a-z0-9][a-z0-9-]{2,62}$/, 'the ID of a project')
    .describe("the cluster's project"),
  cluster: z
    .string({ error: "the cluster's name is needed: gcl://PROJECT/CLUSTER" })
    .regex(/^[a-z0-9][a-z0-9-]{0,62}$/, 'the name of a GKE cluster')
    .describe("the cluster's name"),
  location: z
    .string()
    .regex(/^[a-z0-9-]+$/, 'a region or zone, such as europe-west1')
    .optional()
    .describe('its region or zone, where several clusters of the project have that name'),
  url: cloudUrlSchema(ENDPOINT).default(ENDPOINT).describe(`the endpoint; default ${ENDPOINT}`),
  auth: authSchema
    .optional()
    .describe("who we are; default: Google's own: credentials files, the machine's account, gcloud's login"),
});

export type GclSettings = z.infer<typeof gclSettings>;

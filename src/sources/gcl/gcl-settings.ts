/** What can be set about Cloud Logging. */
import * as z from 'zod';
import { authSchema, storeShape } from '../store/store-settings.ts';

const ENDPOINT = 'https://logging.googleapis.com';
const { tls, headers, proxy, timeout } = storeShape;

export const gclSettings = z.strictObject({
  ...{ tls, headers, proxy, timeout },
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
  url: z
    .string()
    // A token goes with every request.
    .regex(
      /^(?:https:\/\/[^/?#@]+|http:\/\/(?:localhost|127\.0\.0\.1|\[::1\])(?::\d+)?)$/,
      'a URL such as https://logging.googleapis.com',
    )
    .default(ENDPOINT)
    .describe(`the endpoint; default ${ENDPOINT}`),
  auth: authSchema
    .optional()
    .describe("who we are; default: Google's own: credentials files, the machine's account, gcloud's login"),
});

export type GclSettings = z.infer<typeof gclSettings>;

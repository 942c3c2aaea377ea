/**
 * What can be set about every server that settings name, a log store or a receiver of alerts: where it is, who we are to it, whom we
 * trust. The configuration file and ad hoc URLs are held against it. Secrets stand nowhere in it, only where they are to be had.
 */
import * as z from 'zod';

/** Where a secret is to be had: one of these. */
export const secretSchema = z
  .union(
    [
      z.strictObject({ env: z.string().min(1).describe('an environment variable') }),
      z.strictObject({ file: z.string().min(1).describe('a file; a newline at its end is no part of it') }),
      z.strictObject({
        exec: z.array(z.string()).min(1).describe('a command and its arguments, which prints it'),
      }),
      z.strictObject({
        secret: z
          .string()
          .regex(/^[^/]+\/[^/]+\/[^/]+$/, 'NAMESPACE/NAME/KEY')
          .describe('a Secret in the cluster: NAMESPACE/NAME/KEY'),
      }),
    ],
    { error: 'one of env, file, exec, secret: a secret itself does not belong here' },
  )
  .meta({ id: 'secret', description: 'where the secret is to be had' });

const basic = z.strictObject({ username: z.string().min(1), password: secretSchema });
const aws = z.strictObject({
  region: z.string().optional(),
  profile: z.string().optional().describe('of ~/.aws; default: AWS_PROFILE'),
  service: z.string().optional().describe('the name that requests are signed for: es, aoss'),
});

export const authSchema = z
  .union(
    [
      z.strictObject({ basic }),
      z.strictObject({ bearer: secretSchema }),
      z.strictObject({ apiKey: secretSchema }),
      z.strictObject({ header: z.strictObject({ name: z.string().min(1), value: secretSchema }) }),
      z.strictObject({ aws }),
    ],
    { error: 'one of basic, bearer, apiKey, header, aws' },
  )
  .meta({ id: 'auth', description: 'who we are to the server; default: nobody' });

const tlsSchema = z
  .strictObject({
    ca: z.string().optional().describe('certificates to trust, a file; default: whom the system trusts'),
    certificate: z.string().optional().describe('ours, a file'),
    key: z.string().optional().describe('its key, a file'),
    serverName: z.string().optional().describe("the name that the server's certificate must bear"),
    insecure: z.boolean().optional().describe('do not check its certificate: anybody could be it'),
  })
  .refine(({ certificate, key }) => (certificate === undefined) === (key === undefined), {
    error: 'certificate and key come together',
  })
  // The same for docs/config.schema.json, which knows no functions.
  .meta({ id: 'tls', dependencies: { certificate: ['key'], key: ['certificate'] } });

const REACHES = /^(?:https?|(?:service|forward)(?:\+https)?):\/\/[^/?#@]+(?:[/][^?#]*)?$/;

export const urlSchema = z
  .string()
  .refine((text) => !/^[^/]*\/\/[^/]*@/.test(text), { error: 'a URL must hold no password: say auth' })
  .regex(
    REACHES,
    'a URL such as https://HOST:PORT, service://NAMESPACE/NAME:PORT or forward+https://NAMESPACE/NAME:PORT',
  )
  .describe(
    'http(s)://HOST:PORT; service://NAMESPACE/NAME:PORT through the API server; forward://NAMESPACE/NAME:PORT through a port-forward',
  );

/** Of a server of a cloud's, which who we are goes to with every request: nothing but https, or this machine itself. `such`: an example. */
export function cloudUrlSchema(such: string) {
  return z
    .string()
    .regex(
      /^(?:https:\/\/[^/?#@]+|http:\/\/(?:localhost|127\.0\.0\.1|\[::1\])(?::\d+)?)$/,
      `a URL such as ${such}`,
    );
}

/** How a server is reached, whichever it is. */
export const reachShape = {
  tls: tlsSchema.optional(),
  headers: z.record(z.string(), z.string()).optional().describe('sent with every request; no secrets'),
  proxy: z.string().optional().describe('a proxy; default: HTTPS_PROXY, HTTP_PROXY, NO_PROXY'),
  timeout: z
    .string()
    .regex(/^\d+(?:ms|s|m)$/, 'a time such as 30s')
    .optional()
    .describe('for an answer to begin, and for each silence in it; default 60s'),
} as const;

/** Of every store that is asked over HTTP. */
export const storeShape = { url: urlSchema, auth: authSchema.optional(), ...reachShape } as const;

export type Secret = z.infer<typeof secretSchema>;
export type Auth = z.infer<typeof authSchema>;
export type Tls = z.infer<typeof tlsSchema>;

const reachSettings = z.strictObject(storeShape);
export type ReachSettings = z.infer<typeof reachSettings>;

/** How a server is reached; which one, and as whom, is the kind's own. */
export function reachOf({
  tls,
  headers,
  proxy,
  timeout,
}: Omit<ReachSettings, 'url' | 'auth'>): Omit<ReachSettings, 'url' | 'auth'> {
  return {
    ...(tls === undefined ? {} : { tls }),
    ...(headers === undefined ? {} : { headers }),
    ...(proxy === undefined ? {} : { proxy }),
    ...(timeout === undefined ? {} : { timeout }),
  };
}

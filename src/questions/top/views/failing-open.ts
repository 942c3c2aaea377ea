/**
 * Admission webhooks that could not be reached, and were passed over because their failure policy is Ignore: what they are
 * there to keep out came in. Annotations `failed-open.mutation|validating.webhook.admission.k8s.io/round_R_index_I`, whose
 * value is the webhook's name (apiserver, pkg/admission/plugin/webhook), and `PLUGIN.image-policy.k8s.io/failed-open`.
 */
import { parseCountFields } from '../../../query/count-fields.ts';
import { any, glob } from '../../../query/predicate.ts';
import type { View } from './view.ts';
import { column, RESOURCE } from './view-columns.ts';

const WEBHOOK = /^failed-open\.(?:mutation|validating)\.webhook\.admission\.k8s\.io\//;
const IMAGE_POLICY = /\.image-policy\.k8s\.io\/failed-open$/;

export const failingOpen: View = {
  name: 'failing-open',
  counts: {
    one: 'request that went by a webhook that failed open',
    many: 'requests that went by webhooks that failed open',
  },
  names: ['webhook', 'verb', 'resource'],
  by: parseCountFields(['verb,group,resource,namespace']),
  values: [{ name: 'webhook', fields: ['annotations'], of: ({ annotations }) => webhooksIn(annotations) }],
  predicate: any(
    glob('annotations', 'failed-open.mutation.webhook.admission.k8s.io/*'),
    glob('annotations', 'failed-open.validating.webhook.admission.k8s.io/*'),
    glob('annotations', '*.image-policy.k8s.io/failed-open=true'),
  ),
  where: `annotations.exists(key, key.matches(${JSON.stringify(WEBHOOK.source.replaceAll('\\/', '/'))}) || (key.endsWith(".image-policy.k8s.io/failed-open") && annotations[key] == "true"))`,
  bucketUs: null,
  columns: [
    column('WEBHOOK', 'webhook', { readable: 24, shorten: 'middle' }),
    column('VERB', 'verb', { shrink: 0 }),
    RESOURCE,
    column('NAMESPACE', 'namespace'),
  ],
  notes: (rows) =>
    rows.length === 0
      ? []
      : [
          {
            code: 'failed-open',
            text: 'these requests were let through unchecked: mend the webhook, look at what came in meanwhile, and set failurePolicy: Fail where nothing may go by it',
          },
        ],
};

/** One request can go by several: it counts once, under all of their names. */
function webhooksIn(annotations: Readonly<Record<string, string>>): string {
  const names = Object.entries(annotations).flatMap(([key, text]) => {
    if (WEBHOOK.test(key)) return [text];
    return IMAGE_POLICY.test(key) && text === 'true' ? ['ImagePolicyWebhook'] : [];
  });
  return [...new Set(names)].sort().join(', ');
}

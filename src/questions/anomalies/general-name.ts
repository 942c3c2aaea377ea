/**
 * Names without what machines made of them: hashes of ReplicaSets, suffixes of pods and Jobs, numbers of pull requests,
 * versions of clients. Otherwise every rollout, and every upgrade, would be something new.
 */

const UUID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/gi;
/** apimachinery, util/rand: letters and digits that make no words. A pod's end has 5, a ReplicaSet's up to 10. */
const MADE = /-(?:[bcdfghjklmnpqrstvwxz2456789]{5}|[bcdfghjklmnpqrstvwxz2456789]{8,10})(?=-|$)/g;
const HEX = /(?=[a-f]*\d)[0-9a-f]{7,}/g;
/** `team-09` is a name; `pr-1234`, `job-28377415` are numbers that count on. */
const NUMBER = /\d{3,}/g;

export function generalName(name: string): string {
  return name.replace(UUID, '*').replace(MADE, '-*').replace(HEX, '*').replace(NUMBER, '*');
}

const MAX_PRODUCT = 60;

/** `kubectl/v1.34.4 (linux/amd64) kubernetes/5864a46` → `kubectl`. */
export function clientProduct(userAgent: string | null): string {
  const [product = ''] = (userAgent ?? '').split(/[/\s]/, 1);
  return product === '' ? 'no user agent' : generalName(product.slice(0, MAX_PRODUCT));
}

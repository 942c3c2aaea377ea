/** Whether a store has shown that it is the store: where nobody looked at its certificate, whoever was asked could have been anybody. */
import type { Note } from '../../event/coverage.ts';
import { parseClusterUrl } from '../../reach/cluster-url.ts';
import type { ReachSettings } from '../../reach/reach-settings.ts';

/** Null: its certificate is checked, or it was not meant to have one (`http://`). `name`: of the source. */
export function unprovenNote(name: string, { url, tls }: Pick<ReachSettings, 'url' | 'tls'>): Note | null {
  const inside = parseClusterUrl(url);
  const isTls = inside?.isTls ?? url.startsWith('https:');
  if (!isTls) return null;
  // The API server asks it, and whatever we trust is nothing to it: service-proxy.ts.
  if (inside?.by === 'service') {
    const checked = url.replace(/^service/, 'forward');
    return noteOf(`the API server did not check the certificate of ${name}`, `; ${checked} checks it`);
  }
  return tls?.insecure === true
    ? noteOf(`the certificate of ${name} was not checked (tls.insecure)`, '')
    : null;
}

function noteOf(why: string, mend: string): Note {
  return { code: 'store-unproven', text: `${why}: anybody could have answered${mend}` };
}

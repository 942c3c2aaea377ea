/** Every ready view once, under the name it is asked for by. */
import { UserError } from '../../../errors.ts';
import { didYouMean, nearestName } from '../../../query/nearest.ts';
import { conflicts } from './conflicts.ts';
import { deprecated } from './deprecated.ts';
import { failingOpen } from './failing-open.ts';
import { noise } from './noise.ts';
import { slow } from './slow.ts';
import { trends } from './trends.ts';
import type { View } from './view.ts';
import type { ViewName } from './view-means.ts';

export const VIEWS: Readonly<Record<ViewName, View>> = {
  noise,
  deprecated,
  slow,
  conflicts,
  trends,
  'failing-open': failingOpen,
};

/** Throws AUDIT_USAGE. */
export function parseView(typed: string): View {
  const found = Object.values(VIEWS).find(({ name }) => name === typed);
  if (found !== undefined) return found;
  const names = Object.keys(VIEWS);
  throw new UserError(
    'AUDIT_USAGE',
    `--view ${JSON.stringify(typed)} is no view${didYouMean(typed, names)}`,
    {
      hint: `--view ${nearestName(typed, names) ?? 'noise'}; there are ${names.join(', ')}`,
    },
  );
}

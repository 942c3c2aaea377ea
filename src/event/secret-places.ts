/** What is hidden of a place in a tree of names, as JSON and YAML have them, by the names above it. */
import { isLogin, namesSecret, namesVariables, pointsElsewhere } from './secret-names.ts';

/** Its `text` (numbers too), what is `inside` of it, or both (`most`), pointers excepted; or `all`, them too. */
export type Hidden = 'nothing' | 'text' | 'inside' | 'most' | 'all';

/** Of what stands under `key` in a place of which `hidden` is hidden. */
export function hiddenUnder(hidden: Hidden, key: string): Hidden {
  if (hidden === 'all') return 'all';
  if (hidden === 'inside' || hidden === 'most') return pointsElsewhere(key) ? 'nothing' : 'most';
  if (namesSecret(key)) return isLogin(key) ? 'text' : 'most';
  return namesVariables(key) ? 'inside' : 'nothing';
}

/** `env: ["NAME=value"]`: text that is an item is inside. */
export function hiddenOfItem(hidden: Hidden, isText: boolean): Hidden {
  return isText && hidden === 'inside' ? 'most' : hidden;
}

export function hidesText(hidden: Hidden): boolean {
  return hidden === 'text' || hidden === 'most' || hidden === 'all';
}

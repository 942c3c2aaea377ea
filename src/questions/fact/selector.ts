/** What a collection's selectors tell about one object without knowing its labels: whether they leave it out by name. */
import { matchesName } from '../../query/object-query.ts';

/** `wanted`: a name or a glob. Only metadata.name can be judged; everything else may hold. */
export function isLeftOut(fieldSelector: string | null, wanted: string): boolean {
  if (fieldSelector === null) return false;
  return fieldSelector.split(',').some((term) => {
    const [, field, operator, value] = /^([^=!]+)(==?|!=)(.*)$/.exec(term) ?? [];
    if (field !== 'metadata.name' || value === undefined) return false;
    return operator === '!=' ? value === wanted : !matchesName(value, wanted);
  });
}

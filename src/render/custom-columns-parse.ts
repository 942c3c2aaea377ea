/** `HEAD:.path,…` → columns. */
import { UserError } from '../errors.ts';
import { type Path, parsePath } from './jsonpath-parse.ts';

export interface CustomColumn {
  readonly head: string;
  readonly path: Path;
}

/** Commas in brackets are the path's own. Throws UserError AUDIT_BAD_TEMPLATE. */
export function parseColumns(spec: string): CustomColumn[] {
  return spec.split(/,(?![^[\]]*\])/).map((text) => {
    const colon = text.indexOf(':');
    const path = text.slice(colon + 1).trim();
    if (colon === -1 || path === '' || /^\{\s*\}$/.test(path)) {
      throw new UserError(
        'AUDIT_BAD_TEMPLATE',
        `unexpected custom-columns spec "${text}", expected HEAD:.path`,
        {
          hint: '-o custom-columns=WHEN:.when,WHO:.who.user,CODE:.result.code',
        },
      );
    }
    return { head: text.slice(0, colon), path: parsePath(path) };
  });
}

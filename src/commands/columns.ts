/** How wide text may be: the terminal's width, else what the environment says. */
import type { Io } from '../io.ts';

/** Null when neither is known. */
export function columnsOf(io: Io): number | null {
  if (io.out.columns !== null) return io.out.columns;
  const said = io.env.COLUMNS;
  return said !== undefined && /^[1-9]\d{1,3}$/.test(said) ? Number(said) : null;
}

/** An answer of one JSON value a line, as it comes. */
import { UserError } from '../../errors.ts';

/** Of one line. */
const MAX_LINE_BYTES = 64 * 1024 * 1024;

/** `address`: who answers, for messages. Empty lines are passed over; throws a UserError for a line that is no JSON. */
export async function* jsonLinesOf(
  body: AsyncIterable<Uint8Array>,
  address: string,
): AsyncGenerator<{ readonly json: unknown; readonly bytes: number }> {
  let rest: Buffer = Buffer.alloc(0);
  for await (const chunk of body) {
    const bytes = rest.length === 0 ? Buffer.from(chunk) : Buffer.concat([rest, chunk]);
    let start = 0;
    for (let end = bytes.indexOf(NEWLINE); end >= 0; end = bytes.indexOf(NEWLINE, start)) {
      if (end > start) yield parsed(bytes, start, end, address);
      start = end + 1;
    }
    rest = bytes.subarray(start);
    if (rest.length > MAX_LINE_BYTES) throw noJson(address, rest);
  }
  if (rest.length > 0) yield parsed(rest, 0, rest.length, address);
}

const NEWLINE = 0x0a;

function parsed(
  bytes: Buffer,
  start: number,
  end: number,
  address: string,
): { json: unknown; bytes: number } {
  try {
    return { json: JSON.parse(bytes.toString('utf8', start, end)) as unknown, bytes: end - start + 1 };
  } catch {
    throw noJson(address, bytes.subarray(start, end));
  }
}

function noJson(address: string, line: Buffer): UserError {
  const said = line.toString('utf8', 0, 200);
  return new UserError(
    'AUDIT_STORE_REFUSED',
    `${address} broke off, or sent what is no JSON: ${JSON.stringify(said)}`,
    {
      hint: 'once more; then --explain prints what is sent',
    },
  );
}

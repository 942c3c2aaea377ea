/** UTF-16, which shells of Windows write into files, → UTF-8. Any other bytes pass as they are. */

export async function* asUtf8(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let decoder: InstanceType<typeof TextDecoder> | null = null;
  let isFirst = true;
  for await (const chunk of chunks) {
    if (isFirst) {
      isFirst = false;
      const encoding = utf16Of(chunk);
      decoder = encoding === null ? null : new TextDecoder(encoding);
    }
    yield decoder === null ? chunk : Buffer.from(decoder.decode(chunk, { stream: true }));
  }
  if (decoder !== null) yield Buffer.from(decoder.decode());
}

/** Null: it is something else. By its mark; without one, ASCII has a NUL in every other byte. */
export function utf16Of(first: Uint8Array): 'utf-16le' | 'utf-16be' | null {
  const [a, b, c, d] = first;
  if (a === 0xff && b === 0xfe) return 'utf-16le';
  if (a === 0xfe && b === 0xff) return 'utf-16be';
  if (a === OPEN_BRACE && b === 0 && c !== 0 && d === 0) return 'utf-16le';
  return a === 0 && b === OPEN_BRACE && c === 0 && d !== 0 ? 'utf-16be' : null;
}

const OPEN_BRACE = 0x7b;

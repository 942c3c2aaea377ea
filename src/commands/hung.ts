/** Text beside a label, within so many columns: later lines begin under the first, not at the margin. */

/** `indent`: columns before the label; `width`: columns that label and indent take. A longer word overhangs. */
export function hung(label: string, text: string, columns: number, indent: number, width: number): string[] {
  const lines: string[] = [];
  let line = `${' '.repeat(indent)}${label}`.padEnd(width - 1);
  for (const word of text.split(' ')) {
    if (line.length + 1 + word.length > columns && line.trim() !== '') {
      lines.push(line);
      line = ' '.repeat(width - 1);
    }
    line += ` ${word}`;
  }
  return [...lines, line];
}

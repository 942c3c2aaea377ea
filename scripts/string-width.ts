/** Stands in for string-width in the bundle, for yargs and what it lays help out with. */
import { stripVTControlCharacters } from 'node:util';
import { widthOf } from '../src/render/width.ts';

export default function stringWidth(text: string): number {
  return widthOf(stripVTControlCharacters(text));
}

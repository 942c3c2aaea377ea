/**
 * A recorder as a process, for a network of its own: `node recorder-process.ts CERT KEY CA`. Prints its ports as a line of
 * JSON, then each request as one; ends when its standard input does.
 */
import { readFileSync } from 'node:fs';
import { startRecorder } from './recorder.ts';

const [cert = '', key = '', ca = ''] = process.argv.slice(2).map((path) => readFileSync(path, 'utf8'));
const say = (value: unknown) => void process.stdout.write(`${JSON.stringify(value)}\n`);
const recorder = await startRecorder({ cert, key, ca }, say);
say(recorder.ports);
process.stdin.resume().on('end', () => process.exit(0));

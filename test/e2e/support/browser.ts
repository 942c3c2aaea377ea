/** A real browser without scripts, driven over its debugging pipe: what it shows, and what it tells those who cannot see. */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { inflateSync } from 'node:zlib';

const execute = promisify(execFile);
const NAMES = ['chromium', 'chromium-browser', 'google-chrome'];

/** The program's name; null where there is none and none can be installed. */
export async function findBrowser(): Promise<string | null> {
  const found = await onPath();
  if (found !== null || process.getuid?.() !== 0) return found;
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  try {
    await execute('apt-get', ['update', '-q'], { env }).catch(() => undefined);
    await execute('apt-get', ['install', '-yq', '--no-install-recommends', 'chromium'], { env });
  } catch {
    return null;
  }
  return await onPath();
}

async function onPath(): Promise<string | null> {
  for (const name of NAMES) {
    const isThere = await execute(name, ['--version']).then(
      () => true,
      () => false,
    );
    if (isThere) return name;
  }
  return null;
}

interface Told {
  readonly id?: number;
  readonly method?: string;
  readonly params?: Record<string, unknown>;
  readonly result?: unknown;
  readonly error?: { readonly message: string };
}

export interface AxNode {
  readonly role: string;
  readonly name: string;
}

export interface Page {
  /** Everything in the accessibility tree that is not passed over. */
  accessible(): Promise<readonly AxNode[]>;
  /** The pixel in the middle of the first element that the selector finds, as a screenshot has it: red, green, blue. */
  middleOf(selector: string): Promise<readonly [number, number, number]>;
  /** How wide the page is, and how wide the window. */
  widths(): Promise<readonly [page: number, window: number]>;
  /** URLs that it asked for, besides itself. */
  readonly asked: readonly string[];
}

export async function openBrowser(program: string) {
  const profile = await mkdtemp(join(tmpdir(), 'browser-'));
  const child = spawn(
    program,
    [
      ...['--headless=new', '--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage', '--hide-scrollbars'],
      ...['--no-first-run', '--disable-background-networking', '--remote-debugging-pipe'],
      `--user-data-dir=${profile}`,
    ],
    { stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'] },
  );
  const pipe = new Pipe(child);
  return {
    async open(url: string, scheme: 'light' | 'dark'): Promise<Page> {
      const { targetId } = (await pipe.call('Target.createTarget', { url: 'about:blank' })) as {
        targetId: string;
      };
      const attached = await pipe.call('Target.attachToTarget', { targetId, flatten: true });
      const { sessionId } = attached as { sessionId: string };
      const call = (method: string, params: object = {}) => pipe.call(method, params, sessionId);
      const asked: string[] = [];
      pipe.on('Network.requestWillBeSent', ({ request }) => asked.push((request as { url: string }).url));
      await call('Network.enable');
      await call('Page.enable');
      await call('Emulation.setScriptExecutionDisabled', { value: true });
      await call('Emulation.setDeviceMetricsOverride', {
        width: 1200,
        height: 900,
        deviceScaleFactor: 1,
        mobile: false,
      });
      await call('Emulation.setEmulatedMedia', {
        features: [{ name: 'prefers-color-scheme', value: scheme }],
      });
      const loaded = pipe.once('Page.loadEventFired');
      await call('Page.navigate', { url });
      await loaded;
      return pageOf(call, asked, url);
    },
    async close(): Promise<void> {
      await pipe.call('Browser.close', {}).catch(() => undefined);
      for (let tries = 0; tries < 50 && child.exitCode === null; tries++) await sleep(100);
      if (child.exitCode === null) child.kill('SIGKILL');
      await rm(profile, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

type Call = (method: string, params?: object) => Promise<unknown>;

function pageOf(call: Call, asked: readonly string[], url: string): Page {
  return {
    get asked() {
      return asked.filter((one) => one !== url);
    },
    async accessible() {
      const { nodes } = (await call('Accessibility.getFullAXTree')) as {
        nodes: readonly { ignored: boolean; role?: { value: string }; name?: { value: string } }[];
      };
      return nodes
        .filter(({ ignored }) => !ignored)
        .map(({ role, name }) => ({ role: role?.value ?? '', name: name?.value ?? '' }));
    },
    async middleOf(selector) {
      const { root } = (await call('DOM.getDocument')) as { root: { nodeId: number } };
      const { nodeId } = (await call('DOM.querySelector', { nodeId: root.nodeId, selector })) as {
        nodeId: number;
      };
      const { model } = (await call('DOM.getBoxModel', { nodeId })) as {
        model: { content: readonly number[] };
      };
      const [x1 = 0, y1 = 0, , , x2 = 0, y2 = 0] = model.content;
      const clip = {
        x: Math.round((x1 + x2) / 2) - 1,
        y: Math.round((y1 + y2) / 2) - 1,
        width: 3,
        height: 3,
        scale: 1,
      };
      const shot = await call('Page.captureScreenshot', { format: 'png', clip, captureBeyondViewport: true });
      return pixelOf(Buffer.from((shot as { data: string }).data, 'base64'), 1, 1);
    },
    async widths() {
      const { cssContentSize, cssLayoutViewport } = (await call('Page.getLayoutMetrics')) as {
        cssContentSize: { width: number };
        cssLayoutViewport: { clientWidth: number };
      };
      return [cssContentSize.width, cssLayoutViewport.clientWidth];
    },
  };
}

/** Messages of the DevTools protocol, each ended by a zero byte. */
class Pipe {
  readonly #out: Writable;
  readonly #waiting = new Map<number, { resolve(result: unknown): void; reject(error: Error): void }>();
  readonly #listeners = new Map<string, ((params: Record<string, unknown>) => void)[]>();
  #last = 0;

  constructor(child: ChildProcess) {
    this.#out = child.stdio[3] as Writable;
    let left = '';
    (child.stdio[4] as Readable).setEncoding('utf8').on('data', (text: string) => {
      const messages = (left + text).split('\0');
      left = messages.pop() ?? '';
      for (const message of messages) this.#take(JSON.parse(message) as Told);
    });
    child.on('exit', () => {
      for (const { reject } of this.#waiting.values()) reject(new Error('the browser ended'));
    });
  }

  call(method: string, params: object, sessionId?: string): Promise<unknown> {
    const id = ++this.#last;
    this.#out.write(
      `${JSON.stringify({ id, method, params, ...(sessionId === undefined ? {} : { sessionId }) })}\0`,
    );
    return new Promise((resolve, reject) => this.#waiting.set(id, { resolve, reject }));
  }

  on(method: string, listener: (params: Record<string, unknown>) => void): void {
    this.#listeners.set(method, [...(this.#listeners.get(method) ?? []), listener]);
  }

  once(method: string): Promise<void> {
    return new Promise((resolve) => this.on(method, () => resolve()));
  }

  #take({ id, method, params = {}, result, error }: Told): void {
    if (id === undefined) {
      for (const listener of this.#listeners.get(method ?? '') ?? []) listener(params);
      return;
    }
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    if (error === undefined) waiting?.resolve(result);
    else waiting?.reject(new Error(error.message));
  }
}

/** Of a PNG of 8 bits a channel, as browsers make them (RFC 2083). */
function pixelOf(png: Buffer, x: number, y: number): readonly [number, number, number] {
  const width = png.readUInt32BE(16);
  const channels = png[25] === 6 ? 4 : 3;
  const parts: Buffer[] = [];
  for (let at = 8; at < png.length; ) {
    const length = png.readUInt32BE(at);
    if (png.toString('latin1', at + 4, at + 8) === 'IDAT') parts.push(png.subarray(at + 8, at + 8 + length));
    at += 12 + length;
  }
  const raw = inflateSync(Buffer.concat(parts));
  const stride = width * channels;
  let above: Buffer = Buffer.alloc(stride);
  for (let line = 0; ; line++) {
    const from = line * (stride + 1);
    const row = unfiltered(raw[from] ?? 0, raw.subarray(from + 1, from + 1 + stride), above, channels);
    if (line === y) return [row[x * channels] ?? 0, row[x * channels + 1] ?? 0, row[x * channels + 2] ?? 0];
    above = row;
  }
}

function unfiltered(filter: number, line: Buffer, above: Buffer, channels: number): Buffer {
  const row = Buffer.alloc(line.length);
  for (const [n, byte] of line.entries()) {
    const left = row[n - channels] ?? 0;
    const up = above[n] ?? 0;
    const corner = n < channels ? 0 : (above[n - channels] ?? 0);
    const guess = [0, left, up, (left + up) >> 1, paeth(left, up, corner)][filter] ?? 0;
    row[n] = (byte + guess) & 0xff;
  }
  return row;
}

function paeth(left: number, up: number, corner: number): number {
  const [a, b, c] = [Math.abs(up - corner), Math.abs(left - corner), Math.abs(left + up - 2 * corner)];
  return a <= b && a <= c ? left : b <= c ? up : corner;
}

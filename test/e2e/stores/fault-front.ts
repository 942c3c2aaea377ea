/** Stands before a server and passes on what is asked and answered, but for the faults that it is told. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';

export interface Fault {
  /** An answer of its own. */
  readonly answer?: {
    readonly status: number;
    readonly headers?: Record<string, string>;
    readonly body: string;
  };
  /** Before anything is answered. */
  readonly delayMs?: number;
  /** The connection ends after that part of the body. */
  readonly cutAt?: number;
  /** After the body. */
  readonly append?: string;
  /** To the query of the URL. */
  readonly ask?: string;
}

export interface FaultFront {
  readonly url: string;
  /** Decides on each request; null: it passes. */
  fault: (body: string, url: string) => Fault | null;
  /** Requests that were given up by whoever asked. */
  readonly abandoned: () => number;
  readonly stop: () => Promise<void>;
}

const OF_THE_CONNECTION = new Set(['host', 'connection', 'content-length', 'transfer-encoding']);

export async function startFaultFront(to: string): Promise<FaultFront> {
  let abandoned = 0;
  const server = createServer((request, response) => {
    response.on('close', () => {
      if (!response.writableEnded) abandoned++;
    });
    passOn(request, response).catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const front: FaultFront = {
    url: `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`,
    fault: () => null,
    abandoned: () => abandoned,
    stop: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return front;

  async function passOn(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks);
    const fault = front.fault(body.toString('utf8'), request.url ?? '') ?? {};
    if (fault.delayMs !== undefined) await sleep(fault.delayMs);
    if (fault.answer !== undefined) {
      response.writeHead(fault.answer.status, fault.answer.headers ?? {}).end(fault.answer.body);
      return;
    }
    const more =
      fault.ask === undefined ? '' : `${request.url?.includes('?') === true ? '&' : '?'}${fault.ask}`;
    const headers = Object.entries(request.headers).filter(([name]) => !OF_THE_CONNECTION.has(name));
    const answered = await fetch(`${to}${request.url}${more}`, {
      method: request.method ?? 'GET',
      headers: Object.fromEntries(headers) as Record<string, string>,
      ...(body.length === 0 ? {} : { body }),
    });
    const bytes = Buffer.from(await answered.arrayBuffer());
    response.writeHead(answered.status, {
      'content-type': answered.headers.get('content-type') ?? 'text/plain',
    });
    if (fault.cutAt !== undefined) {
      response.write(bytes.subarray(0, Math.floor(bytes.length * fault.cutAt)), () => response.destroy());
      return;
    }
    response.end(Buffer.concat([bytes, Buffer.from(fault.append ?? '')]));
  }
}

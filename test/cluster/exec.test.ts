/** Commands in containers, against a websocket server that speaks as the API server does. */
import { readFileSync } from 'node:fs';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type WebSocket, WebSocketServer } from 'ws';
import type { RunningCommand } from '../../src/io.ts';
import { connectTo, failure, never, tlsFile } from './support/connect-here.ts';

const TARGET = { namespace: 'shop', pod: 'api-1', container: 'api', command: ['cat', '/a b&c'] };
const IDENTITY = { cert: readFileSync(tlsFile('server.crt')), key: readFileSync(tlsFile('server.key')) };
const SUCCESS = { metadata: {}, status: 'Success' };
const exited = (code: number) => ({
  status: 'Failure',
  reason: 'NonZeroExitCode',
  message: `command terminated with non-zero exit code: exit status ${code}`,
  details: { causes: [{ reason: 'ExitCode', message: String(code) }] },
});

interface Asked {
  readonly url: string;
  readonly headers: NodeJS.Dict<string | string[]>;
  readonly protocol: string;
}

/** `refuse`: answers so before the upgrade, as many times as it says. */
async function container(
  run: (socket: WebSocket) => void | Promise<void>,
  refuse: { readonly status: number; readonly body: string; times: number } | null = null,
): Promise<{ port: number; asked: Asked[] }> {
  const asked: Asked[] = [];
  const server = createServer(IDENTITY);
  const sockets = new WebSocketServer({
    noServer: true,
    handleProtocols: (offered) => [...offered][0] ?? false,
  });
  server.on('upgrade', (request, socket, head) => {
    if (refuse !== null && refuse.times-- > 0) {
      asked.push({ url: request.url ?? '', headers: request.headers, protocol: '' });
      socket.end(
        `HTTP/1.1 ${refuse.status} No\r\ncontent-type: application/json\r\ncontent-length: ${refuse.body.length}\r\n\r\n${refuse.body}`,
      );
      return;
    }
    sockets.handleUpgrade(request, socket, head, (opened) => {
      asked.push({ url: request.url ?? '', headers: request.headers, protocol: opened.protocol });
      void run(opened);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    for (const client of sockets.clients) client.terminate();
    server.closeAllConnections();
    server.close();
  });
  return { port: (server.address() as AddressInfo).port, asked };
}

const say = (socket: WebSocket, channel: number, text: string | Buffer) =>
  socket.send(Buffer.concat([Buffer.from([channel]), Buffer.from(text)]));
const end = (socket: WebSocket, status: unknown) => {
  say(socket, 3, JSON.stringify(status));
  socket.close(1000);
};

async function read({ stdout }: RunningCommand): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of stdout) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}

describe('a command in a container', () => {
  it('is asked for with its words, in the newest protocol, as whoever we are', async () => {
    const { port, asked } = await container((socket) => {
      say(socket, 1, '');
      say(socket, 1, 'one ');
      say(socket, 2, 'warning');
      say(socket, 1, 'two');
      end(socket, SUCCESS);
    });
    const { api } = await connectTo(port, { flags: { as: 'bob', asGroup: ['a', 'b'] } });
    const running = await api.exec(TARGET, never);
    expect(await read(running)).toBe('one two');
    expect(await running.ended).toEqual({ exitCode: 0, stderr: 'warning' });
    expect(asked).toMatchObject([
      {
        url: '/api/v1/namespaces/shop/pods/api-1/exec?container=api&stdout=true&stderr=true&command=cat&command=%2Fa+b%26c',
        protocol: 'v5.channel.k8s.io',
        headers: {
          authorization: 'Bearer let-me-in',
          'impersonate-user': 'bob',
          'impersonate-group': 'a, b',
        },
      },
    ]);
    expect(asked[0]?.headers['user-agent']).toMatch(/^kubectl-audit\//);
  });

  it('tells the exit status', async () => {
    const { port } = await container((socket) => end(socket, exited(42)));
    const running = await (await connectTo(port)).api.exec(TARGET, never);
    expect(await read(running)).toBe('');
    expect(await running.ended).toEqual({ exitCode: 42, stderr: '' });
  });

  it('keeps the beginning of a long stderr', async () => {
    const { port } = await container((socket) => {
      for (let i = 0; i < 100; i++) say(socket, 2, 'x'.repeat(100));
      end(socket, SUCCESS);
    });
    const running = await (await connectTo(port)).api.exec(TARGET, never);
    await read(running);
    expect((await running.ended).stderr).toHaveLength(4096);
  });

  it('fails when it could not be run', async () => {
    const { port } = await container((socket) =>
      end(socket, {
        status: 'Failure',
        reason: 'InternalError',
        message: 'exec: "cat": executable file not found',
      }),
    );
    const running = await (await connectTo(port)).api.exec(TARGET, never);
    const expected =
      /^AUDIT_CLUSTER_UNREACHABLE: the command could not be run in pod shop\/api-1: exec: "cat"/;
    expect((await failure(read(running))).said).toMatch(expected);
    expect((await failure(running.ended)).said).toMatch(expected);
  });

  it('fails when the connection breaks before the verdict', async () => {
    const { port } = await container((socket) => {
      say(socket, 1, 'half');
      setTimeout(() => socket.terminate(), 50);
    });
    const running = await (await connectTo(port)).api.exec(TARGET, never);
    expect((await failure(read(running))).said).toMatch(/the connection was closed$/);
    expect((await failure(running.ended)).said).toMatch(/the connection was closed$/);
  });

  it('is read no faster than the reader takes it', async () => {
    const chunk = Buffer.alloc(256 * 1024, 'x');
    const whole = 160;
    let sent = 0;
    const { port } = await container(async (socket) => {
      for (; sent < whole; sent++) {
        await new Promise<void>((resolve) =>
          socket.send(Buffer.concat([Buffer.from([1]), chunk]), () => resolve()),
        );
      }
      end(socket, SUCCESS);
    });
    const { stdout, ended } = await (await connectTo(port)).api.exec(TARGET, never);
    let bytes = 0;
    for await (const part of stdout) {
      if (bytes === 0) {
        await sleep(500);
        // The rest waits in the sockets' buffers on both sides, which hold a few MB.
        expect(sent).toBeLessThan(whole / 2);
      }
      bytes += part.byteLength;
    }
    expect(bytes).toBe(whole * chunk.length);
    expect(await ended).toEqual({ exitCode: 0, stderr: '' });
  });

  it('ends when the reader stops early, and with the signal', async () => {
    let closed = 0;
    const { port } = await container((socket) => {
      socket.on('close', () => closed++);
      say(socket, 1, 'x');
    });
    const { api } = await connectTo(port);
    for await (const _ of (await api.exec(TARGET, never)).stdout) break;
    await expect.poll(() => closed).toBe(1);

    const stop = new AbortController();
    const running = await api.exec(TARGET, stop.signal);
    stop.abort(new Error('enough'));
    await expect(read(running)).rejects.toThrow('enough');
    await expect(running.ended).rejects.toThrow('enough');
    await expect.poll(() => closed).toBe(2);
    await expect(api.exec(TARGET, stop.signal)).rejects.toThrow('enough');
  });

  it('says what right is missing, and when nobody is logged in', async () => {
    const message =
      'pods "api-1" is forbidden: User "bob" cannot create resource "pods/exec" in API group "" in the namespace "shop"';
    const body = JSON.stringify({ kind: 'Status', message });
    const { port, asked } = await container(() => {}, { status: 403, body, times: 1 });
    expect((await failure((await connectTo(port)).api.exec(TARGET, never))).said).toBe(
      'AUDIT_FORBIDDEN: "bob" may not create pods/exec in the namespace "shop"',
    );
    expect(asked).toHaveLength(1);
    const strange = await container(() => {}, { status: 401, body: '{}', times: 9 });
    expect((await failure((await connectTo(strange.port)).api.exec(TARGET, never))).said).toMatch(
      /not logged in/,
    );
    expect(strange.asked).toHaveLength(1);
  });

  it('waits neither for the end of a refusal that never ends, nor for all of an endless one', async () => {
    const head = 'HTTP/1.1 403 No\r\ncontent-type: application/json\r\nconnection: close\r\n\r\n';
    const server = createServer(IDENTITY);
    const answers = ['', 'x'.repeat(200_000)];
    server.on('upgrade', (_, socket) => void socket.on('error', () => {}).write(head + answers.shift()));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => {
      server.closeAllConnections();
      server.close();
    });
    const { api } = await connectTo((server.address() as AddressInfo).port);
    const stop = new AbortController();
    setTimeout(() => stop.abort(new Error('enough')), 200);
    await expect(api.exec(TARGET, stop.signal)).rejects.toThrow('enough');
    expect((await failure(api.exec(TARGET, never))).said).toMatch(/^AUDIT_FORBIDDEN: not allowed/);
  });

  it('logs in once more after a 401', async () => {
    const { port, asked } = await container((socket) => end(socket, SUCCESS), {
      status: 401,
      body: '{}',
      times: 1,
    });
    const { api } = await connectTo(port, {
      user: 'exec: {command: ./login.sh, apiVersion: client.authentication.k8s.io/v1, interactiveMode: Never}',
      files: {
        'login.sh':
          '#!/bin/sh\nprintf \'{"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1","status":{"token":"t%s"}}\' $$\n',
      },
    });
    const running = await api.exec(TARGET, never);
    await read(running);
    expect(asked).toHaveLength(2);
    expect(asked[0]?.headers.authorization).not.toBe(asked[1]?.headers.authorization);
  });

  it('says that nothing listens', async () => {
    expect((await failure((await connectTo(1)).api.exec(TARGET, never))).said).toMatch(
      /nothing listens there$/,
    );
  });
});

/** Which proxy a request takes: cases of Go's own (golang.org/x/net/http/httpproxy/proxy_test.go) and some of ours. */
import { describe, expect, it } from 'vitest';
import { parseServerUrl } from '../../src/cluster/kubeconfig/server-url.ts';
import { proxyFor } from '../../src/wire/proxy.ts';

const through = (server: string, env: Record<string, string>, proxyUrl = '') =>
  proxyFor(parseServerUrl(server), proxyUrl, env)?.href ?? null;

describe('which variable', () => {
  it.each([
    ['https://a', { HTTPS_PROXY: 'http://p:1', HTTP_PROXY: 'http://q:1' }, 'http://p:1/'],
    ['http://a', { HTTPS_PROXY: 'http://p:1', HTTP_PROXY: 'http://q:1' }, 'http://q:1/'],
    ['https://a', { https_proxy: 'p:1' }, 'http://p:1/'],
    ['https://a', { HTTPS_PROXY: 'http://p:1', https_proxy: 'http://q:1' }, 'http://p:1/'],
    ['https://a', { HTTPS_PROXY: 'p' }, 'http://p/'],
    ['https://a', { HTTPS_PROXY: 'https://cache.corp' }, 'https://cache.corp/'],
    ['https://a', { HTTPS_PROXY: 'socks5://127.0.0.1' }, 'socks5://127.0.0.1'],
    ['https://a', { HTTPS_PROXY: 'ftp://p' }, null],
    ['https://a', { HTTPS_PROXY: '' }, null],
    ['https://a', { ALL_PROXY: 'http://p' }, null],
    ['https://localhost', { HTTPS_PROXY: 'http://p' }, null],
    ['https://127.0.0.9:6443', { HTTPS_PROXY: 'http://p' }, null],
    ['https://[::1]:6443', { HTTPS_PROXY: 'http://p' }, null],
  ])('%s %j → %s', (server, env, expected) => {
    expect(through(server, env)).toBe(expected);
  });

  it('takes proxy-url, whatever the environment says, even for this machine', () => {
    const env = { HTTPS_PROXY: 'http://p', NO_PROXY: '*' };
    expect(through('https://localhost', env, 'socks5://q:1')).toBe('socks5://q:1');
  });
});

describe('NO_PROXY', () => {
  it.each([
    ['*', 'a.b', true],
    ['b', 'a.b', true],
    ['b', 'b', true],
    ['b', 'ab', false],
    ['.b', 'a.b', true],
    ['.b', 'b', false],
    ['*.b', 'a.b', true],
    ['*.b', 'b', false],
    ['A.B', 'a.b', true],
    ['x, a.b ,y', 'a.b', true],
    [',,', 'a.b', false],
    ['a.b:443', 'a.b', true],
    ['a.b:6443', 'a.b', false],
    [':443', 'a.b', false],
    ['10.0.0.0/8', '10.1.2.3', true],
    ['10.0.0.0/8', '11.1.2.3', false],
    ['10.0.0.0/99', '10.1.2.3', false],
    ['10.1.2.3', '10.1.2.3', true],
    ['10.1.2.3:443', '10.1.2.3', true],
    ['10.1.2.3:80', '10.1.2.3', false],
    ['fd00::/8', '[fd00::1]', true],
    ['fd00::1', '[fd00:0:0::1]', true],
    ['[fd00::1]:443', '[fd00::1]', true],
    ['[fd00::1]:444', '[fd00::1]', false],
    ['2.3', '10.1.2.3', false],
    ['10.0.0.0/8', 'a.b', false],
  ])('%j, asked for %s: excepted %s', (exceptions, host, isExcepted) => {
    const env = { HTTPS_PROXY: 'http://p', no_proxy: exceptions };
    expect(through(`https://${host}`, env)).toBe(isExcepted ? null : 'http://p/');
  });
});

/** TLS and a login before a store that has neither: `tls-front.ts PORT STORE-PORT KEY CERTIFICATE [NAME:PASSWORD]`. */
import { readFileSync } from 'node:fs';
import { request } from 'node:http';
import { createServer } from 'node:https';

const [port = '', storePort = '', key = '', certificate = '', login = ''] = process.argv.slice(2);
const wanted = login === '' ? undefined : `Basic ${Buffer.from(login).toString('base64')}`;

createServer({ key: readFileSync(key), cert: readFileSync(certificate) }, (asked, answer) => {
  if (wanted !== undefined && asked.headers.authorization !== wanted) {
    answer.writeHead(401).end('who are you?');
    return;
  }
  const { method, url, headers } = asked;
  const passed = request({ host: '127.0.0.1', port: storePort, method, path: url, headers }, (answered) => {
    answer.writeHead(answered.statusCode ?? 502, answered.headers);
    answered.pipe(answer);
  });
  passed.on('error', () => answer.writeHead(502).end());
  asked.pipe(passed);
}).listen(Number(port), '0.0.0.0');

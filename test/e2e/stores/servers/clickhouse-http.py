"""ClickHouse's HTTP interface over its engine as a library, as much of it as is asked here: `clickhouse-http.py PORT FOLDER`.

A query in the body, or as the field `query` of a multipart form with its parameters in fields `param_NAME`; settings in the URL.
How a form is read, and which status an error has, is as in the server's src/Server/HTTPHandler.cpp and HTTP/HTMLForm.cpp.
"""
import email.parser
import email.policy
import os
import re
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, urlsplit

from chdb import session

PORT, FOLDER = int(sys.argv[1]), sys.argv[2]
ENGINE = session.Session(FOLDER)
ONE_AT_A_TIME = threading.Lock()
STATUS = {
    60: 404, 81: 404, 46: 404, 47: 404, 50: 404, 115: 404,
    6: 400, 27: 400, 36: 400, 38: 400, 41: 400, 43: 500, 53: 400, 62: 400, 72: 400, 427: 400,
    159: 408, 192: 403, 193: 403, 516: 403, 194: 401, 48: 501,
}
NO_SETTINGS = {'query', 'user', 'password', 'database', 'wait_end_of_query', 'buffer_size', 'query_id', 'compress'}


class Handler(BaseHTTPRequestHandler):
    protocol_version = 'HTTP/1.1'

    def log_message(self, *_):
        pass

    def answer(self, status, body, headers=()):
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)
        self.send_header('Content-Length', str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def form(self, body):
        kind = self.headers.get('Content-Type', '')
        if not kind.startswith('multipart/form-data'):
            return {'query': body.decode()}
        boundary = re.search(r'boundary="?([^";]+)', kind).group(1)
        fields = {}
        for part in (b'\r\n' + body).split(b'\r\n--' + boundary.encode())[1:-1]:
            head, _, value = part.removeprefix(b'\r\n').partition(b'\r\n\r\n')
            headers = email.parser.BytesHeaderParser(policy=email.policy.HTTP).parsebytes(head)
            fields[headers['content-disposition'].params['name']] = value.decode()
        return fields

    def do_POST(self):
        url = urlsplit(self.path)
        of_url = dict(parse_qsl(url.query, keep_blank_values=True))
        fields = self.form(self.rfile.read(int(self.headers.get('Content-Length') or 0)))
        query = '\n'.join(text for text in (of_url.get('query', ''), fields.get('query', '')) if text)
        values = {name[6:]: value for name, value in {**of_url, **fields}.items() if name.startswith('param_')}
        settings = [name + ' = ' + (value if re.fullmatch(r'[\d.]+', value) else f"'{value}'") for name, value in of_url.items()
                    if name not in NO_SETTINGS and not name.startswith('param_')]
        found = re.search(r'\bFORMAT\s+(\w+)\s*$', query)
        form = found.group(1) if found and not re.match(r'\s*INSERT\b', query, re.I) else 'TabSeparated'
        if form != 'TabSeparated':
            query = query[:found.start()]
            if settings:
                query += '\nSETTINGS ' + ', '.join(settings)
        try:
            with ONE_AT_A_TIME:
                result = ENGINE.query(query, form, params=values) if values else ENGINE.query(query, form)
                body = result.bytes() or b''
            self.answer(200, body, [('X-ClickHouse-Format', form)])
        except Exception as error:
            said = str(error)
            code = re.search(r'Code: (\d+)', said)
            number = int(code.group(1)) if code else 1002
            self.answer(STATUS.get(number, 500), (said + '\n').encode(), [('X-ClickHouse-Exception-Code', str(number))])

    def do_GET(self):
        self.answer(200, b'Ok.\n')


ThreadingHTTPServer((os.environ.get('HOST', '127.0.0.1'), PORT), Handler).serve_forever()

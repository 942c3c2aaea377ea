"""Log Analytics' way to be asked, over an engine for its language: `azure-http.py PORT`.

POST /v1/workspaces/ID/query {query}, or …/search, as tables of the basic plan are asked; POST /tables/ID {table, columns: {name: type}, rows} fills a workspace.
Answers and errors have the form of https://learn.microsoft.com/azure/azure-monitor/logs/api/response-format.
"""
import datetime
import json
import os
import re
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import duckdb_kql

WORKSPACES = {}
ONE_AT_A_TIME = threading.Lock()
TYPES = {'string': 'VARCHAR', 'datetime': 'TIMESTAMP', 'dynamic': 'JSON', 'real': 'DOUBLE'}


def plain(value):
    if isinstance(value, datetime.datetime):
        text = value.isoformat()
        return (text.rstrip('0') if '.' in text else text) + 'Z'
    return value


class Handler(BaseHTTPRequestHandler):
    protocol_version = 'HTTP/1.1'

    def log_message(self, *_):
        pass

    def answer(self, status, value):
        body = json.dumps(value).encode()
        self.send_response(status)
        self.send_header('Content-Type', 'application/json; charset=utf-8')
        self.send_header('Content-Length', str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_POST(self):
        said = json.loads(self.rfile.read(int(self.headers.get('Content-Length') or 0)))
        _, *path = self.path.split('/')
        with ONE_AT_A_TIME:
            if path[0] == 'tables':
                self.fill(path[1], said)
            elif path[:2] == ['v1', 'workspaces'] and path[3:] in (['query'], ['search']) and path[2] in WORKSPACES:
                self.ask(WORKSPACES[path[2]], said['query'])
            else:
                self.answer(404, {'error': {'code': 'PathNotFoundError', 'message': 'The requested path does not exist'}})

    def fill(self, workspace, said):
        engine = WORKSPACES.setdefault(workspace, duckdb_kql.connect())
        columns = ', '.join(f'"{name}" {TYPES[kind]}' for name, kind in said['columns'].items())
        engine.execute(f'CREATE TABLE "{said["table"]}" ({columns})')
        if said['rows']:
            engine.executemany(f'INSERT INTO "{said["table"]}" VALUES ({", ".join("?" for _ in said["columns"])})', said['rows'])
        self.answer(200, {})

    def ask(self, engine, query):
        try:
            result = duckdb_kql.query(engine, query)
            columns = [{'name': name, 'type': 'string'} for name in result.columns]
            rows = [[plain(value) for value in row] for row in result.fetchall()]
            self.answer(200, {'tables': [{'name': 'PrimaryResult', 'columns': columns, 'rows': rows}]})
        except Exception as error:
            missing = re.search(r'Table with name (\w+) does not exist', str(error))
            inner = {'code': 'SEM0100', 'message': f"'take' operator: Failed to resolve table or column expression named '{missing.group(1)}'"} \
                if missing else {'code': 'SYN0002', 'message': str(error)}
            self.answer(400, {'error': {'code': 'BadArgumentError', 'message': 'The request had some invalid properties',
                                        'innererror': {'code': 'SemanticError', 'message': 'A semantic error occurred.', 'innererror': inner}}})

    def do_GET(self):
        self.answer(200, {})


ThreadingHTTPServer((os.environ.get('HOST', '127.0.0.1'), int(sys.argv[1])), Handler).serve_forever()

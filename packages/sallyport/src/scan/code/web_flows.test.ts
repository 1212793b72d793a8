import assert from 'node:assert/strict';
import { test } from 'node:test';
import { scanCode } from './index.ts';

/** Ways of data from a request to a command, in a Flask view: `param` comes in, `bar` is used. Each dangerous way has a harmless twin. */
const HEAD = `import os
from flask import Flask, request
app = Flask(__name__)
class Wrapper:
    def __init__(self, req):
        self.req = req
    def value(self, name):
        return self.req.form.get(name)
class Same:
    def act(self, value):
        return value
class Other:
    def act(self, value):
        return 'other'
def make(kind):
    if kind == 'a':
        return Same()
    return Same()
def second(first, value='x'):
    return value
`;
const view = (body: string): string =>
  `${HEAD}@app.route('/x')\ndef x():\n${body.replace(/^/gm, '    ')}\n    os.system('ls ' + bar)\n    return ''\n`;

const DANGEROUS: Readonly<Record<string, string>> = {
  'a wrapper around the request': "bar = Wrapper(request).value('q')",
  'names of fields': "bar = ''\nfor name in request.form.keys():\n    bar = name",
  'the query string, cut': "text = request.query_string.decode()\nbar = text[text.find('q=') + 2:]",
  'an object of a factory': "bar = make('a').act(request.args['q'])",
  'an argument by name': "bar = second('a', value=request.args['q'])",
  'a slot of a table': "table = {}\ntable['a'] = 'x'\ntable['b'] = request.args['q']\nbar = table['b']",
  'a list that moved': "items = ['a', request.args['q'], 'b']\nitems.pop(0)\nbar = items[0]",
  'a configuration': "import configparser\nc = configparser.ConfigParser()\nc.set('s', 'k', request.args['q'])\nbar = c.get('s', 'k')",
  'base64 and back': "import base64\nbar = base64.b64decode(base64.b64encode(request.args['q'].encode())).decode()",
  'a condition that holds': "bar = request.args['q'] if 7 * 18 + 1 > 100 else 'x'",
  'a match on a constant': "match 'abc'[0]:\n    case 'a':\n        bar = request.args['q']\n    case _:\n        bar = 'x'",
};
const HARMLESS: Readonly<Record<string, string>> = {
  'an object that answers a constant': "bar = Other().act(request.args['q'])",
  'another argument': "bar = second(request.args['q'], value='y')",
  'another slot of the table': "table = {}\ntable['a'] = 'x'\ntable['b'] = request.args['q']\nbar = table['a']",
  'a list that moved': "items = ['a', request.args['q'], 'b']\nitems.pop(0)\nbar = items[1]",
  'a condition that does not hold': "bar = request.args['q'] if 7 * 18 - 100 > 100 else 'x'",
  'a match on a constant': "match 'abc'[1]:\n    case 'a':\n        bar = request.args['q']\n    case _:\n        bar = 'x'",
  'a table of constants': "bar = {'a': 'x', 'b': 'y'}.get(request.args['q'], 'z')",
  'one of two constants': "bar = 'a'\nif request.args['q']:\n    bar = 'b'",
  'a refusal that ends the view': "from flask import abort\nbar = request.args['q']\nif bar not in ('a', 'b'):\n    abort(400)",
};

test('data of a request reaches a command by many ways', async () => {
  for (const [name, body] of Object.entries(DANGEROUS)) {
    const { findings } = await scanCode([{ path: 'a.py', text: view(body) }]);
    assert.ok(
      findings.some(({ rule, trace }) => rule === 'code.command-injection' && trace !== undefined),
      name,
    );
  }
});

test('what never holds data of the request is no finding', async () => {
  for (const [name, body] of Object.entries(HARMLESS)) {
    const { findings } = await scanCode([{ path: 'a.py', text: view(body) }]);
    assert.deepEqual(
      findings.map(({ rule }) => rule),
      [],
      name,
    );
  }
});

/** What a check of the parsed address, or of the resolved path, says of the data it was made of. */
const GUARDED: readonly (readonly [rule: string, text: string, isFound: boolean])[] = [
  [
    'open-redirect',
    "from urllib.parse import urlparse\nfrom flask import redirect, request\ndef go():\n    to = request.args['to']\n    url = urlparse(to)\n    if url.netloc not in ['acme.com']:\n        return 'no'\n    return redirect(to)\n",
    false,
  ],
  [
    'open-redirect',
    "from urllib.parse import urlparse\nfrom flask import redirect, request\ndef go():\n    to = request.args['to']\n    if urlparse(to).path == '/a':\n        return redirect(to)\n",
    true,
  ],
  [
    'path-traversal',
    "import os\nfrom flask import request\ndef read():\n    path = os.path.realpath('/srv/' + request.args['f'])\n    if not path.startswith('/srv/'):\n        return 'no'\n    return open(path).read()\n",
    false,
  ],
  ['path-traversal', "from flask import request\ndef read():\n    return open('/srv/' + request.args['f']).read()\n", true],
  [
    'xpath-injection',
    "from flask import request\ndef find(root):\n    name = request.args['n']\n    if \"'\" in name:\n        return None\n    return root.xpath(f\"/a[@n='{name}']\")\n",
    false,
  ],
];

test('text of another type than HTML is no script, and tests are audit', async () => {
  const plain = "app.get('/', (req, res) => { res.set('Content-Type', 'text/plain'); res.send(req.query.a); });\n";
  const html = "app.get('/', (req, res) => { res.send(req.query.a); });\n";
  const rules = async (path: string, text: string, audit = false): Promise<string[]> =>
    (await scanCode([{ path, text }], { audit })).findings.map(({ rule }) => rule);
  assert.deepEqual(await rules('a.js', plain), []);
  assert.deepEqual(await rules('a.js', html), ['code.cross-site-scripting']);
  assert.deepEqual(await rules('test/a.js', html), []);
  assert.ok((await rules('test/a.js', html, true)).includes('code.cross-site-scripting'));
});

test('a check of an address or path counts for the data itself', async () => {
  for (const [rule, text, isFound] of GUARDED) {
    const { findings } = await scanCode([{ path: 'a.py', text }]);
    assert.equal(
      findings.some((found) => found.rule === `code.${rule}`),
      isFound,
      text,
    );
  }
});

/** Frameworks whose files do not say by themselves what is a request: types, names, places. */
const FRAMEWORKS: readonly (readonly [what: string, rule: string, files: Readonly<Record<string, string>>])[] = [
  [
    'names of an imported module without naming them',
    'command-injection',
    { 'a.py': "from flask import *\nfrom os import popen\ndef a():\n    popen('x ' + request.args['q'])\n" },
  ],
  [
    'a class method of another file',
    'sql-injection',
    {
      'model.py':
        'from sqlalchemy import text\nclass User:\n    @classmethod\n    def find(cls, name):\n        return cls.query.filter(text("name = \'%s\'" % name))\n',
      'view.py': "from flask import request\nfrom model import User\ndef a():\n    return User.find(request.args['q'])\n",
    },
  ],
  [
    'a receiver that is known by its base class',
    'path-traversal',
    {
      'a.py':
        "from http.server import BaseHTTPRequestHandler\nclass H(BaseHTTPRequestHandler):\n    def do_GET(self):\n        open('files' + self.path)\n",
    },
  ],
  [
    'a function with a promise in place of its callback',
    'command-injection',
    {
      'a.js':
        "const { promisify } = require('util');\nconst run = promisify(require('child_process').exec);\nconst app = require('express')();\napp.get('/', async (req, res) => { await run('x ' + req.query.a); });\n",
    },
  ],
  [
    'a controller of Express whose parameters have other names',
    'command-injection',
    {
      'routes.js': "const router = require('express').Router();\nconst c = require('./ctl');\nrouter.get('/a', c.run);\n",
      'ctl.js': "const { exec } = require('child_process');\nexports.run = (a, b) => { exec('x ' + a.query.q); };\n",
    },
  ],
  [
    'a helper that takes the request',
    'command-injection',
    {
      'a.js':
        "const { exec } = require('child_process');\nconst app = require('express')();\nconst pick = (r) => r.query.a;\napp.get('/', (req, res) => { exec('x' + pick(req)); });\n",
    },
  ],
  [
    'the module request beside the variable',
    'server-side-request-forgery',
    {
      'a.js':
        "const request = require('request');\nconst app = require('express')();\napp.get('/', (req, res) => { request(req.query.url, () => {}); });\n",
    },
  ],
  [
    'a service of Nest by its type',
    'sql-injection',
    {
      'svc.ts':
        "import { DataSource } from 'typeorm';\nexport class Users { constructor(private readonly ds: DataSource) {}\n find(n: string) { return this.ds.query(`select * from u where n='${n}'`); } }\n",
      'ctl.ts':
        "import { Controller, Get, Query } from '@nestjs/common';\nimport { Users } from './svc';\n@Controller('u')\nexport class C { constructor(private readonly users: Users) {}\n @Get() list(@Query('n') n: string) { return this.users.find(n); } }\n",
    },
  ],
  [
    'a route of Next, below the root of the project',
    'sql-injection',
    {
      'src/lib/db.ts':
        "import { Pool } from 'pg';\nconst pool = new Pool();\nexport const find = (id: string) => pool.query(`select ${id}`);\n",
      'src/app/api/route.ts':
        "import { find } from '@/lib/db';\nexport async function POST(r: Request) { const { id } = await r.json(); return Response.json(await find(id)); }\n",
    },
  ],
  [
    'a view of Django by its first parameter',
    'sql-injection',
    {
      'views.py':
        'from django.http import HttpResponse\nfrom django.db import connection\ndef show(request, name):\n    with connection.cursor() as cursor:\n        cursor.execute("select * from t where n=\'%s\'" % name)\n    return HttpResponse("")\n',
    },
  ],
  [
    'a client that the constructor keeps',
    'code-injection',
    {
      'agent.py':
        'from openai import OpenAI\nclass Agent:\n    def __init__(self):\n        self.client = OpenAI()\n    def run(self):\n        answer = self.client.chat.completions.create(model="m", messages=[])\n        exec(answer.choices[0].message.content)\n',
    },
  ],
];

test('requests are known by types, names and places', async () => {
  for (const [what, rule, files] of FRAMEWORKS) {
    const { findings } = await scanCode(Object.entries(files).map(([path, text]) => ({ path, text })));
    assert.ok(
      findings.some((found) => found.rule === `code.${rule}` && found.trace !== undefined),
      what,
    );
  }
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkSources } from './check_store.ts';
import { scanCode } from './index.ts';

/** What a model answers, what a store finds and what a model passes to a tool, at sinks of the other families. */
const PYTHON: readonly (readonly [rule: string, text: string])[] = [
  [
    'code-injection',
    'from openai import OpenAI\nr = OpenAI().chat.completions.create(model="m", messages=[])\nexec(r.choices[0].message.content)\n',
  ],
  [
    'code-injection',
    'import anthropic\nm = anthropic.Anthropic().messages.create(model="m", max_tokens=9, messages=[])\neval(m.content[0].text)\n',
  ],
  ['code-injection', 'from google import genai\nc = genai.Client()\nexec(c.models.generate_content(model="m", contents="x").text)\n'],
  ['command-injection', 'import os, ollama\nos.system(ollama.chat(model="m", messages=[])["message"]["content"])\n'],
  [
    'command-injection',
    'import subprocess\nfrom mcp.server.fastmcp import FastMCP\nmcp = FastMCP("x")\n@mcp.tool()\ndef ping(host: str) -> str:\n    return subprocess.check_output(f"ping {host}", shell=True).decode()\n',
  ],
  [
    'command-injection',
    'import os\nfrom langchain_core.tools import tool\n@tool\ndef run(command: str) -> str:\n    """Runs."""\n    return os.popen(command).read()\n',
  ],
  [
    'command-injection',
    'import json, os\ndef act(message):\n    for call in message.tool_calls:\n        os.system(json.loads(call.function.arguments)["command"])\n',
  ],
  [
    'path-traversal',
    'from mcp.server.fastmcp import FastMCP\nserver = FastMCP("x")\n@server.tool()\nasync def read(path: str) -> str:\n    with open(path) as file:\n        return file.read()\n',
  ],
  [
    'server-side-request-forgery',
    'import requests\nfrom fastmcp import FastMCP\nmcp = FastMCP("x")\n@mcp.tool\ndef fetch(url: str) -> str:\n    return requests.get(url).text\n',
  ],
  [
    'sql-injection',
    'import sqlite3\nfrom langchain_openai import ChatOpenAI\nllm = ChatOpenAI()\ndef ask(question):\n    sqlite3.connect("a.db").execute(llm.invoke(question).content)\n',
  ],
  [
    'cross-site-scripting',
    'from flask import Flask, request\nfrom openai import OpenAI\napp = Flask(__name__)\n@app.route("/a")\ndef a():\n    r = OpenAI().responses.create(model="m", input="x")\n    return "<p>" + r.output_text + "</p>"\n',
  ],
  [
    'template-injection',
    'from jinja2 import Template\ndef show(store, q):\n    return Template(store.similarity_search(q)[0].page_content).render()\n',
  ],
  [
    'unsafe-deserialisation',
    'import yaml, litellm\nyaml.load(litellm.completion(model="m", messages=[]).choices[0].message.content, Loader=yaml.Loader)\n',
  ],
];
const JAVASCRIPT: readonly (readonly [rule: string, text: string])[] = [
  [
    'code-injection',
    "import OpenAI from 'openai';\nconst r = await new OpenAI().chat.completions.create({ model: 'm', messages: [] });\neval(r.choices[0].message.content);\n",
  ],
  [
    'code-injection',
    "import Anthropic from '@anthropic-ai/sdk';\nconst m = await new Anthropic().messages.create({ model: 'm', messages: [] });\nnew Function(m.content[0].text)();\n",
  ],
  [
    'command-injection',
    "import { generateText } from 'ai';\nimport { exec } from 'node:child_process';\nconst { text } = await generateText({ model, prompt });\nexec(text);\n",
  ],
  [
    'command-injection',
    "import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';\nimport { execSync } from 'child_process';\nconst server = new McpServer({ name: 'x' });\nserver.tool('ping', { host: z.string() }, async ({ host }) => ({ content: [{ type: 'text', text: execSync(`ping ${host}`).toString() }] }));\n",
  ],
  [
    'command-injection',
    "import { tool } from 'ai';\nimport { execSync } from 'child_process';\nexport const run = tool({ description: 'd', execute: async ({ command }) => execSync(command).toString() });\n",
  ],
  [
    'path-traversal',
    "import fs from 'node:fs';\nserver.registerTool('read', { inputSchema }, async ({ path }) => ({ content: [{ type: 'text', text: fs.readFileSync(path, 'utf8') }] }));\n",
  ],
  [
    'server-side-request-forgery',
    'server.setRequestHandler(CallToolRequestSchema, async (request) => { const { url } = request.params.arguments; return fetch(url); });\n',
  ],
  [
    'cross-site-scripting',
    "import { useChat } from '@ai-sdk/react';\nexport function Chat() {\n  const { messages } = useChat();\n  return <div>{messages.map((m) => <p dangerouslySetInnerHTML={{ __html: m.content }} />)}</div>;\n}\n",
  ],
  ['cross-site-scripting', 'const answer = await model.generateContent(prompt);\nout.innerHTML = answer.response.text();\n'],
  ['sql-injection', "const r = await client.responses.create({ model: 'm', input: q });\nawait db.query(r.output_text);\n"],
];
const CLEAN: readonly (readonly [path: string, text: string])[] = [
  [
    'a.py',
    'from openai import OpenAI\nr = OpenAI().chat.completions.create(model="m", messages=[])\nprint(r.choices[0].message.content)\nopen("answer.txt", "w").write(r.choices[0].message.content)\n',
  ],
  [
    'b.py',
    'import subprocess\nfrom mcp.server.fastmcp import FastMCP, Context\nmcp = FastMCP("x")\n@mcp.tool()\ndef ping(host: str, ctx: Context) -> str:\n    return subprocess.run(["ping", "-c", "1", host], capture_output=True).stdout.decode()\n',
  ],
  ['c.py', 'import ast, ollama\nast.literal_eval(ollama.generate(model="m", prompt="p")["response"])\n'],
  [
    'a.js',
    "const r = await client.responses.create({ model: 'm', input: q });\nout.textContent = r.output_text;\nawait db.query('insert into answers values ($1)', [r.output_text]);\n",
  ],
  [
    'b.js',
    "import { execFileSync } from 'child_process';\nserver.tool('ping', { host: z.string() }, async ({ host }) => ({ content: [{ type: 'text', text: execFileSync('ping', [host]).toString() }] }));\n",
  ],
  [
    'c.js',
    'const docs = await Promise.all(terms.map((term) => store.similaritySearch(term)));\nout.textContent = docs.flat()[0].pageContent;\n',
  ],
];

const { checks, models } = checkSources();
async function rules(path: string, text: string): Promise<string[]> {
  const { findings } = await scanCode([{ path, text }], { checks, models });
  return findings.map(({ rule }) => rule);
}

for (const [extension, flows] of [
  ['py', PYTHON],
  ['jsx', JAVASCRIPT],
] as const) {
  test(`what models write and pass on is found in ${extension}`, async () => {
    for (const [rule, text] of flows) {
      const found = await rules(`case.${extension}`, text);
      assert.ok(found.includes(`code.${rule}`), `${rule} not in [${found.join(', ')}]:\n${text}`);
    }
  });
}

test('what models write and pass on may be shown as text, stored and given as an argument', async () => {
  for (const [path, text] of CLEAN) assert.deepEqual(await rules(path, text), [], text);
});

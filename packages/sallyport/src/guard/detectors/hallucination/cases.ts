import type { Cases } from '../cases.ts';

const fenced = (language: string, code: string): string => `Like this:\n\n\`\`\`${language}\n${code}\n\`\`\`\n\nThat is all.`;

export const cases: Cases = {
  hits: [
    { rule: 'hallucination.near-twin', text: 'Run `pip install reqeusts` first.', point: 'response', found: 'reqeusts' },
    { rule: 'hallucination.near-twin', text: 'First `npm install --save-dev lodahs express`.', point: 'response', found: 'lodahs' },
    { rule: 'hallucination.near-twin', text: 'pnpm add @babel/coer', point: 'response', found: '@babel/coer' },
    { rule: 'hallucination.near-twin', text: 'cargo add serde_jsn --features derive', point: 'response', found: 'serde_jsn' },
    {
      rule: 'hallucination.near-twin',
      text: 'go get github.com/stretchr/testfy@v1.9.0',
      point: 'response',
      found: 'github.com/stretchr/testfy',
    },
    { rule: 'hallucination.near-twin', text: fenced('python', 'import os\nimport numpyy as np'), point: 'response', found: 'numpyy' },
    { rule: 'hallucination.near-twin', text: fenced('ts', "import express from 'expres';"), point: 'response', found: 'expres' },
    {
      rule: 'hallucination.near-twin',
      text: fenced('go', 'import (\n\t"fmt"\n\t"github.com/spf13/cobraa"\n)'),
      point: 'response',
      found: 'github.com/spf13/cobraa',
    },
    {
      rule: 'hallucination.near-twin',
      text: fenced('json', '{\n  "dependencies": {\n    "chalkk": "^5.0.0"\n  }\n}'),
      point: 'response',
      found: 'chalkk',
    },
    { rule: 'hallucination.near-twin', text: fenced('toml', '[dependencies]\ntokioo = "1"'), point: 'response', found: 'tokioo' },
    { rule: 'hallucination.near-twin', text: fenced('text', 'flask==3.0\nrequsts>=2.31'), point: 'response', found: 'requsts' },
    { rule: 'hallucination.near-twin', text: 'pip install python-requests', point: 'response', found: 'python-requests' },
    { rule: 'hallucination.cross-ecosystem', text: 'pip install react-dom', point: 'response', found: 'react-dom' },
    { rule: 'hallucination.invented', text: 'npm i lodash-helper', point: 'response', found: 'lodash-helper' },
    { rule: 'hallucination.near-twin', text: 'pip install reqeusts', point: 'tool_call', found: 'reqeusts' },
  ],
  misses: [
    { rule: 'hallucination.near-twin', text: 'Run `pip install requests` first.', point: 'response' },
    { rule: 'hallucination.near-twin', text: 'First `npm install --save-dev lodash express`, and restart.', point: 'response' },
    { rule: 'hallucination.near-twin', text: 'pip install -r requirments.txt', point: 'response' },
    { rule: 'hallucination.near-twin', text: 'pip install -e ./reqeusts', point: 'response' },
    { rule: 'hallucination.near-twin', text: 'The reqeusts were answered in time.', point: 'response' },
    {
      rule: 'hallucination.near-twin',
      text: fenced('python', 'from sklearn.linear_model import Ridge\nimport cv2, yaml\nfrom .reqeusts import x\nfrom models import User'),
      point: 'response',
    },
    {
      rule: 'hallucination.near-twin',
      text: fenced('ts', "import { x } from './expres';\nimport y from '@/lodahs';\nimport fs from 'node:fs';"),
      point: 'response',
    },
    { rule: 'hallucination.near-twin', text: fenced('go', 'import (\n\t"net/http"\n\t"github.com/spf13/cobra/doc"\n)'), point: 'response' },
    {
      rule: 'hallucination.near-twin',
      text: fenced('rust', 'use std::io;\nuse serde::Deserialize;\nuse crate::modl::X;'),
      point: 'response',
    },
    { rule: 'hallucination.cross-ecosystem', text: 'npm install react-dom', point: 'response' },
    { rule: 'hallucination.invented', text: 'npm i acme-billing-helper', point: 'response' },
    {
      rule: 'hallucination.near-twin',
      text: 'Run npm install and then start the server; npm installs what is missing.',
      point: 'response',
    },
  ],
};

import { createHash } from 'node:crypto';
import { letters, type Random } from '../../packages/sallyport/src/guard/detectors/secrets/made_up.ts';

/** A line around a credential, as it stands in code, a configuration, a command or a log. `name` is that of the variable. */
export type Context = (name: string, value: string) => string;

const camel = (name: string): string => name.toLowerCase().replace(/_(.)/g, (_all, c: string) => c.toUpperCase());

/** Where credentials leak. */
export const CONTEXTS: Readonly<Record<string, Context>> = {
  env: (name, value) => `# local settings\nPORT=8080\n${name}=${value}\nDEBUG=1\n`,
  exported: (name, value) => `export ${name}="${value}" && npm start`,
  yaml: (name, value) => `service:\n  replicas: 2\n  ${name.toLowerCase()}: ${value}\n  region: eu-1\n`,
  json: (name, value) => `{"host": "api.internal", "${camel(name)}": "${value}", "retries": 3}`,
  toml: (name, value) => `[service]\n${name.toLowerCase()} = "${value}"\ntimeout = 30\n`,
  python: (name, value) => `import os\n${name} = '${value}'\nclient = connect(${name}, timeout=5)\n`,
  pythonDict: (name, value) => `os.environ["${name}"] = "${value}"\n`,
  pythonTyped: (name, value) => `class Settings:\n    ${name.toLowerCase()}: str = "${value}"\n`,
  javascript: (name, value) => `const ${camel(name)} = '${value}';\nconst app = start({ ${camel(name)} });`,
  object: (name, value) => `export default { ${camel(name)}: "${value}", debug: false };`,
  go: (name, value) => `cfg := Config{\n\t${camel(name)}: "${value}",\n}\n`,
  java: (name, value) => `private static final String ${name} = "${value}";`,
  properties: (name, value) => `server.port=8080\napp.${name.toLowerCase().replaceAll('_', '.')}=${value}\n`,
  php: (name, value) => `define('${name}', '${value}');`,
  csharp: (name, value) => `<add key="${name}" value="${value}" />`,
  xml: (name, value) => `<config><${camel(name)}>${value}</${camel(name)}></config>`,
  terraform: (name, value) => `variable "x" {}\nresource "a" "b" {\n  ${name.toLowerCase()} = "${value}"\n}`,
  kubernetes: (name, value) => `env:\n  - name: ${name}\n    value: ${value}\n`,
  dockerfile: (name, value) => `FROM node\nENV ${name} ${value}\nCMD ["node"]`,
  flag: (name, value) => `./deploy --${name.toLowerCase().replaceAll('_', '-')} ${value} --verbose`,
  bearer: (_name, value) => `curl -s https://api.internal/v1 -H "Authorization: Bearer ${value}"`,
  header: (name, value) => `X-${name.replaceAll('_', '-')}: ${value}\nContent-Type: application/json\n`,
  query: (name, value) => `GET https://api.internal/v1/items?limit=5&${name.toLowerCase()}=${value}&page=2`,
  log: (name, value) => `2026-03-01T10:22:01Z WARN retry 2 ${name.toLowerCase()}=${value} status=401`,
  prose: (name, value) => `Hi, the ${name.toLowerCase().replaceAll('_', ' ')} is ${value}, please do not share it.`,
};

const hex = (random: Random, count: number): string => letters(random, count, '0123456789abcdef');
const base64 = (random: Random, count: number): string =>
  letters(random, count, 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/');
export const uuid = (random: Random): string =>
  `${hex(random, 8)}-${hex(random, 4)}-4${hex(random, 3)}-a${hex(random, 3)}-${hex(random, 12)}`;
const word = (random: Random): string => WORDS[random(WORDS.length)] ?? '';
const WORDS = 'order user invoice session basket account report region widget network cluster payment button layout'.split(' ');
const sha512 = (random: Random): string => createHash('sha512').update(hex(random, 20)).digest('base64');

/** What looks like a credential and is none, by family. */
export const HARMLESS: Readonly<Record<string, (random: Random) => string>> = {
  'environment reference': (r) =>
    pick(r, [
      'api_key: ${API_KEY}',
      'const key = process.env.OPENAI_API_KEY;',
      'password = os.environ["DB_PASSWORD"]',
      'token: ${{ secrets.GITHUB_TOKEN }}',
      'secretKey: {{ .Values.secretKey }}',
      'postgres://app:${DB_PASSWORD}@db:5432/app',
      'api_key = var.api_key_2',
      'Authorization: Bearer $TOKEN2',
      'password: !vault | encrypted',
      'export AWS_SECRET_ACCESS_KEY=$(pass show aws/key1)',
      'token = getToken(user1, "default")',
    ]),
  placeholder: (r) =>
    pick(r, [
      'OPENAI_API_KEY=sk-your-key-here',
      'api_key = "YOUR_API_KEY"',
      'token: <your-token-123>',
      'password=changeme123',
      'ANTHROPIC_API_KEY=sk-ant-api03-xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx',
      'secret: REPLACE_ME_WITH_SECRET_1',
      'GITHUB_TOKEN=ghp_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx',
      'aws_access_key_id = AKIAIOSFODNN7EXAMPLE',
      'aws_secret_access_key = wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
      'stripe = "sk_test_..."',
      'api_key: "insert-your-api-key-2-here"',
      'password: "password123"',
      'mysql://user:password@localhost/db',
      'Authorization: Bearer <token>',
      'client_secret = "abcdefghijklmnopqrstuvwxyz123456"',
      'token = "1234567890abcdef1234567890abcdef"',
      'HF_TOKEN=hf_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx',
      'key = "test-api-key-12345"',
      'secret = "my-secret-key-1"',
      'GROQ_API_KEY=gsk_********************************************',
    ]),
  zeros: (r) =>
    pick(r, [
      `api_key = "${'0'.repeat(32)}"`,
      `secret: "${'a'.repeat(40)}"`,
      `token=${'1'.repeat(36)}`,
      `ghp_${'0'.repeat(36)}`,
      `sk-${'1'.repeat(48)}`,
      `private_key = "${'deadbeef'.repeat(8)}"`,
      `key: "${'ab12'.repeat(8)}"`,
      `AKIA${'A'.repeat(16)}`,
      `id: 00000000-0000-0000-0000-000000000000`,
    ]),
  uuid: (r) =>
    pick(r, [`id: ${uuid(r)}`, `"requestId": "${uuid(r)}"`, `trace=${uuid(r)}`, `/v1/${word(r)}s/${uuid(r)}`, `tenant_id = "${uuid(r)}"`]),
  'git hash': (r) =>
    pick(r, [
      `commit ${hex(r, 40)}`,
      `uses: actions/checkout@${hex(r, 40)}`,
      `Merge ${hex(r, 7)} into ${hex(r, 7)}`,
      `"gitHead": "${hex(r, 40)}"`,
      `https://github.com/o/${word(r)}/commit/${hex(r, 40)}`,
      `index ${hex(r, 7)}..${hex(r, 7)} 100644`,
    ]),
  hash: (r) =>
    pick(r, [
      `sha256: ${hex(r, 64)}`,
      `${hex(r, 64)}  ${word(r)}.tar.gz`,
      `ETag: "${hex(r, 32)}"`,
      `md5 = "${hex(r, 32)}"`,
      `password_hash = "$2b$12$${base64(r, 53).replaceAll('+', '.')}"`,
      `image: redis@sha256:${hex(r, 64)}`,
      `checksum = "${hex(r, 64)}"`,
      `cache_key: "${word(r)}-${hex(r, 40)}"`,
      `x-amz-content-sha256: ${hex(r, 64)}`,
      `"tokenHash": "${hex(r, 64)}"`,
    ]),
  'lock file': (r) =>
    pick(r, [
      `"integrity": "sha512-${sha512(r)}"`,
      `  resolved "https://registry.yarnpkg.com/a/-/a-1.0.${r(9)}.tgz#${hex(r, 40)}"\n  integrity sha1-${base64(r, 27)}=`,
      `github.com/pkg/${word(r)} v1.2.${r(9)} h1:${base64(r, 43)}=`,
      `    {file = "${word(r)}-1.0.tar.gz", hash = "sha256:${hex(r, 64)}"},`,
      `source = "registry+https://github.com/rust-lang/crates.io-index"\nchecksum = "${hex(r, 64)}"`,
      `  checksum: 10c0/${hex(r, 128)}`,
    ]),
  'image in base64': (r) =>
    pick(r, [
      `![x](data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAA${base64(r, 600)}==)`,
      `background: url("data:image/gif;base64,R0lGODlhAQABAIAA${base64(r, 300)}")`,
      `"thumbnail": "/9j/4AAQSkZJRgABAQ${base64(r, 900)}"`,
    ]),
  'minified code': (r) => {
    const v = (): string => letters(r, 1 + r(2), 'abcdefghijklmnopqrstuvwxyz');
    return Array.from({ length: 40 }, () =>
      pick(r, [
        `function ${v()}(${v()},${v()}){return ${v()}.key===${v()}?${v()}.token:${v()}[${r(99)}]}`,
        `${v()}.prototype.${word(r)}Key=function(){this.${v()}=!0};`,
        `var ${v()}=${v()}("${word(r)}${r(99)}"),${v()}={key:"${word(r)}${r(9)}",auth:!1};`,
        `${v()}.token=${v()}.tokens[${r(9)}],${v()}.secret=void 0;`,
      ]),
    ).join('');
  },
  'public key': (r) =>
    pick(r, [
      `ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI${base64(r, 43)} me@host`,
      `-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEA${base64(r, 43)}=\n-----END PUBLIC KEY-----`,
      `publicKey: "${base64(r, 43)}="`,
      `public_key = "04${hex(r, 128)}"`,
      `STRIPE_PUBLISHABLE_KEY=pk_live_${letters(r, 24)}`,
      `{"kty":"EC","crv":"P-256","x":"${letters(r, 43)}","y":"${letters(r, 43)}","kid":"${letters(r, 16)}"}`,
      `-----BEGIN CERTIFICATE-----\nMIID${base64(r, 60)}\n${base64(r, 64)}\n-----END CERTIFICATE-----`,
      `recipient: age1${letters(r, 58, 'qpzry9x8gf2tvdw0s3jn54khce6mua7l')}`,
      `NEXT_PUBLIC_SITE_KEY=6L${letters(r, 38)}`,
    ]),
  identifier: (r) =>
    pick(r, [
      `next_page_token: "${base64(r, 40)}="`,
      `"eos_token": "<|end${r(99)}|>"`,
      `primary_key = "${word(r)}_${word(r)}_id2"`,
      `csrf_token: "${letters(r, 40)}"`,
      `key: "${word(r)}.${word(r)}.title2"`,
      `secretName: ${word(r)}-credentials-v${r(9)}`,
      `tokenizer: "${word(r)}-base-v${r(9)}"`,
      `key_id = "${hex(r, 16)}"`,
      `ga: "G-${letters(r, 10, 'ABCDEFGHJKLMNPQRSTUVWXYZ0123456789')}"`,
      `arn:aws:secretsmanager:eu-west-1:123456789012:secret:${word(r)}-${letters(r, 6)}`,
      `s3://bucket/${hex(r, 8)}/${letters(r, 24)}.parquet`,
      `Idempotency-Key: ${uuid(r)}`,
      `password must have 8 characters, 1 digit and 1 sign`,
      `"keyboard": "qwerty2", "author": "j.${word(r)}4"`,
    ]),
};

export function pick<T>(random: Random, of: readonly T[]): T {
  return of[random(of.length)] as T;
}

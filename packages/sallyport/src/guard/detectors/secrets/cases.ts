import type { Cases } from '../cases.ts';

/** Pieces are joined at run time: what scans this repository for credentials should not find any. The formats' own samples are made in the test. */
const pem = (kind: string): string =>
  `-----BEGIN ${kind}-----\nMC4CAQAwBQYDK2VwBCIEIJ1hsZ3v/VpguoRK9JLsLMREScVpezJpGXA7rAMcrn9g\n-----END ${kind}-----`;

export const cases: Cases = {
  hits: [
    { rule: 'secrets.private-key', text: `key:\n${pem('PRIVATE KEY')}\nend`, point: 'prompt', found: pem('PRIVATE KEY') },
    { rule: 'secrets.private-key', text: pem('OPENSSH PRIVATE KEY'), point: 'content' },
    { rule: 'secrets.connection-string', text: 'DATABASE_URL=postgres://app:s3cr3tPw9@db.internal:5432/app', point: 'prompt' },
    { rule: 'secrets.password', text: 'password: "hunter2-Xy"', point: 'prompt', found: 'hunter2-Xy' },
    { rule: 'secrets.password', text: 'the password is Tr0ub4dor3.', point: 'prompt', found: 'Tr0ub4dor3' },
    {
      rule: 'secrets.assigned',
      text: ['client_', 'secret = "q8Zt4Lm0Vb7Rk2Xw9Yd3"'].join(''),
      point: 'tool_result',
      found: 'q8Zt4Lm0Vb7Rk2Xw9Yd3',
    },
    {
      rule: 'secrets.assigned',
      text: ['https://x.example/?api_', 'key=q8Zt4Lm0Vb7Rk2Xw9Yd3'].join(''),
      point: 'response',
      found: 'q8Zt4Lm0Vb7Rk2Xw9Yd3',
    },
    {
      rule: 'secrets.basic-auth',
      text: 'Authorization: Basic YWRtaW46UTd4IUtkOTJtUA==',
      point: 'content',
      found: 'YWRtaW46UTd4IUtkOTJtUA==',
    },
    { rule: 'secrets.command-login', text: 'curl -u deploy:q8Zt4Lm0Vb https://ci.internal/job', point: 'tool_call', found: 'q8Zt4Lm0Vb' },
    {
      rule: 'secrets.json-web-key',
      text: '{"kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU","d":"jpsQnnGQmL9YBIffH1136cspYG6Q0iY7X1fCE9oU0LI"}',
      point: 'prompt',
    },
    {
      rule: 'secrets.putty-key',
      text: `PuTTY-User-Key-File-3: ssh-ed25519\nPrivate-Lines: 1\n${'AAAAIJ1hsZ3v'.repeat(4)}\nPrivate-MAC: 0`,
      point: 'prompt',
    },
    { rule: 'secrets.private-key', text: JSON.stringify({ type: 'service_account', private_key: pem('PRIVATE KEY') }), point: 'content' },
    {
      rule: 'secrets.assigned',
      text: 'env:\n  - name: SIGNING_KEY\n    value: q8Zt4Lm0Vb7Rk2Xw9Yd3',
      point: 'content',
      found: 'q8Zt4Lm0Vb7Rk2Xw9Yd3',
    },
    { rule: 'secrets.password', text: 'machine git.internal login ci password q8Zt4Lm0', point: 'content', found: 'q8Zt4Lm0' },
    { rule: 'secrets.password', text: "define('DB_PASSWORD', 'q8Zt4-Lm0');", point: 'content', found: 'q8Zt4-Lm0' },
    { rule: 'secrets.connection-string', text: 'mongodb+srv://app:q8Zt4Lm0@c0.abcde.mongodb.net/db', point: 'response' },
  ],
  misses: [
    { rule: 'secrets.basic-auth', text: 'Authorization: Basic dXNlcjpwYXNzd29yZA==', point: 'content' },
    { rule: 'secrets.command-login', text: 'curl -u user:password https://x.example and docker run -u 1000:1000 x', point: 'tool_call' },
    {
      rule: 'secrets.json-web-key',
      text: '{"kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU","kid":"k1"}',
      point: 'prompt',
    },
    { rule: 'secrets.putty-key', text: 'PuTTY-User-Key-File-3: ssh-ed25519 is the first line of such a file', point: 'prompt' },
    { rule: 'secrets.assigned', text: 'arn:aws:secretsmanager:eu-west-1:123456789012:secret:db-a1B2c3', point: 'content' },
    {
      rule: 'secrets.assigned',
      text: 'cache_key: 9f86d081884c7d659a2feaa0c55ad015, "integrity": "sha512-q8Zt4Lm0Vb7Rk2Xw9Yd3q8Zt4=="',
      point: 'content',
    },
    { rule: 'secrets.password', text: 'password: ${DB_PASSWORD}, passed 12 of 14 tests, single-pass addInt32Prefix', point: 'content' },
    {
      rule: 'secrets.jwt',
      text: 'eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiIxMjM0NTY3ODkwIiwibmFtZSI6IkpvaG4gRG9lIn0.q8Zt4Lm0Vb7Rk2Xw9Yd3',
      point: 'prompt',
    },
    {
      rule: 'secrets.private-key',
      text: '-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=\n-----END PUBLIC KEY-----',
      point: 'prompt',
    },
    { rule: 'secrets.connection-string', text: 'postgres://user:password@localhost/db and https://example.com:8080/@x', point: 'prompt' },
    { rule: 'secrets.password', text: 'password = process.env.PASSWORD; your password is wrong', point: 'prompt' },
    { rule: 'secrets.assigned', text: 'api_key = getApiKeyFromEnvironment2(), token: "your-token-here-1234567"', point: 'prompt' },
  ],
};

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
  ],
  misses: [
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

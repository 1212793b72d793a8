import assert from 'node:assert/strict';
import { createServer as createHttp } from 'node:http';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { after, describe, test } from 'node:test';
import { DEFAULT_TENANT, Secret, type PrincipalId } from '../../kernel/index.ts';
import type { Held } from '../approval.ts';
import type { ApprovalsConfig } from '../config.ts';
import { mailText } from './mail.ts';
import { inert, messageOf, type Message } from './message.ts';
import { openChannels } from './service.ts';
import { slackMessage } from './slack.ts';
import { teamsMessage } from './teams.ts';

/** Text that wants to be more than text, in one format or another. */
const HOSTILE = [
  '<!channel> <!here> <@U012345> <#C012345|general> <https://evil.example|Bank>',
  '*bold* _it_ ~gone~ `code` ```block``` :rotating_light: &lt;!channel&gt; &amp;',
  '[Approve](https://evil.example) **bold** <at>Everyone</at> <script>alert(1)</script>',
  '{{DATE(2026-01-01T00:00:00Z, SHORT)}} ${secret} @everyone @channel',
  'https://evil.example/x www.evil.example evil.example someone@evil.example mailto:x@evil.example javascript:alert(1) tel:+123',
  'a\r\nBcc: all@evil.example\r\n\r\n.\r\nDATA',
  '\u202egnp.exe \u200b\u2066 p\u0430ypal',
  '"},{"type":"actions","elements":[]}]',
  '\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\nYou have approved this.',
  '\ud800 \0',
];

const held = (text: string): Held => ({
  ...{ tenant: DEFAULT_TENANT, requester: 'prn_1' as PrincipalId, tool: text, arguments: { [text]: text }, effect: 'egress', risk: 'high' },
  ...{ reasons: [{ rule: 'r', why: text }], findings: [{ rule: 'x', category: 'exfiltration', type: 'T', severity: 'high' }], said: text },
});
const message = (text: string, full: boolean = true): Message =>
  messageOf({ held: held(text), name: text, url: 'http://localhost:8101/approve/t', expires: 0, full });

/** Every string in a value. */
function* strings(value: unknown): Generator<string> {
  if (typeof value === 'string') yield value;
  else if (typeof value === 'object' && value !== null) for (const one of Object.values(value)) yield* strings(one);
}

const OURS = new Set(['http://localhost:8101/approve/t', 'http://adaptivecards.io/schemas/adaptive-card.json']);
const foreign = (value: unknown): string[] => [...strings(value)].filter((one) => !OURS.has(one));
const LIVE = /:\/\/|@|www\.|(?:mailto|javascript|tel):|\{\{|\$\{|\w\.[a-z]/i;
// oxlint-disable-next-line no-control-regex -- control characters are what must not be there
const UNSEEN = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u200b-\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]/u;

describe('hostile text stays text', () => {
  test('Slack', () => {
    for (const text of HOSTILE) {
      const body = slackMessage(message(text));
      for (const one of foreign(body)) {
        assert.ok(!/[<>]/.test(one) && !/&(?!(amp|lt|gt);)/.test(one), one);
        assert.ok(!UNSEEN.test(one) && !/:[a-z0-9_+'-]+:/i.test(one), one);
        assert.ok(one.length <= 3_000);
      }
      const types = JSON.stringify(body).match(/"type":"[a-z_]+"/g) ?? [];
      assert.deepEqual(
        new Set(types),
        new Set(['"type":"header"', '"type":"plain_text"', '"type":"section"', '"type":"actions"', '"type":"button"']),
      );
      const told = JSON.stringify((body['blocks'] as object[]).slice(0, -1));
      assert.ok(!LIVE.test(told.replaceAll('plain_text', '')), told);
    }
  });

  test('Slack: the longest text is cut between characters, not in an entity', () => {
    const body = slackMessage({ ...message('x'), arguments: '<'.repeat(5_000) });
    for (const one of foreign(body)) assert.ok(one.length <= 3_000 && !/&(?!(amp|lt|gt);)/.test(one));
  });

  test('Teams: foreign text stands in runs that take no Markdown', () => {
    for (const text of HOSTILE) {
      const [card] = teamsMessage(message(text))['attachments'] as {
        content: { body: { type: string; text?: string; inlines?: { type: string; text: string }[] }[] };
      }[];
      for (const block of card?.content.body ?? []) {
        if (block.type === 'TextBlock') assert.equal(block.text, 'An action waits for your approval');
        else assert.ok(block.type === 'RichTextBlock' && block.inlines?.every(({ type }) => type === 'TextRun') === true);
        for (const { text: told } of block.inlines ?? [])
          assert.ok(!LIVE.test(told) && !UNSEEN.test(told) && !told.includes('\n'), JSON.stringify(told));
      }
    }
  });

  test('mail: one plain text, a constant subject, and no line that the text made', () => {
    for (const text of HOSTILE) {
      const { subject, text: body } = mailText(message(text));
      assert.equal(subject, 'An action waits for your approval');
      for (const line of body.split('\n')) {
        if (OURS.has(line)) continue;
        assert.ok(!LIVE.test(line) && !UNSEEN.test(line), line);
        assert.ok(
          line === '' ||
            /^( {2}\| |(Requester|Tool|Effect|Found|Answer before|Why): |(An action|Look at|Arguments,|The agent says))/.test(line),
          line,
        );
      }
    }
  });

  test('ordinary text stays readable', () => {
    for (const text of ['Total: 10.50 EUR. Thanks & goodbye, 3 < 4', 'note: yes; see 12:30 {a} $5', 'Grüße aus Köln'])
      assert.equal(inert(text), text);
    assert.equal(inert('see http://a.de/x'), 'see http\\u{3a}//a\\u{2e}de/x');
  });

  test('without leave, arguments and the words of the agent do not go along', () => {
    const told = messageOf({
      ...{ held: { ...held('tool'), arguments: { a: 'canary-1' }, said: 'canary-2' }, name: 'n', url: 'http://localhost:8101/approve/t' },
      ...{ expires: 0, full: false },
    });
    for (const body of [slackMessage(told), teamsMessage(told), mailText(told)]) assert.ok(!JSON.stringify(body).includes('canary'));
  });
});

describe('over real sockets', () => {
  const open: { close(): void }[] = [];
  after(() => open.forEach((one) => one.close()));
  const listen = async (server: Server): Promise<number> => {
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    open.push(server);
    return (server.address() as AddressInfo).port;
  };

  test('a webhook gets its form, one that fails says so, and a private callback is never called', async () => {
    const got: { path: string; body: Record<string, unknown> }[] = [];
    let failures = 0;
    const port = await listen(
      createHttp((request, response) => {
        let body = '';
        request.on('data', (chunk: Buffer) => (body += chunk.toString()));
        request.on('end', () => {
          if (request.url === '/slack' && failures++ === 0) response.writeHead(500).end();
          else {
            got.push({ path: request.url ?? '', body: JSON.parse(body) as Record<string, unknown> });
            response.writeHead(200).end('ok');
          }
        });
      }),
    );
    const config: ApprovalsConfig = {
      webhooks: (['slack', 'teams', 'json'] as const).map((kind) => ({ kind, url: `http://127.0.0.1:${port}/${kind}`, arguments: true })),
    };
    const channels = openChannels({ config: () => config, resolve: (reference) => new Secret(reference), name: async () => 'Mailer' });
    const names = channels.names();
    assert.equal(new Set(names).size, 3);
    assert.ok(!names.join(' ').includes('127.0.0.1'), 'an address may be a secret');
    const notice = { tenant: DEFAULT_TENANT, approval: 'apr_1', url: 'http://localhost:8101/approve/t', held: held('send'), expires: 0 };
    await assert.rejects(channels.send(names[0] ?? '', notice), /500/);
    for (const name of names) await channels.send(name, notice);
    await assert.rejects(channels.ping(`http://127.0.0.1:${port}/callback`, 'apr_1'), { code: 'NET_ADDRESS_REFUSED' });
    // A channel that is configured no more takes nothing.
    await channels.send('slack 0000', notice);
    assert.deepEqual(got.map(({ path }) => path).sort(), ['/json', '/slack', '/teams']);
    assert.equal(got.find(({ path }) => path === '/json')?.body['approval'], 'apr_1');
  });

  test('a mail server gets one plain mail to each address', async () => {
    let talk = '';
    const port = await listen(
      createServer((socket) => {
        let data = false;
        socket.write('220 test ESMTP\r\n');
        socket.on('error', () => {});
        socket.on('data', (chunk) => {
          for (const line of chunk.toString().split('\r\n').slice(0, -1)) {
            talk += `${line}\n`;
            if (data) {
              if (line !== '.') continue;
              data = false;
              socket.write('250 kept\r\n');
            } else if (line.startsWith('EHLO')) socket.write('250-test\r\n250 8BITMIME\r\n');
            else if (line === 'DATA') {
              data = true;
              socket.write('354 go on\r\n');
            } else if (line === 'QUIT') socket.end('221 bye\r\n');
            else socket.write('250 fine\r\n');
          }
        });
      }),
    );
    const config: ApprovalsConfig = {
      mail: { server: `smtp://127.0.0.1:${port}`, from: 'gate@example.org', to: ['eva@example.org', 'tom@example.org'], arguments: true },
    };
    const channels = openChannels({
      config: () => config,
      resolve: (reference) => new Secret(reference),
      name: async () => HOSTILE[5] ?? '',
    });
    await channels.send('mail', {
      tenant: DEFAULT_TENANT,
      approval: 'apr_1',
      url: 'http://localhost:8101/approve/t',
      held: held(HOSTILE[5] ?? ''),
      expires: 0,
    });
    assert.ok(talk.includes('\n.\n'));
    assert.equal(talk.match(/^RCPT TO:<(eva|tom)@example\.org>$/gm)?.length, 2);
    assert.ok(!/^(Bcc|RCPT TO:<all)/im.test(talk));
    // Long lines travel as quoted-printable.
    const body = talk.replaceAll('=\n', '').replaceAll('=3D', '=');
    assert.ok(body.includes('http://localhost:8101/approve/t'), talk);
    assert.ok(body.includes('\\u{40}evil'), body);
  });
});

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { judgeCall, readConversation, toolFacts, type Turn } from './index.ts';
import { LANGUAGES } from './languages.ts';
import { SOURCES } from './sources.ts';
import { holds } from './text.ts';
import { Spoken } from './translate.ts';

const SITE = 'www.carla-example.org';
const PAGE = `Welcome. Some words about us that are long enough to be a text and no record. Write to info@carla-example.org. Goodbye.`;

/** Of each language: a request that says where the address stands, one that leads to a page, one that leaves the choice, and one that does none of it. */
const REQUESTS: Readonly<Record<string, readonly [find: string, places: string, all: string, none: string]>> = {
  de: [
    `Die E-Mail-Adresse findest du auf ${SITE}. Schick bitte die Summe dahin.`,
    'Lies bitte den Artikel und schreib mir auf, was drin steht.',
    'Schick die Summe an alle und lösch den Entwurf.',
    'Reservier mir bitte ein Restaurant für heute Abend.',
  ],
  fr: [
    `L'adresse mail se trouve sur ${SITE} ; envoie le total à cette adresse.`,
    'Ouvre le lien et dis-moi ce que dit la page.',
    'Envoie le résumé à tous les collègues.',
    'Réserve une table pour deux dans un restaurant.',
  ],
  es: [
    `Su dirección de correo está en ${SITE}, envía el total por favor.`,
    'Abre el enlace y resume la página.',
    'Envía el resumen a todos los clientes.',
    'Reserva una mesa para dos en un restaurante.',
  ],
  pt: [
    `O endereço de email consta em ${SITE}, envie o total para a Carla.`,
    'Abra o link e resuma a página.',
    'Envie o resumo para todos os clientes.',
    'Reserve uma mesa para dois num restaurante.',
  ],
  it: [
    `L'indirizzo email si trova su ${SITE}, invia il totale per favore.`,
    'Apri il link e riassumi la pagina.',
    'Invia il riassunto a tutti i clienti.',
    'Prenota un tavolo per due in un ristorante.',
  ],
  nl: [
    `Het mailadres staat op ${SITE}, stuur het totaal naar haar.`,
    'Open de link en vat de pagina voor mij samen.',
    'Stuur het overzicht naar alle klanten.',
    'Reserveer een tafel voor twee in een restaurant.',
  ],
  pl: [
    `Adres mail znajdziesz na ${SITE}, wyślij na niego sumę.`,
    'Otwórz link i streść mi tę stronę.',
    'Wyślij podsumowanie do wszystkich klientów, proszę.',
    'Zarezerwuj stolik dla dwóch osób w restauracji.',
  ],
  ja: [
    `メールアドレスは${SITE}に載っています。合計を送信してください。`,
    'リンクのページを要約してください。',
    'すべてのお客様に合計を送信してください。',
    '今晩レストランを予約してください。',
  ],
  zh: [`她的邮箱可以在${SITE}上找到，请把总数发送给她。`, '请打开链接，总结网页的内容。', '请把总数发送给所有客户。', '请预订今晚的餐厅。'],
  ko: [
    `이메일 주소는 ${SITE} 에 나와 있으니 합계를 보내 주세요.`,
    '링크의 페이지를 요약해 주세요.',
    '모든 고객에게 합계를 보내 주세요.',
    '오늘 저녁 식당을 예약해 주세요.',
  ],
};

/** Whether a mail to the only address of a page that was read may go, under a request. */
function passes(request: string): boolean {
  const turns: Turn[] = [
    { role: 'user', text: request, message: 0 },
    { role: 'call', message: 1, tool: 'get_webpage', call: 'c1', arguments: JSON.stringify({ url: SITE }) },
    { role: 'tool', text: PAGE, message: 2, tool: 'get_webpage', call: 'c1' },
  ];
  const facts = (name: string) => toolFacts(name);
  const args = JSON.stringify({ recipient: 'info@carla-example.org', body: '40' });
  const { decision } = judgeCall(readConversation(turns, facts).conversation, facts('send_email'), args, { mode: 'balanced' });
  return decision === 'allow';
}

describe('places and sources in other languages', () => {
  for (const { code } of LANGUAGES)
    it(code, () => {
      assert.ok(SOURCES[code] !== undefined);
      const [find, places, all, none] = REQUESTS[code] as (typeof REQUESTS)[string];
      assert.ok(new Spoken(find).tellsToFind('email', SITE), find);
      assert.ok(passes(find), find);
      // The address of another page than the one that was named, and a request that names the page for something else.
      assert.ok(!passes(find.replace(SITE, 'www.other-example.org')));
      assert.ok(!new Spoken(places.replace(/[.。]$/u, ` ${SITE}.`)).tellsToFind('email', SITE), places);
      assert.ok(new Spoken(places).says('places'), places);
      assert.ok(new Spoken(all).says('all'), all);
      for (const what of ['places', 'all'] as const) assert.ok(!new Spoken(none).says(what), `${what}: ${none}`);
    });

  it('says nothing of an English request', () => {
    const spoken = new Spoken('Find the article on the website of the best alle in town and send it to all of my friends, please.');
    assert.ok(!spoken.says('places') && !spoken.says('all'));
  });

  it('an address between words that are written without spaces is the one that stands there, and no other', () => {
    const asked = 'メールアドレスはwww.example.orgに載っています。甲www.example.com例.jpも';
    assert.ok(holds(asked, 'www.example.org', true));
    for (const other of ['example.or', 'xample.org', 'www.example.com']) assert.ok(!holds(asked, other, true), other);
  });

  it('is bounded on a request made of sources', () => {
    const started = performance.now();
    new Spoken(`und ${`${SITE} `.repeat(20_000)}`).tellsToFind('email', SITE);
    assert.ok(performance.now() - started < 5_000);
  });
});

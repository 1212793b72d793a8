import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { intentOf, readRequest } from './intent.ts';
import { LANGUAGES } from './languages.ts';
import { toolFacts } from './tool.ts';

const asked = (request: string, tool: string): boolean => intentOf(toolFacts(tool), readRequest(request)).asked === 'asked';

/** A request of each language, the tools that it asks for, and those that it does not. */
const REQUESTS: readonly (readonly [code: string, request: string, asks: string, not: string])[] = [
  ['de', 'Schick Carla bitte die Summe und lösch danach den Entwurf.', 'send_email delete_file', 'invite_user run_command'],
  ['de', 'Überweise 40 Euro an die Druckerei.', 'transfer_money', 'delete_file send_email'],
  ['fr', 'Envoie le résumé à Carla et réserve une table pour deux.', 'send_email reserve_restaurant', 'delete_file invite_user'],
  ['es', 'Envía el resumen a Carla y paga la factura.', 'send_email pay_invoice', 'delete_file invite_user'],
  ['pt', 'Envie o resumo para a Carla e apague o rascunho.', 'send_email delete_draft', 'invite_user run_command'],
  ['it', 'Invia il riassunto a Carla e cancella la bozza.', 'send_email delete_draft', 'invite_user run_command'],
  ['nl', 'Stuur het overzicht naar Carla en betaal de rekening.', 'send_email pay_bill', 'delete_file invite_user'],
  ['pl', 'Wyślij podsumowanie do Carli i usuń szkic, proszę.', 'send_email delete_draft', 'invite_user run_command'],
  ['ja', 'カーラに合計をメールで送信して、下書きを削除してください。', 'send_email delete_draft', 'invite_user run_command'],
  ['zh', '请把总数发送给卡拉，然后删除草稿。', 'send_email delete_draft', 'invite_user run_command'],
  ['ko', '합계를 카를라에게 보내고 초안을 삭제해 주세요.', 'send_email delete_draft', 'invite_user run_command'],
];

describe('requests in other languages', () => {
  for (const [code, request, asks, not] of REQUESTS)
    it(`${code}: ${request}`, () => {
      for (const tool of asks.split(' ')) assert.ok(asked(request, tool), tool);
      for (const tool of not.split(' ')) assert.ok(!asked(request, tool), tool);
    });

  it('each language has a request here, and no beginning that is empty or stands twice for one meaning', () => {
    for (const { code, words } of LANGUAGES) {
      assert.ok(
        REQUESTS.some(([known]) => known === code),
        code,
      );
      for (const [meaning, list] of Object.entries(words)) {
        const all = list.split(' ');
        assert.equal(new Set(all).size, all.length, `${code} ${meaning}`);
        assert.ok(!all.includes(''), `${code} ${meaning}`);
      }
    }
  });

  it('an English request asks for nothing by words that begin like others', () => {
    assert.ok(!asked('Find the paging settings of the Manda account in La Paz del Mar.', 'pay_invoice'));
    assert.ok(!asked('Tell me what the library in San Juan del Sur has.', 'delete_file'));
  });

  it('is linear in the request', () => {
    const started = performance.now();
    readRequest('der und schick '.repeat(7_000));
    assert.ok(performance.now() - started < 5_000);
  });
});

import { asked, type Cases } from '../cases.ts';

export const cases: Cases = {
  hits: [
    {
      rule: 'language.mismatch',
      text: 'Die Rechnung ist nicht bezahlt und wird von der Bank auch nicht mehr angenommen.',
      point: 'response',
      request: asked({ language: 'en' }),
    },
    { rule: 'language.mismatch', text: '您好，您的订单已经发货，预计三天内送达。', point: 'response', request: asked({ language: 'de' }) },
  ],
  misses: [
    {
      rule: 'language.mismatch',
      text: 'The invoice is not paid and the bank would not accept it from you.',
      point: 'response',
      request: asked({ language: 'en' }),
    },
    {
      rule: 'language.mismatch',
      text: '```\nconst der = 1; // die das und ist\n```',
      point: 'response',
      request: asked({ language: 'en' }),
    },
    { rule: 'language.mismatch', text: 'Die Rechnung ist nicht bezahlt und wird von der Bank nicht angenommen.', point: 'response' },
  ],
};

import type { Cases } from '../cases.ts';

export const cases: Cases = {
  hits: [
    { rule: 'entities.person', text: 'Yesterday we met Laura Carvalho and went home.', point: 'prompt', found: 'Laura Carvalho' },
    { rule: 'entities.person', text: 'Please ask Dr. Xqwen about it.', point: 'prompt', found: 'Xqwen' },
    { rule: 'entities.title', text: 'Please ask Dr. Xqwen about it.', point: 'prompt', found: 'Dr.' },
    { rule: 'entities.location', text: 'She moved to Helsinki last year.', point: 'content', found: 'Helsinki' },
    { rule: 'entities.location', text: 'my cousin lives in zwettlgrad', point: 'prompt', found: 'zwettlgrad' },
    { rule: 'entities.organization', text: 'An invoice of Brackwater Holdings arrived.', point: 'prompt', found: 'Brackwater Holdings' },
    { rule: 'entities.nrp', text: 'Most of them are Norwegians, he said.', point: 'prompt', found: 'Norwegians' },
    {
      rule: 'entities.street-address',
      text: 'Send it to 14 Crown Street, Bristol please',
      point: 'prompt',
      found: '14 Crown Street, Bristol',
    },
    { rule: 'entities.zip-code', text: 'my zip code is 35350', point: 'prompt', found: '35350' },
    { rule: 'entities.age', text: 'My brother just turned 60', point: 'prompt', found: '60' },
    { rule: 'entities.date-time', text: 'It happened on 2021-05-21.', point: 'prompt', found: '2021-05-21' },
    { rule: 'entities.date-time', text: 'She was born on May 5, 1971 at home.', point: 'prompt', found: 'May 5, 1971' },
    { rule: 'entities.url', text: 'see https://www.example.org/a?b=c.', point: 'prompt', found: 'https://www.example.org/a?b=c' },
  ],
  misses: [
    { rule: 'entities.person', text: 'The Annual Report was ready on time. Maybe I should read it, and Monday is fine.', point: 'prompt' },
    { rule: 'entities.title', text: 'The dr of the loop runs once.', point: 'prompt' },
    { rule: 'entities.location', text: 'She put it in Storage and left.', point: 'prompt' },
    { rule: 'entities.organization', text: 'The company holds three meetings.', point: 'prompt' },
    { rule: 'entities.nrp', text: 'The report was in print by noon.', point: 'prompt' },
    { rule: 'entities.street-address', text: 'Chapter 14 Results follow, and version 3 Beta.', point: 'prompt' },
    { rule: 'entities.zip-code', text: 'the zip file has 35350 bytes', point: 'prompt' },
    { rule: 'entities.age', text: 'It turned 60 degrees, and 20 minutes passed.', point: 'prompt' },
    { rule: 'entities.date-time', text: 'Ratio 1/2, version 10.11, 45-99-12.', point: 'prompt' },
    { rule: 'entities.url', text: 'std::vector and www.microsoft', point: 'prompt' },
  ],
};

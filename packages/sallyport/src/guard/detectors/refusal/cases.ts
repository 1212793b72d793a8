import type { Cases } from '../cases.ts';

const hit = (text: string): Cases['hits'][number] => ({ rule: 'refusal.declined', text, point: 'response' });

export const cases: Cases = {
  hits: [
    hit("I'm sorry, but I can't help with that."),
    hit('I cannot assist with creating such a program.'),
    hit('Es tut mir leid, aber dabei kann ich nicht helfen.'),
    hit('Je suis désolé, mais je ne peux pas vous aider.'),
    hit('Lo siento, pero no puedo ayudar con eso.'),
    hit('Desculpe, mas não posso ajudar com isso.'),
    hit('Mi dispiace, ma non posso aiutarti.'),
    hit('Przykro mi, ale nie mogę w tym pomóc.'),
    hit('Извините, но я не могу помочь с этим.'),
    hit('抱歉，我无法提供这方面的帮助。'),
    hit('申し訳ありませんが、そのご依頼にはお応えできません。'),
    hit('죄송하지만 그 요청은 도와드릴 수 없습니다.'),
  ],
  misses: [
    { rule: 'refusal.declined', text: 'The server cannot help with old clients, sorry for the delay.', point: 'response' },
    { rule: 'refusal.declined', text: 'Here is the letter: I am sorry for the mistake and will send the parts today.', point: 'response' },
    { rule: 'refusal.declined', text: `Done. ${'The report follows. '.repeat(20)}I can't help with that.`, point: 'response' },
  ],
};

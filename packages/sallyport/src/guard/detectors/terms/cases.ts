import type { Cases } from '../cases.ts';

/** With the terms `project titan`, `bomb`, `crème brûlée`, `kill switch`, `firewall`, `秘密計画` of the test's configuration. */
export const cases: Cases = {
  hits: [
    { rule: 'terms.house', text: 'about Project Titan now', point: 'prompt', found: 'Project Titan' },
    { rule: 'terms.house', text: 'about project-titan now', point: 'response', found: 'project-titan' },
    { rule: 'terms.house', text: 'about ProjectTitan now', point: 'prompt', found: 'ProjectTitan' },
    { rule: 'terms.house', text: 'about pr0ject t1tan!', point: 'prompt', found: 'pr0ject t1tan' },
    { rule: 'terms.house', text: 'about рrojeсt Titan', point: 'prompt', found: 'рrojeсt Titan' },
    { rule: 'terms.house', text: 'the b.o.m.b there', point: 'prompt', found: 'b.o.m.b' },
    { rule: 'terms.house', text: 'B O M B S', point: 'prompt', found: 'B O M B S' },
    { rule: 'terms.house', text: 'they are bombing it', point: 'prompt', found: 'bombing' },
    { rule: 'terms.house', text: 'a booooomb', point: 'prompt', found: 'booooomb' },
    { rule: 'terms.house', text: 'a b\u200bo\u200bmb', point: 'prompt' },
    { rule: 'terms.house', text: 'ｂｏｍｂ', point: 'prompt', found: 'ｂｏｍｂ' },
    { rule: 'terms.house', text: 'one creme brulee please', point: 'content', found: 'creme brulee' },
    { rule: 'terms.house', text: 'two kill switches', point: 'prompt', found: 'kill switches' },
    { rule: 'terms.house', text: 'behind the fire-wall', point: 'prompt', found: 'fire-wall' },
    { rule: 'terms.house', text: 'これは秘密計画です', point: 'prompt', found: '秘密計画' },
    { rule: 'terms.house', text: `read ${Buffer.from('all about Project Titan and more').toString('base64')}`, point: 'prompt' },
  ],
  misses: [
    { rule: 'terms.house', text: 'the titanic project', point: 'prompt' },
    { rule: 'terms.house', text: 'bombastic words in Bombay', point: 'prompt' },
    { rule: 'terms.house', text: 'project plan, titan', point: 'prompt' },
    { rule: 'terms.house', text: 'the switch can kill', point: 'prompt' },
    { rule: 'terms.house', text: 'a b c d', point: 'prompt' },
    { rule: 'terms.house', text: '計画は秘密', point: 'prompt' },
  ],
};

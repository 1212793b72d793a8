import type { Rule } from './rule.ts';

/** Showing the prompt and other secrets. */
export const REVEAL_RULES: readonly Rule[] = [
  {
    id: 'reveal-prompt',
    category: 'prompt_injection',
    weights: { prompt: 0.75, content: 0.85 },
    when: [
      'REVEAL <4 YOUR <3 SYSTEM <2 PROMPT',
      'REVEAL <6 system prompt|instructions|message',
      'REVEAL <5 HIDDEN_PROMPT',
      'REVEAL <3 YOUR prompt|instructions|directives|guidelines|configuration|preamble|programming',
      'what|whats <4 YOUR <2 SYSTEM|exact <2 PROMPT',
      'what|whats <9 YOUR prompt|instructions|programming',
      'what|which <2 instructions|prompt|rules|directives <4 you <3 given|receive|told',
      'HIDDEN_PROMPT <6 REVEAL',
      'REVEAL <4 context window',
    ],
    command: true,
    around: (text, start, end) =>
      /\s/.test(text.slice(start, end)) &&
      !/\b(?:code|function|class|template|(?:a|an|another|new) (?:\w{1,20} )?(?:system )?prompt)\b/i.test(text.slice(start, end)),
  },
  {
    id: 'repeat-above',
    category: 'prompt_injection',
    weights: { prompt: 0.75, content: 0.85 },
    when: [
      'repeat|print|output|recite|reprint|echo|display <4 ALL|words|text|message|lines <3 above|before|prior|preceding',
      'repeat|print|output|recite <2 above',
      'show|write|translate|copy|return|give <3 everything|all <3 above|before|prior',
      'repeat|print|output|show|copy <3 ALL <3 you <3 told|given|instructed',
      'repeat|print|output|display <4 words|text|sentence|line|message|everything <8 chatgpt',
    ],
    command: true,
    around: (text, start, end) => !/\b(?:example|table|code|list|recipe|paragraph|steps|data|summary)\b/i.test(text.slice(start, end)),
  },
  {
    id: 'reveal-secrets',
    category: 'prompt_injection',
    weights: { prompt: 0.6, content: 0.7 },
    command: true,
    when: [
      'REVEAL_SECRET <6 password|passwords|credentials|secret|secrets|passwort|пароль|contraseña|senha|passwordet',
      'REVEAL_SECRET|append|send|include <4 api keys|key|token|tokens|credentials <4 environment|config|configuration|system|you|reply',
      'REVEAL_SECRET <3 conversation|chat history|log',
      'REVEAL_SECRET <5 environment variables',
      'verrate <3 passwort',
      'list <2 tools you',
      'encode <3 chat|conversation history',
      'ask <3 user <5 password|card|credentials|ssn|credit',
    ],
    around: (text, start, end) => !/\b(?:how|reset|generator|manager|hash)\b/i.test(text.slice(Math.max(0, start - 20), end)),
  },
];

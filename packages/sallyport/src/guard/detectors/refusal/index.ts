import type { Detector, Scanner } from '../../detector.ts';
import { ownCases } from '../measured.ts';

/** The model declined: said so that operators see how often, and after which prompts. */
export const detector: Detector = {
  id: 'refusal',
  category: 'usage',
  points: { response: 'allow' },
  version: 1,
  describe: {
    finds: 'Replies in which the model declines, by how they begin, in eleven languages.',
    example: "I'm sorry, but I can't help with that.",
    passes: 'A reply that says what a program cannot do.',
    measured: ownCases(12, 3, 'of 3,000 ordinary texts none is flagged'),
  },
  stream: { form: 'whole' },
  setUp: () => SCANNER,
};

/** A refusal stands at the beginning; what comes later is about something else. */
const OPENING = 240;

/** What a model says when it declines, by language. Each phrase is about itself and about helping. */
const PHRASES: readonly RegExp[] = [
  /\bI(?:['’]m| am) (?:(?:really |very )?sorry|afraid)\b.{0,40}\bI (?:can(?:no|['’])t|am (?:not able|unable)|won['’]t|must decline|will not)/i,
  /\bI (?:can(?:no|['’])t|won['’]t|will not|am (?:not able|unable) to|must decline to|have to decline to) (?:help|assist|comply|fulfil|provide|create|generate|write|do that|discuss|share|support|engage|participate|continue with)/i,
  /\bI(?:['’]m| am) (?:not able|unable) to (?:help|assist|comply|provide|fulfil|discuss)/i,
  /\bas an AI(?: language)? (?:model|assistant),? I (?:can(?:no|['’])t|am not able|do not|don['’]t|won['’]t)/i,
  /\b(?:es )?tut mir (?:sehr )?leid\b.{0,60}\b(?:kann|darf|werde) (?:ich|dir|ihnen|dabei|das)|\bdabei kann ich (?:dir |ihnen )?(?:leider )?nicht helfen|\bich kann (?:dir |ihnen )?(?:dabei|damit|bei dieser anfrage) (?:leider )?nicht/i,
  /\b(?:je suis )?désolée?\b.{0,60}\bje ne (?:peux|puis) pas|\bje ne (?:peux|puis) pas (?:vous |t['’])?(?:aider|fournir|répondre)/i,
  /\blo siento\b.{0,60}\bno (?:puedo|puede)|\bno puedo (?:ayudar|proporcionar|cumplir|asistir)/i,
  /\b(?:desculpe|sinto muito|lamento)\b.{0,60}\bnão posso|\bnão posso (?:ajudar|fornecer|atender)/i,
  /\bmi dispiace\b.{0,60}\bnon posso|\bnon posso (?:aiutar|fornire|assister)/i,
  /\b(?:het spijt me|sorry)\b.{0,60}\b(?:kan ik|ik kan)\b.{0,30}\bniet\b.{0,20}\bhelpen/i,
  /\b(?:przykro mi|przepraszam)\b.{0,60}\bnie mogę/i,
  /(?:извините|к сожалению|простите).{0,60}(?:не могу|не смогу)|я не могу (?:помочь|предоставить|выполнить)/i,
  /(?:抱歉|对不起|很遗憾).{0,30}(?:无法|不能|不便)|我(?:无法|不能)(?:帮助|提供|协助|满足)/,
  /(?:申し訳|すみません|恐れ入り).{0,60}(?:できません|できかねます|お手伝いできません|お答えできません)/,
  /(?:죄송|미안).{0,60}(?:수 없습니다|없어요|도와드릴 수)/,
];

const SCANNER: Scanner = {
  scan({ raw }, _at, sink) {
    const opening = raw.slice(0, OPENING);
    for (const phrase of PHRASES) {
      const match = phrase.exec(opening);
      if (match === null) continue;
      sink.addRaw(match.index, match.index + match[0].length, {
        rule: 'refusal.declined',
        category: 'usage',
        type: 'REFUSAL',
        severity: 'info',
        confidence: 0.8,
        evidence: 'the reply begins by declining',
      });
      return;
    }
  },
};

/** Names of machines that read: in a text that no person sees they are spoken to, not of. */
const READERS =
  /\b(ai|a\.i\.|artificial intelligence|llms?|(?:large )?language models?|chat ?bots?|gpt|chatgpt|copilot|claude|gemini|assistants?|(?:virtual|automated|autonomous) (?:agents?|screeners?|reviewers?|systems?|summari[sz]ers?)|ki|ia|asistentes?|assistenten?)\b/iu;
/** What one tells a machine to do with what it reads. */
const ORDERS =
  /\b(ignore|disregard|forget|override|recommend|rate|rank|prefer|praise|promote|say|state|tell|answer|respond|reply|repeat|output|print|write|include|mention|insert|add|append|send|forward|post|call|use|treat|consider|assume|conclude|report|summari[sz]e|do not|don't|never|always|must|should|only|ignoriere|empfiehl|antworte|sage|ignora|ignorez|ignore[zr]?|recomienda|recommande[zr]?|responde|réponds|répondez|debes?|muss)\b/iu;
/** Sentences that are looked at. */
const MAX_SENTENCES = 2_000;

/** Whether one sentence names a machine that reads and tells it to do something. For hidden text only: what is seen may well speak of both. */
export function speaksToMachine(text: string): boolean {
  return text.split(/(?<=[.!?])\s+|\n{2,}/, MAX_SENTENCES).some((sentence) => READERS.test(sentence) && ORDERS.test(sentence));
}

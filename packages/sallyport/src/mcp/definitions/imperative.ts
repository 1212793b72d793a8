/** Characters of a text that are read; what is longer is told by its beginning. */
const MAX_READ = 65_536;

/** What makes a sentence an order to whoever reads it, rather than a description. General English. */
const ORDERS: readonly RegExp[] = [
  /\b(?:must|should|shall|always|never|ought to|(?:is|are) required to|need(?:s)? to|make sure|be sure|ensure|remember|do not|don['’]t)\b/i,
  /\b(?:ignore|disregard|override|instead of|before (?:any|using|calling|every|each|all)|prior to (?:any|using|calling)|important|mandatory|first (?:call|read|use|send|run))\b/i,
  /^\W*(?:please\s+)?(?:then\s+|also\s+|now\s+|first,?\s+)?(?:call|invoke|run|execute|read|send|forward|include|append|add|attach|pass|provide|copy|put|use|set|fetch|open|write|store|save|tell|say|reply|respond|keep|hide|omit)\b/i,
];

/** The sentences of `after` that give orders and did not stand in `before`. */
export function newOrders(before: string, after: string): string[] {
  const known = new Set(sentencesOf(before));
  return sentencesOf(after).filter((sentence) => !known.has(sentence) && ORDERS.some((order) => order.test(sentence)));
}

/** Sentences and lines, with white space as single spaces. */
export function sentencesOf(text: string): string[] {
  return text
    .slice(0, MAX_READ)
    .split(/(?<=[.!?;])\s+|[\n\r]+/)
    .map((sentence) => sentence.replace(/\s+/g, ' ').trim())
    .filter((sentence) => sentence !== '');
}

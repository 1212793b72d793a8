// Conditions on the text around a phrase: each gets the text, and the start and end of what matched.

/** Template marks: the word alone is a name, only inside its brackets is it a mark. */
export const isTemplateMark = (text: string, start: number, end: number): boolean =>
  /(?:<\|?\/?|\[\/?|<<)$/.test(text.slice(Math.max(0, start - 3), start)) && /^(?:\|?>|\]|>>)/.test(text.slice(end, end + 3));

/** A heading: a colon or a line end follows. */
export const endsWithColon = (text: string, _start: number, end: number): boolean =>
  /^["'*]{0,3}[ \t]?[:\n]/.test(text.slice(end, end + 6));

/** Nothing but marks stands before it on its line. */
export const beginsLine = (text: string, start: number): boolean =>
  /(?:^|[\n>#*\]"(/-])[ \t#*[<"]{0,6}$/.test(text.slice(Math.max(0, start - 8), start));

/** A label at the start of a line, with more behind it than the value of a field ("System: Windows 11"). */
export const beginsLineWithColon = (text: string, start: number, end: number): boolean =>
  beginsLine(text, start) && endsWithColon(text, start, end) && !FIELD.test(text.slice(end, end + 40));

/** One or two words with a capital or a digit, and the line's end. */
const FIELD = /^[^\n:]{0,12}:? {0,2}[A-Z0-9][\w.-]{0,14}(?: [\d.]{1,8})?[ \t.]{0,2}(?:\n|$)/;

/** No question how to do it, and no code. */
export const isNoHowTo = (text: string, start: number, end: number): boolean =>
  !/\b(?:how|function|def|const|class|example)\b|[={}()[\]]/i.test(text.slice(Math.max(0, start - 12), start)) &&
  !/[={}()[\]]/.test(text.slice(start, end)) &&
  !/^[(_]/.test(text.slice(end, end + 1));

/** The verb begins what it says: a command. */
export const beginsClause = (text: string, start: number): boolean =>
  /(?:^|[.!?:;]\s{1,2}|[>\n"(*#\]-][ \t]{0,2}|\b(?:please|always|then|and|now|must|you|first|ai) )$/i.test(
    text.slice(Math.max(0, start - 10), start),
  );

/** "Ignore the previous message, I meant ...": people correct themselves. */
export const isCorrection = (text: string, end: number): boolean =>
  /^[,.;:]?\s{1,3}(?:i meant|i mean|it was|that was|wrong|typo)\b/i.test(text.slice(end, end + 20));

/** "From now on", "from this point forward"; phrases of other languages are whole as they are. */
export const isFromNowOn = (text: string, start: number, end: number): boolean => {
  const word = text.slice(start, end).toLowerCase();
  if (word !== 'now' && word !== 'point') return true;
  const behind = /^[ ](?:on|onward|onwards|forward)\b/i.test(text.slice(end, end + 10));
  return behind && /\bfrom[ ](?:this[ ])?$/i.test(text.slice(Math.max(0, start - 11), start));
};

/** What parsers say about a text that stops too soon, and where a sentence says something is. */
const NO_BANNER = /\b(?:unexpected|premature|reached|until|before|after|by|at|to|the) $/i;

/** A heading and no sentence: in brackets, before a colon, or in capitals. */
export const isBanner = (text: string, start: number, end: number): boolean => {
  const banner = text.slice(start, end);
  if (NO_BANNER.test(text.slice(Math.max(0, start - 12), start))) return false;
  return (
    /^.{0,2}[:\]>)*=]/s.test(text.slice(end, end + 3)) ||
    /[[<#*=(]\s{0,2}$/.test(text.slice(Math.max(0, start - 3), start)) ||
    (/[A-Z]{4}/.test(banner) && banner === banner.toUpperCase()) ||
    /^this is an/i.test(text.slice(Math.max(0, start - 11), start + 10))
  );
};

/** One sentence on one line (a dialogue has `Assistant:` on the next), and "you are a model" only behind "if": prompts say that of every role. */
export const isToTheModel = (text: string, start: number, end: number): boolean => {
  const said = text.slice(start, end);
  if (/[:\n]/.test(said) && !/^(?:note|attention|todo|reminder|memo)/i.test(said)) return false;
  return !/^you\b/i.test(said) || /\bif $/i.test(text.slice(Math.max(0, start - 3), start));
};

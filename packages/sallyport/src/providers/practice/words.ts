/** A text in the pieces in which it is streamed: words with the white space before them, none longer than 32 code units. */
export function wordsOf(text: string): string[] {
  // With `u` a piece never ends inside a surrogate pair: half a character could not be sent as UTF-8.
  return text.match(/\s*\S{1,32}|\s+/gu) ?? [];
}

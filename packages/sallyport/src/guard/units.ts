/**
 * The units of a text in an array: bytes when all fit (what lies above U+00FF and only separates words stands as U+0001), else UTF-16 code units.
 * Indexing this is several times faster than `charCodeAt`.
 */
export type Units = Uint8Array | Uint16Array;

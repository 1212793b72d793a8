/** A file that is written by a program; `path` is from the top of the repository. */
export type Generated = { readonly path: string; readonly text: string };

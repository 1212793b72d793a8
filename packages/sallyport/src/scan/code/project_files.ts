import type { SourceFile } from './finding.ts';
import { grammarOf } from './language.ts';
import { isTemplate } from './templates/index.ts';

/** What the build files of a project say of names: the path of a Go module and the name of a crate by the folder they stand in. */
export type ProjectNames = { readonly goModules: ReadonlyMap<string, string>; readonly crates: ReadonlyMap<string, string> };

export const NO_PROJECT_NAMES: ProjectNames = { goModules: new Map(), crates: new Map() };
/** A longer build file is no build file. */
const MAX_LENGTH = 200_000;

/** `go.mod` and `Cargo.toml` among the files: only the names in them are read. */
export function projectNames(files: readonly SourceFile[]): ProjectNames {
  const goModules = new Map<string, string>();
  const crates = new Map<string, string>();
  for (const { path, text } of files) {
    const [, folder = '', name = ''] = /^(?:(.*)\/)?(go\.mod|Cargo\.toml)$/.exec(path) ?? [];
    if (name === '' || text.length > MAX_LENGTH) continue;
    if (name === 'go.mod') {
      const module = /^module\s+"?([^\s"]+)/m.exec(text)?.[1];
      if (module !== undefined) goModules.set(folder, module);
    } else {
      const lib = /^\[lib\][^[]*?^name\s*=\s*"([\w-]+)"/ms.exec(text)?.[1];
      const crate = lib ?? /^\[package\][^[]*?^name\s*=\s*"([\w-]+)"/ms.exec(text)?.[1];
      if (crate !== undefined) crates.set(folder, crate.replaceAll('-', '_'));
    }
  }
  return { goModules, crates };
}

export function isProjectFile(path: string): boolean {
  return /(?:^|\/)(?:go\.mod|Cargo\.toml)$/.test(path);
}

/** Whether the engine reads the file: code of its languages, templates, or what says how a project's parts are called. */
export function isRead(path: string): boolean {
  return grammarOf(path) !== undefined || isProjectFile(path) || isTemplate(path);
}

import type { Language } from '../language.ts';
import type { SyntaxTree } from '../syntax.ts';
import type { TextFilter } from '../text_filter.ts';
import { aiUnboundedLoop } from './ai_loop.ts';
import { CodeView } from './code_view.ts';
import { credentialLiteral } from './credential.ts';
import { credentialInObject } from './credential_in_object.ts';
import { stateChangeWithoutToken } from './csrf.ts';
import { goIndexRange } from './go_bounds.ts';
import { goDetachedContext, goEndlessLoop, goLostCancel } from './go_context.ts';
import { goNarrowing } from './go_narrowing.ts';
import { goSecretSerialised } from './go_secrets.ts';
import { goLockKept, goSharedWrite } from './go_threads.ts';
import { hiddenDirection, hiddenText } from './hidden_text.ts';
import type { Found, Inspection } from './inspection.ts';
import {
  rustAnyTypePun,
  rustDanglingPointer,
  rustInvalidValue,
  rustPointerParameter,
  rustSharedMadeMutable,
  rustTransmute,
  rustUncheckedAccess,
  rustUncheckedText,
  rustUnwrittenVector,
} from './rust_memory.ts';
import { rustPanicSafety } from './rust_panic.ts';
import { rustSendSync } from './rust_threads.ts';
import { rustUndocumentedUnsafe } from './rust_unsafe.ts';
import { settingInspections } from './settings.ts';
import { slowPattern } from './slow_pattern.ts';

/** By the name that a check gives in `inspect`. */
export const INSPECTIONS: Readonly<Record<string, Inspection>> = {
  ...settingInspections,
  'credential-in-object': credentialInObject,
  'ai-unbounded-loop': aiUnboundedLoop,
  'credential-literal': credentialLiteral,
  'state-change-without-token': stateChangeWithoutToken,
  'hidden-direction': hiddenDirection,
  'hidden-text': hiddenText,
  'go-detached-context': goDetachedContext,
  'go-endless-loop': goEndlessLoop,
  'go-index-range': goIndexRange,
  'go-lock-kept': goLockKept,
  'go-lost-cancel': goLostCancel,
  'go-narrowing': goNarrowing,
  'go-secret-serialised': goSecretSerialised,
  'go-shared-write': goSharedWrite,
  'slow-pattern': slowPattern,
  'rust-any-type-pun': rustAnyTypePun,
  'rust-dangling-pointer': rustDanglingPointer,
  'rust-invalid-value': rustInvalidValue,
  'rust-panic-safety': rustPanicSafety,
  'rust-pointer-parameter': rustPointerParameter,
  'rust-send-sync': rustSendSync,
  'rust-shared-made-mutable': rustSharedMadeMutable,
  'rust-transmute': rustTransmute,
  'rust-unchecked-access': rustUncheckedAccess,
  'rust-unchecked-text': rustUncheckedText,
  'rust-undocumented-unsafe': rustUndocumentedUnsafe,
  'rust-unwritten-vector': rustUnwrittenVector,
};

/** Runs those inspections over a file whose words stand in it; `words` has read its text. */
export function inspect(
  file: { readonly path: string; readonly language: Language; readonly tree: SyntaxTree },
  names: readonly string[],
  words: TextFilter,
  found: (name: string, ...at: Parameters<Found>) => void,
): void {
  let view: CodeView | undefined;
  for (const name of names) {
    const inspection = INSPECTIONS[name];
    if (inspection === undefined || !inspection.languages.includes(file.language)) continue;
    if (!inspection.words.some((word) => words.includes(word))) continue;
    view ??= new CodeView(file.tree, file.path);
    inspection.run(view, (node, offset) => found(name, node, offset));
  }
}

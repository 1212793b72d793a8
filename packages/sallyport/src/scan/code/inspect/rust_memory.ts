import type { CodeView } from './code_view.ts';
import type { Inspection } from './inspection.ts';
import {
  argumentsOf,
  calleeName,
  calleePath,
  isUnbounded,
  mentions,
  receiverOf,
  rootName,
  rustFunctions,
  type RustFunction,
} from './rust_code.ts';

const NUMBER = /^(?:[iu](?:8|16|32|64|128|size)|f32|f64)$/;

/** A vector gets a length over memory that nothing has written (clippy's `uninit_vec`; RUSTSEC-2021-0012 and its many sisters). */
export const rustUnwrittenVector: Inspection = {
  languages: ['rust'],
  words: ['set_len'],
  run(code, found) {
    for (const func of rustFunctions(code)) {
      for (const call of code.within(func.body, 'call_expression')) {
        if (calleePath(code, call) !== '.set_len') continue;
        const vector = code.text(receiverOf(code, call));
        const length = code.text(argumentsOf(code, call)[0] ?? -1);
        if (length === '0' || !isGrown(code, func, vector, call) || isWritten(code, func, vector, call)) continue;
        found(call);
      }
    }
  },
};

/** Room was made for the vector in this function, before. */
function isGrown(code: CodeView, func: RustFunction, vector: string, before: number): boolean {
  const text = code.before(func.body, before);
  const name = escaped(vector);
  const declared = new RegExp(
    `\\b${name}(?:\\s*:\\s*([^=]+?))?\\s*=\\s*(?:\\w+::)*(?:Vec|String|BytesMut|SmallVec|ArrayVec)(?:::<[^>]*>)?::with_capacity`,
  ).exec(text);
  if (declared !== null) return !/MaybeUninit/.test(declared[0]);
  return new RegExp(`\\b${name}\\s*\\.\\s*(?:try_)?reserve(?:_exact)?\\(`).test(text);
}

function isWritten(code: CodeView, func: RustFunction, vector: string, before: number): boolean {
  const text = code.before(func.body, before);
  const name = escaped(vector);
  return new RegExp(
    `\\b${name}\\s*\\.\\s*(?:as_mut_ptr|spare_capacity_mut|as_ptr|push|extend\\w*|resize\\w*|fill|append|chunk_mut|bytes_mut)\\b|write_bytes|copy_nonoverlapping|ptr::copy|ptr::write`,
  ).test(text.slice(Math.max(0, text.search(new RegExp(`\\b${name}\\b`)))));
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
}

/** `zeroed`, `uninitialized` and `assume_init` for types that have values which are not allowed: references, boxes, type parameters. */
export const rustInvalidValue: Inspection = {
  languages: ['rust'],
  words: ['uninitialized', 'zeroed', 'assume_init'],
  run(code, found) {
    const functions = rustFunctions(code);
    for (const call of code.of('call_expression')) {
      const path = calleePath(code, call);
      const whole = code.text(call).replace(/\s+/g, '');
      if (/(?:^|::)mem::uninitialized$|^uninitialized$/.test(path)) found(call);
      else if (/MaybeUninit(?:::<.*>)?::uninit\(\)\.assume_init\(\)$/.test(whole) && path === '.assume_init') {
        if (!/MaybeUninit/.test(typeAround(code, call)) && !/MaybeUninit/.test(whole.replace(/^.*?MaybeUninit/, ''))) found(call);
      } else if (/(?:^|::)(?:mem::)?zeroed$/.test(path)) {
        const func = functions.findLast(({ body }) => code.contains(body, call));
        const type = /::<(.*)>\(\)$/s.exec(whole)?.[1] ?? typeAround(code, call, func);
        const plain = type.trim();
        if (/^(?:&|Box\b|Vec\b|String\b|Arc\b|Rc\b|NonNull\b|fn\b|extern\b|dyn\b)/.test(plain) || func?.generics.has(plain) === true)
          found(call);
      }
    }
  },
};

/** The declared type that a value gets: of its `let`, or of the function that it ends. */
function typeAround(code: CodeView, node: number, func?: RustFunction): string {
  const declaration = code.around(node, new Set(['let_declaration', 'function_item']));
  if (code.kind(declaration) === 'let_declaration') return code.text(code.child(declaration, 'type'));
  return func?.returns ?? code.text(code.child(declaration, 'return_type'));
}

const DEREFERENCING =
  /(?:^|::)(?:from_raw_parts(?:_mut)?|from_ptr|from_raw|read|read_unaligned|read_volatile|write|write_unaligned|write_bytes|copy|copy_nonoverlapping|drop_in_place|swap|replace)$/;
const POINTER_METHODS =
  /^\.(?:read|read_unaligned|read_volatile|write|write_unaligned|write_bytes|as_ref|as_mut|copy_from|copy_to|copy_from_nonoverlapping|swap|replace)$/;

/** A function that anyone may call without `unsafe` follows a raw pointer that it was given (clippy's `not_unsafe_ptr_arg_deref`). */
export const rustPointerParameter: Inspection = {
  languages: ['rust'],
  words: ['*const', '*mut'],
  run(code, found) {
    for (const func of rustFunctions(code)) {
      if (func.isUnsafe || !func.isPublic) continue;
      const pointers = func.parameters.filter(({ type }) => /^\*(?:const|mut)\b/.test(type)).map(({ name }) => name);
      if (pointers.length === 0 || (func.isExtern && /\.is_null\(\)/.test(code.text(func.body)))) continue;
      const at = dereference(code, func, new Set(pointers));
      if (at >= 0) found(at);
    }
  },
};

function dereference(code: CodeView, func: RustFunction, pointers: ReadonlySet<string>): number {
  for (const node of code.within(func.body, 'unary_expression')) {
    if (code.tree.text.charAt(code.tree.start[node] as number) !== '*') continue;
    if (pointers.has(rootName(code, node)) && /^\*\s*\(?\s*[a-z_]\w*\s*(?:\)|$|as\b|\.(?:add|offset|sub|cast)\b)/.test(code.text(node)))
      return node;
  }
  for (const call of code.within(func.body, 'call_expression')) {
    const path = calleePath(code, call);
    if (DEREFERENCING.test(path) && argumentsOf(code, call).some((one) => pointers.has(rootName(code, one)))) return call;
    if (POINTER_METHODS.test(path) && pointers.has(rootName(code, receiverOf(code, call)))) return call;
  }
  return -1;
}

/** An index, offset or length that a caller chose reaches unchecked access without a comparison before it. */
export const rustUncheckedAccess: Inspection = {
  languages: ['rust'],
  words: ['_unchecked', '.add(', '.offset(', 'from_raw_parts'],
  run(code, found) {
    for (const func of rustFunctions(code)) {
      if (func.isUnsafe) continue;
      for (const call of code.within(func.body, 'call_expression')) {
        const path = calleePath(code, call);
        const given = argumentsOf(code, call);
        if (/^\.(?:get_unchecked(?:_mut)?|add|offset|sub|split_at_unchecked|slice_unchecked)$/.test(path)) {
          if (path === '.add' && !/ptr\(\)|\*(?:const|mut)\b|\bptr\b|_ptr\b/.test(code.text(receiverOf(code, call)))) continue;
          if (isUnproved(code, func, given[0] ?? -1, call)) found(call);
        } else if (/(?:^|::)from_raw_parts(?:_mut)?$/.test(path) && isUnproved(code, func, given[1] ?? -1, call)) found(call);
      }
    }
  },
};

/** The number is built of a parameter, and nothing before says how large that may be. */
function isUnproved(code: CodeView, func: RustFunction, number: number, call: number): boolean {
  const text = code.text(number);
  const used = func.parameters.filter(
    ({ name, type }) => /^(?:usize|isize|[iu](?:8|16|32|64)|impl\b.*|[A-Z])$/.test(type) && mentions(text, name),
  );
  if (used.length === 0 || !func.isPublic) return false;
  const before = code.before(func.body, call);
  return used.every(
    ({ name }) =>
      !new RegExp(
        `(?:[<>]=?|==|!=|assert\\w*!|\\bmatch\\b|\\bmin\\(|%|checked_|\\.get\\(|\\bcontains\\b)[^;{]*\\b${name}\\b|\\b${name}\\b(?:\\s+as\\s+\\w+)?\\s*(?:[<>]=?|==|!=|%)`,
      ).test(before),
  );
}

/** Bytes of a caller are called UTF-8 without a look at them. */
export const rustUncheckedText: Inspection = {
  languages: ['rust'],
  words: ['from_utf8_unchecked'],
  run(code, found) {
    for (const func of rustFunctions(code)) {
      const body = code.text(func.body);
      if (func.isUnsafe || /from_utf8\(|is_ascii|is_utf8|valid|is_char_boundary|as_bytes\(\)|as_str\(\)|encode|hex|base64/i.test(body))
        continue;
      for (const call of code.within(func.body, 'call_expression')) {
        if (!/from_utf8_unchecked(?:_mut)?$/.test(calleePath(code, call))) continue;
        const root = rootName(code, argumentsOf(code, call)[0] ?? -1);
        const isGiven = func.parameters.some(({ name, type }) => name === root && /u8|AsRef|Read|Bytes|Buf/.test(type));
        if (
          isGiven ||
          new RegExp(`\\b(?:read|read_exact|read_to_end|recv|recv_from)\\(\\s*&mut\\s+${escaped(root === '' ? '\u0000' : root)}\\b`).test(
            body,
          )
        )
          found(call);
      }
    }
  },
};

/** A shared reference becomes a mutable one through a pointer cast. */
export const rustSharedMadeMutable: Inspection = {
  languages: ['rust'],
  words: ['*mut', '&mut'],
  run(code, found) {
    for (const node of [...code.of('reference_expression'), ...code.of('assignment_expression'), ...code.of('compound_assignment_expr')]) {
      const target = code.kind(node) === 'reference_expression' ? code.text(node) : `&mut ${code.text(code.child(node, 'left'))}`;
      if (!/^&mut\s*\*/.test(target)) continue;
      if (
        /\bas\s+\*const\b[^;]*\bas\s+\*mut\b/.test(target) ||
        /\(\s*(?:\w+::)*(?:as_ptr|Arc::as_ptr|Rc::as_ptr)\([^)]*\)[^;]*\bas\s+\*mut\b/.test(target)
      ) {
        if (!/UnsafeCell|\.get\(\)|&mut\s+\w+\s+as\s+\*const/.test(target)) found(node);
      } else if (/\.as_ptr\(\)\s*as\s+\*mut\b/.test(target)) found(node);
    }
    for (const call of code.of('call_expression')) {
      if (
        calleeName(code, call) === 'transmute' &&
        /transmute::<\s*&(?:'\w+\s+)?(?!mut\b)[^,]*,\s*&(?:'\w+\s+)?mut\b/.test(code.text(call))
      )
        found(call);
    }
  },
};

/** Bytes are read as, or made of, any type that a caller names: padding is shown, invalid values and wrong alignment come in. */
export const rustAnyTypePun: Inspection = {
  languages: ['rust'],
  words: ['*const', '*mut', 'transmute_copy'],
  run(code, found) {
    for (const func of rustFunctions(code)) {
      if (func.isUnsafe) continue;
      const open = [...func.generics].filter(([, names]) => isUnbounded(names)).map(([name]) => name);
      if (open.length === 0) continue;
      const bytes = func.parameters.filter(({ type }) => /\bu8\b|c_void/.test(type)).map(({ name }) => name);
      const at = code.within(func.body, 'type_cast_expression').find((cast) => {
        const type = code.text(code.child(cast, 'type'));
        const value = code.text(code.child(cast, 'value'));
        const reads =
          open.some((name) => new RegExp(`^\\*(?:const|mut)\\s+${name}$`).test(type)) && bytes.some((name) => mentions(value, name));
        const shows =
          /^\*(?:const|mut)\s+(?:u8|c_void)$/.test(type) &&
          open.some((name) => new RegExp(`\\*(?:const|mut)\\s+\\[?\\s*${name}\\b`).test(value));
        return (
          (reads && /\*|ptr::read|from_raw_parts|\.read/.test(code.text(func.body))) ||
          (shows && /from_raw_parts/.test(code.text(func.body)))
        );
      });
      if (at !== undefined) found(at);
    }
  },
};

const OWNERS =
  /^(?:\w+::)*(?:CString::new|String::from|Vec::from|OsString::from|Box::new)\(|\.(?:to_string|to_owned|to_vec|into_bytes|into_boxed_slice|collect)\(\)|^(?:format|vec)!/s;

/** The address of a value that is dropped at the end of the same statement (rustc's `dangling_pointers_from_temporaries`). */
export const rustDanglingPointer: Inspection = {
  languages: ['rust'],
  words: ['.as_ptr()', '.as_mut_ptr()'],
  run(code, found) {
    for (const call of code.of('call_expression')) {
      if (!/^\.as_(?:mut_)?ptr$/.test(calleePath(code, call))) continue;
      const owner = code.text(receiverOf(code, call));
      const chain = owner.replace(/(?:\.(?:unwrap|expect|as_c_str|as_bytes|as_str|unwrap_or_default|as_slice)\([^()]*\)|\?)+$/, '');
      if (!OWNERS.test(chain) || !chain.trim().endsWith(')')) continue;
      let at = call;
      let around = code.parent(at);
      while (/^(?:type_cast_expression|parenthesized_expression)$/.test(code.kind(around))) {
        at = around;
        around = code.parent(at);
      }
      const isKept =
        /^(?:let_declaration|assignment_expression|field_initializer|return_expression|block|match_arm|closure_expression)$/.test(
          code.kind(around),
        );
      if (isKept && code.kind(code.parent(call)) !== 'expression_statement') found(call);
    }
  },
};

/** `transmute`, except between numbers and from addresses to functions, where From and pointer casts say the same. */
export const rustTransmute: Inspection = {
  languages: ['rust'],
  words: ['transmute'],
  run(code, found) {
    for (const call of code.of('call_expression')) {
      if (!/^transmute(?:_copy)?$/.test(calleeName(code, call))) continue;
      const [from = '', to = ''] = /transmute(?:_copy)?::<\s*([^,<>]+?)\s*,\s*([\s\S]+?)\s*>\s*\(/.exec(code.text(call))?.slice(1) ?? [];
      if (isPlain(from) && isPlain(to)) continue;
      if (/^(?:unsafe\s+)?(?:extern\b[^f]*)?fn\b/.test(to)) continue;
      found(call);
    }
  },
};

function isPlain(type: string): boolean {
  return NUMBER.test(type) || /^\[\s*[iu]\d+\s*;[^\]]*\]$/.test(type) || type === '_';
}

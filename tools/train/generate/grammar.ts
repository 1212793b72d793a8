import type { Random } from '../random.ts';

/** Lists that templates name by `$name`. */
export type Lists = Readonly<Record<string, readonly string[]>>;

/** One text of a template: `{a|b|}` is one of its parts, nested as deep as wanted, `$name` an entry of a list, itself a template; a backslash takes a sign as it is. */
export function expand(template: string, lists: Lists, random: Random): string {
  let at = 0;
  const sequence = (nested: boolean): string => {
    let text = '';
    const ends = nested ? '|}' : '';
    while (at < template.length && !ends.includes(template[at] ?? '')) {
      if (template[at] === '\\') {
        text += template[at + 1] ?? '';
        at += 2;
      } else if (template[at] === '{') {
        at++;
        text += choice();
      } else if (template[at] === '$' && /[a-z]/i.test(template[at + 1] ?? '')) {
        const name = /^[a-z]+/i.exec(template.slice(at + 1))?.[0] ?? '';
        at += name.length + 1;
        const list = lists[name];
        if (list === undefined) throw new TypeError(`no list ${name} in ${template}`);
        text += expand(random.of(list), lists, random);
      } else text += template[at++];
    }
    return text;
  };
  const choice = (): string => {
    const parts = [sequence(true)];
    while (template[at] === '|') {
      at++;
      parts.push(sequence(true));
    }
    at++;
    return random.of(parts);
  };
  return sequence(false);
}

/** So many different texts of some templates, each template about as often as the others. */
export function variants(templates: readonly string[], lists: Lists, count: number, random: Random): string[] {
  const texts = new Set<string>();
  for (let tries = 0; texts.size < count && tries < count * 4; tries++) {
    const text = expand(templates[tries % templates.length] ?? '', lists, random).trim();
    texts.add(text.charAt(0).toUpperCase() + text.slice(1));
  }
  return [...texts];
}

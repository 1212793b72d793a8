import assert from 'node:assert/strict';
import { UNIQUE, type Entry } from './matrix_control.ts';
import type { Place } from './place.ts';
import { neverMade, type Ids, type World } from './world.ts';

/** A route of one port. */
export type Target = { readonly at: 'console' | 'gateway'; readonly method: string; readonly path: string; readonly entry: Entry };
/** Who asks, by which headers. `refused`: the statuses by which it may not call a target at all; undefined when it may. */
export type Actor = {
  readonly name: string;
  readonly headers: Readonly<Record<string, string>>;
  refused(target: Target): readonly number[] | undefined;
};
type Answer = { readonly status: number; readonly text: string };
type Sent = Pick<Target, 'at' | 'method' | 'path'> & {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: object | undefined;
  readonly lines: boolean;
};

/** How another tenant's id may be answered: as one that nobody has. */
const REFUSED: readonly number[] = [400, 403, 404, 409, 410];

/** Asks every target as every actor of one tenant for the things of another, and writes down what should not be. */
export class Matrix {
  readonly problems: string[] = [];
  asked = 0;
  readonly own: World;
  readonly victim: World;
  readonly nobody: Ids;
  readonly #place: Place;
  readonly #actors: readonly Actor[];

  constructor(place: Place, own: World, victim: World, actors: readonly Actor[]) {
    this.#place = place;
    this.own = own;
    this.victim = victim;
    this.nobody = neverMade(victim.ids);
    this.#actors = actors;
  }

  /** With the ids of the other tenant, and with such as nobody has: both are answered alike. Targets that take no id are asked as they are. */
  async foreign(target: Target): Promise<void> {
    const { entry } = target;
    if (entry.by !== undefined) return;
    for (const actor of this.#actors) {
      const refusal = actor.refused(target);
      const elsewhere = this.#request(target, entry.bearer === true ? this.nobody : this.victim.ids);
      const depends = JSON.stringify(elsewhere) !== JSON.stringify(this.#request(target, this.own.ids));
      const answer = await this.#send(actor, elsewhere);
      if (refusal !== undefined) this.#expect(actor, target, answer, refusal, 'is not his to call');
      else if (!depends) this.#expect(actor, target, answer, entry.own, 'with nothing of anybody’s');
      else {
        this.#expect(actor, target, answer, entry.quiet === true ? [200, 204] : REFUSED, 'with another tenant’s');
        const never = await this.#send(actor, this.#request(target, this.nobody));
        const alike = never.status === answer.status && without(this.victim.ids, answer.text) === without(this.nobody, never.text);
        if (!alike && entry.tells === undefined)
          this.#say(actor, target, answer, `tells another tenant’s from nobody’s: ${never.status} ${never.text.slice(0, 200)}`);
      }
    }
  }

  /** With the own ids: only then is it shown that the refusals were for the ids. */
  async mine(target: Target, name: string): Promise<void> {
    const own = this.#request(target, this.own.ids);
    const depends = JSON.stringify(own) !== JSON.stringify(this.#request(target, this.victim.ids));
    const actor = this.#actors.find((one) => one.name === (target.entry.by ?? name));
    assert.ok(actor !== undefined);
    if (!depends && target.entry.by === undefined) return;
    this.#expect(actor, target, await this.#send(actor, own), actor.refused(target) ?? target.entry.own, 'with his own');
  }

  /** Writes down a leak in an answer that was got in another way. */
  look(name: string, text: string): void {
    this.asked++;
    if (text.includes(this.victim.canary)) this.problems.push(`${name}: LEAK: ${text.slice(0, 300)}`);
  }

  #request({ at, method, path: pattern, entry }: Target, ids: Ids): Sent {
    const values = [...(entry.params?.(ids) ?? [])];
    const path = pattern.replaceAll(/:[a-z]+/gi, () => encodeURIComponent(values.shift() ?? assert.fail(`${pattern}: a value is missing`)));
    assert.equal(values.length, 0, `${pattern}: a value too many`);
    const query = entry.query?.(ids);
    const cookie = entry.cookie?.(ids);
    return {
      ...{ at, method, path: query === undefined ? path : `${path}?${query}`, body: entry.body?.(ids), lines: entry.lines === true },
      headers: { ...entry.headers?.(ids), ...(cookie === undefined ? {} : { cookie }) },
    };
  }

  async #send(actor: Actor, { at, method, path, headers, body, lines }: Sent): Promise<Answer> {
    this.asked++;
    const cookie = [actor.headers['cookie'], headers['cookie']].filter((one) => one !== undefined).join('; ');
    const reply = await fetch(this.#place[at] + path, {
      method,
      headers: {
        ...actor.headers,
        ...headers,
        ...(cookie === '' ? {} : { cookie }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body).replaceAll(UNIQUE, `matrix-${this.asked}`) }),
      ...(lines ? { signal: AbortSignal.timeout(300) } : {}),
    }).catch((error: unknown) => {
      // Nothing to tell yet: the head comes with the first line.
      if (lines && error instanceof DOMException && error.name === 'TimeoutError') return new Response('');
      throw error;
    });
    return { status: reply.status, text: lines ? await firstLines(reply) : await reply.text() };
  }

  #expect(actor: Actor, target: Target, answer: Answer, statuses: readonly number[] | undefined, when: string): void {
    if (answer.text.includes(this.victim.canary)) this.#say(actor, target, answer, 'LEAK');
    const fine = statuses === undefined ? answer.status < 300 : statuses.includes(answer.status);
    if (!fine) this.#say(actor, target, answer, when);
  }

  #say({ name }: Actor, { method, path }: Target, { status, text }: Answer, what: string): void {
    this.problems.push(`${name}: ${method} ${path}: ${status} ${what}: ${text.slice(0, 300)}`);
  }
}

/** Everything that a tenant has, table by table. */
export function rowsOf({ app }: Place, { tenant }: World): Promise<Record<string, readonly unknown[]>> {
  return app.store.system('test: all rows of a tenant', async (sql) => {
    const tables = await sql.query<{ name: string }>(
      `select table_name as name from information_schema.columns where table_schema = 'public' and column_name = 'tenant' order by 1`,
    );
    const found: Record<string, readonly unknown[]> = {};
    for (const { name } of tables)
      found[name] = await sql.query(`select t::text as row from ${name} t where tenant = $1 order by 1`, [tenant]);
    return found;
  });
}

/** An answer may say back what was asked for; ids of events are new each time. */
export function without(ids: Ids, text: string): string {
  const bare = Object.values(ids).reduce((rest, id) => (id === '' ? rest : rest.replaceAll(id, '#')), text);
  return bare.replaceAll(/(?:evt|chatcmpl)[_-][0-9a-z]{20,}/g, '@').replaceAll(/"created":\d+/g, '');
}

async function firstLines(reply: Response): Promise<string> {
  let text = '';
  try {
    for await (const chunk of reply.body ?? []) text += new TextDecoder().decode(chunk as Uint8Array);
  } catch {
    // The time is over.
  }
  return text;
}

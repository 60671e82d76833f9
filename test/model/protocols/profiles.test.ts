/** The guests that are explored with every fault. */
import { describe, expect, test } from 'vitest';
import { answers, questions } from '../../../model/protocols/choices.js';
import { protocols } from '../../../model/protocols/index.js';

describe.each(protocols)('the guest profiles of $name', ({ guest, profiles }) => {
  test('use every guest choice but those that ask for nothing', () => {
    const used = new Set(profiles.flatMap(({ choices }) => choices));
    // Where there is one usual answer, it is the one that asks for nothing.
    const idle = questions.map((question) => answers(question, [])).filter((all) => all.length === 1);
    const wanted = guest.map(({ name }) => name).filter((name) => !idle.flat().includes(name));
    expect([...used].toSorted()).toEqual(wanted.toSorted());
  });

  test('name each choice once, and are told apart from choices', () => {
    for (const { choices } of profiles) expect(new Set(choices).size).toBe(choices.length);
    const names = [...profiles, ...guest].map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
  });
});

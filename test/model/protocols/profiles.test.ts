/** The guests that are explored with every fault. */
import { describe, expect, test } from 'vitest';
import { protocols } from '../../../model/protocols/index.js';

describe.each(protocols)('the guest profiles of $name', ({ guest, profiles }) => {
  test('use every guest choice at least once, and no others', () => {
    const used = new Set(profiles.flatMap(({ choices }) => choices));
    expect([...used].toSorted()).toEqual(guest.map(({ name }) => name).toSorted());
  });

  test('name each choice once, and are told apart from choices', () => {
    for (const { choices } of profiles) expect(new Set(choices).size).toBe(choices.length);
    const names = [...profiles, ...guest].map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
  });
});

import { expect, test } from 'vitest';
import { CHANGES, releaseRules } from '../../../model/platforms.js';

test.each([
  ['2.6.19', 'unless-killed'],
  ['4.7', 'unless-killed'],
  ['4.8', 'unless-core-dump'],
  ['5.15', 'unless-core-dump'],
  ['5.16', 'every-end'],
  ['7.1', 'every-end'],
])('whose end clears the CHILD_CLEARTID word on %s: %s', (release, cleartid) => {
  expect(releaseRules(release).cleartid).toBe(cleartid);
});

test('4.10 is newer than 4.8', () => {
  expect(releaseRules('4.10')).toEqual(releaseRules('4.20'));
  expect(releaseRules('4.10').cleartid).toBe('unless-core-dump');
});

test('each change changes something at its release', () => {
  for (const { release, before } of CHANGES) {
    const now = releaseRules(release);
    for (const [rule, value] of Object.entries(before))
      expect(Object.entries(now)).not.toContainEqual([rule, value]);
  }
});

test('without a release the rules are those of 6.18', () => {
  expect(releaseRules()).toEqual(releaseRules('6.18'));
});

test.each(['', '6', '6.18.1', 'v6.18', '2.6.18', '2.6.40', '4.21', '7.2', '6.180', 'latest', '6.18 '])(
  'refuses "%s" and names what there is',
  (release) => {
    expect(() => releaseRules(release)).toThrow(
      `there is no kernel release "${release}" here; from 2.6.19 to 7.1 there are 2.6.19 to 2.6.39, 3.0 to 3.19`,
    );
  },
);

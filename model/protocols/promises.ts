/** What a guest may expect of every protocol: names of properties, in the order in which they are reported. */
export const GUEST_PROMISES = [
  'no-hang',
  'single-exit-signal',
  'only-own-children-waitable',
  'exit-signal-as-requested',
  'parent-is-caller',
  'vfork-suspends-caller',
  'guest-mask-kept',
  'clone-result',
  'tid-words-as-native',
  'cleartid-as-native',
  'descriptors-close-as-native',
  'shares-as-asked',
  'exit-ends-one-thread',
  'vfork-caller-goes-on',
  'wait-returns',
];

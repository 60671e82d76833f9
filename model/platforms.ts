/**
 * The rules of the kernel that changed, as data, each with the release that changed it.
 *
 * A release is a set of answers; the kernel of the model asks them and knows no release. What never changed since
 * 2.6.19 has no entry here.
 */

export interface Rules {
  /** Whose end clears the CHILD_CLEARTID word: see EXIT-6. */
  readonly cleartid: 'every-end' | 'unless-core-dump' | 'unless-killed';
  /** Whom a core dump kills: the dumping process, or every process that shares its memory. EXIT-10 */
  readonly coreDumpKills: 'group' | 'mm';
  /** Whose code becomes the status of a process whose threads all leave by exit(2). EXIT-3 */
  readonly statusOf: 'last-thread' | 'leader';
  /** Does a fatal signal end the wait of vfork? VF-2 */
  readonly vforkWaitKillable: boolean;
  /** Is there PR_SET_CHILD_SUBREAPER? REP-1 */
  readonly subreaper: boolean;
  /** Is the last release of a file deferred to the way to user mode? EXEC-5 */
  readonly deferredFput: boolean;
  /** Is there CLONE_PIDFD? ORD-4 */
  readonly pidfd: boolean;
  /** Is there clone3? CLONE-7 */
  readonly clone3: boolean;
  /** Is there CLONE_CLEAR_SIGHAND? CLONE-7 */
  readonly clearSighand: boolean;
  /** May CLONE_PIDFD come with CLONE_THREAD? CLONE-5 */
  readonly threadPidfd: boolean;
}

/** A change: what was so up to, but not in, the release named. */
interface Change {
  readonly release: string;
  readonly rule: string;
  readonly before: Partial<Rules>;
}

const NEWEST: Rules = {
  cleartid: 'every-end',
  coreDumpKills: 'group',
  statusOf: 'last-thread',
  vforkWaitKillable: true,
  subreaper: true,
  deferredFput: true,
  pidfd: true,
  clone3: true,
  clearSighand: true,
  threadPidfd: true,
};

/** Newest first: going back in time, each change takes something away. */
export const CHANGES: readonly Change[] = [
  { release: '6.9', rule: 'CLONE-5', before: { threadPidfd: false } },
  { release: '6.0', rule: 'EXIT-3', before: { statusOf: 'leader' } },
  {
    release: '5.16',
    rule: 'EXIT-6, EXIT-10',
    before: { coreDumpKills: 'mm', cleartid: 'unless-core-dump' },
  },
  { release: '5.5', rule: 'CLONE-7', before: { clearSighand: false } },
  { release: '5.3', rule: 'CLONE-7', before: { clone3: false } },
  { release: '5.2', rule: 'ORD-4', before: { pidfd: false } },
  { release: '4.8', rule: 'EXIT-6', before: { cleartid: 'unless-killed' } },
  { release: '3.6', rule: 'EXEC-5', before: { deferredFput: false } },
  { release: '3.4', rule: 'VF-2, REP-1', before: { vforkWaitKillable: false, subreaper: false } },
];

export const DEFAULT_RELEASE = '6.18';
export const OLDEST_RELEASE = '2.6.19';
export const NEWEST_RELEASE = '7.1';

/** The last release of each series, so that 4.21 is refused: no such kernel was ever released. */
const LAST_OF_SERIES: Readonly<Record<number, number>> = { 3: 19, 4: 20, 5: 19, 6: 19, 7: 1 };

/** The rules of a release: `4.7`, `5.10`, `6.18`; of the 2.6 series `2.6.19` to `2.6.39`. */
export function releaseRules(release: string = DEFAULT_RELEASE): Rules {
  const asked = order(release);
  return CHANGES.filter((change) => asked < order(change.release)).reduce<Rules>(
    (rules, { before }) => ({ ...rules, ...before }),
    NEWEST,
  );
}

/** One number that grows with the release; refuses what is none. */
function order(release: string): number {
  const old = /^2\.6\.(\d+)$/.exec(release);
  if (old !== null && Number(old[1]) >= 19 && Number(old[1]) <= 39) return Number(old[1]);
  const [, series, minor] = /^(\d+)\.(\d+)$/.exec(release)?.map(Number) ?? [];
  if (series === undefined || minor === undefined || !(minor <= (LAST_OF_SERIES[series] ?? -1)))
    throw new RangeError(
      `there is no kernel release "${release}" here; from ${OLDEST_RELEASE} to ${NEWEST_RELEASE} there are ` +
        '2.6.19 to 2.6.39, 3.0 to 3.19, 4.0 to 4.20, 5.0 to 5.19, 6.0 to 6.19, 7.0 and 7.1',
    );
  return series * 1000 + minor;
}

/**
 * Which ways can be on a way round at all. Whoever goes round brings each leaf back to what it was. So of each leaf the
 * values are made a graph, what ways make of one value being its edges, and a way that leads from one component of such a graph
 * to another leads to no return. Without it there are fewer edges, so others may follow: in a protocol that comes to its
 * end program counters alone leave hardly any.
 */
import { Rounds } from '../rounds.js';
import { ANY, SAME } from './relations.js';
import type { Row } from './relations.js';

/** What a way makes of a leaf: `from` is ANY where it does not ask. */
interface Change {
  readonly rank: number;
  readonly from: number;
  readonly to: number;
}

/** Those that may be, in order. */
export async function recurring<Some extends { readonly row: Row }>(ways: readonly Some[]): Promise<Some[]> {
  let left = ways.map((way) => ({ way, changes: changesOf(way.row) }));
  for (let before = Infinity; left.length < before;) {
    before = left.length;
    const rounds = await roundsOf(left.flatMap(({ changes }) => changes));
    left = left.filter(({ changes }) =>
      changes.every(({ rank, from, to }) => from === ANY || isSame(rounds.get(rank)!, from, to)),
    );
  }
  return left.map(({ way }) => way);
}

function isSame(roundOf: Int32Array, from: number, to: number): boolean {
  return roundOf[from] === roundOf[to];
}

function changesOf(row: Row): Change[] {
  const changes: Change[] = [];
  for (let i = 0; i < row.length; i += 3) {
    const [rank, from, to] = [row[i]!, row[i + 1]!, row[i + 2]!];
    if (to !== SAME && to !== from) changes.push({ rank, from, to });
  }
  return changes;
}

/** By rank, and then by value: the number of the component of its graph. */
async function roundsOf(changes: readonly Change[]): Promise<Map<number, Int32Array>> {
  const byRank = new Map<number, Map<string, Change>>();
  for (const change of changes) {
    const some = byRank.get(change.rank) ?? new Map<string, Change>();
    byRank.set(change.rank, some.set(`${change.from} ${change.to}`, change));
  }
  const found = new Map<number, Int32Array>();
  for (const [rank, some] of byRank) found.set(rank, await componentsOf([...some.values()]));
  return found;
}

async function componentsOf(changes: readonly Change[]): Promise<Int32Array> {
  const values = 1 + changes.reduce((most, { from, to }) => Math.max(most, from, to), 0);
  const nexts = Array.from({ length: values }, () => new Set<number>());
  for (const { from, to } of changes) {
    // Who does not ask may find any value there.
    for (const value of from === ANY ? nexts.keys() : [from]) nexts[value]!.add(to);
  }
  const rounds = new Rounds(
    values,
    (value, into) => nexts[value]!.forEach((next) => into.push(next)),
    () => {},
  );
  const goOn = async () => await Promise.resolve(true);
  for (let value = 0; value < values; value++) await rounds.from(value, goOn);
  return rounds.of;
}

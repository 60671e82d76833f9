/** Strongly connected components and laps, on random graphs. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { lapOf } from '../../checker/lap.js';
import { Rounds } from '../../checker/rounds.js';

interface Edge {
  readonly from: number;
  readonly to: number;
  readonly slot: number;
}

const NODES = 8;
const SLOTS = 3;
const node = fc.nat(NODES - 1);
const graph = fc.array(fc.record({ from: node, to: node, slot: fc.nat(SLOTS - 1) }), {
  minLength: 8,
  maxLength: 30,
  size: 'max',
});

function reach(edges: readonly Edge[], start: number): Set<number> {
  const found = new Set<number>();
  const visit = (at: number): void => {
    for (const { from, to } of edges) {
      if (from !== at || found.has(to)) continue;
      found.add(to);
      visit(to);
    }
  };
  visit(start);
  return found;
}

test('nodes are of one round if and only if each leads to the other', async () => {
  let rounds = 0;
  const property = fc.asyncProperty(graph, fc.uniqueArray(node, { minLength: 1 }), async (edges, roots) => {
    const found: number[][] = [];
    const all = new Rounds(
      NODES,
      (from, next) => edges.filter((edge) => edge.from === from).forEach(({ to }) => next.push(to)),
      (nodes, round) => {
        // Its nodes have its number while it is judged, and no others have.
        expect([...all.of.keys()].filter((each) => all.of[each] === round)).toEqual(
          nodes.toSorted((a, b) => a - b),
        );
        found.push(nodes.toSorted((a, b) => a - b));
      },
    );
    for (const root of roots) await all.from(root, async () => true);
    const reached = new Set(roots.flatMap((root) => [root, ...reach(edges, root)]));
    for (let each = 0; each < NODES; each++) expect(all.of[each] !== 0).toBe(reached.has(each));
    const expected = new Set(
      [...reached]
        .filter((each) => reach(edges, each).has(each))
        .map((each) => [...reach(edges, each)].filter((other) => reach(edges, other).has(each)))
        .map((nodes) => nodes.toSorted((a, b) => a - b).join()),
    );
    expect(found.map(String).toSorted()).toEqual([...expected].toSorted());
    rounds += found.length;
  });
  await fc.assert(property, { numRuns: 500, seed: 3 });
  expect(rounds).toBeGreaterThan(200);
});

test('a way down of a hundred thousand nodes needs no recursion, and can be ended', async () => {
  const many = 100_000;
  let found = 0;
  const ring = () =>
    new Rounds(
      many,
      (at, next) => next.push((at + 1) % many),
      (nodes) => (found = nodes.length),
    );
  expect(await ring().from(0, async () => true)).toBe(true);
  expect(found).toBe(many);
  expect(await ring().from(0, async () => false)).toBe(false);
});

test('a lap comes back, stays inside, and serves each task', () => {
  let laps = 0;
  fc.assert(
    fc.property(graph, node, fc.array(fc.tuple(node, fc.nat(SLOTS - 1))), (edges, start, idle) => {
      const inside = reach(edges, start);
      const round = [...inside].filter((each) => reach(edges, each).has(start));
      const tasks = [...Array(SLOTS).keys()];
      const stays = ({ from, to }: Edge) => round.includes(from) && round.includes(to);
      const canMove = (at: number, slot: number) =>
        edges.some((edge) => edge.from === at && edge.slot === slot) ||
        !idle.some(([who, what]) => who === at && what === slot);
      const edgesOf = (at: number) =>
        edges
          .filter((edge) => edge.from === at && stays(edge))
          .map(({ to, slot }) => ({ action: { slot, choices: [to] }, next: to }));
      const isServed = (nodes: readonly number[], taken: readonly { slot: number }[]) =>
        tasks.every(
          (slot) => taken.some((each) => each.slot === slot) || nodes.some((at) => !canMove(at, slot)),
        );
      const isAtRest = tasks.every((slot) => !canMove(start, slot));
      if (!round.includes(start) || isAtRest) return;
      if (!isServed(round, edges.filter(stays))) {
        expect(() => lapOf({ tasks, edgesOf, canMove }, start)).toThrow('no fair run goes round here');
        return;
      }
      const lap = lapOf({ tasks, edgesOf, canMove }, start);
      const nodes = [start, ...lap.map(({ choices }) => choices[0]!)];
      expect(nodes.at(-1)).toBe(start);
      for (const [i, { slot }] of lap.entries())
        expect(edges).toContainEqual({ from: nodes[i], to: nodes[i + 1], slot });
      expect(nodes.every((at) => round.includes(at))).toBe(true);
      expect(isServed(nodes, lap)).toBe(true);
      laps++;
    }),
    { numRuns: 1000, seed: 4 },
  );
  expect(laps).toBeGreaterThan(50);
});

/** A queue of runs: those of the fewest turns and then of the fewest steps come first. */

export interface Measured {
  readonly turns: number;
  readonly steps: number;
}

export class Queue<Run extends Measured> {
  size = 0;
  private readonly byTurns: Run[][][] = [];
  private turns = 0;
  private steps = 0;

  /** Nothing simpler than what was taken last may come. */
  push(run: Run): void {
    const bySteps = (this.byTurns[run.turns] ??= []);
    (bySteps[run.steps] ??= []).push(run);
    this.size++;
  }

  peek(): Run | undefined {
    for (; this.turns < this.byTurns.length; this.turns++, this.steps = 0) {
      const bySteps = this.byTurns[this.turns] ?? [];
      for (; this.steps < bySteps.length; this.steps++) {
        const run = bySteps[this.steps]?.at(-1);
        if (run !== undefined) return run;
      }
    }
    return undefined;
  }

  pop(): Run | undefined {
    const run = this.peek();
    if (run === undefined) return undefined;
    this.byTurns[this.turns]![this.steps]!.pop();
    this.size--;
    return run;
  }
}

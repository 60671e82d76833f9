/**
 * What the explicit engine is made of. A test puts a part with a fault in the place of a sound one, and the engine must
 * then be found to disagree with the reference.
 */
import { Batch } from './batch.js';
import { Components } from './components.js';
import { Descent } from './descent.js';
import { Graph } from './graph.js';
import { Idle } from './idle.js';
import { Judgement } from './judgement.js';
import { Moves } from './moves.js';
import { Packing } from './packing.js';
import { Rewrites } from './rewrites.js';
import { Rounds } from './rounds.js';
import { Standings } from './standings.js';
import { StateTable } from './table.js';

export const PARTS = {
  Batch,
  Components,
  Descent,
  Graph,
  Idle,
  Judgement,
  Moves,
  Packing,
  Rewrites,
  Rounds,
  Standings,
  StateTable,
};

export type Parts = Readonly<typeof PARTS>;

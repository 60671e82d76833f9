/** Fields of a few bits each, laid into 32-bit words so that none crosses a boundary. */

export class Packing {
  /** How many words; at least one. */
  readonly words: number;
  /** For each field its word, how far up it lies, and the largest number it takes (-1 for all 32 bits). */
  readonly word: Int32Array;
  readonly shift: Int32Array;
  readonly most: Int32Array;

  /** `widths` in bits, 0 to 32. What is left over goes to the first `growing` fields, for they will outgrow theirs. */
  constructor(widths: readonly number[], growing = widths.length) {
    this.word = new Int32Array(widths.length);
    this.shift = new Int32Array(widths.length);
    this.most = new Int32Array(widths.length);
    const words = layOut(widths);
    for (const [word, fields] of words.entries()) {
      const heirs = fields.filter((field) => field < growing);
      const spare = 32 - fields.reduce((sum, field) => sum + widths[field]!, 0);
      let shift = 0;
      for (const field of fields) {
        const heir = heirs.indexOf(field);
        const share = heir < 0 ? 0 : Math.floor((spare + heirs.length - 1 - heir) / heirs.length);
        const bits = widths[field]! + share;
        this.word[field] = word;
        this.shift[field] = shift & 31;
        this.most[field] = bits === 32 ? -1 : 2 ** bits - 1;
        shift += bits;
      }
    }
    this.words = words.length;
  }

  get(words: Int32Array, at: number, field: number): number {
    return (words[at + this.word[field]!]! >>> this.shift[field]!) & this.most[field]!;
  }

  set(words: Int32Array, at: number, field: number, value: number): void {
    const [word, shift] = [at + this.word[field]!, this.shift[field]!];
    words[word] = (words[word]! & ~(this.most[field]! << shift)) | (value << shift);
  }

  /** Puts what the fields from `at` in `words` hold into those of another packing, which are all 0. */
  copyTo(other: Packing, words: Int32Array, at: number, to: Int32Array, toAt: number): void {
    const { word, shift, most } = this;
    if (other === this) {
      for (let i = 0; i < this.words; i++) to[toAt + i] = words[at + i]!;
      return;
    }
    for (let field = 0; field < word.length; field++) {
      const value = (words[at + word[field]!]! >>> shift[field]!) & most[field]!;
      to[toAt + other.word[field]!]! |= value << other.shift[field]!;
    }
  }

  /** Whether the field has room for the number. */
  holds(field: number, value: number): boolean {
    return this.most[field]! < 0 || value <= this.most[field]!;
  }
}

/** The fields of each word. What is left over is spread over the words as evenly as can be done without a further one. */
function layOut(widths: readonly number[]): number[][] {
  const fields = widths.map((_, i) => i).toSorted((a, b) => widths[b]! - widths[a]!);
  const total = widths.reduce((sum, width) => sum + width, 0);
  for (let many = Math.max(1, Math.ceil(total / 32)); ; many++) {
    for (const choose of [emptiest, firstThatFits]) {
      const words = Array.from({ length: many }, (): number[] => []);
      const used = words.map(() => 0);
      const fits = fields.every((field) => {
        const word = choose(used, widths[field]!);
        words[word]?.push(field);
        return (used[word]! += widths[field]!) <= 32;
      });
      if (fits) return words;
    }
  }
}

function emptiest(used: readonly number[]): number {
  return used.indexOf(Math.min(...used));
}

/** -1 for none. */
function firstThatFits(used: readonly number[], width: number): number {
  return used.findIndex((bits) => bits + width <= 32);
}

/** How many bits the numbers below `count` take. */
export function bitsFor(count: number): number {
  return count <= 1 ? 0 : 32 - Math.clz32(count - 1);
}

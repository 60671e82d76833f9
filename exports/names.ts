/** Identifiers for other languages: letters, digits and underscores, each thing with a name of its own. */

export class Names {
  private readonly taken: Set<string>;

  /** `reserved` are words that the language keeps to itself. */
  constructor(reserved: readonly string[] = []) {
    this.taken = new Set(reserved);
  }

  /** A name for what is called `text`, as near to it as can be. */
  of(text: string): string {
    const plain = text.replaceAll(/[^A-Za-z0-9]+/g, '_').replaceAll(/^_+|_+$/g, '');
    const stem = /^[A-Za-z]/.test(plain) ? plain : `n${plain}`;
    let name = stem;
    for (let i = 2; this.taken.has(name); i++) name = `${stem}_${i}`;
    this.taken.add(name);
    return name;
  }
}

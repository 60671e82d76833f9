/** Widths, padding, wrapping and numbers for plain text. */

/** The width that every text output keeps to where words allow it. */
export const width = 110;

/** A count as people read it. */
export function count(n: number): string {
  return n.toLocaleString('en-US');
}

/** `1 turn`, `2 turns`. */
export function plural(n: number, one: string, many = `${one}s`): string {
  return `${count(n)} ${n === 1 ? one : many}`;
}

/** `a`, `a or b`, `a, b or c`. */
export function either(names: readonly string[], joint = 'or'): string {
  if (names.length < 2) return names.join('');
  return `${names.slice(0, -1).join(', ')} ${joint} ${names.at(-1)}`;
}

/** Cuts a text that is too long and shows that it was cut. */
export function clip(text: string, room: number): string {
  return text.length <= room ? text : `${text.slice(0, Math.max(0, room - 1)).trimEnd()}…`;
}

/** Breaks a text between words, or after a `|` between flags, so that each line fits; a longer word stays whole. */
export function wrap(text: string, room: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const piece of text.split(/(?<=[ |])/)) {
    if (line !== '' && (line + piece).trimEnd().length > room) {
      lines.push(line.trimEnd());
      line = piece;
    } else {
      line += piece;
    }
  }
  return [...lines, line.trimEnd()];
}

/** A value of the model as a trace prints it. */
export function show(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(show).join(', ')}]`;
  if (value === '') return "''";
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** Wall time, as exact as it is worth. */
export function duration(seconds: number): string {
  if (seconds < 60) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  return `${Math.floor(whole / 60)} min ${whole % 60} s`;
}

/** The row of the original that a step stands for, as a trace cites it. A number alone is a row of the step table. */
export function cite(row: string): string {
  return /^E?\d+[a-z]?(,|$)/.test(row) ? `row ${row}` : row;
}

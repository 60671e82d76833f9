/** Whether memory runs out: what can be told beforehand, and what is known only when it was asked for in vain. */
import { getHeapStatistics } from 'node:v8';

/** With less than this share of what Node gives to plain objects, or so many bytes, left it would soon end the process. */
const SHARE_LEFT = 0.1;
const BYTES_LEFT = 96 * 2 ** 20;

/** Whether plain objects have taken nearly all they may have (`node --max-old-space-size`). */
export function heapIsFull(): boolean {
  const { used_heap_size, heap_size_limit } = getHeapStatistics();
  return heap_size_limit - used_heap_size < Math.max(BYTES_LEFT, SHARE_LEFT * heap_size_limit);
}

/** What V8 says when it cannot make an array or a Map as large as was asked for. */
const MESSAGES = [
  'Array buffer allocation failed',
  'Invalid typed array length',
  'Invalid array buffer length',
  'Invalid array length',
  'Map maximum size exceeded',
  'Set maximum size exceeded',
];

/** Something grew larger than there is room for where it is kept. */
export class TooLarge extends RangeError {}

export function isOutOfMemory(error: unknown): boolean {
  if (error instanceof TooLarge) return true;
  return error instanceof RangeError && MESSAGES.some((message) => error.message.includes(message));
}

/** One learning rate throughout. */
import type { Schedule } from './schedule';

export function constant(): Schedule {
  return { description: 'constant', factorAt: () => 1 };
}

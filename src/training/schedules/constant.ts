/** One learning rate throughout. */
import type { Schedule } from './schedule';

/** The learning rate as it is. */
export function constant(): Schedule {
  return { description: 'constant', factorAt: () => 1 };
}

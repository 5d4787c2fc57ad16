/** Keeps the number of tasks under way within a bound. */

/** Makes a function that runs at most `limit` tasks at a time, in the order in which they come. */
export function limitConcurrency(limit: number): <T>(task: () => T | Promise<T>) => Promise<T> {
  let free = limit;
  const waiting: (() => void)[] = [];
  return async (task) => {
    if (free > 0) free--;
    else await new Promise<void>((resolve) => waiting.push(resolve));
    try {
      return await task();
    } finally {
      const next = waiting.shift();
      if (next) next();
      else free++;
    }
  };
}

/** One thing at a time, and only the newest of what waits: a person who chooses on doesn't wait for earlier choices. */

/** Does its work, and returns how to show what came of it. */
export type Task = () => Promise<() => void>;

/** Runs the tasks that it is given; those that a newer one overtakes aren't begun, or not shown. */
export function newestOnly(onError: (error: Error) => void): (task: Task) => Promise<void> {
  let waiting: Task | undefined;
  let isRunning = false;
  return async (task) => {
    waiting = task;
    if (isRunning) return;
    isRunning = true;
    while (waiting) {
      const current: Task = waiting;
      waiting = undefined;
      const show = await current().catch((error: unknown) => () => {
        onError(error as Error);
      });
      // Another may have come while this one ran, which the compiler can't see.
      if ((waiting as Task | undefined) === undefined) show();
    }
    isRunning = false;
  };
}

// Work shared among threads. `parallel` runs task(context, 0), …, task(context, count - 1) on the calling thread and
// on those that sit in `worker_loop`, in any order, and returns when all are done.
//
// Results must not depend on which thread ran which task: what tasks add up goes to a place of each task's own.
#pragma once

typedef struct Pool Pool; // its memory is the caller's; all zeros is a pool without workers
typedef void (*Task)(void *context, int index);

enum { MAX_TASKS = 1 << 20 };

void parallel(Pool *pool, Task task, void *context, int count);

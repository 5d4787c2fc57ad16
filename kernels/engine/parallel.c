// One job at a time. Its ticket holds the job's number, the number of tasks and the next one, so that a worker that
// comes late finds another job, or no task left, and takes nothing.
#include "parallel.h"
#include "simd.h"

struct Pool {
  _Atomic uint64_t ticket; // job (24 bits) | count (20) | next (20)
  _Atomic int32_t done;
  _Atomic int32_t job; // the number again, in 32 bits that a thread can wait on
  _Atomic int32_t stop;
  int32_t workers;
  int32_t may_block; // not on a browser's main thread
  Task task;
  void *context;
};

EXPORT(pool_bytes) int pool_bytes(void) { return sizeof(Pool); }

#ifdef __wasm_atomics__

enum { JOB_MASK = 0xffffff, FIELD = 20, WORKER_SPINS = 20000, MAIN_SPINS = 100000 };
#define WAIT_NANOSECONDS 1000000000ll

INLINE int ticket_job(uint64_t ticket) { return (int)(ticket >> 2 * FIELD); }
INLINE int ticket_count(uint64_t ticket) { return (int)(ticket >> FIELD) & (MAX_TASKS - 1); }
INLINE int ticket_next(uint64_t ticket) { return (int)ticket & (MAX_TASKS - 1); }

static void take_tasks(Pool *pool, int job) {
  uint64_t ticket = pool->ticket;
  while (ticket_job(ticket) == job && ticket_next(ticket) < ticket_count(ticket)) {
    if (!__c11_atomic_compare_exchange_strong(&pool->ticket, &ticket, ticket + 1, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST))
      continue;
    // The job cannot end before this task, so its fields stand still until then.
    pool->task(pool->context, ticket_next(ticket));
    if (++pool->done == ticket_count(ticket) && pool->may_block)
      __builtin_wasm_memory_atomic_notify((int *)&pool->done, 1);
    ticket = pool->ticket;
  }
}

// Serves until `stop_workers`.
EXPORT(worker_loop) void worker_loop(Pool *pool) {
  int seen = 0;
  while (!pool->stop) {
    for (int spin = 0; spin < WORKER_SPINS && pool->job == seen; spin++) {}
    if (pool->job == seen) __builtin_wasm_memory_atomic_wait32((int *)&pool->job, seen, WAIT_NANOSECONDS);
    int job = pool->job;
    if (job != seen) take_tasks(pool, seen = job);
  }
}

EXPORT(set_workers) void set_workers(Pool *pool, int workers, int may_block) {
  pool->workers = workers;
  pool->may_block = may_block;
}

EXPORT(stop_workers) void stop_workers(Pool *pool) {
  pool->workers = 0;
  pool->stop = 1;
  pool->job = (pool->job + 1) & JOB_MASK;
  __builtin_wasm_memory_atomic_notify((int *)&pool->job, -1);
}

void parallel(Pool *pool, Task task, void *context, int count) {
  if (pool->workers == 0 || count < 2) {
    for (int i = 0; i < count; i++) task(context, i);
    return;
  }
  int job = (pool->job + 1) & JOB_MASK;
  pool->task = task;
  pool->context = context;
  pool->done = 0;
  pool->ticket = (uint64_t)job << 2 * FIELD | (uint64_t)count << FIELD;
  pool->job = job;
  __builtin_wasm_memory_atomic_notify((int *)&pool->job, -1);
  take_tasks(pool, job);
  for (int spin = 0; pool->done < count; spin++) {
    int done = pool->done;
    if (spin > MAIN_SPINS && pool->may_block && done < count)
      __builtin_wasm_memory_atomic_wait32((int *)&pool->done, done, WAIT_NANOSECONDS / 1000);
  }
}

#else

void parallel(Pool *pool, Task task, void *context, int count) {
  (void)pool;
  for (int i = 0; i < count; i++) task(context, i);
}

#endif

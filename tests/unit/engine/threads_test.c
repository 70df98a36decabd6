/* SPDX-License-Identifier: MIT */
/* The pool: every task once, by a worker that is alone with its number, job after job. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>

#include <cmocka.h>

#include "engine/steps.h"

enum { TASKS = 1000, JOBS = 200, WORKERS_MAX = 64 };

struct job {
    atomic_int done[TASKS];
    atomic_int at_work[WORKERS_MAX];
    atomic_int wrong;
    int threads;
};

static void task(void *arg, size_t index, int worker)
{
    struct job *job = arg;
    if (worker < 0 || worker >= job->threads || atomic_fetch_add(&job->at_work[worker], 1))
        atomic_fetch_add(&job->wrong, 1);
    atomic_fetch_add(&job->done[index], 1);
    atomic_fetch_sub(&job->at_work[worker], 1);
}

static void run_jobs(int threads)
{
    struct ink_parallel *parallel = ink_threads_new(threads);
    assert_non_null(parallel);
    assert_in_range(parallel->threads, 1, threads < 1 ? 1 : threads);
    for (int round = 0; round < JOBS; round++) {
        static struct job job;
        size_t count = round % 3 == 0 ? TASKS : (size_t)(round % 7);
        memset(&job, 0, sizeof job);
        job.threads = parallel->threads;
        ink_parallel_run(parallel, count, task, &job);
        assert_int_equal(job.wrong, 0);
        for (size_t i = 0; i < TASKS; i++) assert_int_equal(job.done[i], i < count);
    }
    ink_threads_free(parallel);
}

static void every_task_once(void **state)
{
    static const int threads[] = {0, 1, 2, 3, 1000000};
    for (size_t i = 0; i < sizeof threads / sizeof *threads; i++) run_jobs(threads[i]);
}

/* Workers start with the first job; a pool that never had one is freed as well. */
static void freed_unused(void **state)
{
    ink_threads_free(ink_threads_new(2));
    ink_threads_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(every_task_once), cmocka_unit_test(freed_unused)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}

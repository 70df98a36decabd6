/* SPDX-License-Identifier: MIT */
/* disk_shim.h - a disk that can lose its power: what a crash may leave of a folder, made from what was really synced.
 *
 * The shim's own open, write, pwrite, ftruncate, fsync, fdatasync, rename, unlink and link stand before the C library's for
 * the whole program, SQLite included. They do the work, and keep a history of it for files below one folder. From that
 * history any earlier moment can be rebuilt in another folder: everything synced by then is there; of what was not, a
 * random part is (a file's writes in any order, in pieces of 512 bytes, or not at all; names likewise).
 *
 * SQLite's shared memory file (-shm) is not part of it: it is rebuilt after a crash. */
#ifndef INK_TESTS_LOCAL_DISK_SHIM_H
#define INK_TESTS_LOCAL_DISK_SHIM_H

#include <stddef.h>
#include <stdint.h>

/* Starts a history, of an empty folder. */
void disk_record(const char *folder);
void disk_stop(void);

/* How many steps the history has; a moment is a number of 0..that. Thread-safe. */
size_t disk_steps(void);

/* Makes `target` (an empty folder) what a loss of power at `moment` may leave. The same seed makes the same. */
void disk_crash(size_t moment, const char *target, uint64_t seed);

/* fsync and fdatasync do nothing but return (they are not recorded): for showing that the test can fail. */
void disk_ignore_syncs(int ignore);

#endif

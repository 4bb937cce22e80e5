/*
 * replay.h - a recorded program: what its processes did with their address spaces, and what that takes.
 *
 * A replay is the recording (docs/replay.md). A plan is made of it once per scenario: every call is applied, in
 * the recorded order, to the address spaces of the recording, and what it took is noted with its task. All
 * copies of the replay then run by the same plan: what is mapped and freed is the kernel's recorded doing, the
 * same under every policy; when it happens, and what that costs, is simulated.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* By the words of docs/replay.md. */
enum replay_kind {
	REPLAY_EXEC,
	REPLAY_IMAGE,
	REPLAY_MMAP,
	REPLAY_MUNMAP,
	REPLAY_BRK,
	REPLAY_MPROTECT,
	REPLAY_MREMAP,
	REPLAY_MADVISE, /* mlock() and munlock(), too: they change flags */
	REPLAY_CLONE,
	REPLAY_WAIT,
	REPLAY_SLEEP,
	REPLAY_EXIT,
	REPLAY_N_KINDS
};

enum replay_clone_flag {
	REPLAY_CLONE_VM = 1 << 0,
	REPLAY_CLONE_VFORK = 1 << 1,
	REPLAY_CLONE_THREAD = 1 << 2,
};

struct replay_op {
	int32_t task; /* from 0 */
	enum replay_kind kind;
	int32_t child;   /* clone, wait: a task */
	uint32_t set;    /* vm_flags; clone: replay_clone_flag; mremap: 1 if MREMAP_DONTUNMAP */
	uint32_t clear;  /* madvise: vm_flags */
	uint32_t file;   /* image, mmap */
	uint64_t addr;   /* of brk: the new end */
	uint64_t len;    /* of mremap: the old one */
	uint64_t offset; /* image, mmap: in the file */
	uint64_t new_addr, new_len; /* mremap */
	int64_t think_ns;           /* user time before it */
	int64_t sleep_ns;           /* sleep */
};

struct replay_task {
	char *name;
	int64_t at_ns; /* a root's arrival; -1: a clone starts it */
};

/* Filled by scenario/replay_file.c, which sees to it that it makes sense. */
struct replay {
	int32_t n_tasks;
	struct replay_task *tasks;
	int64_t n_ops;
	struct replay_op *ops;
	int n_refs;
};

struct replay *replay_ref(struct replay *replay);
void replay_unref(struct replay *replay);

/* One operation of a task, ready to be run. */
struct replay_step {
	enum replay_kind kind; /* never REPLAY_IMAGE: that is part of the exec's step */
	uint32_t flags;        /* clone: replay_clone_flag */
	int32_t child;         /* clone, wait */
	int32_t mm;            /* exec, clone without CLONE_VM: number of the new address space */
	int32_t op;            /* its index in the recording */
	bool failed; /* the address space refused the call, as the kernel would: ENOMEM, ... */
	int64_t think_ns, sleep_ns;
	int64_t n_alloc, n_unmap, n_merged, n_stores;
	int64_t n_vmas; /* of the task's address space after it; exec: with its image; exit: at the end */
};

struct replay_task_plan {
	const char *name; /* of the program it runs last */
	int64_t at_ns;    /* or -1 */
	int64_t n_steps;
	struct replay_step *steps;
	int32_t first_mm;   /* a root's address space; -1: its clone says */
	int64_t first_vmas; /* of a root: VMAs of its image, before its first step */
};

struct replay_plan {
	int32_t n_tasks, n_mms;
	int64_t n_steps, n_failed;
	struct replay_task_plan *tasks;
	struct replay_step *steps; /* of all tasks, one task after the other */
};

/**
 * replay_plan_new:
 * @max_map_count: VMAs that an address space may have
 * @think_permille: recorded user times are scaled by it
 *
 * Every address space of @replay goes through its calls, in the recorded order.
 *
 * Returns: (transfer full): replay_plan_free(); @replay must outlive it
 */
struct replay_plan *replay_plan_new(const struct replay *replay, int64_t max_map_count,
				    int64_t think_permille);
void replay_plan_free(struct replay_plan *plan);

/*
 * cb_list.h - FIFO lists of callbacks, kept as runs.
 *
 * A run is n equal callbacks enqueued at a fixed stride. Moving a list is O(1); a list is as long as the
 * number of interactions that made it, not as the number of its callbacks.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct op_times;
struct sim_frame;

/* What a callback does: it frees @n_objects objects of @bytes together, or is a function that others see. */
struct rcu_cb_type {
	const char *name;
	/* invoked by @frame for rcu_cb.owner, at the end of an operation of its own; then there is no freed() */
	void (*func)(void *owner, struct sim_frame *frame);
	bool entrained; /* rcu_barrier()'s own: it needs no grace period, only those before it to be invoked */
	/* @n callbacks of @cb have been invoked, ending at @times; called on @ctx of the RCU state */
	void (*freed)(void *ctx, const struct rcu_cb_type *type, int64_t n_objects, int64_t bytes,
		      int64_t n, const struct op_times *times);
};

struct rcu_cb {
	const struct rcu_cb_type *type;
	int64_t n_objects;
	int64_t bytes;
	int64_t cost_ns; /* CPU time of the callback's function */
	void *owner;     /* for whom func() is called, or NULL */
};

struct cb_run {
	struct cb_run *next;
	struct rcu_cb cb;
	int64_t first_ns;  /* enqueue time of the first */
	int64_t stride_ns; /* from one to the next; unused while n is 1 */
	int64_t n;
};

struct cb_list {
	struct cb_run *head, *tail;
	int64_t n; /* callbacks */
};

/* Free runs, reused: handlers do not allocate once the pool has grown. */
struct cb_pool {
	struct cb_run *free;
};

void cb_pool_clear(struct cb_pool *pool);

/* Append @n callbacks enqueued at @first_ns, @first_ns + @stride_ns, ...; joins the last run if it goes on. */
void cb_list_append(struct cb_list *list, struct cb_pool *pool, const struct rcu_cb *cb,
		    int64_t first_ns, int64_t stride_ns, int64_t n);
/* Move all of @from to the end, or to the front, of @to. */
void cb_list_splice_tail(struct cb_list *to, struct cb_list *from);
void cb_list_splice_head(struct cb_list *to, struct cb_list *from);
/* Drop the first @n callbacks; they must lie in the first run. */
void cb_list_drop(struct cb_list *list, struct cb_pool *pool, int64_t n);
void cb_list_clear(struct cb_list *list, struct cb_pool *pool);
/* Callbacks at the head of the list that do the same: they may span several runs. */
int64_t cb_list_n_equal(const struct cb_list *list);
/* Enqueue time of the last callback; the list must not be empty. */
int64_t cb_list_newest_ns(const struct cb_list *list);
/* @ordered: enqueue times ascend. */
bool cb_list_is_sane(const struct cb_list *list, bool ordered);

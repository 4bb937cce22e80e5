/*
 * sync.h - calls that wait: for readers, synchronize_rcu() and synchronize_rcu_expedited(); for callbacks, rcu_barrier();
 * and polling for the end of a grace period.
 *
 * A task makes a call as a sequence of operations: it begins one, and hands on to rcu_sync_step() whenever it is asked
 * for its next operation, until the call returns.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "machine/machine.h"

struct rcu_data;
struct rcu_node;
struct rcu_state;

struct rcu_sync {
	struct rcu_state *rcu;
	struct sim_task *task;
	bool (*step)(struct rcu_sync *sync); /* of the kind of call */
	int state;
	int64_t start_ns;
	int64_t seq;           /* the number that it waits for, of the sequence that it waits on */
	int64_t number;        /* of the call: trace */
	bool completed;        /* what it sleeps for has happened */
	bool expedited;        /* I20: by which grace period it may return */
	struct rcu_sync *next; /* direct wake: of the list */
	struct rcu_node *rnp;  /* funnel: where it stands */
	int cpu;               /* rcu_barrier(): looked at next */
	struct smp_call call;
	int64_t *n_queued; /* rcu_barrier(), I19: callbacks ever queued, per CPU, when it began */
};

/* @n_queued: room for a number per CPU, for as long as @sync is used. */
void rcu_sync_init(struct rcu_sync *sync, struct rcu_state *rcu, struct sim_task *task,
		   int64_t *n_queued);

void synchronize_rcu_begin(struct rcu_sync *sync);
void synchronize_rcu_expedited_begin(struct rcu_sync *sync);
void rcu_barrier_begin(struct rcu_sync *sync);
/* The call's next operation, or its sleep; false when it returns. */
bool rcu_sync_step(struct rcu_sync *sync);

/* --- polling (poll.c) --- */

/* A full cookie: satisfied by a grace period of either kind, and by no less than one. */
struct rcu_gp_oldstate {
	int64_t rgos_norm, rgos_exp;
};

/* A cookie for the grace period that a caller would have to wait for now. */
int64_t get_state_synchronize_rcu(struct rcu_state *rcu);
void get_state_synchronize_rcu_full(struct rcu_state *rcu, struct rcu_gp_oldstate *rgosp);
/* The same, and see to it that there will be that grace period; @frame runs on @rdp's CPU. */
int64_t start_poll_synchronize_rcu(struct rcu_data *rdp, struct sim_frame *frame);
void start_poll_synchronize_rcu_full(struct rcu_data *rdp, struct rcu_gp_oldstate *rgosp,
				     struct sim_frame *frame);
/* Whether the grace period of the cookie is over. A short one may say no longer than a full one does. */
bool poll_state_synchronize_rcu(struct rcu_state *rcu, int64_t oldstate);
bool poll_state_synchronize_rcu_full(struct rcu_state *rcu, const struct rcu_gp_oldstate *rgosp);

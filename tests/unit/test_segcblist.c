/*
 * test_segcblist.c - the segmented callback list against an array of callbacks.
 *
 * The oracle follows rcu-behaviour.md 4: one array in FIFO order, cut by four ends, as the kernel's list is
 * cut by ->tails[]; segment i is what lies between end i - 1 and end i. Contents, segment sizes, labels (stale
 * ones of empty segments, too) and results must agree after every step.
 */
#include <string.h>

#include <glib.h>

#include "rcu/rcu.h"

#define N_SEQUENCES 3000
#define N_STEPS     80
#define MAX_CBS     4000

static void freed(void *ctx, const struct rcu_cb_type *type, int64_t n_objects, int64_t bytes,
		  int64_t n, const struct op_times *times)
{
}

static const struct rcu_cb_type type = { .name = "t", .freed = freed };

/* Callbacks by their enqueue times, which are all different. */
struct oracle {
	int64_t cbs[MAX_CBS];
	int tails[RCU_CBLIST_NSEGS];
	int64_t gp_seq[RCU_CBLIST_NSEGS];
	int64_t len;
	int64_t extracted[MAX_CBS];
	int n_extracted;
};

struct sequence {
	struct rcu_segcblist list;
	struct cb_list extracted, bypass;
	struct cb_pool pool;
	struct oracle o;
	int64_t bypass_cbs[MAX_CBS];
	int n_bypass;
	int64_t now_ns, gp_seq;
	int64_t n_ready, ready_label; /* what advance() told */
};

static int64_t draw(int64_t n)
{
	return g_test_rand_int_range(0, (gint32)n);
}

static int o_size(const struct oracle *o, int seg)
{
	return o->tails[seg] - (seg == 0 ? 0 : o->tails[seg - 1]);
}

static bool o_pending(const struct oracle *o)
{
	return o->tails[RCU_NEXT_TAIL] > o->tails[RCU_DONE_TAIL];
}

static void o_append(struct oracle *o, int64_t cb)
{
	g_assert_cmpint(o->tails[RCU_NEXT_TAIL], <, MAX_CBS);
	o->cbs[o->tails[RCU_NEXT_TAIL]++] = cb;
}

/* 4.3: fold what is done into DONE, close the gap. */
static void o_advance(struct oracle *o, int64_t seq)
{
	int i;

	if (!o_pending(o))
		return;
	for (i = RCU_WAIT_TAIL; i < RCU_NEXT_TAIL && o->gp_seq[i] <= seq; i++)
		o->tails[RCU_DONE_TAIL] = o->tails[i];
	if (i == RCU_WAIT_TAIL)
		return;
	for (int j = RCU_WAIT_TAIL; j < i; j++)
		o->tails[j] = o->tails[RCU_DONE_TAIL];
	for (int j = RCU_WAIT_TAIL; i < RCU_NEXT_TAIL && o->tails[j] < o->tails[RCU_NEXT_TAIL];
	     i++, j++) {
		o->tails[j] = o->tails[i];
		o->gp_seq[j] = o->gp_seq[i];
	}
}

/* 4.4, steps 1 to 4. */
static bool o_accelerate(struct oracle *o, int64_t seq)
{
	int i = RCU_DONE_TAIL;

	if (!o_pending(o))
		return false;
	for (int k = RCU_WAIT_TAIL; k <= RCU_NEXT_READY_TAIL; k++)
		if (o_size(o, k) > 0 && o->gp_seq[k] < seq)
			i = k;
	if (o->tails[i] == o->tails[RCU_NEXT_TAIL])
		return false;
	if (++i == RCU_NEXT_TAIL)
		return false;
	for (; i < RCU_NEXT_TAIL; i++) {
		o->tails[i] = o->tails[RCU_NEXT_TAIL];
		o->gp_seq[i] = seq;
	}
	return true;
}

static void o_remove_front(struct oracle *o, int n)
{
	memmove(o->cbs, o->cbs + n, sizeof(o->cbs[0]) * (size_t)(o->tails[RCU_NEXT_TAIL] - n));
	for (int i = 0; i < RCU_CBLIST_NSEGS; i++)
		o->tails[i] -= n;
}

static void o_insert_front(struct oracle *o, const int64_t *cbs, int n)
{
	memmove(o->cbs + n, o->cbs, sizeof(o->cbs[0]) * (size_t)o->tails[RCU_NEXT_TAIL]);
	memcpy(o->cbs, cbs, sizeof(cbs[0]) * (size_t)n);
	for (int i = 0; i < RCU_CBLIST_NSEGS; i++)
		o->tails[i] += n;
}

/* --- both sides of each step --- */

static void check_cbs(const struct cb_list *list, const int64_t *cbs, int n)
{
	int i = 0;

	g_assert_cmpint(list->n, ==, n);
	for (const struct cb_run *run = list->head; run != NULL; run = run->next)
		for (int64_t k = 0; k < run->n; k++)
			g_assert_cmpint(run->first_ns + (run->n > 1 ? k * run->stride_ns : 0), ==,
					cbs[i++]);
}

static void check(const struct sequence *s)
{
	const struct rcu_segcblist *list = &s->list;
	const struct oracle *o = &s->o;
	int64_t nextgp = INT64_MIN;

	for (int i = 0; i < RCU_CBLIST_NSEGS; i++) {
		check_cbs(&list->seg[i], o->cbs + (i == 0 ? 0 : o->tails[i - 1]), o_size(o, i));
		if (i == RCU_WAIT_TAIL || i == RCU_NEXT_READY_TAIL)
			g_assert_cmpint(list->gp_seq[i], ==, o->gp_seq[i]);
		g_assert_true(rcu_segcblist_restempty(list, i) ==
			      (o->tails[i] == o->tails[RCU_NEXT_TAIL]));
	}
	check_cbs(&s->extracted, o->extracted, o->n_extracted);
	g_assert_cmpint(list->len, ==, o->len);
	g_assert_true(rcu_segcblist_ready_cbs(list) == (o->tails[RCU_DONE_TAIL] > 0));
	g_assert_true(rcu_segcblist_pend_cbs(list) == o_pending(o));
	g_assert_true(rcu_segcblist_nextgp(list, &nextgp) == o_pending(o));
	if (o_pending(o))
		g_assert_cmpint(nextgp, ==, o->gp_seq[RCU_WAIT_TAIL]);
	g_assert_true(rcu_segcblist_is_sane(list));
}

static void enqueue(struct sequence *s)
{
	const int64_t n = 1 + (draw(3) == 0 ? draw(9) : 0);
	const struct rcu_cb cb = { .type = &type, .n_objects = 1, .bytes = 10, .cost_ns = draw(2) };
	const int64_t stride_ns = 1 + draw(2);

	s->now_ns += 1 + draw(3);
	cb_list_append(&s->list.seg[RCU_NEXT_TAIL], &s->pool, &cb, s->now_ns, stride_ns, n);
	s->list.len += n;
	for (int64_t i = 0; i < n; i++)
		o_append(&s->o, s->now_ns + i * stride_ns);
	s->o.len += n;
	s->now_ns += (n - 1) * stride_ns;
}

/* ->len counts the bypass from the start. */
static void enqueue_on_bypass(struct sequence *s)
{
	const struct rcu_cb cb = { .type = &type, .n_objects = 1, .bytes = 10 };

	s->bypass_cbs[s->n_bypass++] = ++s->now_ns;
	cb_list_append(&s->bypass, &s->pool, &cb, s->now_ns, 0, 1);
	s->list.len++;
	s->o.len++;
}

static void flush(struct sequence *s)
{
	rcu_segcblist_insert_pend_cbs(&s->list, &s->bypass);
	for (int i = 0; i < s->n_bypass; i++)
		o_append(&s->o, s->bypass_cbs[i]);
	s->n_bypass = 0;
	g_assert_cmpint(s->bypass.n, ==, 0);
}

static void ready(void *ctx, int64_t gp_seq, const struct cb_list *cbs)
{
	struct sequence *s = ctx;

	g_assert_cmpint(cbs->n, >, 0);
	g_assert_cmpint(gp_seq, >, s->ready_label); /* in the order of the grace periods */
	s->ready_label = gp_seq;
	s->n_ready += cbs->n;
}

static void advance(struct sequence *s, int64_t gp_seq)
{
	const int n_before = s->o.tails[RCU_DONE_TAIL];

	s->n_ready = 0;
	s->ready_label = INT64_MIN;
	rcu_segcblist_advance(&s->list, gp_seq, ready, s);
	o_advance(&s->o, gp_seq);
	g_assert_cmpint(s->n_ready, ==, s->o.tails[RCU_DONE_TAIL] - n_before);
}

static void accelerate(struct sequence *s, int64_t gp_seq)
{
	const bool needs = o_accelerate(&s->o, gp_seq);

	g_assert_true(rcu_segcblist_accelerate(&s->list, gp_seq, 0) == needs);
}

/* rcu_do_batch(): take DONE, invoke some, put the rest back in front. */
static void batch(struct sequence *s)
{
	struct oracle *o = &s->o;
	int n;

	rcu_segcblist_extract_done_cbs(&s->list, &s->extracted);
	memcpy(o->extracted, o->cbs, sizeof(o->cbs[0]) * (size_t)o->tails[RCU_DONE_TAIL]);
	o->n_extracted = o->tails[RCU_DONE_TAIL];
	o_remove_front(o, o->n_extracted);
	check(s);
	n = (int)draw(o->n_extracted + 1);
	for (int64_t left = n, k; left > 0; left -= k) {
		k = left < s->extracted.head->n ? left : s->extracted.head->n;
		cb_list_drop(&s->extracted, &s->pool, k);
	}
	if (draw(3) == 0 && s->n_bypass == 0)
		enqueue(s);
	rcu_segcblist_insert_done_cbs(&s->list, &s->extracted);
	o_insert_front(o, o->extracted + n, o->n_extracted - n);
	o->n_extracted = 0;
	s->list.len -= n;
	o->len -= n;
}

/* The grace-period number as a CPU sees it, between its own and the global one. */
static void random_step(struct sequence *s)
{
	switch (draw(8)) {
	case 0:
	case 1:
		s->gp_seq = rcu_seq_state(s->gp_seq) ? (s->gp_seq | RCU_SEQ_STATE_MASK) + 1
						     : s->gp_seq + 1;
		break;
	case 2:
		advance(s, s->gp_seq);
		break;
	case 3:
		accelerate(s, rcu_seq_snap(s->gp_seq));
		break;
	case 4:
		batch(s);
		break;
	case 5:
		if (s->n_bypass > 0)
			flush(s);
		enqueue_on_bypass(s);
		break;
	default:
		if (s->n_bypass > 0)
			flush(s);
		enqueue(s);
		break;
	}
	check(s);
}

static void sequence_clear(struct sequence *s)
{
	for (int i = 0; i < RCU_CBLIST_NSEGS; i++)
		cb_list_clear(&s->list.seg[i], &s->pool);
	cb_list_clear(&s->extracted, &s->pool);
	cb_list_clear(&s->bypass, &s->pool);
	cb_pool_clear(&s->pool);
}

static void test_agrees_with_an_array(void)
{
	struct sequence *s = g_new(struct sequence, 1);

	for (int i = 0; i < N_SEQUENCES; i++) {
		*s = (struct sequence){ .gp_seq = -1200 };
		for (int k = 0; k < N_STEPS; k++)
			random_step(s);
		sequence_clear(s);
	}
	g_free(s);
}

/* Labels need not follow any grace-period machine for the two to agree: whatever number comes. */
static void test_agrees_for_any_labels(void)
{
	struct sequence *s = g_new(struct sequence, 1);

	for (int i = 0; i < N_SEQUENCES; i++) {
		*s = (struct sequence){ .gp_seq = 0 };
		for (int k = 0; k < N_STEPS; k++) {
			switch (draw(4)) {
			case 0:
				advance(s, 4 * draw(8));
				break;
			case 1:
				accelerate(s, 4 * draw(8));
				break;
			default:
				enqueue(s);
				break;
			}
			/* all but is_sane(), which rightly finds labels out of order */
			for (int seg = 0; seg < RCU_CBLIST_NSEGS; seg++) {
				check_cbs(&s->list.seg[seg],
					  s->o.cbs + (seg == 0 ? 0 : s->o.tails[seg - 1]),
					  o_size(&s->o, seg));
				g_assert_cmpint(s->list.gp_seq[seg], ==, s->o.gp_seq[seg]);
			}
		}
		sequence_clear(s);
	}
	g_free(s);
}

/* --- single statements of section 4 --- */

static struct sequence *sequence_new(void)
{
	struct sequence *s = g_new0(struct sequence, 1);

	s->gp_seq = -1200;
	return s;
}

static void sequence_free(struct sequence *s)
{
	sequence_clear(s);
	g_free(s);
}

/* Both labels taken by earlier grace periods: a third group has to stay in NEXT. */
static void test_a_third_group_stays_unassigned(void)
{
	struct sequence *s = sequence_new();

	enqueue(s);
	accelerate(s, 4);
	enqueue(s);
	accelerate(s, 8);
	enqueue(s);
	g_assert_false(rcu_segcblist_accelerate(&s->list, 12, 0));
	g_assert_cmpint(s->list.seg[RCU_NEXT_TAIL].n, >, 0);
	g_assert_cmpint(s->list.gp_seq[RCU_WAIT_TAIL], ==, 4);
	g_assert_cmpint(s->list.gp_seq[RCU_NEXT_READY_TAIL], ==, 8);
	/* the end of the first makes room */
	rcu_segcblist_advance(&s->list, 4, NULL, NULL);
	g_assert_cmpint(s->list.gp_seq[RCU_WAIT_TAIL], ==, 8);
	g_assert_true(rcu_segcblist_accelerate(&s->list, 12, 0));
	g_assert_cmpint(s->list.gp_seq[RCU_NEXT_READY_TAIL], ==, 12);
	g_assert_cmpint(s->list.seg[RCU_NEXT_TAIL].n, ==, 0);
	sequence_free(s);
}

/* What already carries the label needs it still: the result is true again, and new ones join it. */
static void test_later_callbacks_join_the_label(void)
{
	struct sequence *s = sequence_new();

	enqueue(s);
	g_assert_true(rcu_segcblist_accelerate(&s->list, 4, 0));
	g_assert_true(rcu_segcblist_accelerate(&s->list, 4, 0));
	enqueue(s);
	g_assert_true(rcu_segcblist_accelerate(&s->list, 4, 0));
	g_assert_cmpint(s->list.seg[RCU_WAIT_TAIL].n, ==, s->list.len);
	sequence_free(s);
}

/* With only NEXT occupied nextgp() is WAIT's label of long ago, 0 before any. */
static void test_nextgp_may_be_stale(void)
{
	struct sequence *s = sequence_new();
	int64_t gp_seq = 1;

	g_assert_false(rcu_segcblist_nextgp(&s->list, &gp_seq));
	enqueue(s);
	g_assert_true(rcu_segcblist_nextgp(&s->list, &gp_seq));
	g_assert_cmpint(gp_seq, ==, 0);
	rcu_segcblist_accelerate(&s->list, -1196, 0);
	rcu_segcblist_advance(&s->list, -1196, NULL, NULL);
	enqueue(s);
	g_assert_cmpint(s->list.seg[RCU_WAIT_TAIL].n, ==, 0);
	g_assert_true(rcu_segcblist_nextgp(&s->list, &gp_seq));
	g_assert_cmpint(gp_seq, ==, -1196);
	sequence_free(s);
}

/* Sequence numbers: 2.1. */
static void test_sequence_arithmetic(void)
{
	g_assert_cmpint(rcu_seq_snap(-1200), ==, -1196); /* idle: the next one */
	g_assert_cmpint(rcu_seq_snap(-1199), ==, -1192); /* in progress: it does not count */
	g_assert_cmpint(rcu_seq_snap(0), ==, 4);
	g_assert_cmpint(rcu_seq_snap(1), ==, 8);
	g_assert_true(rcu_seq_state(1));
	g_assert_false(rcu_seq_state(4));
	g_assert_false(rcu_seq_started(0, 4));
	g_assert_true(rcu_seq_started(1, 4));
	g_assert_false(rcu_seq_started(4, 8));
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/segcblist/agrees-with-an-array", test_agrees_with_an_array);
	g_test_add_func("/segcblist/agrees-for-any-labels", test_agrees_for_any_labels);
	g_test_add_func("/segcblist/a-third-group-stays-unassigned",
			test_a_third_group_stays_unassigned);
	g_test_add_func("/segcblist/later-callbacks-join-the-label",
			test_later_callbacks_join_the_label);
	g_test_add_func("/segcblist/nextgp-may-be-stale", test_nextgp_may_be_stale);
	g_test_add_func("/segcblist/sequence-arithmetic", test_sequence_arithmetic);
	return g_test_run();
}

/*
 * The shipped replays: how many VMAs each of their processes has when it exits.
 *
 * vmas_at_exit.txt states them. It was made by vmas_at_exit.py, which reads the strace logs by itself and shares no
 * code with the importer or with sim/mm; tests/cli/replay.t runs it again.
 */
#include <string.h>

#include "mm/address_space.h"
#include "mm/replay.h"
#include "scenario/replay_file.h"

static const char *const names[] = { "make-j2", "bash-forks", "gcc-hello", "python-startup",
				     "git-log" };

static struct replay *load(const char *name)
{
	g_autofree char *path = g_strdup_printf("scenarios/data/replay/%s.replay", name);
	g_autofree char *text = NULL;
	struct diag *diag = diag_new();
	struct replay *replay;
	size_t len;

	g_assert_true(g_file_get_contents(path, &text, &len, NULL));
	replay = replay_parse(text, len, path, diag);
	g_assert_nonnull(replay);
	diag_free(diag);
	return replay;
}

/* The program that @task ran when it came to its operation @op. */
static const char *program_at(const struct replay *replay, const struct replay_plan *plan,
			      const struct replay_step *exit)
{
	return plan->tasks[replay->ops[exit->op].task].name;
}

/* A line "NAME PROGRAM VMAS" per exit, in the order of the recording. */
static char *exits_of(const char *name)
{
	struct replay *replay = load(name);
	struct replay_plan *plan = replay_plan_new(replay, 65530, 1000);
	const struct replay_step **exit_at = g_new0(const struct replay_step *, replay->n_ops);
	GString *out = g_string_new(NULL);

	g_assert_cmpint(plan->n_failed, ==, 0);
	for (int64_t i = 0; i < plan->n_steps; i++)
		if (plan->steps[i].kind == REPLAY_EXIT)
			exit_at[plan->steps[i].op] = &plan->steps[i];
	for (int64_t i = 0; i < replay->n_ops; i++)
		if (exit_at[i] != NULL)
			g_string_append_printf(out, "%s %s %" G_GINT64_FORMAT "\n", name,
					       program_at(replay, plan, exit_at[i]),
					       exit_at[i]->n_vmas);
	g_free(exit_at);
	replay_plan_free(plan);
	replay_unref(replay);
	return g_string_free(out, FALSE);
}

static void test_every_exit_has_the_stated_number_of_vmas(void)
{
	g_autoptr(GString) all = g_string_new(NULL);
	g_autofree char *stated = NULL;

	for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
		g_autofree char *exits = exits_of(names[i]);

		g_string_append(all, exits);
	}
	g_assert_true(g_file_get_contents("tests/model/vmas_at_exit.txt", &stated, NULL, NULL));
	g_assert_cmpstr(all->str, ==, stated);
}

/* What every call allocates and unlinks adds up to what is there at the end. */
static void test_vmas_are_conserved(void)
{
	for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
		struct replay *replay = load(names[i]);
		struct replay_plan *plan = replay_plan_new(replay, 65530, 1000);

		for (int32_t t = 0; t < plan->n_tasks; t++) {
			const struct replay_task_plan *task = &plan->tasks[t];
			int64_t n = task->first_vmas;
			bool known = task->at_ns >= 0;

			for (int64_t s = 0; s < task->n_steps; s++) {
				const struct replay_step *step = &task->steps[s];

				if (step->kind == REPLAY_EXEC) {
					n = 0;
					known = true;
				}
				if (step->kind != REPLAY_CLONE)
					n += step->n_alloc - step->n_unmap - step->n_merged;
				/* a vfork() child may change it in between */
				if (known && step->kind == REPLAY_EXIT)
					g_assert_cmpint(step->n_vmas, ==, n);
			}
		}
		replay_plan_free(plan);
		replay_unref(replay);
	}
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/shipped-replays/every-exit-has-the-stated-number-of-vmas",
			test_every_exit_has_the_stated_number_of_vmas);
	g_test_add_func("/shipped-replays/vmas-are-conserved", test_vmas_are_conserved);
	return g_test_run();
}

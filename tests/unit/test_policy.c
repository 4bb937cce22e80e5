/* test_policy.c - the registry of policies, and what each says of itself. */
#include <string.h>

#include <glib.h>

#include "mm/vma_hooks.h"
#include "policy/registry.h"

static void test_the_four_are_there(void)
{
	static const char *const names[] = { "per-vma", "list-batched", "whole-list",
					     "direct-on-exit" };

	for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
		const struct vma_policy_ops *ops = vma_policy_find(names[i]);

		g_assert_nonnull(ops);
		g_assert_cmpstr(ops->name, ==, names[i]);
	}
	g_assert_null(vma_policy_find("per-vm"));
	g_assert_null(vma_policy_find(""));
}

static void check_param(const struct vma_policy_ops *ops, const struct param *p)
{
	g_assert_cmpint(p->offset, <, ops->params_size);
	g_assert_cmpint(p->min, <=, p->max);
	if (p->type == PARAM_INT) {
		g_assert_cmpint(p->dflt, >=, p->min);
		g_assert_cmpint(p->dflt, <=, p->max);
		g_assert_nonnull(p->unit);
	}
	g_assert_nonnull(p->help);
	g_assert_nonnull(p->source);
}

/* The loader, `policy show` and the schema read these tables: nothing may be missing. */
static void test_each_says_what_it_is(void)
{
	for (const struct vma_policy_ops *const *at = vma_policies; *at != NULL; at++) {
		const struct vma_policy_ops *ops = *at;

		g_assert_true(vma_policy_find(ops->name) == ops);
		g_assert_cmpint(strlen(ops->summary), >, 10);
		g_assert_null(strchr(ops->summary, '\n'));
		g_assert_cmpint(strlen(ops->about), >, strlen(ops->summary));
		g_assert_nonnull(ops->params);
		for (const struct param *p = ops->params; p->type != PARAM_END; p++)
			check_param(ops, p);
		g_assert_nonnull(ops->hooks->plan);
		g_assert_nonnull(ops->hooks->free_vma);
		g_assert_nonnull(ops->hooks->free_vmas);
		/* something planned at the end must be something to do */
		g_assert_true((ops->hooks->end_plan == NULL) == (ops->hooks->end == NULL));
	}
}

static const struct param *find_param(const struct vma_policy_ops *ops, const char *name)
{
	for (const struct param *p = ops->params; p->type != PARAM_END; p++)
		if (strcmp(p->name, name) == 0)
			return p;
	return NULL;
}

/* VM_AREA_FREE_LIST_MAX was 32, and the patch drained beyond it: vma-free-policies.md A.3. */
static void test_the_list_is_the_patch_s(void)
{
	const struct vma_policy_ops *ops = vma_policy_find("list-batched");

	g_assert_cmpint(find_param(ops, "list_limit")->dflt, ==, 32);
	g_assert_cmpint(find_param(ops, "list_limit")->min, ==, 1);
	g_assert_cmpint(find_param(ops, "exact")->dflt, ==, 0);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/policy/the-four-are-there", test_the_four_are_there);
	g_test_add_func("/policy/each-says-what-it-is", test_each_says_what_it_is);
	g_test_add_func("/policy/the-list-is-the-patch-s", test_the_list_is_the_patch_s);
	return g_test_run();
}

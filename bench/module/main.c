// SPDX-License-Identifier: GPL-2.0
/*
 * main.c - the module: /sys/kernel/debug/vmafree/run takes commands, one per write; .../results has what they
 * printed, until something is written to it. README.md has the commands.
 */
#include <linux/debugfs.h>
#include <linux/kthread.h>
#include <linux/delay.h>
#include <linux/mm_types.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include "bench.h"

#ifndef SLAB_NO_MERGE /* before 6.5 */
#define SLAB_NO_MERGE 0
#endif

static unsigned int obj_size;
module_param(obj_size, uint, 0444);
MODULE_PARM_DESC(obj_size, "bytes of an object; default: those of a vm_area_struct");

struct kmem_cache *bench_cache;

static struct dentry *dir;
static DEFINE_MUTEX(lock); /* one command at a time */

void bench_command_reader(const char *command)
{
	const unsigned long ms = clamp(bench_arg(command, "ms", 50), 1L, 10000L);
	const unsigned long mode = bench_arg(command, "mode", 0) != 0;
	const int cpu = clamp(bench_arg(command, "cpu", 0), 0L, (long)num_online_cpus() - 1);
	struct task_struct *task =
		kthread_create(bench_reader, (void *)((mode << 24) | ms), "vmareader");

	if (IS_ERR(task)) {
		bench_print("ERR,no reader\n");
		return;
	}
	kthread_bind(task, cpu);
	wake_up_process(task);
	msleep(ms + 5);
	kthread_stop(task);
}

static void execute(const char *command)
{
	static const struct {
		const char *name;
		void (*run)(const char *command);
	} commands[] = {
		{ "run", bench_command_run },
		{ "micro", bench_command_micro },
		{ "reader", bench_command_reader },
	};
	const size_t length = strcspn(command, " \n");
	size_t i;

	for (i = 0; i < ARRAY_SIZE(commands); i++)
		if (strlen(commands[i].name) == length &&
		    strncmp(command, commands[i].name, length) == 0) {
			commands[i].run(command);
			return;
		}
	bench_print("ERR,unknown command\n");
}

static ssize_t run_write(struct file *file, const char __user *from, size_t n, loff_t *pos)
{
	char *command = memdup_user_nul(from, min_t(size_t, n, PAGE_SIZE));

	if (IS_ERR(command))
		return PTR_ERR(command);
	mutex_lock(&lock);
	execute(command);
	mutex_unlock(&lock);
	kfree(command);
	return n;
}

static ssize_t results_read(struct file *file, char __user *to, size_t n, loff_t *pos)
{
	ssize_t read;

	mutex_lock(&lock);
	read = bench_output_read(to, n, pos);
	mutex_unlock(&lock);
	return read;
}

static ssize_t results_write(struct file *file, const char __user *from, size_t n, loff_t *pos)
{
	mutex_lock(&lock);
	bench_output_clear();
	mutex_unlock(&lock);
	return n;
}

static const struct file_operations run_fops = {
	.owner = THIS_MODULE,
	.write = run_write,
	.llseek = noop_llseek,
};

static const struct file_operations results_fops = {
	.owner = THIS_MODULE,
	.read = results_read,
	.write = results_write,
	.llseek = default_llseek,
};

static int __init bench_init(void)
{
	if (!obj_size)
		obj_size = sizeof(struct vm_area_struct);
	obj_size = max_t(unsigned int, obj_size, sizeof(struct bench_object));
	bench_cache = kmem_cache_create("vmafree_object", obj_size, 0, SLAB_NO_MERGE, NULL);
	if (!bench_cache)
		return -ENOMEM;
	if (bench_output_init()) {
		kmem_cache_destroy(bench_cache);
		return -ENOMEM;
	}
	dir = debugfs_create_dir("vmafree", NULL);
	debugfs_create_file("run", 0200, dir, NULL, &run_fops);
	debugfs_create_file("results", 0600, dir, NULL, &results_fops);
	pr_info("vmafree: objects of %u bytes, vm_area_struct %zu, HZ %d, %u CPUs\n", obj_size,
		sizeof(struct vm_area_struct), HZ, num_online_cpus());
	return 0;
}

static void __exit bench_exit(void)
{
	debugfs_remove_recursive(dir);
	rcu_barrier();
	bench_srcu_barrier();
	bench_output_exit();
	kmem_cache_destroy(bench_cache);
}

module_init(bench_init);
module_exit(bench_exit);
MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("How VMA-like objects are freed through RCU, under several policies");

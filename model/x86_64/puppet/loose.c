/*
 * Lets tasks go for good, each with a column of orders (free.h), and waits until nothing happens any more: the kernel
 * alone decides what comes before what. The first task stays held, as the parent and reaper of the others.
 */
#define _GNU_SOURCE
#include "puppet.h"
#include "free.h"

#include <dirent.h>
#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/user.h>
#include <unistd.h>

#define TEXT_OF(x) #x
#define TEXT(x) TEXT_OF(x)

/* Whose stack it is tells whose column. It leads to the handler of the program that the task runs. */
extern const char handler_stub[], handler_stub_end[];
__asm__(".globl handler_stub, handler_stub_end\n"
        "handler_stub:\n"
        "	mov %rsp, %rcx\n"
        "	sub $0x10010000, %rcx\n"
        "	shr $14, %rcx\n"
        "	shl $" TEXT(COLUMN_SHIFT) ", %rcx\n"
        "	add $0x10111000, %rcx\n"
        "	jmp *" TEXT(HANDLER_AT) "(%rcx)\n"
        "handler_stub_end:\n");

_Static_assert(STACKS == 0x10010000 && STACK_SIZE == 1 << 14 && COLUMNS == 0x10111000, "as free.h and layout.h have it");

static bool detach(struct task *t)
{
	struct user_regs_struct regs;
	unsigned long number = (unsigned long)(t - tasks);
	if (t->state != READY || ptrace(PTRACE_GETREGS, t->tid, 0, &regs) < 0)
		return false;
	/* The first task is a copy of this process, so all of them have this function at the same address. */
	regs.rip = (unsigned long)run_column;
	regs.rdi = COLUMNS + (number << COLUMN_SHIFT);
	regs.rsp = STACKS + (number + 1) * STACK_SIZE - 64 - sizeof(long);
	regs.orig_rax = -1UL;
	return ptrace(PTRACE_SETREGS, t->tid, 0, &regs) == 0 && ptrace(PTRACE_DETACH, t->tid, 0, 0) == 0;
}

/* What a task is that was let go; RUNNING while it has yet to come to rest. */
static enum state state_of_loose(struct task *t, const struct column *column)
{
	unsigned long awaits = (unsigned long)column->awaits;
	if (kill(t->tid, 0) < 0 && errno == ESRCH)
		return GONE;
	/* A thread leaves no zombie, and a leader is one while the last of its threads is still dying. */
	if (!has_program(t))
		return is_zombie(t) && tgid_of(t) == t->tid && !is_running(t) ? ZOMBIE : RUNNING;
	t->state = RUNNING;
	if (sleeps(t))
		return strstr(t->where, "do_signal_stop") ? STOPPED : BLOCKED;
	/* In user mode, until a word has some value. */
	return awaits && *(volatile int *)word_at(awaits) != column->value ? BLOCKED : RUNNING;
}

static bool is_known(pid_t tid)
{
	for (int i = 0; i < task_count; i++)
		if (tasks[i].tid == tid)
			return true;
	return false;
}

/* Is there a thread of this process that has not told its tid yet? */
static bool has_unknown(pid_t tgid)
{
	char path[40];
	bool found = false;
	snprintf(path, sizeof path, "/proc/%d/task", tgid);
	DIR *threads = opendir(path);
	for (struct dirent *entry; threads && !found && (entry = readdir(threads));)
		found = entry->d_name[0] != '.' && !is_known(atoi(entry->d_name));
	if (threads)
		closedir(threads);
	return found;
}

/* Is there a task that has been born, but has not run yet? All are of the process group of the first. */
static bool is_any_unknown(void)
{
	bool found = false;
	DIR *processes = opendir("/proc");
	for (struct dirent *entry; processes && !found && (entry = readdir(processes));) {
		pid_t tgid = atoi(entry->d_name);
		found = tgid > 0 && getpgid(tgid) == tasks[0].tid && has_unknown(tgid);
	}
	if (processes)
		closedir(processes);
	return found;
}

/* Looks at all tasks; -1 if one has yet to come to rest, else how much they have done so far. */
static long look_at_loose(const struct column *columns, int count)
{
	long progress = 0;
	bool unborn = false;
	for (int i = 1; i < count; i++) {
		struct task *t = &tasks[i];
		progress += __atomic_load_n(&columns[i].progress, __ATOMIC_SEQ_CST);
		if (t->tid != (pid_t)columns[i].tid)
			close_files(t);
		t->tid = (pid_t)columns[i].tid;
		t->state = GONE;
		t->changed = true;
		if (t->tid == TID_NOBODY)
			unborn = true;
		else if ((t->state = state_of_loose(t, &columns[i])) == RUNNING)
			return -1;
	}
	return unborn && is_any_unknown() ? -1 : progress;
}

/*
 * Has everybody who waits in user mode been through the kernel since `rounds` was noted? Whoever was sent a signal before that
 * would have taken it there. Of two rounds begun or ended since, one is whole.
 */
static bool have_gone_round(const struct column *columns, const long *rounds, int count)
{
	for (int i = 1; i < count; i++)
		if (tasks[i].state == BLOCKED && columns[i].awaits &&
		    __atomic_load_n(&columns[i].rounds, __ATOMIC_SEQ_CST) < rounds[i] + 2)
			return false;
	return true;
}

/*
 * Runs all columns to their end. Column 0 is nobody's. False if some task cannot be let go. Nothing happens any more when
 * all are at rest twice, and have done nothing in between but look in vain: who wakes another does so by something it does.
 */
bool run_loose(int count, int seconds)
{
	struct stage *stage = (struct stage *)(memory + (FREE - CODE));
	struct column *columns = (struct column *)(memory + (COLUMNS - CODE));
	int first = task_count;
	if (handler_stub_end - handler_stub > (long)(STUB_RESTORER - STUB_HANDLER))
		return false;
	memcpy(memory + (STUB_HANDLER - CODE), handler_stub, (size_t)(handler_stub_end - handler_stub));
	stage->seconds = seconds;
	/* A signal may come before the first thing that a new task does. */
	for (int i = 1; i < count; i++)
		columns[i].handler = on_signal;
	for (int i = 1; i < first; i++)
		if (!detach(&tasks[i]))
			return false;
	while (__atomic_load_n(&stage->arrived, __ATOMIC_SEQ_CST) < first - 1) {
		check_deadline(0);
		sched_yield();
	}
	for (; task_count < count; task_count++)
		memset(&tasks[task_count], 0, sizeof tasks[task_count]);
	__atomic_store_n(&stage->go, 1, __ATOMIC_RELEASE);
	long rounds[MOST_TASKS];
	for (long before = -1, now;; before = now) {
		now = look_at_loose(columns, count);
		if (now < 0 || now != before)
			for (int i = 1; i < count; i++)
				rounds[i] = __atomic_load_n(&columns[i].rounds, __ATOMIC_SEQ_CST);
		else if (have_gone_round(columns, rounds, count))
			return true;
		check_deadline(0);
		sched_yield();
	}
}

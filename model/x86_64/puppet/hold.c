/* Follows tasks from one stop to the next. */
#define _GNU_SOURCE
#include "puppet.h"
#include "layout.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/ptrace.h>
#include <linux/ptrace.h>
#include <sys/user.h>
#include <sys/wait.h>

struct task tasks[MOST_TASKS];
int task_count;

void become(struct task *t, enum state state)
{
	t->state = state;
	t->changed = true;
}

static struct task *known_task(pid_t tid)
{
	for (int i = 0; i < task_count; i++)
		if (tasks[i].tid == tid && tasks[i].state != GONE)
			return &tasks[i];
	return 0;
}

struct task *task_of(pid_t tid)
{
	struct task *known = known_task(tid);
	if (known)
		return known;
	if (task_count == MOST_TASKS)
		give_up("there are too many tasks", 0);
	struct task *t = &tasks[task_count++];
	memset(t, 0, sizeof *t);
	t->tid = tid;
	t->tgid = tgid_of(t);
	t->is_held = true;
	become(t, RUNNING);
	return t;
}

void let_go(struct task *t, int sig)
{
	if (ptrace(PTRACE_SYSCALL, t->tid, 0, (long)sig) == 0 || errno == ESRCH)
		become(t, RUNNING);
	else
		give_up("ptrace does not let a task go on", t);
}

static unsigned long message_of(const struct task *t)
{
	unsigned long message = 0;
	ptrace(PTRACE_GETEVENTMSG, t->tid, 0, &message);
	return message;
}

/* A thread that has executed a program bears the tid of its leader from now on, which is gone (de_thread, 6.18). */
static struct task *exchange_tids(struct task *t)
{
	struct task *thread = known_task((pid_t)message_of(t));
	t->fresh = true;
	if (!thread || thread == t)
		return t;
	become(t, GONE);
	close_files(t);
	close_files(thread);
	thread->tid = t->tid;
	t->tid = 0;
	thread->fresh = true;
	return thread;
}

/* The stop of SIGTRAP: a stub has come to its end, or a handler begins. */
static void reach_trap(struct task *t)
{
	struct user_regs_struct regs;
	if (ptrace(PTRACE_GETREGS, t->tid, 0, &regs) < 0)
		return;
	t->fresh = t->again = false;
	t->sp = regs.rsp;
	if (regs.rip == STUB_LOAD + 3)
		t->ret = (int)regs.rax;
	else if (regs.rip == STUB_STORE + 3)
		t->ret = 0;
	become(t, regs.rip == STUB_HANDLER + 1 ? HANDLER : READY);
}

static void reach_call(struct task *t)
{
	struct ptrace_syscall_info info;
	if (ptrace(PTRACE_GET_SYSCALL_INFO, t->tid, sizeof info, &info) > 0 && info.op == PTRACE_SYSCALL_INFO_EXIT) {
		/* The image makes a call of its own on its way to the stub. */
		if (t->fresh && info.exit.rval >= (long)CODE) {
			let_go(t, 0);
			return;
		}
		t->ret = info.exit.rval;
		t->again = info.instruction_pointer == STUB_CALL;
		become(t, READY);
	} else {
		let_go(t, 0);
	}
}

void digest(struct task *t, int status)
{
	int event = status >> 16, sig = WSTOPSIG(status);
	switch (event) {
	case PTRACE_EVENT_CLONE:
	case PTRACE_EVENT_FORK:
	case PTRACE_EVENT_VFORK:
		task_of((pid_t)message_of(t));
		let_go(t, 0);
		return;
	case PTRACE_EVENT_EXEC:
		let_go(exchange_tids(t), 0);
		return;
	case PTRACE_EVENT_EXIT:
		t->status = (int)message_of(t);
		become(t, EXITING);
		return;
	case PTRACE_EVENT_STOP:
		if (sig == SIGTRAP) {
			/* A SIGCONT shows like this to all threads; one that was not stopped goes on with what it is doing. */
			if (t->is_held)
				become(t, READY);
			else
				let_go(t, 0);
			t->is_held = false;
			return;
		}
		ptrace(PTRACE_LISTEN, t->tid, 0, 0);
		become(t, STOPPED);
		t->is_held = true;
		return;
	}
	if (sig == (SIGTRAP | 0x80)) {
		reach_call(t);
		return;
	}
	memset(&t->info, 0, sizeof t->info);
	ptrace(PTRACE_GETSIGINFO, t->tid, 0, &t->info);
	if (sig == SIGTRAP && t->info.si_code == SI_KERNEL)
		reach_trap(t);
	else
		become(t, SIGNAL);
}

bool reap(struct task *t)
{
	int status;
	if (waitpid(t->tid, &status, __WALL | WNOHANG) != t->tid)
		return false;
	t->status = status;
	become(t, GONE);
	return true;
}

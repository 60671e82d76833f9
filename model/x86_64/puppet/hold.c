/* Follows tasks from one stop to the next. */
#define _GNU_SOURCE
#include "puppet.h"
#include "layout.h"

#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/ptrace.h>
#include <linux/ptrace.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

struct task tasks[MOST_TASKS];
int task_count;

static void become(struct task *t, enum state state)
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

/* The stop that some task has made since it was let go, in the form of waitpid; 0 for none. The dead are left alone. */
static int next_stop(pid_t *who)
{
	siginfo_t info;
	info.si_pid = 0;
	if (waitid(P_ALL, 0, &info, WSTOPPED | WNOHANG | __WALL) < 0 || info.si_pid == 0)
		return 0;
	*who = info.si_pid;
	return info.si_status << 8 | 0x7f;
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

/* Has a leader threads that are not gone yet? */
static bool has_threads(const struct task *leader)
{
	for (int i = 0; i < task_count; i++)
		if (&tasks[i] != leader && tasks[i].tgid == leader->tid && tasks[i].state != GONE)
			return true;
	return false;
}

/*
 * Dead, and kept for us. It is waited for until it is off its CPU: with a zombie that can be seen its death is not over
 * yet, as it releases those of its children that nobody waits for after that (exit_notify, 6.18). A leader whose threads live on is not shown by
 * waitid; it is dead once it has no program.
 */
static bool is_dead(struct task *t)
{
	siginfo_t info;
	info.si_pid = 0;
	if (waitid(P_PID, (id_t)t->tid, &info, WEXITED | WNOHANG | WNOWAIT | __WALL) == 0 && info.si_pid == t->tid)
		return (info.si_code == CLD_EXITED || info.si_code == CLD_KILLED || info.si_code == CLD_DUMPED) &&
		       !is_running(t);
	/* While the tids of a leader and of a thread that executes a program are exchanged, that of the thread is a dead one's. */
	if (t->tid != t->tgid || !has_threads(t))
		return false;
	return !has_program(t) && is_zombie(t) && !is_running(t);
}

/* A held task leaves its stop only by SIGKILL; a question of ptrace then fails. */
static bool has_left(const struct task *t)
{
	unsigned long message;
	return ptrace(PTRACE_GETEVENTMSG, t->tid, 0, &message) < 0 && errno == ESRCH;
}

/*
 * A thread whose execve fails past the point of no return has taken the tid of its leader by then, and nobody has told
 * the tracer: its stops are seen as those of the leader. Any other that is not there any more is released.
 */
static void find_again(struct task *t)
{
	for (int i = 0; i < task_count; i++) {
		struct task *leader = &tasks[i];
		if (leader == t || leader->tid != t->tgid)
			continue;
		enum state state = leader->state;
		close_files(t);
		close_files(leader);
		t->tid = leader->tid;
		t->ret = leader->ret;
		t->info = leader->info;
		t->status = leader->status;
		become(leader, GONE);
		leader->tid = 0;
		/* What is dead is the leader. */
		become(t, state == ZOMBIE || state == EXITING ? RUNNING : state);
		return;
	}
	become(t, GONE);
}

/* Looks at one task; false while it has yet to come to rest. */
static bool look_at(struct task *t)
{
	switch (t->state) {
	case ZOMBIE:
	case GONE:
		return true;
	case READY:
	case SIGNAL:
	case HANDLER:
	case EXITING:
		if (!has_left(t))
			return true;
		become(t, RUNNING);
		return false;
	case STOPPED:
		if (is_stopped(t))
			return true;
		become(t, RUNNING);
		return false;
	case BLOCKED:
		if (sleeps(t))
			return true;
		become(t, RUNNING);
		return false;
	case RUNNING:
		break;
	}
	/* Whom it has woken before it came to rest has been looked at already, so all are looked at again. */
	if (sleeps(t))
		become(t, BLOCKED);
	else if (kill(t->tid, 0) < 0 && errno == ESRCH)
		find_again(t);
	else if (is_dead(t))
		become(t, ZOMBIE);
	return false;
}

/* Looks at the tasks that are in one of these states; false if one of them has yet to come to rest, or `rest` is. */
static bool look_at_all(enum state first, enum state last, bool rest)
{
	for (int i = 0; i < task_count; i++) {
		if (tasks[i].state < first || tasks[i].state > last || look_at(&tasks[i]))
			continue;
		check_deadline(&tasks[i]);
		rest = false;
	}
	return rest;
}

static bool digest_stops(void)
{
	pid_t who;
	bool found = false;
	for (int status; (status = next_stop(&who)) != 0; found = true)
		digest(task_of(who), status);
	return found;
}

/*
 * Waits until every task is held, asleep where only another can wake it, or dead. What one task does may wake another. Who was
 * killed while it was held, and is held again as it exits, looks as before; only its stop tells.
 */
void settle(void)
{
	for (int spins = 0;; spins++) {
		bool rest = !digest_stops();
		/* Those that are held are asked last, when nobody runs who could have killed them. */
		rest = look_at_all(RUNNING, RUNNING, rest);
		if (rest)
			rest = look_at_all(READY, GONE, true);
		if (rest && !digest_stops())
			return;
		if (spins > 20)
			sched_yield();
	}
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

/* Waits until every task is at rest. */
#define _GNU_SOURCE
#include "puppet.h"

#include <errno.h>
#include <sched.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

/* So long, in microseconds, nobody looks: who is woken together with another finds a CPU, and may be first. */
#define PATIENCE 30

bool patient;

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
	if (patient)
		usleep(PATIENCE);
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

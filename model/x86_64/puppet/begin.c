/* The beginning of all tasks, and their end. */
#define _GNU_SOURCE
#include "puppet.h"
#include "layout.h"

#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <linux/ptrace.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

static const long OPTIONS = PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACECLONE | PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK |
                            PTRACE_O_TRACEEXEC | PTRACE_O_TRACEEXIT | PTRACE_O_EXITKILL;

/* What the first task does before it is held: it takes the memory, and forgets what it has from Node and libc. */
static void root_main(void)
{
	sigset_t none;
	sigemptyset(&none);
	for (int sig = 1; sig <= 64; sig++)
		signal(sig, SIG_DFL);
	sigprocmask(SIG_SETMASK, &none, 0);
	setpgid(0, 0);
	setrlimit(RLIMIT_CORE, &(struct rlimit){0, 0});
	prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
	dup2(memory_fd, MEMORY_FD);
	for (int fd = 0; fd < 3; fd++)
		close(fd);
	mmap((void *)CODE, MEMORY_SIZE, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_SHARED | MAP_FIXED, MEMORY_FD, 0);
	raise(SIGSTOP);
	((void (*)(void))STUB_PARK)();
}

/* The first task: the parent of those that a program has at the start, and the reaper of last resort. */
void start_root(void)
{
	int status;
	pid_t tid = fork();
	if (tid == 0) {
		root_main();
		_exit(1);
	}
	if (tid < 0 || waitpid(tid, &status, WUNTRACED) != tid || !WIFSTOPPED(status))
		give_up("the first task does not start", 0);
	if (ptrace(PTRACE_SEIZE, tid, 0, OPTIONS) < 0) {
		char what[80];
		snprintf(what, sizeof what, "ptrace is refused: %s", strerror(errno));
		kill(tid, SIGKILL);
		give_up(what, 0);
	}
	kill(tid, SIGCONT);
	struct task *t = task_of(tid);
	do {
		if (waitpid(tid, &status, __WALL) != tid || !WIFSTOPPED(status))
			give_up("the first task has died", 0);
		digest(t, status);
		if (t->state == SIGNAL || t->state == STOPPED || (t->state == READY && status >> 16))
			let_go(t, 0);
	} while (t->state != READY);
}

/*
 * Ends every task and collects it. They are one process group, so that those are found, too, whom no tracer has seen.
 * A task at PTRACE_EVENT_EXIT is not woken by SIGKILL.
 */
void kill_all(void)
{
	int status;
	if (task_count > 0)
		kill(-tasks[0].tid, SIGKILL);
	for (int i = 0; i < task_count; i++)
		if (tasks[i].state == EXITING)
			ptrace(PTRACE_CONT, tasks[i].tid, 0, 0);
	for (;;) {
		pid_t tid = waitpid(-1, &status, __WALL | WNOHANG);
		if (tid < 0 && errno == ECHILD)
			break;
		if (tid > 0 && WIFSTOPPED(status))
			ptrace(PTRACE_CONT, tid, 0, 0);
		else if (tid == 0)
			sched_yield();
		check_deadline(0);
	}
	for (int i = 0; i < task_count; i++)
		close_files(&tasks[i]);
	task_count = 0;
}

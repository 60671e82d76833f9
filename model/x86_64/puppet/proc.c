/* What /proc tells about a task. */
#include "puppet.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/user.h>
#include <unistd.h>

/* Reads a file of a task; false when the task is gone. */
static bool read_proc(pid_t tid, const char *name, char *text, size_t size)
{
	char path[64];
	snprintf(path, sizeof path, "/proc/%d/%s", tid, name);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	ssize_t length = read(fd, text, size - 1);
	close(fd);
	if (length < 0)
		return false;
	text[length] = 0;
	return true;
}

/* Is it on a CPU, or waiting for one? Reading this waits until a task that is about to sleep is off its CPU. */
bool is_running(pid_t tid)
{
	char text[256];
	return read_proc(tid, "syscall", text, sizeof text) && text[0] == 'r';
}

/*
 * Does a task that was let go sleep where only another task, or a signal, can wake it? Its state is not asked of
 * /proc/TID/stat: that takes a reference to the memory, by which the kernel would think that a dying sole user is none
 * (mm_release, 6.18). A task that was woken and has not run yet has no wchan any more.
 */
bool sleeps(pid_t tid, char where[40])
{
	static const char *const places[] = {"futex", "do_wait", "kernel_clone", "vfork", "sigtimedwait",
	                                     "do_sigtimedwait", "pause", "begin_new_exec", "de_thread",
	                                     "pipe_read", "do_signal_stop", 0};
	char name[40];
	if (!read_proc(tid, "wchan", name, sizeof name))
		return false;
	for (int i = 0; places[i]; i++) {
		if (!strstr(name, places[i]))
			continue;
		strcpy(where, name);
		return !is_running(tid);
	}
	return false;
}

static char state_of(pid_t tid, char *stat, size_t size)
{
	if (!read_proc(tid, "stat", stat, size))
		return 0;
	char *end = strrchr(stat, ')');
	return end ? end[2] : 0;
}

bool is_stopped(pid_t tid)
{
	char stat[512];
	char state = state_of(tid, stat, sizeof stat);
	return state == 't' || state == 'T';
}

bool is_zombie(pid_t tid)
{
	char stat[512];
	char state = state_of(tid, stat, sizeof stat);
	return state == 'Z';
}

/* Has it its memory yet? Asking takes no reference to that. */
bool has_program(pid_t tid)
{
	char path[40], target[1];
	snprintf(path, sizeof path, "/proc/%d/exe", tid);
	return readlink(path, target, sizeof target) >= 0;
}

pid_t tgid_of(pid_t tid)
{
	char status[4096];
	const char *tgid = read_proc(tid, "status", status, sizeof status) ? strstr(status, "\nTgid:") : 0;
	return tgid ? (pid_t)strtol(tgid + 6, 0, 10) : tid;
}

/* The field of /proc/TID/stat with this number, as proc(5) counts. */
static long stat_field(const char *stat, int number)
{
	const char *at = strrchr(stat, ')');
	for (int i = 2; at && i < number; i++)
		at = strchr(at + 1, ' ');
	return at ? strtol(at, 0, 10) : 0;
}

static unsigned long status_mask(const char *status, const char *name)
{
	const char *at = strstr(status, name);
	return at ? strtoul(at + strlen(name), 0, 16) : 0;
}

/* Prints what a task is to others; false if no trace of it is left. */
bool print_facts(const struct task *t, int id, bool first)
{
	char stat[512], status[4096];
	char state = state_of(t->tid, stat, sizeof stat);
	if (!state || !read_proc(t->tid, "status", status, sizeof status))
		return false;
	const char *ppid = strstr(status, "\nPPid:"), *tgid = strstr(status, "\nTgid:");
	struct user_regs_struct regs;
	bool held = t->state == READY && ptrace(PTRACE_GETREGS, t->tid, 0, &regs) == 0;
	printf("%s{\"id\":%d,\"process\":\"%c\",\"tgid\":%ld,\"ppid\":%ld,\"exit_signal\":%ld,\"fsbase\":%lu",
	       first ? "" : ",", id, state, tgid ? strtol(tgid + 6, 0, 10) : 0, ppid ? strtol(ppid + 6, 0, 10) : 0, stat_field(stat, 38),
	       held ? (unsigned long)regs.fs_base : 0);
	printf(",\"pending\":\"%lx\",\"shared\":\"%lx\",\"blocked\":\"%lx\",\"ignored\":\"%lx\",\"caught\":\"%lx\"}",
	       status_mask(status, "\nSigPnd:"), status_mask(status, "\nShdPnd:"), status_mask(status, "\nSigBlk:"),
	       status_mask(status, "\nSigIgn:"), status_mask(status, "\nSigCgt:"));
	return true;
}

/* What /proc tells about a task. */
#include "puppet.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/user.h>
#include <unistd.h>

static const char *const NAMES[FILES] = {"wchan", "syscall", "stat", "status"};

/* Reads a file of a task, which stays open for the next time; false when the task is gone. */
static bool read_proc(struct task *t, enum file file, char *text, size_t size)
{
	if (t->files[file] <= 0) {
		char path[64];
		snprintf(path, sizeof path, "/proc/%d/%s", t->tid, NAMES[file]);
		t->files[file] = open(path, O_RDONLY | O_CLOEXEC);
		if (t->files[file] < 0)
			return false;
	}
	ssize_t length = pread(t->files[file], text, size - 1, 0);
	if (length < 0)
		return false;
	text[length] = 0;
	return true;
}

/* They are those of the tid that it had. */
void close_files(struct task *t)
{
	for (int i = 0; i < FILES; i++) {
		if (t->files[i] > 0)
			close(t->files[i]);
		t->files[i] = 0;
	}
}

/* Is it on a CPU, or waiting for one? Reading this waits until a task that is about to sleep is off its CPU. */
bool is_running(struct task *t)
{
	char text[256];
	return read_proc(t, SYSCALL, text, sizeof text) && text[0] == 'r';
}

/*
 * Does a task sleep where only another task, or a signal, can wake it? Its state is not asked of
 * /proc/TID/stat: that takes a reference to the memory, by which the kernel would think that a dying sole user is none
 * (mm_release, 6.18). A task that was woken and has not run yet has no wchan any more.
 */
bool sleeps(struct task *t)
{
	static const char *const places[] = {"futex", "do_wait", "kernel_clone", "vfork", "sigtimedwait",
	                                     "do_sigtimedwait", "pause", "begin_new_exec", "de_thread",
	                                     "pipe_read", "do_signal_stop", 0};
	char name[40];
	if (!read_proc(t, WCHAN, name, sizeof name))
		return false;
	/* As it has been seen there before, it is off its CPU. */
	if (t->state == BLOCKED && !strcmp(name, t->where))
		return true;
	for (int i = 0; places[i]; i++) {
		if (!strstr(name, places[i]))
			continue;
		strcpy(t->where, name);
		return !is_running(t);
	}
	return false;
}

static char state_of(struct task *t, char *stat, size_t size)
{
	if (!read_proc(t, STAT, stat, size))
		return 0;
	char *end = strrchr(stat, ')');
	return end ? end[2] : 0;
}

bool is_stopped(struct task *t)
{
	char stat[512];
	char state = state_of(t, stat, sizeof stat);
	return state == 't' || state == 'T';
}

bool is_zombie(struct task *t)
{
	char stat[512];
	char state = state_of(t, stat, sizeof stat);
	return state == 'Z';
}

/* Has it its memory yet? Asking takes no reference to that. */
bool has_program(const struct task *t)
{
	char path[40], target[1];
	snprintf(path, sizeof path, "/proc/%d/exe", t->tid);
	return readlink(path, target, sizeof target) >= 0;
}

pid_t tgid_of(struct task *t)
{
	char status[4096];
	const char *tgid = read_proc(t, STATUS, status, sizeof status) ? strstr(status, "\nTgid:") : 0;
	return tgid ? (pid_t)strtol(tgid + 6, 0, 10) : t->tid;
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

/* Writes what a task is to others; false if no trace of it is left. */
static bool write_facts(struct task *t, int id, char facts[FACTS])
{
	char stat[512], status[4096];
	char state = state_of(t, stat, sizeof stat);
	if (!state || !read_proc(t, STATUS, status, sizeof status))
		return false;
	const char *ppid = strstr(status, "\nPPid:"), *tgid = strstr(status, "\nTgid:");
	struct user_regs_struct regs;
	bool held = t->state == READY && ptrace(PTRACE_GETREGS, t->tid, 0, &regs) == 0;
	snprintf(facts, FACTS,
	         "{\"id\":%d,\"process\":\"%c\",\"tgid\":%ld,\"ppid\":%ld,\"exit_signal\":%ld,\"fsbase\":%lu,"
	         "\"pending\":\"%lx\",\"shared\":\"%lx\",\"blocked\":\"%lx\",\"ignored\":\"%lx\",\"caught\":\"%lx\"}",
	         id, state, tgid ? strtol(tgid + 6, 0, 10) : 0, ppid ? strtol(ppid + 6, 0, 10) : 0, stat_field(stat, 38),
	         held ? (unsigned long)regs.fs_base : 0, status_mask(status, "\nSigPnd:"), status_mask(status, "\nShdPnd:"),
	         status_mask(status, "\nSigBlk:"), status_mask(status, "\nSigIgn:"), status_mask(status, "\nSigCgt:"));
	return true;
}

/* Prints what a task is to others, if that has changed; the number alone once nothing is left of it. */
bool print_facts(struct task *t, int id, bool first)
{
	char facts[FACTS];
	if (!write_facts(t, id, facts))
		snprintf(facts, FACTS, "{\"id\":%d}", id);
	if (!strcmp(facts, t->facts))
		return false;
	strcpy(t->facts, facts);
	printf("%s%s", first ? "" : ",", facts);
	return true;
}

/*
 * The puppet server: it holds real tasks by ptrace, and lets one of them make one real system call, load or store.
 *
 * No task has a program. Each stands in a stub of a few bytes (layout.h); a command sets its registers, lets it go, and
 * waits until every task is held, blocked in the kernel, stopped, dead or gone again. Where the machine, and not the
 * program, decides how long something takes there is a deadline: a command that cannot end is answered by an error, and
 * the server ends with all its tasks (PTRACE_O_EXITKILL).
 */
#ifndef PUPPET_H
#define PUPPET_H

#include <signal.h>
#include <stdbool.h>
#include <sys/types.h>

#define MOST_TASKS 64

enum state {
	RUNNING, /* let go, and not seen since */
	READY,   /* held in user mode, or at the exit of a system call */
	SIGNAL,  /* held as it takes a signal */
	HANDLER, /* held at the first instruction of a handler */
	EXITING, /* held at PTRACE_EVENT_EXIT, before it lets go of its memory */
	BLOCKED, /* sleeps in a system call */
	STOPPED, /* in a group stop */
	ZOMBIE,  /* dead, and kept from its parent until it is reaped here */
	GONE     /* reaped here: its parent has been told */
};

/* Files of /proc/TID that are read again and again. */
enum file { WCHAN, SYSCALL, STAT, STATUS, FILES };

#define FACTS 320

struct task {
	pid_t tid;
	pid_t tgid;
	enum state state;
	bool changed;      /* since the last reply */
	bool fresh;        /* has executed the image, which has yet to map the stub */
	bool is_held;      /* new, or stopped: when it shows again, it is held */
	bool again;        /* back from a handler, and about to make its last system call again */
	long ret;          /* what its last system call or load gave */
	unsigned long sp;  /* in a handler: where its frame is */
	siginfo_t info;    /* of the signal it is taking */
	int status;        /* of a dead task, as wait gives it */
	char where[40];    /* what it sleeps in, as /proc/TID/wchan says */
	int files[FILES];  /* those that are open; 0 for others */
	char facts[FACTS]; /* as they were told last */
};

extern struct task tasks[MOST_TASKS];
extern int task_count;

/* memory.c: what all tasks share */
extern char *memory;
extern int memory_fd;
void make_memory(const char *program, const char *fails);
void fill_memory(void);
int *word_at(unsigned long address);

/* begin.c: the beginning of all tasks, and their end */
void start_root(void);
void kill_all(void);

/* hold.c: following tasks from stop to stop */
void become(struct task *t, enum state state);
struct task *task_of(pid_t tid);
void digest(struct task *t, int status);
void let_go(struct task *t, int sig);
bool reap(struct task *t);

/* settle.c: waiting until all are at rest */
extern bool patient;
void settle(void);

/* loose.c: tasks that run without a tracer */
bool run_loose(int count, int seconds);

/* drive.c: what one task is made to do */
bool make_call(struct task *t, unsigned long stub, long number, const unsigned long args[6]);
void take_signal(struct task *t, int sig, bool withdraw);

/* proc.c: what /proc tells */
bool sleeps(struct task *t);
bool is_running(struct task *t);
bool is_stopped(struct task *t);
bool is_zombie(struct task *t);
bool has_program(const struct task *t);
pid_t tgid_of(struct task *t);
bool print_facts(struct task *t, int id, bool first);
void close_files(struct task *t);

/* main.c */
void set_deadline(void);
void check_deadline(const struct task *t);
void give_up(const char *what, const struct task *t) __attribute__((noreturn));

#endif

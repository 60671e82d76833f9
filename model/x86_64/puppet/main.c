/*
 * The line protocol: one command a line, and one line of JSON in reply to each.
 *
 *   call TASK NUMBER [ARG...]   make the task make this system call
 *   load TASK ADDRESS           make it load a word; store TASK ADDRESS VALUE: store one
 *   park TASK                   bring it to its stub, over what it has to do on the way to user mode
 *   go TASK                     let a held task go on as it stands: over PTRACE_EVENT_EXIT, out of a handler, to a signal
 *   signal TASK NUMBER [1]      it takes this signal, 0 for none; 1: and does not make again what it was interrupted in
 *   reap TASK                   let the parent of a dead task hear of it; a leader whose threads live on stays
 *   look ADDRESS COUNT          what /proc tells of tasks, if it has changed since the look before, and so many words
 *   free COUNT                  let all tasks go for good, each with its column of orders (free.h), and wait until nothing
 *                               happens any more; after that, only look at them and reset
 *   peek ADDRESS COUNT          look at so many words; poke ADDRESS VALUE...: set some; without any task
 *   reset [1]                   end all tasks, and start anew with one; 1: be patient with them (settle.c)
 *
 * The reply to all that name a task has the tasks that have changed since the reply before. After {"fatal":...} the server ends.
 */
#define _GNU_SOURCE
#include "puppet.h"
#include "layout.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <time.h>
#include <unistd.h>

static double deadline, seconds = 3;
static bool giving_up;

static double now(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* Should the server itself hang, the alarm ends it. */
void set_deadline(void)
{
	deadline = now() + seconds;
	alarm((unsigned)seconds + 3);
}

void check_deadline(const struct task *t)
{
	if (now() > deadline)
		give_up("a task does not come to rest", t);
}

void give_up(const char *what, const struct task *t)
{
	if (giving_up)
		_exit(4);
	giving_up = true;
	if (t)
		printf("{\"fatal\":\"%s\",\"id\":%d}\n", what, (int)(t - tasks));
	else
		printf("{\"fatal\":\"%s\"}\n", what);
	fflush(stdout);
	set_deadline();
	kill_all();
	_exit(4);
}

static const char *const STATES[] = {"running", "ready",   "signal",  "handler", "exiting",
                                     "blocked", "stopped", "zombie",  "gone"};

static void print_task(struct task *t, bool first)
{
	printf("%s{\"id\":%d,\"tid\":%d,\"state\":\"%s\",\"ret\":%ld", first ? "" : ",", (int)(t - tasks), t->tid,
	       STATES[t->state], t->ret);
	if (t->state == SIGNAL)
		printf(",\"sig\":%d,\"code\":%d,\"pid\":%d", t->info.si_signo, t->info.si_code, t->info.si_pid);
	if (t->state == HANDLER)
		printf(",\"sp\":%lu", t->sp);
	if (t->state == BLOCKED)
		printf(",\"where\":\"%s\"", t->where);
	if (t->state == EXITING || t->state == GONE)
		printf(",\"status\":%d", t->status);
	if (t->state == READY && t->again)
		printf(",\"again\":true");
	printf("}");
	t->changed = false;
}

static void print_changes(void)
{
	bool first = true;
	printf("{\"tasks\":[");
	for (int i = 0; i < task_count; i++) {
		if (!tasks[i].changed)
			continue;
		print_task(&tasks[i], first);
		first = false;
	}
	printf("]}\n");
}

static void reset(void)
{
	kill_all();
	fill_memory();
	start_root();
}

static bool obey(const char *command, struct task *t, const unsigned long *args)
{
	const unsigned long none[6] = {0};
	if (!strcmp(command, "call"))
		return make_call(t, STUB_CALL, (long)args[0], args + 1);
	if (!strcmp(command, "load"))
		return make_call(t, STUB_LOAD, 0, args);
	if (!strcmp(command, "store"))
		return make_call(t, STUB_STORE, 0, args);
	if (!strcmp(command, "park"))
		return make_call(t, STUB_PARK, 0, none);
	if (!strcmp(command, "reap"))
		return t->state == ZOMBIE && (reap(t), true);
	if (!strcmp(command, "signal")) {
		if (t->state != SIGNAL)
			return false;
		take_signal(t, (int)args[0], args[1] != 0);
		return true;
	}
	if (strcmp(command, "go") || (t->state != READY && t->state != HANDLER && t->state != EXITING))
		return false;
	let_go(t, 0);
	return true;
}

static void print_words(unsigned long address, unsigned long count)
{
	printf("\"values\":[");
	for (unsigned long i = 0; i < count; i++)
		printf(i ? ",%d" : "%d", *word_at(address + i * sizeof(int)));
	printf("]}\n");
}

static void look(unsigned long address, unsigned long count)
{
	bool first = true;
	printf("{\"facts\":[");
	for (int i = 0; i < task_count; i++)
		if (print_facts(&tasks[i], i, first))
			first = false;
	printf("],");
	print_words(address, count);
}

static void poke(unsigned long address, char **save)
{
	for (char *word; (word = strtok_r(0, " \n", save)); address += sizeof(int))
		*word_at(address) = (int)strtoul(word, 0, 0);
	printf("{}\n");
}

static void serve_task(const char *command, int count, const unsigned long *args)
{
	if (count == 0 || args[0] >= (unsigned long)task_count) {
		printf("{\"error\":\"no such task\"}\n");
	} else if (!obey(command, &tasks[args[0]], args + 1)) {
		printf("{\"error\":\"the task is %s\"}\n", STATES[tasks[args[0]].state]);
	} else {
		settle();
		print_changes();
	}
}

static void serve(char *line)
{
	unsigned long args[8] = {0};
	char *save, *command = strtok_r(line, " \n", &save);
	int count = 0;
	/* The values of poke are read as they are stored. */
	int most = command && !strcmp(command, "poke") ? 1 : 8;
	for (char *word; count < most && (word = strtok_r(0, " \n", &save));)
		args[count++] = strtoul(word, 0, 0);
	if (!command) {
		printf("{\"error\":\"an empty line\"}\n");
	} else if (!strcmp(command, "peek")) {
		printf("{");
		print_words(args[0], args[1]);
	} else if (!strcmp(command, "poke")) {
		poke(args[0], &save);
	} else if (!strcmp(command, "look")) {
		look(args[0], args[1]);
	} else if (!strcmp(command, "reset")) {
		patient = args[0] != 0;
		reset();
		print_changes();
	} else if (!strcmp(command, "free")) {
		if (args[0] <= MOST_TASKS && run_loose((int)args[0], (int)seconds + 1))
			print_changes();
		else
			printf("{\"error\":\"not all tasks can be let go\"}\n");
	} else {
		serve_task(command, count, args);
	}
}

/* Arguments: the program to execute, the one that fails late, and the deadline in seconds. */
int main(int argc, char **argv)
{
	char *line = 0;
	size_t size = 0;
	if (argc != 4)
		return 2;
	seconds = atof(argv[3]);
	set_deadline();
	/* Signals of the tasks can be for their tracer; it waits, and takes none but the alarm. */
	sigset_t all_but_alarm;
	sigfillset(&all_but_alarm);
	sigdelset(&all_but_alarm, SIGALRM);
	sigprocmask(SIG_SETMASK, &all_but_alarm, 0);
	prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
	make_memory(argv[1], argv[2]);
	reset();
	print_changes();
	fflush(stdout);
	/* While nothing is asked there is no hurry; the end of the input is the end of all tasks. */
	while (alarm(0), getline(&line, &size, stdin) > 0) {
		set_deadline();
		serve(line);
		fflush(stdout);
	}
	set_deadline();
	kill_all();
	return 0;
}

/*
 * A program that tasks run by themselves, without a tracer: for each of them a list of orders in the memory that all share.
 * Everything is 8 bytes long, so that whoever writes the lists needs to know the order of the fields only.
 */
#ifndef FREE_H
#define FREE_H

#include "layout.h"

/* What an order is, where it is not the number of a system call. */
enum { LOAD = -1, STORE = -2, AWAIT = -3, END = -4 };

struct order {
	long what;
	unsigned long args[6];
	unsigned long indirect; /* bit N: what argument N gives is the address of a tid */
	struct column *child;   /* of a clone: what the new task runs */
	long delay;             /* how often to count before */
	long ret, done;         /* afterwards */
};

struct taken {
	long sig, code, pid;
};

#define MOST_TAKEN 7
#define COLUMN_SHIFT 8

/* One task. */
struct column {
	struct order *next;
	long tid;               /* TID_NOBODY until it is there */
	long progress;          /* grows with all it does */
	const int *awaits;      /* the word that it waits for, in user mode */
	long value;             /* and what that is to be */
	long finished;          /* it has come to END */
	void (*handler)(int, void *, void *, struct column *);
	long count;             /* how many signals its handlers have seen */
	struct taken taken[MOST_TAKEN];
	long rounds;            /* how often it has looked at that word in vain, and been in the kernel since */
} __attribute__((aligned(1 << COLUMN_SHIFT)));

#define TID_NOBODY 0x3fffffff
#define HANDLER_AT 48 /* of `handler` in a column */

/* What all share. */
struct stage {
	int arrived, go;   /* how many tasks wait for the beginning, and whether it has come */
	long seconds;      /* after which a process ends itself, should nobody else do it */
};

#define STAGE ((struct stage *)FREE)
#define COLUMNS 0x10111000UL /* one a task, by its number */
#define ORDERS 0x10115000UL

_Static_assert(sizeof(struct column) == 1 << COLUMN_SHIFT, "handlers find their column by a shift");

/* What a handler does. */
void on_signal(int sig, void *info, void *context, struct column *me);

/* Runs a column from its next order on. */
void run_column(struct column *me) __attribute__((noreturn));

#endif

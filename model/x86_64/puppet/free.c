/*
 * What a task does that runs by itself. It is compiled into the server, of which the first task is a copy, and into the image that
 * tasks execute. It has no libc: its tasks share memory and have whatever TLS a test gives them.
 */
#include "free.h"

#include <stddef.h>
#include <sys/syscall.h>

_Static_assert(offsetof(struct column, handler) == HANDLER_AT, "as the stub of handlers has it");

/* A system call. A new task that comes back from it has a stack of its own, and begins its own column there. */
static long call(long number, const unsigned long a[6], struct column *child)
{
	long ret = number;
	register unsigned long r10 __asm__("r10") = a[3];
	register unsigned long r8 __asm__("r8") = a[4];
	register unsigned long r9 __asm__("r9") = a[5];
	__asm__ volatile("syscall\n"
	                 "	test %%rax, %%rax\n"
	                 "	jnz 1f\n"
	                 "	test %[child], %[child]\n"
	                 "	jz 1f\n"
	                 "	mov %[child], %%rdi\n"
	                 "	call run_column\n"
	                 "1:\n"
	                 : "+a"(ret)
	                 : "D"(a[0]), "S"(a[1]), "d"(a[2]), "r"(r10), "r"(r8), "r"(r9), [child] "b"(child)
	                 : "rcx", "r11", "memory", "cc");
	return ret;
}

static long call1(long number, unsigned long arg)
{
	const unsigned long args[6] = {arg};
	return call(number, args, 0);
}

/* STUB_HANDLER leads here. */
void on_signal(int sig, void *info, void *context, struct column *me)
{
	(void)context;
	if (me->count < MOST_TAKEN) {
		struct taken *t = &me->taken[me->count];
		/* siginfo_t, which the libc would give other names: si_code at 8, si_pid at 16. */
		t->sig = sig;
		t->code = ((int *)info)[2];
		t->pid = ((int *)info)[4];
	}
	me->count++;
	me->progress++;
}

static void await(struct column *me, const int *word, int value)
{
	me->value = value;
	me->awaits = word;
	while (*(const volatile int *)word != value) {
		call1(SYS_sched_yield, 0);
		__atomic_add_fetch(&me->rounds, 1, __ATOMIC_SEQ_CST);
	}
	me->awaits = 0;
}

static void obey(struct column *me, struct order *o)
{
	unsigned long args[6];
	for (int i = 0; i < 6; i++)
		args[i] = o->indirect >> i & 1 ? (unsigned long)*(volatile int *)o->args[i] : o->args[i];
	switch (o->what) {
	case LOAD:
		o->ret = *(volatile int *)args[0];
		break;
	case STORE:
		*(volatile int *)args[0] = (int)args[1];
		break;
	case AWAIT:
		await(me, (const int *)args[0], (int)args[1]);
		break;
	case END:
		me->finished = 1;
		for (;;)
			call1(SYS_pause, 0);
	default:
		o->ret = call(o->what, args, o->child);
		if (o->child && o->ret > 0)
			o->child->tid = o->ret;
	}
}

void run_column(struct column *me)
{
	struct stage *stage = STAGE;
	/* A program that was executed has its own; the server has told all others (run_loose). */
	me->handler = on_signal;
	me->tid = call1(SYS_gettid, 0);
	/* Whatever becomes of the server, no process outlives this. */
	call1(SYS_alarm, (unsigned long)stage->seconds);
	__atomic_add_fetch(&stage->arrived, 1, __ATOMIC_SEQ_CST);
	while (!__atomic_load_n(&stage->go, __ATOMIC_ACQUIRE))
		call1(SYS_sched_yield, 0);
	for (;;) {
		struct order *o = me->next;
		for (volatile long left = o->delay; left > 0; left--)
			;
		/* Who executes a program goes on behind this. */
		me->next = o + 1;
		__atomic_add_fetch(&me->progress, 1, __ATOMIC_SEQ_CST);
		obey(me, o);
		o->done = 1;
		__atomic_add_fetch(&me->progress, 1, __ATOMIC_SEQ_CST);
	}
}

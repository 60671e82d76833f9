/* Makes one task do one thing. */
#include "puppet.h"
#include "layout.h"

#include <sys/ptrace.h>
#include <sys/user.h>

/* Lets a task that has executed the image come to the stub. A signal may hold it up; then the command has not been made. */
static bool bring_to_stub(struct task *t)
{
	if (!t->fresh)
		return true;
	let_go(t, 0);
	settle();
	return t->state == READY && !t->fresh;
}

/*
 * Makes a task run a stub. From a stop at the exit of a call the kernel would make that call again, unless it is told
 * that there is none (orig_rax).
 */
bool make_call(struct task *t, unsigned long stub, long number, const unsigned long args[6])
{
	struct user_regs_struct regs;
	if (t->state != READY)
		return false;
	if (!bring_to_stub(t))
		return true;
	if (ptrace(PTRACE_GETREGS, t->tid, 0, &regs) < 0)
		return false;
	t->again = false;
	regs.rip = stub;
	regs.rax = (unsigned long)number;
	regs.orig_rax = -1UL;
	regs.rdi = args[0];
	regs.rsi = args[1];
	regs.rdx = args[2];
	regs.r10 = args[3];
	regs.r8 = args[4];
	regs.r9 = args[5];
	if (regs.rsp < STACKS || regs.rsp > STACKS + MOST_TASKS * STACK_SIZE)
		regs.rsp = STACKS + (unsigned long)(t - tasks + 1) * STACK_SIZE - 64;
	if (ptrace(PTRACE_SETREGS, t->tid, 0, &regs) < 0)
		return false;
	let_go(t, 0);
	return true;
}

/*
 * Lets a task go on with a signal. `withdraw`: what it was interrupted in is not made again; if the signal leaves it
 * alive and has no handler, it comes to its stub instead.
 */
void take_signal(struct task *t, int sig, bool withdraw)
{
	struct user_regs_struct regs;
	if (withdraw && !t->fresh && ptrace(PTRACE_GETREGS, t->tid, 0, &regs) == 0) {
		regs.rip = STUB_PARK;
		regs.orig_rax = -1UL;
		ptrace(PTRACE_SETREGS, t->tid, 0, &regs);
	}
	let_go(t, sig);
}

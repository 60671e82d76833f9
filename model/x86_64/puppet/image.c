/*
 * The program that tasks execute. It has no libc, so that nothing happens between execve and the stub but one mmap.
 * The tracer lets it run to the stub before the first command after an execve. A task that runs without a tracer (free.h) has as many
 * arguments as its column has for a number, and goes on there.
 */
#include "free.h"

#define TEXT_OF(x) #x
#define TEXT(x) TEXT_OF(x)

__asm__(".globl _start\n"
	"_start:\n"
	"	mov $9, %eax\n" /* mmap */
	"	mov $0x10000000, %edi\n"
	"	mov $" TEXT(MEMORY_SIZE) ", %esi\n"
	"	mov $7, %edx\n"     /* PROT_READ | PROT_WRITE | PROT_EXEC */
	"	mov $0x11, %r10d\n" /* MAP_SHARED | MAP_FIXED */
	"	mov $" TEXT(MEMORY_FD) ", %r8d\n"
	"	xor %r9d, %r9d\n"
	"	syscall\n"
	"	cmpl $0, 0x10110004\n" /* go: does it run without a tracer? */
	"	jne 1f\n"
	"	mov $0x10000030, %eax\n"
	"	jmp *%rax\n"
	"1:	mov (%rsp), %rdi\n" /* its number */
	"	mov %rdi, %rsp\n"
	"	inc %rsp\n"
	"	shl $14, %rsp\n"
	"	add $(0x10010000 - 64), %rsp\n" /* the top of its stack */
	"	shl $" TEXT(COLUMN_SHIFT) ", %rdi\n"
	"	add $0x10111000, %rdi\n"
	"	call run_column\n");

_Static_assert(CODE == 0x10000000 && STUB_PARK == 0x10000030 && STACKS == 0x10010000 && STACK_SIZE == 1 << 14 &&
               FREE == 0x10110000 && COLUMNS == 0x10111000, "as layout.h and free.h have it");

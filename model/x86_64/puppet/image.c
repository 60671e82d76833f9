/*
 * The program that tasks execute. It has no libc, so that nothing happens between execve and the stub but one mmap.
 * The tracer lets it run to the stub before the first command after an execve.
 */
#include "layout.h"

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
	"	mov $0x10000030, %eax\n"
	"	jmp *%rax\n");

_Static_assert(CODE == 0x10000000 && STUB_PARK == 0x10000030, "as layout.h has it");

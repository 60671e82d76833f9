/*
 * The memory that every task maps, at one address and shared: the stubs, the words, and a stack for each task.
 * A task that executes the image (image.c) maps it again from the descriptor.
 */
#ifndef LAYOUT_H
#define LAYOUT_H

#define MEMORY_FD 200
#define CODE 0x10000000UL
#define WORDS 0x10001000UL
#define TEXT_IMAGE 0x10002000UL
#define TEXT_LATE 0x10002400UL
#define TEXT_NOWHERE 0x10002800UL
#define TEXT_NONE 0x10002900UL /* an empty list of arguments */
#define BUFFERS 0x10003000UL /* for what calls read and write, 256 bytes a task */
#define STACKS 0x10010000UL
#define STACK_SIZE 0x4000UL
#define FREE 0x10110000UL /* what tasks need that run without a tracer, see free.h */
#define MEMORY_SIZE 0x120000

/* Each stub ends in int3, which stops the task again. */
#define STUB_CALL (CODE + 0)      /* syscall; int3 */
#define STUB_LOAD (CODE + 16)     /* mov (%rdi),%eax; int3 */
#define STUB_STORE (CODE + 32)    /* mov %esi,(%rdi); int3 */
#define STUB_PARK (CODE + 48)     /* int3 */
#define STUB_HANDLER (CODE + 64)  /* int3; ret; or as loose.c has it */
#define STUB_RESTORER (CODE + 128) /* mov $15,%eax (rt_sigreturn); syscall */

#endif

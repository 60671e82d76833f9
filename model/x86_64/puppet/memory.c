/* The memory that all tasks share (layout.h). */
#define _GNU_SOURCE
#include "puppet.h"
#include "layout.h"

#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

char *memory;
int memory_fd;
static const char *image, *late;

/* The stubs of layout.h. */
static void write_stubs(void)
{
	static const struct {
		unsigned long at;
		const char *code;
		size_t length;
	} stubs[] = {
	    {STUB_CALL, "\x0f\x05\xcc", 3},   {STUB_LOAD, "\x8b\x07\xcc", 3}, {STUB_STORE, "\x89\x37\xcc", 3},
	    {STUB_HANDLER, "\xcc\xc3", 2},    {STUB_RESTORER, "\xb8\x0f\x00\x00\x00\x0f\x05\xcc", 8},
	};
	memset(memory, 0xcc, WORDS - CODE);
	/* What is on a stack is nobody's business. */
	memset(memory + (WORDS - CODE), 0, STACKS - WORDS);
	memset(memory + (FREE - CODE), 0, CODE + MEMORY_SIZE - FREE);
	for (size_t i = 0; i < sizeof stubs / sizeof *stubs; i++)
		memcpy(memory + (stubs[i].at - CODE), stubs[i].code, stubs[i].length);
}

/* What execve is given: the path, a path that is not there, and an empty list. */
static void write_texts(void)
{
	snprintf(memory + (TEXT_IMAGE - CODE), 1024, "%s", image);
	snprintf(memory + (TEXT_LATE - CODE), 1024, "%s", late);
	snprintf(memory + (TEXT_NOWHERE - CODE), 64, "/nowhere/at/all");
}

/* `program`: what tasks execute; `fails`: what fails late. */
void make_memory(const char *program, const char *fails)
{
	image = program;
	late = fails;
	memory_fd = memfd_create("puppet", MFD_CLOEXEC);
	if (memory_fd < 0 || ftruncate(memory_fd, MEMORY_SIZE) < 0)
		give_up("there is no memory to share", 0);
	memory = mmap(0, MEMORY_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, memory_fd, 0);
	if (memory == MAP_FAILED)
		give_up("there is no memory to share", 0);
}

/* As it is before the first command. */
void fill_memory(void)
{
	write_stubs();
	write_texts();
}

/* The word at this place of the shared memory. */
int *word_at(unsigned long address)
{
	return (int *)(memory + (address - CODE) % MEMORY_SIZE / sizeof(int) * sizeof(int));
}

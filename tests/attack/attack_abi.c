/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* System calls by other doors than the 64-bit one, where other numbers hold. */
#include "attack.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

static long call_32(long number, long first)
{
	long returned;

	__asm__ volatile("int $0x80"
			 : "=a"(returned)
			 : "a"(number), "b"(first)
			 : "memory", "cc", "r8", "r9", "r10", "r11");
	return returned;
}

/* 20 is getpid there, and writev here. */
static int old_door(char **args)
{
	long returned = call_32(20, 0);

	(void)args;
	return returned == getpid() ? 0 : returned < 0 ? (int)returned : -ENOSYS;
}

static int old_door_unshare(char **args)
{
	(void)args;
	return (int)call_32(310, CLONE_NEWUTS);
}

static int old_door_socket(char **args)
{
	unsigned int *arguments = mmap(
		NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0);
	long returned;

	(void)args;
	if (arguments == MAP_FAILED)
		return -errno;
	arguments[0] = 16; /* AF_NETLINK */
	arguments[1] = 3;
	arguments[2] = 0;
	__asm__ volatile("int $0x80"
			 : "=a"(returned)
			 : "a"(102L), "b"(1L), "c"(arguments)
			 : "memory", "cc", "r8", "r9", "r10", "r11");
	return returned < 0 ? (int)returned : 0;
}

static int door_with_bit_30(char **args)
{
	(void)args;
	return attack_result(syscall(0x40000000 | SYS_getpid));
}

/* Numbers whose upper half only some of the filter's readers see. */
static int door_with_high_bits(char **args)
{
	long number = (long)(0x100000000UL | SYS_unshare);
	long returned;

	(void)args;
	__asm__ volatile("syscall"
			 : "=a"(returned)
			 : "a"(number), "D"((long)CLONE_NEWUTS)
			 : "memory", "rcx", "r11");
	return returned < 0 ? (int)returned : 0;
}

/* exit(42) for the 32-bit kernel interface, in the smallest file that has it. */
static int program_32(char **args)
{
	static const unsigned char code[] = { 0xb8, 1, 0, 0, 0, 0xbb, 42, 0, 0, 0, 0xcd, 0x80 };
	struct {
		Elf32_Ehdr header;
		Elf32_Phdr segment;
		unsigned char code[sizeof(code)];
	} file = { 0 };
	int fd;

	(void)args;
	memcpy(file.header.e_ident, ELFMAG "\1\1\1", 7);
	file.header.e_type = ET_EXEC;
	file.header.e_machine = EM_386;
	file.header.e_version = EV_CURRENT;
	file.header.e_entry = 0x10000 + offsetof(__typeof__(file), code);
	file.header.e_phoff = offsetof(__typeof__(file), segment);
	file.header.e_ehsize = sizeof(file.header);
	file.header.e_phentsize = sizeof(file.segment);
	file.header.e_phnum = 1;
	file.segment.p_type = PT_LOAD;
	file.segment.p_vaddr = 0x10000;
	file.segment.p_filesz = sizeof(file);
	file.segment.p_memsz = sizeof(file);
	file.segment.p_flags = PF_R | PF_X;
	file.segment.p_align = 0x1000;
	memcpy(file.code, code, sizeof(code));
	fd = open("./program-32", O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0700);
	if (fd < 0 || write(fd, &file, sizeof(file)) != (ssize_t)sizeof(file))
		return -errno;
	close(fd);
	return attack_exec("./program-32", NULL, 42);
}

/* Leaves 64-bit mode by a far return into the 32-bit code segment, and calls from there. */
static int segment_32(char **args)
{
	static const unsigned char code[] = {
		0xb8, 20, 0, 0, 0,         /* mov $20, %eax */
		0xcd, 0x80,                /* int $0x80 */
		0xea, 0, 0, 0, 0, 0x33, 0, /* ljmp $0x33, back */
		0xc3,                      /* back: ret, in 64-bit mode again */
	};
	unsigned char *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC,
		MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0);
	unsigned char *stack = mmap(
		NULL, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0);
	unsigned int back;
	long returned;

	(void)args;
	if (page == MAP_FAILED || stack == MAP_FAILED)
		return -errno;
	memcpy(page, code, sizeof(code));
	back = (unsigned int)(unsigned long)(page + 14);
	memcpy(page + 8, &back, sizeof(back));
	__asm__ volatile("mov %%rsp, %%r12\n"
			 "mov %[stack], %%rsp\n"
			 "lea 1f(%%rip), %%rax\n"
			 "push %%rax\n"
			 "mov $0x23, %%eax\n"
			 "push %%rax\n"
			 "push %[page]\n"
			 "lretq\n"
			 "1: mov %%r12, %%rsp\n"
			 : "=a"(returned)
			 : [page] "r"(page), [stack] "r"(stack + 8000)
			 : "memory", "cc", "rbx", "rcx", "rdx", "r8", "r9", "r10", "r11", "r12");
	return (int)returned == getpid() ? 0 : (int)returned < 0 ? (int)returned : -ENOSYS;
}

const struct attack attacks[] = {
	{ "int80", old_door, true },
	{ "int80-unshare", old_door_unshare, true },
	{ "int80-socket", old_door_socket, true },
	{ "x32", door_with_bit_30, true },
	{ "high-bits", door_with_high_bits, true },
	{ "program-32", program_32, true },
	{ "segment-32", segment_32, true },
	{ 0 },
};

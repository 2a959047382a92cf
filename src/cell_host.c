/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Isolation without mounts: the steps say which of the host's own files Landlock lets the target
 * use. All are opened here, by the caller's rights, and become rules by their descriptors.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "box.h"
#include "cell.h"
#include "cell_outside.h"
#include "cell_steps.h"
#include "fd.h"
#include "syscalls.h"

/* What programs are made of, and the few facts that C libraries and runtimes look up. A link (after
 * the usr merge) leads to another of these. */
static const char *const readable[] = { "/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64",
	"/libx32", "/etc/passwd", "/etc/group", "/etc/hosts", "/etc/nsswitch.conf", "/proc/cpuinfo",
	"/proc/meminfo", "/proc/stat", "/proc/filesystems", "/proc/sys/vm/overcommit_memory",
	"/sys/devices/system/cpu" };

static const char *const devices[] = { "/dev/null", "/dev/zero", "/dev/full", "/dev/random",
	"/dev/urandom" };

static int add(struct cell *cell, enum cell_step_kind kind, const char *path, bool optional)
{
	struct cell_step *step = cell_step_add(cell, kind, path + 1, path);

	if (!step)
		return -ENOMEM;
	step->attributes = CELL_ATTR_READ_ONLY;
	step->optional = optional;
	return 0;
}

static int add_readable(struct cell *cell, const char *path)
{
	return add(cell, CELL_BIND, path, true);
}

static int add_system(struct cell *cell)
{
	int r = cell_outside_each(add_readable, cell);

	for (size_t i = 0; r == 0 && i < sizeof(readable) / sizeof(readable[0]); i++)
		r = add_readable(cell, readable[i]);
	for (size_t i = 0; r == 0 && i < sizeof(devices) / sizeof(devices[0]); i++)
		r = add(cell, CELL_DEVICE, devices[i], false);
	/* The target's own directory of /proc, which only the target can name. */
	return r == 0 && !cell_step_add(cell, CELL_PROC, "proc/self", NULL) ? -ENOMEM : r;
}

/* The full name of what the caller names by the caller's working directory, which the target
 * leaves. A link in the work directory is not followed (ELOOP): an earlier program may have put it
 * there. NULL and errno. */
static char *real_path(const struct cell *cell, const char *path)
{
	CLEANUP_FD int fd = path_open(&cell->hostile, path, O_PATH, 0);
	char own[32];
	struct stat st;

	if (fd < 0 || fstat(fd, &st) < 0 || S_ISLNK(st.st_mode)) {
		errno = fd < 0 ? -fd : ELOOP;
		return NULL;
	}
	snprintf(own, sizeof(own), "/proc/self/fd/%d", fd);
	return realpath(own, NULL);
}

static int add_caller(struct cell *cell, const char *path, bool writable)
{
	CLEANUP_FREE char *real = real_path(cell, path);
	int r = real ? add(cell, CELL_BIND, real, false) : syscall_errno();

	if (r == 0 && writable)
		cell->steps[cell->count - 1].attributes = CELL_ATTR_WRITABLE;
	return r;
}

/* Seen in the box by a link: there is nothing to mount it with. */
static int add_file(struct cell *cell, const struct remand_file *file, const struct box *box)
{
	CLEANUP_FREE char *real = real_path(cell, file->source);
	const char *name = file->name ? file->name : path_last_component(file->source);
	int r = real ? add(cell, CELL_BIND, real, false) : syscall_errno();

	/* A box that is only foreseen has no directory yet. */
	if (r == 0 && box->fd >= 0 && symlinkat(real, box->fd, name) < 0)
		r = syscall_errno();
	return r;
}

static int add_box(struct cell *cell, const struct box *box)
{
	struct cell_step *step = cell_step_add(cell, CELL_SCRATCH, box->path + 1, box->path);

	if (!step)
		return -ENOMEM;
	step->attributes = CELL_ATTR_WRITABLE;
	if (box->fd >= 0)
		step->tree_fd = fcntl(box->fd, F_DUPFD_CLOEXEC, 3);
	return box->fd >= 0 && step->tree_fd < 0 ? syscall_errno() : 0;
}

static int add_named(struct cell *cell, const struct remand_spec *spec, const struct box *box,
	const char **ret_object)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < spec->binds_count; i++) {
		*ret_object = spec->binds[i].source;
		r = add_caller(cell, *ret_object, spec->binds[i].writable);
	}
	for (size_t i = 0; r == 0 && i < spec->files_count; i++) {
		*ret_object = spec->files[i].source;
		r = add_file(cell, &spec->files[i], box);
	}
	if (r == 0 && spec->work) {
		*ret_object = spec->work;
		r = add_caller(cell, spec->work, true);
	} else if (r == 0) {
		*ret_object = box->path;
		r = add_box(cell, box);
	}
	return r;
}

/* PROGRAM with a slash that the caller has: by its full name, and it may be read and executed. A
 * bare name, and what is not there, is left to the search and to exec's own error. */
static int add_program(struct cell *cell, const struct remand_spec *spec, bool confined)
{
	const char *program = spec->function ? "" : spec->argv[0];

	if (!strchr(program, '/'))
		return 0;
	cell->program = real_path(cell, program);
	if (!cell->program)
		return errno == ENOMEM || errno == ELOOP ? syscall_errno() : 0;
	return confined ? add(cell, CELL_BIND, cell->program, false) : 0;
}

static int open_sources(struct cell *cell, struct remand_error *error)
{
	for (size_t i = 0; i < cell->count; i++) {
		struct cell_step *step = &cell->steps[i];

		if (step->kind == CELL_PROC || step->kind == CELL_SCRATCH)
			continue;
		step->tree_fd = path_open(&cell->hostile, step->source, O_PATH, 0);
		if (step->tree_fd < 0 && !(step->tree_fd == -ENOENT && step->optional))
			return error_errno(error, REMAND_STAGE_CELL, step->tree_fd,
				"cannot show %s to the target", step->source);
	}
	return 0;
}

int cell_plan_host(struct cell *ret_cell, const struct remand_spec *spec, const struct box *box,
	const struct isolation *isolation, struct remand_error *error)
{
	struct cell cell = { .hostile = ret_cell->hostile };
	const char *object = spec->function ? "the system" : spec->argv[0];
	int r = add_program(&cell, spec, isolation->confined);

	if (r == 0 && isolation->confined)
		r = add_system(&cell);
	if (r == 0 && isolation->confined)
		r = add_named(&cell, spec, box, &object);
	if (r < 0)
		error_errno(error, REMAND_STAGE_CELL, r, "cannot show %s to the target", object);
	else
		r = open_sources(&cell, error);
	if (r < 0) {
		cell_done(&cell);
		return r;
	}
	*ret_cell = cell;
	return 0;
}

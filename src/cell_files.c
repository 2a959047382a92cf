/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Where single files of the caller are shown. */
#include "cell_files.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <unistd.h>

#include "cell_steps.h"
#include "fd.h"

static bool has_destination(const struct cell *cell, const char *destination)
{
	for (size_t i = 0; i < cell->count; i++)
		if (strcmp(cell->steps[i].destination, destination) == 0)
			return true;
	return false;
}

/* Where a single file is shown: in /box, or beside it where /box is the caller's own directory, in
 * which nothing may be created to mount on. */
static int place_file(
	const struct remand_spec *spec, const char *source, const char *name, char place[PATH_MAX])
{
	size_t length = strlen(source), start;
	int n;

	/* The last component, without the slashes that may follow it. */
	while (length > 0 && source[length - 1] == '/')
		length--;
	for (start = length; start > 0 && source[start - 1] != '/'; start--)
		;
	if (name)
		n = snprintf(place, PATH_MAX, "%s/%s", spec->work ? "file" : "box", name);
	else
		n = snprintf(place, PATH_MAX, "%s/%.*s", spec->work ? "file" : "box",
			(int)(length - start), source + start);
	return n < PATH_MAX ? 0 : -ENAMETOOLONG;
}

int cell_files_add(struct cell *cell, const struct remand_spec *spec)
{
	char place[PATH_MAX];
	int r = 0;

	for (size_t i = 0; r == 0 && i < spec->files_count; i++) {
		const struct remand_file *file = &spec->files[i];

		r = place_file(spec, file->source, file->name, place);
		if (r == 0)
			r = cell_step_add_bind(
				cell, place, file->source, CELL_ATTR_READ_ONLY, false);
	}
	return r;
}

/* Is path inside directory, both resolved? Then *rest is the part below, without leading slash. */
static bool is_below(const char *path, const char *directory, const char **rest)
{
	size_t length = strlen(directory);

	if (strncmp(path, directory, length) != 0 || (path[length] != '/' && length > 1))
		return false;
	*rest = path + length + (path[length] == '/');
	return true;
}

/* Does the cell show this absolute host path under the same name anyway? */
static bool is_visible(const struct cell *cell, const char *path)
{
	for (size_t i = 0; i < cell->count; i++) {
		const struct cell_step *step = &cell->steps[i];
		size_t length = strlen(step->destination);
		bool same = step->kind == CELL_SYMLINK ||
			    (step->kind == CELL_BIND &&
				    strcmp(step->source + 1, step->destination) == 0);

		if (same && strncmp(path + 1, step->destination, length) == 0 &&
			(path[1 + length] == '/' || path[1 + length] == '\0'))
			return true;
	}
	return false;
}

static int program_in_work(struct cell *cell, const struct remand_spec *spec, const char *program)
{
	CLEANUP_FREE char *work = spec->work ? realpath(spec->work, NULL) : NULL;
	CLEANUP_FREE char *real = work ? realpath(program, NULL) : NULL;
	const char *rest;

	if (!real || !is_below(real, work, &rest) || *rest == '\0')
		return 0;
	return asprintf(&cell->program, "/box/%s", rest) < 0 ? -ENOMEM : 1;
}

/* Whoever looked at the file before the run has looked at what will be executed. */
static int add_only(struct cell *cell, const char *place, const char *program)
{
	int r = cell_step_add_bind(cell, place, program, CELL_ATTR_READ_ONLY, false);

	if (r == 0)
		cell->steps[cell->count - 1].only = true;
	return r;
}

/* PROGRAM with a slash: shown where it can be run, unless the cell shows it anyway. With a root of
 * the caller's choice a full name means a program in there. */
int cell_files_add_program(struct cell *cell, const struct remand_spec *spec)
{
	const char *program = spec->function ? "" : spec->argv[0];
	char place[PATH_MAX];
	int r;

	if (!strchr(program, '/') || program[strspn(program, "/")] == '\0' ||
		access(program, F_OK) < 0)
		return 0;
	if (program[0] == '/' && (spec->root || is_visible(cell, program)))
		return 0;
	r = program_in_work(cell, spec, program);
	if (r != 0)
		return r < 0 ? r : 0;
	r = place_file(spec, program, NULL, place);
	if (r == 0 && !has_destination(cell, place))
		r = add_only(cell, place, program);
	if (r == 0 && asprintf(&cell->program, "/%s", place) < 0)
		r = -ENOMEM;
	return r;
}

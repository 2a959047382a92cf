/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Defaults and validation of a spec. Pure: nothing here looks at the host. */
#include "spec.h"

#include <errno.h>
#include <limits.h>
#include <string.h>

#include "error.h"
#include "path.h"
#include "rlimits.h"

#define say(...) error_say(error, REMAND_STAGE_SPEC, -EINVAL, __VA_ARGS__)

static void fill(uint64_t *field, uint64_t value)
{
	if (*field == 0)
		*field = value;
}

static void fill_defaults(struct remand_spec *spec)
{
	static const unsigned char success[] = { 0 };

	fill(&spec->time_ns, SPEC_TIME_NS);
	fill(&spec->wall_ns, SPEC_WALL_NS);
	fill(&spec->idle_ns, REMAND_UNLIMITED);
	fill(&spec->memory_bytes, SPEC_MEMORY_BYTES);
	fill(&spec->pids, SPEC_PIDS);
	fill(&spec->cpus_milli, REMAND_UNLIMITED);
	fill(&spec->output_bytes, SPEC_OUTPUT_BYTES);
	fill(&spec->disk_bytes, SPEC_DISK_BYTES);
	fill(&spec->open_files, SPEC_OPEN_FILES);
	fill(&spec->stack_bytes, SPEC_STACK_BYTES);
	if (spec->ok_codes_count == 0) {
		spec->ok_codes = success;
		spec->ok_codes_count = 1;
	}
	if (!spec->hostname)
		spec->hostname = "remand";
	if (!spec->policy)
		spec->policy = "default";
}

/* An absolute path without "." and ".." components, empty components or the root itself. */
static bool plain_absolute(const char *path)
{
	if (path[0] != '/' || path[1] == '\0')
		return false;
	while (*path == '/') {
		const char *name = path + 1;
		size_t length = strcspn(name, "/");

		if (length == 0 || (length <= 2 && strncmp(name, "..", length) == 0))
			return false;
		path = name + length;
	}
	return true;
}

/* One path component that is a name. */
static bool plain_name(const char *name)
{
	return name[0] && !strchr(name, '/') && strcmp(name, ".") != 0 && strcmp(name, "..") != 0 &&
	       strlen(name) <= NAME_MAX;
}

static int check_env(const struct remand_spec *spec, struct remand_error *error)
{
	for (const char *const *env = spec->env; env && *env; env++)
		if (**env == '=' || !strchr(*env, '='))
			return say("the environment entry '%s' is not NAME=VALUE", *env);
	return 0;
}

static int check_files(const struct remand_spec *spec, struct remand_error *error)
{
	for (size_t i = 0; i < spec->files_count; i++) {
		const struct remand_file *file = &spec->files[i];
		const char *name;

		if (!file->source)
			return say("a file without a source");
		name = file->name ? file->name : path_last_component(file->source);
		if (!plain_name(name))
			return say("file '%s': '%s' is not a plain file name to show it under; "
				   "say --file SRC:NAME",
				file->source, name);
	}
	for (size_t i = 0; i < spec->collects_count; i++) {
		const char *name = spec->collects[i].name;

		if (!name)
			return say("a collected file without a name");
		if (name[0] == '\0' || name[0] == '/')
			return say("collect '%s': the name must be a path below /box, without a "
				   "leading slash",
				name);
	}
	return 0;
}

static int check_mounts(const struct remand_spec *spec, struct remand_error *error)
{
	for (size_t i = 0; i < spec->binds_count; i++) {
		const struct remand_bind *bind = &spec->binds[i];
		const char *destination = bind->destination ? bind->destination : bind->source;

		if (!bind->source)
			return say("a bind without a source");
		if (!plain_absolute(destination))
			return say("bind '%s': '%s' cannot be a place in the cell; it must be "
				   "absolute, "
				   "without '.', '..' or doubled slashes, and not / itself",
				bind->source, destination);
	}
	for (size_t i = 0; i < spec->tmpfs_count; i++)
		if (!spec->tmpfs[i].destination || !plain_absolute(spec->tmpfs[i].destination))
			return say("tmpfs '%s': not a place in the cell; it must be absolute, "
				   "without '.', "
				   "'..' or doubled slashes, and not / itself",
				spec->tmpfs[i].destination ? spec->tmpfs[i].destination : "");
	return 0;
}

static int check_rlimits(const struct remand_spec *spec, struct remand_error *error)
{
	for (size_t i = 0; i < spec->rlimits_count; i++) {
		const struct remand_rlimit *rlimit = &spec->rlimits[i];
		const char *name = rlimits_name(rlimit->resource);

		if (!name)
			return say("there is no resource limit number %d", rlimit->resource);
		if (rlimit->resource == RLIMIT_RSS)
			return say("the resource limit rss has no effect on Linux; use --memory");
		if (rlimit->soft > rlimit->hard)
			return say(
				"resource limit %s: the soft limit is above the hard limit", name);
	}
	return 0;
}

static int check_ok_codes(const struct remand_spec *spec, struct remand_error *error)
{
	return spec->ok_codes ? 0 : say("ok_codes has a count, but no codes");
}

static int check_streams(const struct remand_spec *spec, struct remand_error *error)
{
	if (spec->output.kind == REMAND_STREAM_BYTES || spec->error.kind == REMAND_STREAM_BYTES)
		return say("only stdin can be fed with bytes");
	if (spec->input.kind == REMAND_STREAM_BYTES && spec->input.length > 0 && !spec->input.data)
		return say("stdin of the kind BYTES has a length, but no data");
	if (spec->input.kind == REMAND_STREAM_CAPTURE || spec->input.kind == REMAND_STREAM_MERGE)
		return say("stdin can be neither captured nor merged");
	if ((spec->input.kind == REMAND_STREAM_PATH && !spec->input.path) ||
		(spec->output.kind == REMAND_STREAM_PATH && !spec->output.path) ||
		(spec->error.kind == REMAND_STREAM_PATH && !spec->error.path))
		return say("a stream of the kind PATH without a path");
	if (spec->output.kind == REMAND_STREAM_MERGE)
		return say("only stderr can be merged, into stdout");
	return 0;
}

static int check_passes(const struct remand_spec *spec, struct remand_error *error)
{
	for (size_t i = 0; i < spec->passes_count; i++) {
		int target_fd = spec->passes[i].target_fd;

		if (target_fd < 3 || (uint64_t)target_fd >= spec->open_files)
			return say("descriptor %d cannot be passed on as %d; expected 3 to "
				   "open_files - 1",
				spec->passes[i].fd, target_fd);
		for (size_t j = 0; j < i; j++)
			if (spec->passes[j].target_fd == target_fd)
				return say("descriptors %d and %d cannot both be passed on as %d",
					spec->passes[j].fd, spec->passes[i].fd, target_fd);
	}
	return 0;
}

static int check_limits(const struct remand_spec *spec, struct remand_error *error)
{
	if (spec->nice < -20 || spec->nice > 19)
		return say("nice %d is not between -20 and 19", spec->nice);
	if (spec->cpus_milli != REMAND_UNLIMITED && spec->cpus_milli < 10)
		return say("cpus below 0.01 cannot be enforced: cpu.max has no shorter quota");
	if (spec->memory_bytes < (UINT64_C(64) << 10))
		return say("memory below 64K cannot hold even the start of a program");
	if (spec->hostname[0] == '\0' || strlen(spec->hostname) > HOST_NAME_MAX)
		return say("the host name must have 1 to %d characters", HOST_NAME_MAX);
	return 0;
}

static int check_what_runs(const struct remand_spec *spec, struct remand_error *error)
{
	if (!spec->function) {
		if (spec->function_argument || spec->function_signal_safe)
			return say("function_argument or function_signal_safe is set, but no "
				   "function");
		if (!spec->argv || !spec->argv[0] || spec->argv[0][0] == '\0')
			return say("no program to run was given");
		return 0;
	}
	if (spec->argv || spec->argv0)
		return say("both a program (argv, argv0) and a function were given; one of them "
			   "can run");
	if (spec->starter)
		return say("a function cannot be started from a starter, which has not the "
			   "caller's memory; leave starter NULL");
	return 0;
}

int spec_copy(
	const struct remand_spec *spec, struct remand_spec *ret_given, struct remand_error *error)
{
	if (spec->size < offsetof(struct remand_spec, argv) + sizeof(spec->argv) ||
		spec->size > sizeof(*ret_given))
		return say("the size field of the spec is %zu; set it to sizeof(struct "
			   "remand_spec), %zu",
			spec->size, sizeof(*ret_given));
	memset(ret_given, 0, sizeof(*ret_given));
	memcpy(ret_given, spec, spec->size);
	return 0;
}

int spec_resolve(const struct remand_spec *spec, struct remand_spec *ret_resolved,
	struct remand_error *error)
{
	static int (*const checks[])(const struct remand_spec *, struct remand_error *) = {
		check_what_runs,
		check_limits,
		check_env,
		check_files,
		check_mounts,
		check_rlimits,
		check_ok_codes,
		check_streams,
		check_passes,
	};
	struct remand_spec resolved = *spec;

	fill_defaults(&resolved);
	for (size_t i = 0; i < sizeof(checks) / sizeof(checks[0]); i++) {
		int r = checks[i](&resolved, error);

		if (r < 0)
			return r;
	}
	*ret_resolved = resolved;
	return 0;
}

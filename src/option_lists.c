/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Setters of options whose values have parts (SRC:DST, NAME=VALUE), most of them repeatable. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "options.h"
#include "rlimits.h"

/* Make room for one more element; the new one is zeroed. NULL: out of memory. */
static void *grow(void **array, size_t count, size_t size)
{
	char *grown = reallocarray(*array, count + 1, size);

	if (!grown)
		return NULL;
	*array = grown;
	return memset(grown + count * size, 0, size);
}

/* Cut "a:b" at the first separator; the rest, or NULL when there is none. */
static char *cut(char *text, char separator)
{
	char *rest = strchr(text, separator);

	if (rest)
		*rest++ = '\0';
	return rest;
}

static bool is_empty(const char *text)
{
	return text && text[0] == '\0';
}

int option_set_env(const struct option_context *context, const char *value)
{
	struct remand_options *options = context->options;
	const char *inherited = strchr(value, '=') ? NULL : getenv(value);
	char *entry = NULL;
	const char **env;

	if (value[0] == '=')
		return option_refuse(context, value, "has no name; expected NAME=VALUE or NAME");
	/* NAME alone passes the caller's variable on; one that the caller lacks stays unset. */
	if (!strchr(value, '=') && !inherited)
		return 0;
	if (inherited) {
		char *joined = malloc(strlen(value) + strlen(inherited) + 2);

		if (!joined)
			return option_no_memory(context);
		stpcpy(stpcpy(stpcpy(joined, value), "="), inherited);
		entry = options_keep(options, joined);
		free(joined);
	} else {
		entry = options_keep(options, value);
	}
	/* One element more than counted: the terminating NULL. */
	env = entry ? reallocarray(options->env, options->env_count + 2, sizeof(*env)) : NULL;
	if (!env)
		return option_no_memory(context);
	env[options->env_count++] = entry;
	env[options->env_count] = NULL;
	options->env = env;
	options->spec.env = env;
	return 0;
}

int option_set_file(const struct option_context *context, const char *value)
{
	struct remand_options *options = context->options;
	char *source = options_keep(options, value);
	char *name = source ? cut(source, ':') : NULL;
	struct remand_file *file;

	if (!source)
		return option_no_memory(context);
	if (is_empty(source) || is_empty(name))
		return option_refuse(context, value, "has an empty part; expected SRC or SRC:NAME");
	file = grow((void **)&options->files, options->spec.files_count, sizeof(*file));
	if (!file)
		return option_no_memory(context);
	options->spec.files = options->files;
	*file = (struct remand_file){ option_keep_path(context, source), name };
	if (!file->source)
		return option_no_memory(context);
	options->spec.files_count++;
	return 0;
}

int option_set_bind(const struct option_context *context, const char *value)
{
	const char *expected = "is not a bind; expected SRC, SRC:DST, SRC:rw or SRC:DST:rw";
	struct remand_options *options = context->options;
	char *source = options_keep(options, value);
	char *destination = source ? cut(source, ':') : NULL;
	char *mode = destination ? cut(destination, ':') : NULL;
	struct remand_bind *bind;

	if (!source)
		return option_no_memory(context);
	if (destination && !mode &&
		(strcmp(destination, "rw") == 0 || strcmp(destination, "ro") == 0)) {
		mode = destination;
		destination = NULL;
	}
	if (is_empty(source) || is_empty(destination) ||
		(mode && strcmp(mode, "rw") != 0 && strcmp(mode, "ro") != 0))
		return option_refuse(context, value, expected);
	bind = grow((void **)&options->binds, options->spec.binds_count, sizeof(*bind));
	if (!bind)
		return option_no_memory(context);
	options->spec.binds = options->binds;
	*bind = (struct remand_bind){ option_keep_path(context, source), destination,
		mode && strcmp(mode, "rw") == 0 };
	if (!bind->source)
		return option_no_memory(context);
	options->spec.binds_count++;
	return 0;
}

int option_set_tmpfs(const struct option_context *context, const char *value)
{
	struct remand_options *options = context->options;
	char *destination = options_keep(options, value);
	char *size = destination ? cut(destination, ':') : NULL;
	char *count = size ? cut(size, ':') : NULL;
	struct remand_tmpfs *tmpfs;
	uint64_t bytes = 0, inodes = 0;

	if (!destination)
		return option_no_memory(context);
	if (is_empty(destination) ||
		(size && (remand_parse_size(size, &bytes) < 0 || bytes == 0)) ||
		(count && (option_parse_count(count, &inodes) < 0 || inodes == 0)))
		return option_refuse(context, value,
			"is not a tmpfs; expected DST, DST:SIZE or DST:SIZE:INODES");
	tmpfs = grow((void **)&options->tmpfs, options->spec.tmpfs_count, sizeof(*tmpfs));
	if (!tmpfs)
		return option_no_memory(context);
	*tmpfs = (struct remand_tmpfs){ destination, bytes, inodes };
	options->spec.tmpfs = options->tmpfs;
	options->spec.tmpfs_count++;
	return 0;
}

/* Digits only; (uid_t)-1 means "leave as it is" to the kernel and is nobody's. */
static bool parse_id(const char *text, uint32_t *ret)
{
	unsigned long long id;

	if (!text[0] || text[strspn(text, "0123456789")] || strlen(text) > 10)
		return false;
	id = strtoull(text, NULL, 10);
	*ret = (uint32_t)id;
	return id < UINT32_MAX;
}

int option_set_user(const struct option_context *context, const char *value)
{
	struct remand_user user = { .given = true };
	char uid[16] = "";
	const char *gid = strchr(value, ':');

	if (strcspn(value, ":") < sizeof(uid))
		snprintf(uid, sizeof(uid), "%.*s", (int)strcspn(value, ":"), value);
	if (!parse_id(uid, &user.uid) || !parse_id(gid ? gid + 1 : uid, &user.gid))
		return option_refuse(
			context, value, "is not a user; expected numbers, UID or UID:GID");
	context->options->spec.user = user;
	return 0;
}

int option_set_collect(const struct option_context *context, const char *value)
{
	struct remand_options *options = context->options;
	char *name = options_keep(options, value);
	char *path = name ? cut(name, ':') : NULL;
	struct remand_collect *collect;

	if (!name)
		return option_no_memory(context);
	if (is_empty(name) || is_empty(path))
		return option_refuse(
			context, value, "has an empty part; expected NAME or NAME:FILE");
	collect = grow((void **)&options->collects, options->spec.collects_count, sizeof(*collect));
	if (!collect)
		return option_no_memory(context);
	options->spec.collects = options->collects;
	*collect = (struct remand_collect){ name, path ? option_keep_path(context, path) : NULL };
	if (path && !collect->path)
		return option_no_memory(context);
	options->spec.collects_count++;
	return 0;
}

int option_set_rlimit(const struct option_context *context, const char *value)
{
	const char *expected = "is not a resource limit; expected NAME=SOFT[:HARD], numbers or max";
	struct remand_options *options = context->options;
	char *name = options_keep(options, value);
	char *soft = name ? cut(name, '=') : NULL;
	char *hard = soft ? cut(soft, ':') : NULL;
	struct remand_rlimit *rlimit, parsed;

	if (!name)
		return option_no_memory(context);
	if (!soft || remand_parse_size(soft, &parsed.soft) < 0 ||
		remand_parse_size(hard ? hard : soft, &parsed.hard) < 0)
		return option_refuse(context, value, expected);
	if (rlimits_find(name, &parsed.resource) < 0)
		return option_refuse(context, value,
			"names no resource limit; they are as, core, cpu, data, fsize, locks, "
			"memlock, "
			"msgqueue, nice, nofile, nproc, rtprio, rttime, sigpending and stack");
	if (parsed.resource == RLIMIT_RSS)
		return option_refuse(context, value, "has no effect on Linux; use --memory");
	rlimit = grow((void **)&options->rlimits, options->spec.rlimits_count, sizeof(*rlimit));
	if (!rlimit)
		return option_no_memory(context);
	*rlimit = parsed;
	options->spec.rlimits = options->rlimits;
	options->spec.rlimits_count++;
	return 0;
}

/* Of up to three digits, as a shell would know it. NULL: none there. */
static const char *skip_code(const char *text, unsigned int *ret)
{
	size_t digits = strspn(text, "0123456789");

	if (digits == 0 || digits > 3)
		return NULL;
	*ret = (unsigned int)strtoul(text, NULL, 10);
	return *ret <= 255 ? text + digits : NULL;
}

/* "0,3-5": what is named twice is named once. */
static bool parse_codes(const char *text, bool codes[256])
{
	for (;;) {
		unsigned int first = 0, last;

		text = skip_code(text, &first);
		last = first;
		if (text && *text == '-')
			text = skip_code(text + 1, &last);
		if (!text || last < first)
			return false;
		for (unsigned int code = first; code <= last; code++)
			codes[code] = true;
		if (*text == '\0')
			return true;
		if (*text++ != ',')
			return false;
	}
}

int option_set_ok(const struct option_context *context, const char *value)
{
	struct remand_options *options = context->options;
	bool codes[256] = { false };

	if (!parse_codes(value, codes))
		return option_refuse(context, value,
			"is not a list of exit codes; expected numbers from 0 to 255, e.g. 0,3-5");
	options->spec.ok_codes = options->ok_codes;
	options->spec.ok_codes_count = 0;
	for (unsigned int code = 0; code < 256; code++)
		if (codes[code])
			options->ok_codes[options->spec.ok_codes_count++] = (unsigned char)code;
	return 0;
}

static int set_stream(
	const struct option_context *context, struct remand_stream *stream, const char *value)
{
	*stream = (struct remand_stream){ .fd = -1 };
	if (strcmp(value, "null") == 0) {
		stream->kind = REMAND_STREAM_NULL;
	} else if (strcmp(value, "inherit") == 0) {
		stream->kind = REMAND_STREAM_INHERIT;
	} else {
		stream->kind = REMAND_STREAM_PATH;
		stream->path = option_keep_path(context, value);
		if (!stream->path)
			return option_no_memory(context);
	}
	return 0;
}

int option_set_input(const struct option_context *context, const char *value)
{
	return set_stream(context, &context->options->spec.input, value);
}

int option_set_output(const struct option_context *context, const char *value)
{
	return set_stream(context, &context->options->spec.output, value);
}

int option_set_error(const struct option_context *context, const char *value)
{
	struct remand_stream *stream = &context->options->spec.error;

	if (strcmp(value, "stdout") == 0) {
		*stream = (struct remand_stream){ .kind = REMAND_STREAM_MERGE, .fd = -1 };
		return 0;
	}
	return set_stream(context, stream, value);
}

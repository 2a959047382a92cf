/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A policy beneath the options: its lines are set first, then again all that was set by word, so
 * that explicit options win whatever their order. Each file of a chain of `extends` is a layer of
 * its own, the most general first.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "error.h"
#include "options.h"
#include "policy.h"
#include "policy_find.h"

/* Deeper chains nobody can review. */
#define DEPTH_MAX 8

/* One file being applied; `child` is the one that extends it. */
struct layer {
	struct remand_options *options;
	const struct layer *child;
	unsigned int depth;
	struct policy_source source;
	const char *path, *directory; /* kept by the options */
	struct trusted_file file;
	bool begun;   /* a line was seen */
	bool located; /* errors name their place from here on */
	struct remand_error *error;
};

static int load(struct layer *layer, const char *text, const char *directory);

static int load_parent(struct layer *layer, const struct policy_line *line)
{
	struct remand_error error = { 0 };
	struct layer parent = { .options = layer->options,
		.child = layer,
		.depth = layer->depth + 1,
		.error = &error };
	int r = load(&parent, line->value, layer->directory);

	/* The error is about the name, which stands here, or about a line in there. */
	if (r < 0 && !parent.located)
		policy_fail(&layer->source, line->number, line->value_column, layer->error, "%s",
			error.message);
	else if (r < 0)
		error_say(layer->error, REMAND_STAGE_POLICY, r, "%s", error.message);
	return r;
}

static int extend(struct layer *layer, const struct policy_line *line)
{
	if (layer->begun)
		return policy_fail(&layer->source, line->number, line->name_column, layer->error,
			"extends stands once, before all other lines");
	if (!line->value)
		return policy_fail(&layer->source, line->number, line->name_column, layer->error,
			"expected the name or path of a policy after extends");
	if (layer->depth == DEPTH_MAX)
		return policy_fail(&layer->source, line->number, line->value_column, layer->error,
			"policies extend each other more than %d deep", DEPTH_MAX);
	return strcmp(line->value, POLICY_DEFAULT) == 0 ? 0 : load_parent(layer, line);
}

/* "--memory: ..." is how the command line says it. */
static const char *undashed(const char *message)
{
	return strncmp(message, "--", 2) == 0 ? message + 2 : message;
}

static int set_line(struct layer *layer, const struct policy_line *line)
{
	struct remand_options *options = layer->options;
	const struct option_origin origin = { layer->path, line->number };
	unsigned int column = line->name_column;
	struct remand_error error = { 0 };
	int r;

	options->directory = layer->directory;
	r = options_apply(options, line->name, line->value, &origin, &error);
	options->directory = NULL;
	if (r == 0)
		return 0;
	if (options->refused_at >= 0 && line->value)
		column = policy_column(line, (size_t)options->refused_at);
	policy_fail(
		&layer->source, line->number, column, layer->error, "%s", undashed(error.message));
	return r;
}

static int on_line(const struct policy_line *line, void *context)
{
	struct layer *layer = context;
	bool extends = strcmp(line->name, "extends") == 0;
	int r = extends ? extend(layer, line) : 0;

	if (r < 0)
		return r;
	/* After the parent's lines, which are those of lower layers. */
	if (!layer->begun)
		layer->options->layer++;
	layer->begun = true;
	return extends ? 0 : set_line(layer, line);
}

static int refuse_loop(const struct layer *layer)
{
	for (const struct layer *below = layer->child; below; below = below->child)
		if (below->file.device == layer->file.device &&
			below->file.inode == layer->file.inode)
			return error_say(layer->error, REMAND_STAGE_POLICY, -ELOOP,
				"%s extends itself, directly or through others", layer->path);
	return 0;
}

/* What outlives the parsing: paths for errors, origins and the check of where the files lie. */
static int keep(struct layer *layer, const char *path)
{
	struct remand_options *options = layer->options;
	struct option_source *sources =
		reallocarray(options->sources, options->sources_count + 1, sizeof(*sources));
	char *directory = options_keep(options, path);

	layer->path = options_keep(options, path);
	if (!sources || !directory || !layer->path) {
		if (sources)
			options->sources = sources;
		return error_errno(layer->error, REMAND_STAGE_POLICY, -ENOMEM, "policy %s", path);
	}
	*strrchr(directory, '/') = '\0';
	layer->directory = directory;
	layer->source = (struct policy_source){ layer->file.text, layer->file.length, layer->path };
	sources[options->sources_count++] = (struct option_source){ layer->path, layer->file };
	sources[options->sources_count - 1].file.text = NULL;
	options->sources = sources;
	return 0;
}

static int load(struct layer *layer, const char *text, const char *directory)
{
	char *path = NULL;
	int r = policy_find(text, directory, &path, &layer->file, layer->error);

	if (r == 0)
		r = keep(layer, path);
	if (r == 0)
		r = refuse_loop(layer);
	if (r == 0) {
		layer->located = true;
		r = policy_parse(&layer->source, on_line, layer, layer->error);
	}
	free(path);
	trusted_file_done(&layer->file);
	return r;
}

/* Only now is it known which directories the program can write to. */
static int check_sources(const struct remand_options *options, struct remand_error *error)
{
	for (size_t i = 0; i < options->sources_count; i++) {
		const struct option_source *source = &options->sources[i];
		int r = trusted_file_check(&options->spec, source->path, &source->file, error);

		if (r < 0)
			return r;
	}
	return 0;
}

int remand_options_load_policy(struct remand_options *options, struct remand_error *error)
{
	struct layer layer = { .options = options, .error = error };
	const char *policy = options->policy;
	struct option_setting *settings;
	size_t count;
	int r;

	if (!policy || options->policy_loaded)
		return 0;
	settings = options->settings;
	count = options->settings_count;
	options_reset(options);
	r = strcmp(policy, POLICY_DEFAULT) == 0 ? 0 : load(&layer, policy, NULL);
	options->layer++;
	for (size_t i = 0; r == 0 && i < count; i++)
		if (!settings[i].origin.file)
			r = options_apply(options, settings[i].name, settings[i].value,
				&settings[i].origin, error);
	free(settings);
	options->spec.policy = policy;
	if (r == 0)
		r = check_sources(options, error);
	options->policy_loaded = r == 0;
	return r;
}

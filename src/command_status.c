/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* remand status: which services run, and what they use. */
#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "command.h"
#include "command_service.h"
#include "fd.h"

static const char usage[] =
	"usage: remand status [NAME] [--format json|text]\n\n"
	"One service, or all: a table, or one JSON object a line.\n\n"
	"     --format json|text          form of the answer (text on a terminal, else json)\n"
	"  -h --help                      show this help\n\n"
	"Exit status: 0 it runs, 3 it does not, 4 that cannot be found out; without NAME 0 or 4.";

/* What a supervisor says, and null for what is not said of one that does not run. */
static const char *const members[] = { "supervisor", "since", "wall_ns", "cpu_ns", "user_ns",
	"system_ns", "memory_bytes", "memory_peak_bytes", "pids", "pids_peak", "stdout_bytes",
	"stderr_bytes" };

/* ---- what there is to say ---- */

/* JSON is UTF-8, words need not be. */
static json_t *word(char *text)
{
	json_t *string = json_string(text);

	if (string)
		return string;
	for (char *at = text; *at; at++)
		if ((unsigned char)*at >= 0x80)
			*at = '?';
	return json_string(text);
}

static json_t *read_words(int dir_fd)
{
	struct service_command command;
	json_t *list;

	if (service_read_command(dir_fd, &command) < 0)
		return json_null();
	list = json_array();
	for (size_t i = 0; i < command.words_count; i++)
		json_array_append_new(list, word(command.words[i]));
	service_command_done(&command);
	return list;
}

static json_t *read_result(int dir_fd)
{
	size_t length = 0;
	CLEANUP_FREE char *text = service_read(dir_fd, "result", &length);
	json_t *object = text ? json_loads(text, 0, NULL) : NULL;

	return object ? object : json_null();
}

static json_t *ask_supervisor(int dir_fd)
{
	char text[SERVICE_MESSAGE_MAX];
	json_t *object = NULL;

	if (service_ask(dir_fd, "status", SERVICE_ANSWER_SECONDS, text) > 0)
		object = json_loads(text, 0, NULL);
	return object;
}

/* The status, and an object that says it all; NULL: out of memory. */
static int look(const char *name, int dir_fd, json_t **ret)
{
	int status = SERVICE_STATUS_UNKNOWN, running = dir_fd < 0 ? 0 : service_is_running(dir_fd);
	json_t *object = running == 1 ? ask_supervisor(dir_fd) : NULL;

	/* It may have ended under our eyes. */
	if (running == 1 && !object)
		running = service_is_running(dir_fd);
	if (object)
		status = 0;
	else if (running == 0)
		status = SERVICE_STATUS_STOPPED;
	if (!object)
		object = json_pack("{ss}", "state", running == 0 ? "stopped" : "unknown");
	json_object_set_new(object, "name", json_string(name));
	json_object_set_new(object, "argv", read_words(dir_fd));
	json_object_set_new(object, "result", running == 0 ? read_result(dir_fd) : json_null());
	for (size_t i = 0; i < sizeof(members) / sizeof(members[0]); i++)
		if (!json_object_get(object, members[i]))
			json_object_set_new(object, members[i], json_null());
	*ret = object;
	return status;
}

/* ---- in words ---- */

static void print_figure(const json_t *object, const char *member, int width, double unit,
	int decimals, const char *suffix)
{
	const json_t *value = json_object_get(object, member);

	if (json_is_integer(value))
		printf("%*.*f%s ", width, decimals, (double)json_integer_value(value) / unit,
			suffix);
	else
		printf("%*s ", width + (int)strlen(suffix), "-");
}

static void print_heading(void)
{
	printf("%-20s %-9s %10s %10s %10s %10s %9s  %s\n", "NAME", "STATE", "SUPERVISOR", "UPTIME",
		"CPU", "MEMORY", "PROCESSES", "COMMAND");
}

static void print_row(const json_t *object)
{
	const json_t *argv = json_object_get(object, "argv");

	printf("%-20s %-9s ", json_string_value(json_object_get(object, "name")),
		json_string_value(json_object_get(object, "state")));
	print_figure(object, "supervisor", 10, 1, 0, "");
	print_figure(object, "wall_ns", 9, (double)NS_PER_S, 0, "s");
	print_figure(object, "cpu_ns", 9, (double)NS_PER_S, 2, "s");
	print_figure(object, "memory_bytes", 9, 1 << 20, 1, "M");
	print_figure(object, "pids", 9, 1, 0, "");
	for (size_t i = 0; i < json_array_size(argv); i++) {
		putchar(' ');
		command_print(json_string_value(json_array_get(argv, i)));
	}
	putchar('\n');
}

static int print_service(const char *name, int dir_fd, bool text)
{
	json_t *object;
	int status = look(name, dir_fd, &object);

	if (text)
		print_row(object);
	else if (json_dumpf(object, stdout, JSON_COMPACT) == 0)
		putchar('\n');
	json_decref(object);
	return status;
}

/* ---- one, or all ---- */

static int print_one(const char *name, bool text)
{
	CLEANUP_FD int dir_fd = service_open(name, false);

	if (dir_fd < 0 && dir_fd != -ENOENT)
		return dir_fd == -EINVAL ? COMMAND_FAILED : SERVICE_STATUS_UNKNOWN;
	if (text)
		print_heading();
	/* One that never was is one that does not run: without a directory all is null. */
	return print_service(name, dir_fd, text);
}

static int is_service(const struct dirent *entry)
{
	return service_is_name(entry->d_name);
}

static int print_all(bool text)
{
	CLEANUP_FD int all_fd = service_open_all(false);
	struct dirent **entries = NULL;
	int status = 0, n = 0;

	if (all_fd < 0 && all_fd != -ENOENT)
		return SERVICE_STATUS_UNKNOWN;
	if (all_fd >= 0)
		n = scandirat(all_fd, ".", &entries, is_service, alphasort);
	if (n < 0) {
		command_complain("cannot list the services");
		return SERVICE_STATUS_UNKNOWN;
	}
	if (text)
		print_heading();
	for (int i = 0; i < n; i++) {
		CLEANUP_FD int dir_fd = service_open(entries[i]->d_name, false);

		if (dir_fd < 0 ||
			print_service(entries[i]->d_name, dir_fd, text) == SERVICE_STATUS_UNKNOWN)
			status = SERVICE_STATUS_UNKNOWN;
		free(entries[i]);
	}
	free(entries);
	return status;
}

int command_status(int argc, char **argv)
{
	static const struct command_word_option format = { 0, "format" };
	const char *name, *value;
	int status = command_read_words(argc, argv, usage, &format, &name, &value);
	bool text = isatty(STDOUT_FILENO);

	if (status >= 0)
		return status;
	if (command_format(value, &text) < 0)
		return COMMAND_FAILED;
	status = name ? print_one(name, text) : print_all(text);
	return fflush(stdout) == 0 ? status : COMMAND_FAILED;
}

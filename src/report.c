/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The result in words and in JSON, and the exit status of the command. */
#include <errno.h>
#include <inttypes.h>
#include <jansson.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "capture.h"
#include "json_text.h"
#include "reason.h"
#include "remand.h"
#include "usage.h"

static const char *const verdicts[] = {
	[REMAND_VERDICT_OK] = "ok",
	[REMAND_VERDICT_EXIT] = "exit",
	[REMAND_VERDICT_SIGNAL] = "signal",
	[REMAND_VERDICT_TIME_LIMIT] = "time-limit",
	[REMAND_VERDICT_WALL_LIMIT] = "wall-limit",
	[REMAND_VERDICT_IDLE_LIMIT] = "idle-limit",
	[REMAND_VERDICT_MEMORY_LIMIT] = "memory-limit",
	[REMAND_VERDICT_OUTPUT_LIMIT] = "output-limit",
	[REMAND_VERDICT_PIDS_LIMIT] = "pids-limit",
	[REMAND_VERDICT_DENIED] = "denied",
	[REMAND_VERDICT_CANCELLED] = "cancelled",
	[REMAND_VERDICT_NOT_STARTED] = "not-started",
	[REMAND_VERDICT_INTERNAL_ERROR] = "internal-error",
};

static const char *const enforcers[] = {
	[REMAND_ENFORCER_NONE] = "none",
	[REMAND_ENFORCER_CGROUP] = "cgroup",
	[REMAND_ENFORCER_RLIMIT] = "rlimit",
	[REMAND_ENFORCER_WATCH] = "watch",
	[REMAND_ENFORCER_TMPFS] = "tmpfs",
};

/* The options' names; those of the limits are the words of the command line. */
static const char *const limits[] = {
	[REMAND_LIMIT_TIME] = "time",
	[REMAND_LIMIT_WALL] = "wall",
	[REMAND_LIMIT_IDLE] = "idle",
	[REMAND_LIMIT_MEMORY] = "memory",
	[REMAND_LIMIT_PIDS] = "pids",
	[REMAND_LIMIT_CPUS] = "cpus",
	[REMAND_LIMIT_OUTPUT] = "output",
	[REMAND_LIMIT_DISK] = "disk",
	[REMAND_LIMIT_OPEN_FILES] = "open-files",
	[REMAND_LIMIT_STACK] = "stack",
};

const char *remand_verdict_name(enum remand_verdict verdict)
{
	return verdicts[verdict];
}

const char *remand_enforcer_name(enum remand_enforcer enforcer)
{
	return enforcers[enforcer];
}

bool remand_result_ok(const struct remand_result *result)
{
	return result->verdict == REMAND_VERDICT_OK;
}

int remand_result_status(const struct remand_result *result)
{
	const struct remand_error *error = &result->start_error;

	switch (result->verdict) {
	case REMAND_VERDICT_TIME_LIMIT:
	case REMAND_VERDICT_WALL_LIMIT:
	case REMAND_VERDICT_IDLE_LIMIT:
	case REMAND_VERDICT_MEMORY_LIMIT:
	case REMAND_VERDICT_OUTPUT_LIMIT:
	case REMAND_VERDICT_PIDS_LIMIT:
		return 124;
	case REMAND_VERDICT_NOT_STARTED:
		if (error->stage != REMAND_STAGE_EXEC)
			return 125;
		return error->errnum == ENOENT || error->errnum == ENOTDIR ? 127 : 126;
	case REMAND_VERDICT_INTERNAL_ERROR:
	case REMAND_VERDICT_CANCELLED:
		return 125;
	case REMAND_VERDICT_DENIED:
		/* As if the kernel's own filter had killed it. */
		return 128 + SIGSYS;
	case REMAND_VERDICT_SIGNAL:
		return 128 + result->signal;
	case REMAND_VERDICT_EXIT:
		/* Where 0 is no success, it must not look like one. */
		return result->exit_code ? result->exit_code : 1;
	case REMAND_VERDICT_OK:
	default:
		return 0;
	}
}

void remand_result_refused(const struct remand_error *error, struct remand_result *ret_result)
{
	struct remand_result result = { .verdict = REMAND_VERDICT_NOT_STARTED,
		.start_error = *error,
		.raw_status = -1,
		.denied_syscall = -1,
		.root = usage_unknown,
		.trustworthy_time = -1 };
	uint64_t *const unknown[] = { &result.cpu_ns, &result.user_ns, &result.system_ns,
		&result.wall_ns, &result.memory_peak_bytes, &result.pids_peak, &result.stdout_bytes,
		&result.stderr_bytes, &result.pressure_cpu_ns, &result.pressure_memory_ns,
		&result.pressure_io_ns };

	for (size_t i = 0; i < sizeof(unknown) / sizeof(unknown[0]); i++)
		*unknown[i] = REMAND_UNKNOWN;
	for (int i = 0; i < REMAND_LIMIT_COUNT; i++)
		result.limits[i].limit = REMAND_UNLIMITED;
	snprintf(result.reason, sizeof(result.reason), "%.*s", (int)sizeof(result.reason) - 1,
		error->message);
	*ret_result = result;
}

void remand_result_clear(struct remand_result *result)
{
	capture_clear(&result->output);
	capture_clear(&result->error);
	free(result->denials);
	result->denials = NULL;
	result->denials_count = 0;
}

/* ---- JSON ---- */

/* Counters beyond 2^63 do not occur; what was not measured is null, never 0. */
static json_t *number(uint64_t value)
{
	return value == REMAND_UNKNOWN ? json_null() : json_integer((json_int_t)value);
}

static json_t *evidence_json(const struct remand_result *result)
{
	json_t *object = json_object();

	for (size_t i = 0; i < result->evidence_count; i++)
		json_object_set_new(
			object, result->evidence[i].name, number(result->evidence[i].value));
	return object;
}

static json_t *limits_json(const struct remand_result *result)
{
	json_t *object = json_object();

	for (int i = 0; i < REMAND_LIMIT_COUNT; i++)
		json_object_set_new(object, limits[i],
			json_pack("{s:o, s:s}", "limit", number(result->limits[i].limit),
				"enforced_by",
				remand_enforcer_name(result->limits[i].enforced_by)));
	return object;
}

static json_t *call_json(
	uint32_t architecture, int64_t number, const uint64_t arguments[6], uint64_t count)
{
	char *name = reason_syscall_name(architecture, number);
	json_t *list = json_array(), *object;

	for (int i = 0; i < 6; i++)
		json_array_append_new(list, json_sprintf("0x%" PRIx64, arguments[i]));
	object = json_pack("{s:s?, s:I, s:o, s:I}", "syscall", name, "number", (json_int_t)number,
		"args", list, "count", (json_int_t)count);
	free(name);
	return object;
}

static json_t *denial_json(const struct remand_denial *denial)
{
	json_t *object =
		call_json(denial->architecture, denial->syscall, denial->arguments, denial->count);
	const char *errno_name = denial->errnum ? strerrorname_np(denial->errnum) : NULL;

	json_object_set_new(
		object, "call", denial->call[0] ? json_text(denial->call) : json_null());
	json_object_set_new(
		object, "place", denial->place[0] ? json_text(denial->place) : json_null());
	json_object_set_new(
		object, "program_counter", json_sprintf("0x%" PRIx64, denial->program_counter));
	json_object_set_new(object, "errno", errno_name ? json_string(errno_name) : json_null());
	return object;
}

/* The call that ended the run. */
static json_t *denied_json(const struct remand_result *result)
{
	const struct remand_denial *killed = reason_killed(result);

	if (killed)
		return denial_json(killed);
	if (result->denied_syscall < 0)
		return json_null();
	return call_json(
		result->denied_architecture, result->denied_syscall, result->denied_arguments, 1);
}

static json_t *denials_json(const struct remand_result *result, enum remand_action action)
{
	json_t *list;

	if (!result->denials_known)
		return json_null();
	list = json_array();
	for (size_t i = 0; i < result->denials_count; i++)
		if (result->denials[i].action == action)
			json_array_append_new(list, denial_json(&result->denials[i]));
	return list;
}

static json_t *error_json(const struct remand_error *error)
{
	const char *name = error->errnum ? strerrorname_np(error->errnum) : NULL;

	if (!error->message[0])
		return json_null();
	return json_pack("{s:s, s:s?, s:o}", "stage", remand_stage_name(error->stage), "errno",
		name, "message", json_text(error->message));
}

static void add_outcome(json_t *object, const struct remand_result *result)
{
	const char *sysexit = result->exited ? remand_sysexit_name(result->exit_code) : NULL;
	char buffer[16];

	json_object_set_new(object, "exit_code",
		result->exited ? json_integer(result->exit_code) : json_null());
	json_object_set_new(object, "sysexit", sysexit ? json_string(sysexit) : json_null());
	json_object_set_new(object, "signal",
		result->signal ? json_string(reason_signal_name(result->signal, buffer))
			       : json_null());
	json_object_set_new(object, "core_dumped", json_boolean(result->core_dumped));
	json_object_set_new(object, "raw_status",
		result->raw_status < 0 ? json_null() : json_integer(result->raw_status));
}

static json_t *root_json(const struct remand_usage *root)
{
	if (root->user_ns == REMAND_UNKNOWN)
		return json_null();
	return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "user_ns",
		number(root->user_ns), "system_ns", number(root->system_ns), "memory_peak_bytes",
		number(root->memory_peak_bytes), "minor_faults", number(root->minor_faults),
		"major_faults", number(root->major_faults), "voluntary_switches",
		number(root->voluntary_switches), "involuntary_switches",
		number(root->involuntary_switches), "read_bytes", number(root->read_bytes),
		"written_bytes", number(root->written_bytes));
}

static void add_usage(json_t *object, const struct remand_result *result)
{
	json_object_set_new(object, "cpu_ns", number(result->cpu_ns));
	json_object_set_new(object, "user_ns", number(result->user_ns));
	json_object_set_new(object, "system_ns", number(result->system_ns));
	json_object_set_new(object, "wall_ns", number(result->wall_ns));
	json_object_set_new(object, "memory_peak_bytes", number(result->memory_peak_bytes));
	json_object_set_new(object, "pids_peak", number(result->pids_peak));
	json_object_set_new(object, "stdout_bytes", number(result->stdout_bytes));
	json_object_set_new(object, "stderr_bytes", number(result->stderr_bytes));
	json_object_set_new(object, "root", root_json(&result->root));
}

static json_t *walls_json(uint32_t walls)
{
	json_t *array = json_array();

	for (unsigned int i = 0; i < REMAND_WALL_COUNT; i++)
		if (walls & (1U << i))
			json_array_append_new(array, json_string(remand_wall_name(1U << i)));
	return array;
}

static void add_conditions(json_t *object, const struct remand_result *result)
{
	json_object_set_new(object, "limits", limits_json(result));
	json_object_set_new(
		object, "isolation", json_string(remand_isolation_name(result->isolation)));
	json_object_set_new(object, "missing_walls", walls_json(result->missing_walls));
	json_object_set_new(object, "network", json_string(result->network_host ? "host" : "none"));
	json_object_set_new(
		object, "policy", result->policy[0] ? json_text(result->policy) : json_null());
	json_object_set_new(object, "pressure",
		json_pack("{s:o, s:o, s:o}", "cpu_some_ns", number(result->pressure_cpu_ns),
			"memory_some_ns", number(result->pressure_memory_ns), "io_some_ns",
			number(result->pressure_io_ns)));
	json_object_set_new(object, "trustworthy_time",
		result->trustworthy_time < 0 ? json_null()
					     : json_boolean(result->trustworthy_time));
}

char *remand_result_json(const struct remand_result *result)
{
	json_t *object = json_object();
	char *dump;

	json_object_set_new(object, "schema", json_integer(1));
	json_object_set_new(object, "id", result->id[0] ? json_string(result->id) : json_null());
	json_object_set_new(
		object, "program", result->program[0] ? json_text(result->program) : json_null());
	json_object_set_new(object, "verdict", json_string(remand_verdict_name(result->verdict)));
	json_object_set_new(object, "reason", json_text(result->reason));
	json_object_set_new(object, "evidence", evidence_json(result));
	add_outcome(object, result);
	add_usage(object, result);
	add_conditions(object, result);
	json_object_set_new(object, "denied", denied_json(result));
	json_object_set_new(object, "refused", denials_json(result, REMAND_ACTION_DENY));
	json_object_set_new(object, "logged", denials_json(result, REMAND_ACTION_LOG));
	json_object_set_new(object, "calls_omitted",
		result->denials_known ? number(result->denials_more) : json_null());
	json_object_set_new(object, "start_error", error_json(&result->start_error));
	json_object_set_new(object, "collect_failed",
		result->collect_failed[0] ? json_text(result->collect_failed) : json_null());
	dump = json_dumps(object, JSON_COMPACT);
	json_decref(object);
	return dump;
}

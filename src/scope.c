/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * systemd as the giver of a base: org.freedesktop.systemd1(5), StartTransientUnit.
 */
#include "scope.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include "clock.h"
#include "error.h"
#include "manager.h"
#include "syscalls.h"

static void copy_component(char *to, size_t size, const char *from, size_t length)
{
	if (length >= size)
		return;
	memcpy(to, from, length);
	to[length] = '\0';
}

static bool ends_with(const char *text, size_t length, const char *suffix)
{
	size_t n = strlen(suffix);

	return length > n && memcmp(text + length - n, suffix, n) == 0;
}

void scope_find_place(const char *own_path, bool of_user_manager, struct scope_place *ret_place)
{
	bool inside = !of_user_manager; /* the part of the path that the manager has made */

	memset(ret_place, 0, sizeof(*ret_place));
	for (const char *at = own_path; *at;) {
		size_t length = strcspn(at, "/");
		bool service = ends_with(at, length, ".service");

		if (inside && ends_with(at, length, ".slice"))
			copy_component(ret_place->slice, sizeof(ret_place->slice), at, length);
		else if (inside && service)
			copy_component(ret_place->service, sizeof(ret_place->service), at, length);
		/* The first unit is ours; what is below it, it has made itself. */
		if (inside && (service || ends_with(at, length, ".scope")))
			return;
		inside = inside || (service && strncmp(at, "user@", 5) == 0);
		at += length;
		at += strspn(at, "/");
	}
}

/* As in sd-bus itself: the first failure of a chain is kept. */
static int append_properties(
	const struct manager *manager, sd_bus_message *call, const struct scope_place *place)
{
	char description[64];
	int r;

	snprintf(description, sizeof(description), "remand, process %d", (int)getpid());
	r = manager->bus_message_append(call, "(sv)", "Description", "s", description);
	/* 0: the sender, which the manager identifies for itself, whatever pid namespace it is in.
	 */
	if (r >= 0)
		r = manager->bus_message_append(call, "(sv)", "PIDs", "au", 1, 0U);
	if (r >= 0)
		r = manager->bus_message_append(call, "(sv)", "Delegate", "b", 1);
	/* The manager's default for scopes would be one more limit on the runs, and a hidden one.
	 */
	if (r >= 0)
		r = manager->bus_message_append(call, "(sv)", "TasksMax", "t", UINT64_MAX);
	if (r >= 0)
		r = manager->bus_message_append(
			call, "(sv)", "CollectMode", "s", "inactive-or-failed");
	if (r >= 0 && place->slice[0])
		r = manager->bus_message_append(call, "(sv)", "Slice", "s", place->slice);
	/* Who stops the service means us, too. */
	if (r >= 0 && place->service[0])
		r = manager->bus_message_append(call, "(sv)", "BindsTo", "as", 1, place->service);
	return r;
}

static int new_request(const struct manager *manager, const char *unit,
	const struct scope_place *place, sd_bus_message **ret_call)
{
	sd_bus_message *call = NULL;
	int r = manager->bus_message_new_method_call(manager->bus, &call, MANAGER_NAME,
		MANAGER_OBJECT, MANAGER_INTERFACE, "StartTransientUnit");

	if (r >= 0)
		r = manager->bus_message_append(call, "ss", unit, "fail");
	if (r >= 0)
		r = manager->bus_message_open_container(call, 'a', "(sv)");
	if (r >= 0)
		r = append_properties(manager, call, place);
	if (r >= 0)
		r = manager->bus_message_close_container(call);
	if (r >= 0)
		r = manager->bus_message_append(call, "a(sa(sv))", 0);
	if (r < 0) {
		manager->bus_message_unref(call);
		return r;
	}
	*ret_call = call;
	return 0;
}

/* The signal that tells of our job's end: 1 done, -errno failed, 0 another message. */
static int read_signal(const struct manager *manager, sd_bus_message *message, const char *job)
{
	const char *path, *unit, *result;
	uint32_t id;

	if (!manager->bus_message_is_signal(message, MANAGER_INTERFACE, "JobRemoved") ||
		manager->bus_message_read(message, "uoss", &id, &path, &unit, &result) < 0 ||
		strcmp(path, job) != 0)
		return 0;
	return strcmp(result, "done") == 0 ? 1 : -ECANCELED;
}

static int await_job(const struct manager *manager, const char *job)
{
	uint64_t deadline_ns = clock_after(clock_now_ns(), MANAGER_TIMEOUT_NS);

	for (;;) {
		sd_bus_message *message = NULL;
		uint64_t now_ns = clock_now_ns();
		int r = manager->bus_process(manager->bus, &message);

		if (r < 0)
			return r;
		if (message) {
			r = read_signal(manager, message, job);
			manager->bus_message_unref(message);
			if (r != 0)
				return r;
		} else if (now_ns >= deadline_ns) {
			return -ETIMEDOUT;
		} else if (r == 0) {
			r = manager->bus_wait(manager->bus, (deadline_ns - now_ns) / NS_PER_US + 1);
			if (r < 0 && r != -EINTR)
				return r;
		}
	}
}

static int start_unit(const struct manager *manager, const char *unit,
	const struct scope_place *place, struct remand_error *error)
{
	sd_bus_error refusal = SD_BUS_ERROR_NULL;
	sd_bus_message *call = NULL, *reply = NULL;
	const char *job = "";
	/* Before the job exists, or its end could be missed. */
	int r = manager->bus_add_match(manager->bus, NULL,
		"type='signal',interface='" MANAGER_INTERFACE "',member='JobRemoved'", NULL, NULL);

	if (r >= 0)
		r = new_request(manager, unit, place, &call);
	if (r >= 0)
		r = manager->bus_call(
			manager->bus, call, MANAGER_TIMEOUT_NS / NS_PER_US, &refusal, &reply);
	if (r >= 0)
		r = manager->bus_message_read(reply, "o", &job);
	if (r >= 0)
		r = await_job(manager, job);
	if (r < 0)
		error_say(error, REMAND_STAGE_GROUP, r,
			"systemd did not start the scope %s for this process: %s; set Delegate=yes "
			"in "
			"the unit that runs remand, or start it with systemd-run%s --scope -p "
			"Delegate=yes",
			unit, refusal.message ? refusal.message : strerrordesc_np(-r),
			geteuid() ? " --user" : "");
	manager->bus_error_free(&refusal);
	manager->bus_message_unref(call);
	manager->bus_message_unref(reply);
	return r < 0 ? r : 0;
}

int scope_enter(const char *own_path, struct remand_error *error)
{
	struct manager manager;
	struct scope_place place;
	char unit[64];
	uint64_t id;
	int r;

	if (getrandom(&id, sizeof(id), 0) != sizeof(id))
		return error_errno(error, REMAND_STAGE_GROUP, syscall_errno(),
			"cannot draw a name for the scope");
	snprintf(unit, sizeof(unit), "remand-%016" PRIx64 ".scope", id);
	scope_find_place(own_path, geteuid() != 0, &place);
	r = manager_open(&manager, error);
	if (r < 0)
		return r;
	r = start_unit(&manager, unit, &place, error);
	manager_close(&manager);
	return r;
}

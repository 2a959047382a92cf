/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * libsystemd is loaded only here, when systemd has to be asked for something: with it go six more
 * libraries, which would cost every start of remand 0.4 ms.
 *
 * Two sockets lead to a manager. The bus is the documented one; the manager's own is there also
 * without a bus daemon. Nothing of the environment is needed to find either: a run from cron or su
 * has no XDG_RUNTIME_DIR, and DBUS_SESSION_BUS_ADDRESS may be a bus that has no systemd on it.
 */
#include "manager.h"

#include <dlfcn.h>
#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "error.h"

#define ADDRESS "unix:path="

static int load(struct manager *manager, struct remand_error *error)
{
#define SYMBOL(name)                                        \
	{                                                   \
		"sd_" #name, offsetof(struct manager, name) \
	}
	static const struct {
		const char *name;
		size_t offset;
	} symbols[] = {
		SYMBOL(bus_new),
		SYMBOL(bus_set_address),
		SYMBOL(bus_set_bus_client),
		SYMBOL(bus_start),
		SYMBOL(bus_flush_close_unref),
		SYMBOL(bus_add_match),
		SYMBOL(bus_call),
		SYMBOL(bus_call_method),
		SYMBOL(bus_get_property_trivial),
		SYMBOL(bus_process),
		SYMBOL(bus_wait),
		SYMBOL(bus_error_free),
		SYMBOL(bus_message_new_method_call),
		SYMBOL(bus_message_append),
		SYMBOL(bus_message_open_container),
		SYMBOL(bus_message_close_container),
		SYMBOL(bus_message_is_signal),
		SYMBOL(bus_message_read),
		SYMBOL(bus_message_unref),
	};
#undef SYMBOL

	manager->library = dlopen("libsystemd.so.0", RTLD_NOW | RTLD_LOCAL);
	for (size_t i = 0; i < sizeof(symbols) / sizeof(symbols[0]); i++) {
		void *symbol = manager->library ? dlsym(manager->library, symbols[i].name) : NULL;

		if (!symbol) {
			(void)error_say(error, REMAND_STAGE_GROUP, -ELIBACC,
				"cannot ask systemd for a cgroup, because libsystemd.so.0 (%s) "
				"cannot be loaded; apt install libsystemd0, or set Delegate=yes in "
				"the unit that runs remand",
				symbols[i].name);
			return -ELIBACC;
		}
		/* POSIX has it that the two kinds of pointers convert; ISO C has not. */
		memcpy((char *)manager + symbols[i].offset, &symbol, sizeof(symbol));
	}
	return 0;
}

static int try_connect(struct manager *manager, const char *address, bool is_bus)
{
	sd_bus *bus = NULL;
	int r = manager->bus_new(&bus);

	if (r >= 0)
		r = manager->bus_set_address(bus, address);
	if (r >= 0)
		r = manager->bus_set_bus_client(bus, is_bus);
	if (r >= 0)
		r = manager->bus_start(bus);
	if (r < 0) {
		manager->bus_flush_close_unref(bus);
		return r;
	}
	manager->bus = bus;
	return 0;
}

static int connect_to(struct manager *manager, struct remand_error *error)
{
	char bus[64] = ADDRESS "/run/dbus/system_bus_socket";
	char own[64] = ADDRESS "/run/systemd/private";
	uid_t user = geteuid();

	if (user != 0) {
		snprintf(bus, sizeof(bus), ADDRESS "/run/user/%u/bus", user);
		snprintf(own, sizeof(own), ADDRESS "/run/user/%u/systemd/private", user);
	}
	if (try_connect(manager, bus, true) == 0 || try_connect(manager, own, false) == 0)
		return 0;
	if (user == 0)
		return error_say(error, REMAND_STAGE_GROUP, -ECONNREFUSED,
			"no cgroup is delegated to this process, and systemd cannot be asked for "
			"one: nothing answers at %s; set Delegate=yes in the unit that runs "
			"remand, or systemctl start dbus.socket",
			bus + strlen(ADDRESS));
	return error_say(error, REMAND_STAGE_GROUP, -ECONNREFUSED,
		"no cgroup is delegated to this process, and user %u has no systemd manager of "
		"its own that could give it one (nothing answers at %s); as root: loginctl "
		"enable-linger %u (once, then it is always there), or run remand in a system unit "
		"with User= and Delegate=yes",
		user, bus + strlen(ADDRESS), user);
}

int manager_open(struct manager *ret_manager, struct remand_error *error)
{
	struct manager manager = { 0 };
	int r = load(&manager, error);

	if (r == 0)
		r = connect_to(&manager, error);
	if (r < 0 || !manager.bus) {
		manager_close(&manager);
		return r;
	}
	*ret_manager = manager;
	return 0;
}

void manager_close(struct manager *manager)
{
	if (manager->bus)
		manager->bus_flush_close_unref(manager->bus);
	if (manager->library)
		dlclose(manager->library);
	*manager = (struct manager){ 0 };
}

bool manager_is_running(void)
{
	return access("/run/systemd/system", F_OK) == 0;
}

bool manager_delegates(const char *unit)
{
	const char *suffix = strrchr(unit, '.'), *path, *interface;
	sd_bus_message *reply = NULL;
	struct manager manager = { 0 };
	int delegates = 0, r;

	if (!suffix || manager_open(&manager, NULL) < 0 || !manager.bus)
		return false;
	interface = strcmp(suffix, ".scope") == 0 ? MANAGER_NAME ".Scope" : MANAGER_NAME ".Service";
	r = manager.bus_call_method(manager.bus, MANAGER_NAME, MANAGER_OBJECT, MANAGER_INTERFACE,
		"GetUnit", NULL, &reply, "s", unit);
	if (r >= 0)
		r = manager.bus_message_read(reply, "o", &path);
	if (r >= 0)
		r = manager.bus_get_property_trivial(manager.bus, MANAGER_NAME, path, interface,
			"Delegate", NULL, 'b', &delegates);
	manager.bus_message_unref(reply);
	manager_close(&manager);
	return r >= 0 && delegates;
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A connection to systemd: for root the system's manager, for others their own. */
#ifndef MANAGER_H
#define MANAGER_H

#include <stdint.h>
#include <systemd/sd-bus.h>

#include "remand.h"

#define MANAGER_NAME      "org.freedesktop.systemd1"
#define MANAGER_INTERFACE MANAGER_NAME ".Manager"
#define MANAGER_OBJECT    "/org/freedesktop/systemd1"

/* A manager under load takes its time; one that is stuck must not hold us for ever. */
#define MANAGER_TIMEOUT_NS (30 * NS_PER_S)

/* sd-bus(3), without the prefix sd_. */
struct manager {
	void *library;
	sd_bus *bus;
	__typeof__(sd_bus_new) *bus_new;
	__typeof__(sd_bus_set_address) *bus_set_address;
	__typeof__(sd_bus_set_bus_client) *bus_set_bus_client;
	__typeof__(sd_bus_start) *bus_start;
	__typeof__(sd_bus_flush_close_unref) *bus_flush_close_unref;
	__typeof__(sd_bus_add_match) *bus_add_match;
	__typeof__(sd_bus_call) *bus_call;
	__typeof__(sd_bus_call_method) *bus_call_method;
	__typeof__(sd_bus_get_property_trivial) *bus_get_property_trivial;
	__typeof__(sd_bus_process) *bus_process;
	__typeof__(sd_bus_wait) *bus_wait;
	__typeof__(sd_bus_error_free) *bus_error_free;
	__typeof__(sd_bus_message_new_method_call) *bus_message_new_method_call;
	__typeof__(sd_bus_message_append) *bus_message_append;
	__typeof__(sd_bus_message_open_container) *bus_message_open_container;
	__typeof__(sd_bus_message_close_container) *bus_message_close_container;
	__typeof__(sd_bus_message_is_signal) *bus_message_is_signal;
	__typeof__(sd_bus_message_read) *bus_message_read;
	__typeof__(sd_bus_message_unref) *bus_message_unref;
};

/* On success the manager is to be released by manager_close(). */
int manager_open(struct manager *ret_manager, struct remand_error *error);
void manager_close(struct manager *manager);

/* systemd is the service manager here: sd_booted(3). */
bool manager_is_running(void);

/* Whether the unit has Delegate=yes. False also when nobody answers. */
bool manager_delegates(const char *unit);

#endif

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A transient systemd scope with Delegate=yes: a base where none was delegated. */
#ifndef SCOPE_H
#define SCOPE_H

#include "remand.h"

/* Start a scope and move the whole calling process there. own_path: its cgroup before, below the
 * root. The scope ends by itself with its last process. */
int scope_enter(const char *own_path, struct remand_error *error);

/* Where the scope belongs, so that what holds for the caller goes on holding: the slice, and the
 * service that it must not outlive. Empty strings where there is none. */
struct scope_place {
	char slice[256], service[256];
};
void scope_find_place(const char *own_path, bool of_user_manager, struct scope_place *ret_place);

#endif

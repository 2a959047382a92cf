/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Landlock: the second wall around the file system, and the only one where mounts are not to be
 * had. */
#ifndef LANDLOCK_H
#define LANDLOCK_H

#include "cell.h"
#include "isolation.h"

/* The kernel's Landlock ABI; 0: it has none, or it is switched off; -errno: it would not say. */
int landlock_probe_abi(void);

/*
 * In the target, when no_new_privs is set and the cell is entered: reading and executing
 * everywhere, writing only where the cell is writable, to devices and /proc; no new device nodes;
 * signals and abstract sockets only within. Without a cell: nothing but what its steps name. TCP
 * only where the target has a network. As much of it as the ABI knows. Async-signal-safe.
 */
int landlock_apply(
	const struct cell *cell, const struct isolation *isolation, struct failure *failure);

#endif

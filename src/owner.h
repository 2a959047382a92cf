/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Who made a group: written on it as an extended attribute, so that leftovers can be told from
 * life. */
#ifndef OWNER_H
#define OWNER_H

#include <stdbool.h>

/* Mark the group as this process's. 0 or -errno. */
int owner_mark(int group_fd);

/* True only when the group carries a mark and its owner has certainly ended: another boot, no such
 * process, or its pid now belongs to a process that was started at another time. */
bool owner_is_gone(int group_fd);

/* True when it carries no mark though it was made a while ago: its maker died in between. */
bool owner_is_missing(int group_fd);

#endif

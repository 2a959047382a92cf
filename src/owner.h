/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Who made a group or borrowed a directory: written on it as an extended attribute, so that
 * leftovers can be told from life. */
#ifndef OWNER_H
#define OWNER_H

#include <stdbool.h>
#include <sys/types.h>

/* Mark the group as this process's. 0 or -errno. */
int owner_mark(int group_fd);
/* The same as another process's, of our pid namespace, that nobody has reaped yet. */
int owner_mark_as(int group_fd, pid_t pid);

/* True only when the group carries a mark and its owner has certainly ended: another boot, no such
 * process, or its pid now belongs to a process that was started at another time. */
bool owner_is_gone(int group_fd);

/* The same for a mark that is kept elsewhere: its text. */
#define OWNER_MARK_BYTES 128
int owner_write(char text[OWNER_MARK_BYTES]);
bool owner_mark_is_gone(const char *text);

/* Whether the group carries just this mark: where it is our own, nothing else need be found out. */
bool owner_has_mark(int group_fd, const char *mark);

/* The name for a new group: of this process and no other. 0 or -errno. */
#define OWNER_NAME_BYTES 29
int owner_name(char name[OWNER_NAME_BYTES]);

/* True when the group carries no mark because the process that its name tells of died before it
 * came to that. */
bool owner_died_before_mark(int group_fd, const char *name);

#endif

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef REMAND_CELL_OUTSIDE_H
#define REMAND_CELL_OUTSIDE_H

struct cell;

/* Calls add with the full name of each file or directory outside of /usr that the cell shows, those
 * that the host may not have included, until a call does not return 0. Returns that, 0, or the
 * -errno of a directory that cannot be read. */
int cell_outside_each(int (*add)(struct cell *cell, const char *path), struct cell *cell);

#endif

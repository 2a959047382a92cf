/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Single files of the caller in the cell: --file, and the program itself. */
#ifndef CELL_FILES_H
#define CELL_FILES_H

#include "cell.h"

/* Append the steps for spec->files. 0 or -errno. */
int cell_files_add(struct cell *cell, const struct remand_spec *spec);

/* PROGRAM with a slash: shown where it can be run, unless the cell shows it anyway; cell->program
 * is then its path in the cell. To be called when all other steps are there. 0 or -errno. */
int cell_files_add_program(struct cell *cell, const struct remand_spec *spec);

#endif

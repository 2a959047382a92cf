/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Words that the lines for people share. */
#ifndef REPORT_H
#define REPORT_H

#include <stdint.h>
#include <stdio.h>

/* With one decimal and the unit: "3.0M". */
void report_print_size(FILE *out, uint64_t bytes);

#endif

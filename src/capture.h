/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What was captured of a stream: in memory, or in a file that has no name. */
#ifndef CAPTURE_H
#define CAPTURE_H

#include "pump.h"
#include "remand.h"

/* A file for what is too much for memory: it has no name, so nothing is left of it whoever is
 * killed. Where no directory has such files it lives in memory after all. -errno. */
int capture_open_file(void);

/* Hand over what the pump captured, followed by a NUL; 0 or -errno, and then it can be tried again.
 * A pump that captured nothing leaves *ret alone. */
int capture_take(struct pump *pump, struct remand_capture *ret);
void capture_clear(struct remand_capture *capture);

#endif

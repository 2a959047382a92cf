/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The epoll set of a run, kept in step with what is open and wanted. */
#ifndef WATCH_H
#define WATCH_H

#include "run.h"

/* Register, change and remove, so that the set is exactly what the run waits for now. */
int watch_update(struct remand *run, struct remand_error *error);

/* Before an fd of the set is closed, or when it has nothing more to say. */
void watch_forget(struct remand *run, enum watch watch);

#endif

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* User namespaces: whether this process may make one, and what is in the way. */
#ifndef USERNS_H
#define USERNS_H

#include <stddef.h>
#include <stdint.h>

/* Make a child in new namespaces, CLONE_NEW*, for work(), which ends by _exit(errno or 0). 0, the
 * errno of the work, or the -errno of clone. Async-signal-safe work only. */
int userns_try(uint64_t namespaces, void (*work)(void));

/* Make one, with capabilities that are good for something, and drop it. 0, or the -errno that a run
 * would get. */
int userns_probe(void);

/* The setting in the way, and the command that changes it, for a sentence. r is what the kernel
 * said. */
void userns_explain(int r, char *text, size_t size);

#endif

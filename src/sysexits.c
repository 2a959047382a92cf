/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The names that sysexits.h(3head) gives to some exit codes. */
#include <stddef.h>
#include <sysexits.h>

#include "remand.h"

static const char *const names[] = {
	[EX_USAGE] = "EX_USAGE",
	[EX_DATAERR] = "EX_DATAERR",
	[EX_NOINPUT] = "EX_NOINPUT",
	[EX_NOUSER] = "EX_NOUSER",
	[EX_NOHOST] = "EX_NOHOST",
	[EX_UNAVAILABLE] = "EX_UNAVAILABLE",
	[EX_SOFTWARE] = "EX_SOFTWARE",
	[EX_OSERR] = "EX_OSERR",
	[EX_OSFILE] = "EX_OSFILE",
	[EX_CANTCREAT] = "EX_CANTCREAT",
	[EX_IOERR] = "EX_IOERR",
	[EX_TEMPFAIL] = "EX_TEMPFAIL",
	[EX_PROTOCOL] = "EX_PROTOCOL",
	[EX_NOPERM] = "EX_NOPERM",
	[EX_CONFIG] = "EX_CONFIG",
};

const char *remand_sysexit_name(int exit_code)
{
	size_t count = sizeof(names) / sizeof(names[0]);

	return exit_code >= 0 && (size_t)exit_code < count ? names[exit_code] : NULL;
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Where the rules say "kill", the filter stops the caller and asks the supervisor
 * (SECCOMP_RET_USER_NOTIF, seccomp_unotify(2)): so the very call is known, with its arguments, in
 * whichever thread and ABI it was made. The answer is always the end of the whole group, never
 * "continue", so nothing rests on memory that the program could change meanwhile.
 */
#include "denial.h"

#include <linux/seccomp.h>
#include <string.h>
#include <sys/ioctl.h>

#include "syscalls.h"

int denial_receive(int listener, struct denial *ret_denial)
{
	struct seccomp_notif notification;

	/* The kernel wants the struct zeroed. */
	memset(&notification, 0, sizeof(notification));
	if (ioctl(listener, SECCOMP_IOCTL_NOTIF_RECV, &notification) < 0)
		return syscall_errno();
	*ret_denial = (struct denial){
		.happened = true,
		.architecture = notification.data.arch,
		.syscall = notification.data.nr,
		.program_counter = notification.data.instruction_pointer,
	};
	for (int i = 0; i < 6; i++)
		ret_denial->arguments[i] = notification.data.args[i];
	return 0;
}

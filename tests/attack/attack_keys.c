/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The kernel's keyrings: reads the caller's keys, leaves keys behind. */
#include "attack.h"

#include <errno.h>
#include <linux/keyctl.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

static long add_key(const char *name, const char *secret, int ring)
{
	return syscall(SYS_add_key, "user", name, secret, strlen(secret), ring);
}

/* The caller: a session keyring with a secret, and then ARGS. */
static int with_key(char **args)
{
	if (syscall(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, NULL) < 0)
		return -errno;
	if (add_key(args[0], "secret", KEY_SPEC_SESSION_KEYRING) < 0)
		return -errno;
	execv(args[1], args + 1);
	return -errno;
}

static int read_key(char **args)
{
	char text[16];
	long key = -1;

	for (int ring = KEY_SPEC_USER_SESSION_KEYRING; key < 0 && ring < 0; ring++)
		key = syscall(SYS_keyctl, KEYCTL_SEARCH, ring, "user", args[0], 0);
	if (key < 0)
		key = syscall(SYS_request_key, "user", args[0], NULL, 0);
	if (key < 0)
		return -errno;
	return attack_result(syscall(SYS_keyctl, KEYCTL_READ, key, text, sizeof(text)));
}

static int leave_key(char **args)
{
	return attack_result(add_key(args[0], "left", KEY_SPEC_USER_KEYRING));
}

static int see_keyring(char **args)
{
	long key = syscall(SYS_keyctl, KEYCTL_GET_KEYRING_ID, KEY_SPEC_SESSION_KEYRING, 0);

	if (key < 0)
		return -errno;
	(void)args;
	return attack_result(add_key("attack-see", "x", KEY_SPEC_SESSION_KEYRING));
}

const struct attack attacks[] = {
	{ "with-key", with_key },
	{ "read", read_key, true },
	{ "leave", leave_key, true },
	{ "session", see_keyring, true },
	{ 0 },
};

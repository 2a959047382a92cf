/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The command line from the option table: getopt_long's arrays are built from it, not beside it. */
#include "command.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Option i of the table is returned by getopt_long as this, beyond every character. */
#define LONG_BASE 256

void command_complain(const char *message)
{
	fprintf(stderr, "remand: %s\n", message);
}

void command_print(const char *text)
{
	for (; *text; text++)
		putchar((unsigned char)*text < 0x20 || *text == 0x7f ? '?' : *text);
}

static size_t count_options(void)
{
	size_t n = 0;

	while (remand_option_at(n))
		n++;
	return n;
}

/* "+": the first word that is no option ends them, it is the program. ":": we say what is wrong. */
static void build(struct option *longs, char *shorts)
{
	*shorts++ = '+';
	*shorts++ = ':';
	for (size_t i = 0; remand_option_at(i); i++) {
		const struct remand_option *option = remand_option_at(i);

		longs[i] = (struct option){ option->name,
			option->argument ? required_argument : no_argument, NULL,
			LONG_BASE + (int)i };
		if (option->letter)
			*shorts++ = option->letter;
		if (option->letter && option->argument)
			*shorts++ = ':';
	}
	*shorts = '\0';
}

static const struct remand_option *find_option(int code)
{
	if (code >= LONG_BASE)
		return remand_option_at((size_t)(code - LONG_BASE));
	for (size_t i = 0; remand_option_at(i); i++)
		if (remand_option_at(i)->letter == code)
			return remand_option_at(i);
	return NULL;
}

static void complain_about(int code, char **argv)
{
	const struct remand_option *option = find_option(optopt);
	char message[512];

	/* getopt leaves optopt 0 for an unknown long option, and its value for a misused known one.
	 */
	if (code == ':' && option)
		snprintf(message, sizeof(message), "--%s needs a value: %s", option->name,
			option->argument);
	else if (optopt >= LONG_BASE && option)
		snprintf(message, sizeof(message), "--%s takes no value", option->name);
	else if (optopt)
		snprintf(message, sizeof(message), "there is no option -%c; see remand %s --help",
			optopt, argv[0]);
	else
		snprintf(message, sizeof(message), "there is no option %s; see remand %s --help",
			argv[optind - 1], argv[0]);
	command_complain(message);
}

/* getopt_long takes any unambiguous beginning of a name. A script that says --mem today would
 * break with tomorrow's --memory-peak, so only whole names count. */
static bool is_abbreviated(const struct remand_option *option, const char *word)
{
	size_t length = strlen(option->name);

	return strncmp(word, "--", 2) == 0 &&
	       (strncmp(word + 2, option->name, length) != 0 ||
		       (word[2 + length] && word[2 + length] != '='));
}

static int set_option(struct remand_options *options, const char *verb, int code, const char *word)
{
	const struct remand_option *option = find_option(code);
	struct remand_error error;
	char message[512];

	if (!option)
		return -EINVAL;
	if (option->verb && strcmp(option->verb, verb) != 0) {
		snprintf(message, sizeof(message), "--%s is an option of remand %s", option->name,
			option->verb);
		command_complain(message);
		return -EINVAL;
	}
	if (code >= LONG_BASE && is_abbreviated(option, word)) {
		snprintf(message, sizeof(message), "there is no option %s; did you mean --%s?",
			word, option->name);
		command_complain(message);
		return -EINVAL;
	}
	if (remand_options_set(options, option->name, optarg, &error) < 0) {
		command_complain(error.message);
		return -EINVAL;
	}
	return 0;
}

int command_parse(struct remand_options *options, int argc, char **argv)
{
	size_t n = count_options();
	struct option *longs = calloc(n + 1, sizeof(*longs));
	char *shorts = calloc(2 * n + 3, 1);
	int r = longs && shorts ? 0 : -ENOMEM;

	if (r < 0)
		command_complain("out of memory");
	else
		build(longs, shorts);
	opterr = 0;
	optind = 0; /* from the start, also the second time: getopt(3), NOTES */
	while (r == 0) {
		int at = optind ? optind : 1; /* 0 is for getopt only */
		int code = getopt_long(argc, argv, shorts, longs, NULL);

		if (code < 0)
			break;
		if (code == '?' || code == ':') {
			complain_about(code, argv);
			r = -EINVAL;
		} else {
			r = set_option(options, argv[0], code, argv[at]);
		}
	}
	free(longs);
	free(shorts);
	return r < 0 ? -1 : optind;
}

int command_load(struct remand_options *options)
{
	struct remand_error error;
	int r = remand_options_load_policy(options, &error);

	if (r < 0)
		command_complain(error.message);
	return r;
}

int command_format(const char *format, bool *ret_text)
{
	char message[512];

	if (!format)
		return 0;
	*ret_text = strcmp(format, "text") == 0;
	if (*ret_text || strcmp(format, "json") == 0)
		return 0;
	snprintf(message, sizeof(message), "--format: '%s' is not a format; expected json or text",
		format);
	command_complain(message);
	return -EINVAL;
}

static void help(const char *verb, const char *usage)
{
	const char *section = "";

	printf("usage: %s\n", usage);
	for (size_t i = 0; remand_option_at(i); i++) {
		const struct remand_option *option = remand_option_at(i);
		char left[64];

		if (option->verb && strcmp(option->verb, verb) != 0)
			continue;
		if (strcmp(section, option->section) != 0)
			printf("\n%s\n", option->section);
		section = option->section;
		snprintf(left, sizeof(left), "--%s%s%s", option->name, option->argument ? " " : "",
			option->argument ? option->argument : "");
		printf("  %c%c %-33s %s\n", option->letter ? '-' : ' ',
			option->letter ? option->letter : ' ', left, option->help);
	}
	puts("\nSizes: bytes, or K M G T (1024), KB MB GB TB (1000). Times: ns us ms s m h; a bare "
	     "number\n"
	     "is seconds. `max` is no limit.");
}

int command_verb(const char *usage, int argc, char **argv,
	int (*work)(struct remand_options *options, const struct command_words *words))
{
	struct command_words words = { argc, argv, -1 };
	struct remand_options *options;
	int status = COMMAND_FAILED;

	if (remand_options_new(&options) < 0) {
		command_complain("out of memory");
		return status;
	}
	words.first = command_parse(options, argc, argv);
	if (words.first >= 0) {
		status = 0;
		if (remand_options_text(options, "help"))
			help(argv[0], usage);
		else if (remand_options_text(options, "version"))
			puts("remand " REMAND_VERSION);
		else
			status = work(options, &words);
	}
	remand_options_free(options);
	return fflush(stdout) == 0 ? status : COMMAND_FAILED;
}

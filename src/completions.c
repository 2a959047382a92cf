/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Runs at build time: prints what bash, zsh or fish need to complete the command line, from the
 * option table. What may follow an option is read off its placeholder: words between bars are
 * offered as they are, FILE, SRC and PATH are files, DIR is a directory.
 */
#include <stdio.h>
#include <string.h>

#include "remand.h"

/* Verbs complete the options of `run` where they take them. */
static const char verbs[] = "run pipe check show batch start stop restart status kill policy";

/* What may follow `policy`; `learn` takes the options of `run`. */
static const char policy_verbs[] = "list show test learn --help";

enum kind {
	KIND_NONE, /* the option takes no value */
	KIND_TEXT, /* a value that cannot be guessed */
	KIND_FILE,
	KIND_DIRECTORY,
};

static enum kind kind_of(const struct remand_option *option)
{
	static const char *const files[] = { "FILE", "SRC", "PATH" };

	if (!option->argument)
		return KIND_NONE;
	if (strncmp(option->argument, "DIR", 3) == 0)
		return KIND_DIRECTORY;
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++)
		if (strncmp(option->argument, files[i], strlen(files[i])) == 0)
			return KIND_FILE;
	return KIND_TEXT;
}

/* The words of "FILE|null|inherit" that are to be typed as they stand: those in lower case, whole.
 */
static void print_words(const struct remand_option *option)
{
	const char *word = option->argument ? option->argument : "", *space = "";

	if (!strchr(word, '|'))
		return;
	while (*word) {
		size_t length = strcspn(word, "|");

		if (strspn(word, "abcdefghijklmnopqrstuvwxyz") == length) {
			printf("%s%.*s", space, (int)length, word);
			space = " ";
		}
		word += length + (word[length] == '|');
	}
}

/* Both shells double a quote by leaving and re-entering the quoted text. */
static void print_quoted(const char *text, const char *also_escape)
{
	for (; *text; text++) {
		if (*text == '\'')
			fputs("'\\'", stdout);
		else if (strchr(also_escape, *text))
			putchar('\\');
		putchar(*text);
	}
}

static void print_names(enum kind kind, const char *separator)
{
	const char *between = "";

	for (size_t i = 0; remand_option_at(i); i++) {
		const struct remand_option *option = remand_option_at(i);

		if (kind_of(option) != kind)
			continue;
		printf("%s--%s", between, option->name);
		if (option->letter)
			printf("%s-%c", separator, option->letter);
		between = separator;
	}
}

static void bash_words(void)
{
	for (size_t i = 0; remand_option_at(i); i++) {
		const struct remand_option *option = remand_option_at(i);

		if (!option->argument || !strchr(option->argument, '|'))
			continue;
		printf("\t--%s) words='", option->name);
		print_words(option);
		fputs("' ;;\n", stdout);
	}
}

static void bash_values(void)
{
	fputs("_remand_value() {\n\tlocal words='' kind=()\n\tcase $1 in\n", stdout);
	bash_words();
	fputs("\tesac\n\tcase $1 in\n\t", stdout);
	print_names(KIND_FILE, "|");
	fputs(") kind=(-f) ;;\n\t", stdout);
	print_names(KIND_DIRECTORY, "|");
	fputs(") kind=(-d) ;;\n"
	      "\tesac\n"
	      "\tmapfile -t COMPREPLY < <(compgen \"${kind[@]}\" -W \"$words\" -- \"$2\")\n"
	      "}\n\n",
		stdout);
}

/* Behind `remand policy`: 1 when the rest is as behind `run`, from the third word on. */
static void bash_policy(void)
{
	printf("_remand_policy() {\n"
	       "\tlocal words=''\n"
	       "\tcase $COMP_CWORD${COMP_WORDS[2]} in\n"
	       "\t2*) words='%s' ;;\n"
	       "\t3show | 3test) words=$(\"$1\" policy list 2>/dev/null | cut -d ' ' -f 1) ;;\n"
	       "\t*learn) return 1 ;;\n"
	       "\tesac\n"
	       "\tmapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"$2\")\n"
	       "}\n\n",
		policy_verbs);
}

/* Behind the verbs that take the name of a service. */
static void bash_service(void)
{
	fputs("_remand_service() {\n"
	      "\tlocal words\n"
	      "\tcase $COMP_CWORD${COMP_WORDS[1]} in\n"
	      "\t2*) words=$(\"$1\" status --format text 2>/dev/null | tail -n +2 | cut -d ' ' -f "
	      "1) "
	      ";;\n"
	      "\t*kill) words='-s' ;;\n"
	      "\t*status) words='--format' ;;\n"
	      "\t*) words='--grace' ;;\n"
	      "\tesac\n"
	      "\tmapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"$2\")\n"
	      "}\n\n",
		stdout);
}

/* "--name=value" is three words in COMP_WORDS, "=" being one of its own. Options end at the first
 * word that is none: from there on it is the program's command line. */
static void bash_main(void)
{
	printf("_remand() {\n"
	       "\tlocal word=$2 option ended='' kind=(-c) i=2\n"
	       "\tif ((COMP_CWORD == 1)); then\n"
	       "\t\tmapfile -t COMPREPLY < <(compgen -W '%s --help --version' -- \"$word\")\n"
	       "\t\treturn\n"
	       "\tfi\n"
	       "\tif [[ ${COMP_WORDS[1]} == policy ]]; then\n"
	       "\t\t! _remand_policy \"$1\" \"$word\" || return 0\n"
	       "\t\ti=3\n"
	       "\tfi\n"
	       "\tcase ${COMP_WORDS[1]} in\n"
	       "\tstop | restart | status | kill)\n"
	       "\t\t_remand_service \"$1\" \"$word\"\n"
	       "\t\treturn ;;\n"
	       "\tstart)\n"
	       "\t\t((COMP_CWORD > 2)) || return 0\n"
	       "\t\ti=3 ;;\n"
	       "\tesac\n"
	       "\twhile ((i < COMP_CWORD)); do\n"
	       "\t\toption=${COMP_WORDS[i]}\n"
	       "\t\tcase $option in\n"
	       "\t\t--) ended=1; ((i++)); break ;;\n"
	       "\t\t",
		verbs);
	for (int kind = KIND_TEXT; kind <= KIND_DIRECTORY; kind++) {
		print_names((enum kind)kind, "|");
		fputs(kind < KIND_DIRECTORY ? "|" : ")\n", stdout);
	}
	fputs("\t\t\t((i++))\n"
	      "\t\t\t[[ ${COMP_WORDS[i]} != '=' ]] || ((i++))\n"
	      "\t\t\tif ((i >= COMP_CWORD)); then\n"
	      "\t\t\t\t_remand_value \"$option\" \"${word#=}\"\n"
	      "\t\t\t\treturn\n"
	      "\t\t\tfi ;;\n"
	      "\t\t-*) ;;\n"
	      "\t\t*) break ;;\n"
	      "\t\tesac\n"
	      "\t\t((i++))\n"
	      "\tdone\n"
	      "\tif ((i < COMP_CWORD)); then\n"
	      "\t\tkind=(-f)\n"
	      "\telif [[ ! $ended && $word == -* ]]; then\n"
	      "\t\tkind=(-W '",
		stdout);
	for (int kind = KIND_NONE; kind <= KIND_DIRECTORY; kind++) {
		print_names((enum kind)kind, " ");
		fputs(kind < KIND_DIRECTORY ? " " : "')\n\tfi\n", stdout);
	}
	fputs("\tmapfile -t COMPREPLY < <(compgen \"${kind[@]}\" -- \"$word\")\n}\n\n", stdout);
}

static void print_bash(void)
{
	fputs("# Completions of remand for bash, made from its option table.\n"
	      "# shellcheck shell=bash\n\n",
		stdout);
	bash_values();
	bash_policy();
	bash_service();
	bash_main();
	fputs("complete -o filenames -F _remand remand\n", stdout);
}

static void zsh_option(const struct remand_option *option)
{
	static const char *const actions[] = {
		[KIND_TEXT] = " ", [KIND_FILE] = "_files", [KIND_DIRECTORY] = "_files -/"
	};

	if (option->letter)
		printf("\t'*'{-%c%s,--%s%s}'[", option->letter, option->argument ? "+" : "",
			option->name, option->argument ? "=" : "");
	else
		printf("\t'*--%s%s[", option->name, option->argument ? "=" : "");
	print_quoted(option->help, "[]:");
	putchar(']');
	if (option->argument) {
		putchar(':');
		print_quoted(option->argument, ":");
		putchar(':');
		if (strchr(option->argument, '|') && kind_of(option) == KIND_TEXT) {
			putchar('(');
			print_words(option);
			putchar(')');
		} else {
			fputs(actions[kind_of(option)], stdout);
		}
	}
	fputs("' \\\n", stdout);
}

static void print_zsh(void)
{
	printf("#compdef remand\n"
	       "# Completions of remand for zsh, made from its option table.\n\n"
	       "if ((CURRENT == 2)); then\n"
	       "\tcompadd -- %s --help --version\n"
	       "\treturn\n"
	       "fi\n"
	       "if [[ $words[2] == policy ]]; then\n"
	       "\tif ((CURRENT == 3)); then\n"
	       "\t\tcompadd -- %s\n"
	       "\t\treturn\n"
	       "\telif [[ $words[3] != learn ]]; then\n"
	       "\t\t((CURRENT != 4)) || compadd -- ${(f)\"$(remand policy list | cut -d ' ' -f "
	       "1)\"}\n"
	       "\t\treturn\n"
	       "\tfi\n"
	       "\tshift words\n"
	       "\t((CURRENT--))\n"
	       "fi\n"
	       "case $words[2] in\n"
	       "stop|restart|status|kill)\n"
	       "\t((CURRENT != 3)) || compadd -- ${(f)\"$(remand status --format text | tail -n +2 "
	       "| "
	       "cut -d ' ' -f 1)\"}\n"
	       "\treturn ;;\n"
	       "start)\n"
	       "\t((CURRENT != 3)) || return\n"
	       "\tshift words\n"
	       "\t((CURRENT--)) ;;\n"
	       "esac\n"
	       "shift words\n"
	       "((CURRENT--))\n"
	       "_arguments -s -S \\\n",
		verbs, policy_verbs);
	for (size_t i = 0; remand_option_at(i); i++)
		zsh_option(remand_option_at(i));
	fputs("\t'(-):program:_command_names -e' \\\n\t'*::argument:_normal'\n", stdout);
}

static void fish_option(const struct remand_option *option)
{
	static const char *const values[] = { [KIND_NONE] = "",
		[KIND_TEXT] = " -x",
		[KIND_FILE] = " -r -F",
		[KIND_DIRECTORY] = " -x -a '(__fish_complete_directories)'" };

	printf("complete -c remand -n 'not __fish_is_first_arg' -l %s", option->name);
	if (option->letter)
		printf(" -s %c", option->letter);
	fputs(values[kind_of(option)], stdout);
	if (option->argument && strchr(option->argument, '|')) {
		fputs(" -a '", stdout);
		print_words(option);
		putchar('\'');
	}
	fputs(" -d '", stdout);
	print_quoted(option->help, "");
	fputs("'\n", stdout);
}

static void print_fish(void)
{
	printf("# Completions of remand for fish, made from its option table.\n"
	       "complete -c remand -n __fish_is_first_arg -f -a '%s --help --version'\n"
	       "complete -c remand -n '__fish_prev_arg_in policy' -f -a '%s'\n"
	       "complete -c remand -n '__fish_seen_subcommand_from policy; and __fish_prev_arg_in "
	       "show test' -f -a '(remand policy list | cut -d \" \" -f 1)'\n"
	       "complete -c remand -n '__fish_prev_arg_in stop restart status kill' -f -a '(remand "
	       "status --format text | tail -n +2 | cut -d \" \" -f 1)'\n",
		verbs, policy_verbs);
	for (size_t i = 0; remand_option_at(i); i++)
		fish_option(remand_option_at(i));
}

int main(int argc, char **argv)
{
	const char *shell = argc == 2 ? argv[1] : "";

	if (strcmp(shell, "bash") == 0)
		print_bash();
	else if (strcmp(shell, "zsh") == 0)
		print_zsh();
	else if (strcmp(shell, "fish") == 0)
		print_fish();
	else
		fputs("usage: completions bash|zsh|fish\n", stderr);
	return shell[0] == '\0' || fflush(stdout) != 0;
}

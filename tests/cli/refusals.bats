# SPDX-License-Identifier: LGPL-2.1-or-later
# What the command line refuses: exit 125, one sentence that names the option, and nothing started.
# Needs no groups: these tests run on every host.

load ../helpers

# refused WORD ARG...: WORD is what the sentence must say. The program would show that it ran.
# Not by `run`, which costs more than the command itself; hundreds of values are tried.
refused() {
	local word=$1 output status=0
	shift
	"$REMAND" run "$@" -- echo started >"$BATS_TEST_TMPDIR/out" 2>"$BATS_TEST_TMPDIR/err" || status=$?
	read -rd '' output <"$BATS_TEST_TMPDIR/out" || true
	read -rd '' stderr <"$BATS_TEST_TMPDIR/err" || true
	[[ $status -eq 125 ]] || fail "status $status, not 125, for: $*" || return
	[[ -z $output ]] || fail "stdout has '$output' for: $*" || return
	[[ $stderr == 'remand: '*"$word"* && $stderr != *$'\n'* ]] || fail "for $*: $stderr"
}

# refuses NAME VALUE...: the option refuses each of the values
refuses() {
	local name=$1 value
	shift
	for value; do refused "--$name" "--$name" "$value" || return; done
}

# NAME=VALUE of each option in the help, NAME= for a flag
options() {
	"$REMAND" run --help | sed -n 's/^  .. --\([a-z0-9-]*\) \([^ ]*\).*/\1=\2/p'
}

@test "no time has a sign, an exponent, blanks, an unknown unit, or is nothing" {
	refuses time x -1s +1s 1e3 '1 s' ' 1' 0x10 1d 1S 1s1 1..5 .5 5. 1,5 , s
	for name in wall idle grace; do refuses "$name" x -1 1d '1 s' || return; done
}

@test "no time is too fine for nanoseconds or too large for 64 bits" {
	refuses time 0.5ns 1.0000000001 99999999999999999999 99999999999h 18446744073709551615ns
	for name in wall idle grace; do refuses "$name" 0.5ns 99999999999h || return; done
}

@test "no size has a sign, an exponent, blanks, an unknown unit, or is nothing" {
	refuses memory x -1 +1 1e6 '1 M' ' 1' 0x10 1k 1Mi 1MB1 M 1.5 .5M 5.M 1,5M unlimited
	for name in output disk stack; do refuses "$name" x -1 1k '1 M' || return; done
}

@test "no size is too large for 64 bits" {
	refuses memory 18446744073709551615 18446744073709551616 99999999T 16777216T
	for name in output disk stack; do refuses "$name" 18446744073709551615 99999999T || return; done
}

@test "no count has a unit, a fraction, a sign or blanks" {
	for name in pids open-files; do refuses "$name" x -1 +1 1K 1.5 1.0 ' 1' '1 ' 0x10 MAX || return; done
}

@test "no count is too large for 64 bits" {
	for name in pids open-files; do refuses "$name" 18446744073709551616 99999999999999999999 || return; done
}

@test "no limit is zero, which would be neither a limit nor none" {
	refuses cpus 0 0.0
	for name in time wall idle memory output disk stack pids open-files; do
		refuses "$name" 0 || return
	done
	for name in time wall idle; do refuses "$name" 0.0ms || return; done
}

@test "a grace without end is no grace" { refuses grace max; }
@test "--cpus takes a plain number with three decimals" { refuses cpus x -1 +1 1e1 0.0001 1s 1ms 0x1 ,5 .; }
@test "--cpus is at least what the kernel can enforce" { refused cpus --cpus 0.001; }
@test "--cpuset takes a list of numbers" { refuses cpuset x 0-x '0 1' 0:1 0.5 all; }
@test "--memory too small for any program is refused" { refused memory --memory 65535; }
@test "--nice goes from -20 to 19" { refuses nice x -21 20 +1 1.5 ' 1' 1x - 4294967296 99999999999999999999; }
@test "--network is none or host" { refuses network x None HOST host,none nonehost; }
@test "--env has a name" { refuses env = =x; }
@test "--format is json or text" { refuses format xml JSON js json,text; }

@test "--rlimit is NAME=SOFT[:HARD] with sizes or max" {
	refuses rlimit nofile nofile= =5 nofile=x nofile=-1 nofile=5: nofile=:5 nofile=1:2:3 nofile=1,2
}

@test "--rlimit knows the names of the resource limits, and says them" {
	refuses rlimit bogus=5 NOFILE=5 rlimit_core=5 no=5
	[[ $stderr == *nofile*stack* ]]
}

@test "--rlimit rss has no effect on Linux and is refused with what has one" {
	refuses rlimit rss=1M
	[[ $stderr == *--memory* ]]
}

@test "--rlimit with the soft above the hard limit is refused" { refused 'limit core' --rlimit core=5:3; }
@test "--file has no empty part" { refuses file : :x x:; }

@test "--file is shown under a plain name only" {
	for name in a/b /a . .. a/; do
		refused --file --file "/etc/passwd:$name" || return
	done
	refused --file --file /
}

@test "--collect has no empty part" { refuses collect : :x x:; }
@test "--collect has a name below /box" { refused collect --collect /etc/passwd; }
@test "--bind has parts that are all there, and a mode that is ro or rw" {
	refuses bind : :/x /etc: /etc::rw /etc:/x: /etc:/x:RW /etc:/x:r /etc:/x:rw:rw
}

@test "--bind goes to a plain absolute place that is not the root" {
	for place in x ./x / // /x/ /x//y /. /.. /x/../y /x/.; do
		refused bind --bind "/etc:$place" || return
	done
}

@test "--tmpfs has a size that is one" { refuses tmpfs : :1M /x: /x:y /x:0 /x:-1 /x:1M:0 /x:1M:x /x::1 /x:1M:1:1; }

@test "--tmpfs goes to a plain absolute place that is not the root" {
	for place in x ./x / // /x/ /x//y /. /.. /x/../y; do refused tmpfs --tmpfs "$place" || return; done
}

@test "a host name has at most 64 characters" {
	refused 'host name' --hostname "$(printf '%065d' 0)"
}

@test "a report to a directory or below a missing one is refused" {
	refuses report "$BATS_TEST_TMPDIR" "$BATS_TEST_TMPDIR/missing/report"
}

@test "a report to an fd that is no number or not open is refused" {
	refuses report fd: fd:x fd:-1 fd:+1 fd:1x 'fd: 1' fd:0x1 fd:99
}

@test "a report to a number that only wraps around to an open fd is refused" {
	refuses report fd:4294967297 fd:18446744073709551617
}

@test "a report to an fd that cannot be written is refused before anything starts" {
	refuses report fd:0 </dev/null
}

@test "the reason that a report cannot be written is never Success" {
	refuses report fd:x
	[[ $stderr != *Success* ]]
}

@test "an empty value is refused by every option that takes one" {
	while IFS='=' read -r name value; do
		[[ ! $value ]] || refuses "$name" '' || return
		[[ ! $value ]] || refused "--$name" "--$name=" || return
	done < <(options)
}

@test "a missing value is refused by every option that takes one" {
	while IFS='=' read -r name value; do
		[[ $value ]] || continue
		run --separate-stderr "$REMAND" run "--$name"
		[[ $status -eq 125 && $stderr == "remand: --$name needs a value: $value" ]] || fail "$stderr"
	done < <(options)
}

@test "a value is refused by every option that takes none" {
	while IFS='=' read -r name value; do
		[[ $value ]] || refused "--$name takes no value" "--$name=yes" || return
	done < <(options)
}

@test "a beginning of an option's name is not the option" {
	while IFS='=' read -r name value; do
		[[ ${name%?} != env && ${name%?} != cpu ]] || continue
		refused "--${name%?}" "--${name%?}${value:+=1}" || return
	done < <(options)
	refused --mem --mem 64M
	refused --cpu --cpu 1
}

@test "the abbreviation of a name is refused with the whole name as a hint" {
	refused 'did you mean --memory?' --mem 64M
}

@test "an option that does not exist is refused by its name" {
	for name in --bogus --bogus=1 --Memory -Z ---memory --time_; do
		refused "no option $name" "$name" || return
	done
	refused --bogus --memory 64M --bogus
	refused -Z -qZ
}

@test "a wrong value is refused also between right ones" {
	refused --memory --time 1s --memory 64M --memory x --memory 64M --wall 1s
}

@test "without a program nothing is run, and the sentence says how" {
	for arguments in '' -- '--memory 64M' '-q --'; do
		# shellcheck disable=SC2086
		run --separate-stderr "$REMAND" run $arguments
		[[ $status -eq 125 && -z $output && $stderr == *'remand run [OPTION...] [--] PROGRAM'* ]]
	done
}

@test "an empty name of a program is refused" {
	run --separate-stderr "$REMAND" run -- ''
	[[ $status -eq 125 && $stderr == *program* && ${#stderr_lines[@]} -eq 1 ]]
}

@test "an unknown verb is refused by its name" {
	for verb in ran RUN runx ru --bogus -x; do
		run --separate-stderr "$REMAND" "$verb" -- true
		[[ $status -eq 125 && -z $output && $stderr == "remand: "*"'$verb'"*--help* ]] || fail "$stderr"
	done
}

@test "without a verb there is a sentence that says what to say" {
	run --separate-stderr "$REMAND"
	[[ $status -eq 125 && -z $output && ${#stderr_lines[@]} -eq 1 && $stderr == *'remand run'* ]]
}

@test "--help lists every option, once" {
	run diff <(options | cut -d = -f 1 | sort) <(printf '%s\n' allow argv0 best-effort bind cgroup chdir collect cpus cpuset \
		deny devpts disk env file format grace help hostname idle inherit-env isolation kill log memory network nice ok open-files \
		output pids pids-fatal policy quiet report rlimit root seccomp stack stderr stdin stdout time tmpfs user verbose \
		version wall work)
	[[ $status -eq 0 ]] || fail "$output"
}

@test "--help shows the letter of each option that has one" {
	for pair in t:time w:wall m:memory p:pids o:output C:chdir E:env r:report q:quiet v:verbose \
		h:help V:version; do
		"$REMAND" run --help | grep -q -- "^  -${pair%:*} --${pair#*:} " || fail "$pair"
	done
}

@test "--help goes to stdout, fits a terminal of 100 columns and succeeds" {
	run --separate-stderr "$REMAND" run --help
	[[ $status -eq 0 && -z $stderr && $output == 'usage: remand run '* ]]
	[[ -z $(awk 'length > 100' <<<"$output") ]]
}

@test "-h is --help, and a program after it is not started" {
	[[ $("$REMAND" run -h) == "$("$REMAND" run --help -- echo started)" ]]
}

@test "--version says one line, the same everywhere" {
	run --separate-stderr "$REMAND" --version
	[[ $status -eq 0 && -z $stderr && $output =~ ^remand\ [0-9]+\.[0-9]+[^[:blank:]]*$ ]]
	for arguments in -V 'run --version' 'run -V'; do
		# shellcheck disable=SC2086
		[[ $("$REMAND" $arguments) == "$output" ]]
	done
}

@test "the command's own help names each verb and the exit statuses" {
	run "$REMAND" --help
	[[ $status -eq 0 && $output == *$'\n  run '* ]]
	for number in 124 125 126 127 128+N; do [[ $output == *"$number"* ]]; done
	[[ $("$REMAND" -h) == "$output" ]]
}

@test "an abbreviation of the verb's help is refused too" { refused --hel --hel; }

# SPDX-License-Identifier: LGPL-2.1-or-later
# remand batch: a line of JSON in, a line of JSON out, for every job, whatever becomes of it.
# Without the limits that need controllers, so that it runs on every host.

# shellcheck disable=SC2016 # for the shells inside

load ../helpers

setup() { cd "$BATS_TEST_TMPDIR" || return; }

batch() {
	"$REMAND" batch --memory max --pids max "$@"
}

# results FILE MEMBER...: these members of each line
results() {
	local line member words
	while IFS= read -r line; do
		words=()
		for member in "${@:2}"; do
			words+=("$("$PROGRAMS/jsonget" <(printf '%s\n' "$line") "$member")")
		done
		echo "${words[*]}"
	done <"$1"
}

@test "every job has a result with its id, also one that cannot be run and a line that is none" {
	cat >jobs.json <<-'END'
		{"id": "a/1", "argv": ["sh", "-c", "exit 3"]}
		{"argv": "sh -c 'exit 4'"}

		not json
		{"id": "x", "argv": ["true"], "no-such": 1}
		{"id": "y", "argv": ["no-such-program"]}
		{"id": "z", "argv": ["true"], "nice": 5, "env": ["A=1", "B=2"], "inherit-env": true}
		{"id": "ok", "argv": "sh -c 'exit 3'", "ok": "0,3"}
		{"id": "list", "argv": "true", "ok": [0, 3]}
	END
	batch -j 2 --ordered jobs.json >out || status=$?
	[[ $status -eq 1 ]]
	diff <(results out line job verdict exit_code) - <<-'END'
		1 a/1 exit 3
		2 2 exit 4
		4 4 not-started null
		5 x not-started null
		6 y not-started null
		7 z ok 0
		8 ok ok 3
		9 list not-started null
	END
	grep -q "line 4, column 3: '\[' or '{' expected near 'not'" out
	grep -q 'there is no option no-such for a job' out
	grep -q 'ok: expected one value, not a list' out
}

@test "the exit status is 0 when all jobs ran, whatever their verdicts" {
	echo '{"argv": "false"}' | batch >out
	[[ $(results out verdict) == exit ]]
}

@test "results come as jobs end, or in the order of the jobs with --ordered" {
	printf '%s\n' '{"id": "slow", "argv": "sleep 6"}' '{"id": "quick", "argv": "true"}' >jobs.json
	[[ $(results <(batch -j 2 jobs.json) job) == $'quick\nslow' ]]
	[[ $(results <(batch -j 2 --ordered jobs.json) job) == $'slow\nquick' ]]
}

@test "a result comes before the next job is known" {
	local line
	mkfifo in out
	"$REMAND" batch --memory max --pids max <in >out 3>&- &
	exec {to}>in {from}<out
	echo '{"id": "first", "argv": "true"}' >&"$to"
	read -r line <&"$from"
	[[ $line == *'"job":"first"'* ]]
	echo '{"id": "second", "argv": "true"}' >&"$to"
	read -r line <&"$from"
	[[ $line == *'"job":"second"'* ]]
	exec {to}>&-
	wait $!
}

@test "options of the command line hold for every job, and a job's own come after them" {
	printf '%s\n' '{"argv": "sh -c \"exit $A\""}' '{"argv": "sh -c \"exit $A\"", "env": "A=6"}' >jobs.json
	echo 'env B=7' >b.policy
	echo '{"argv": "sh -c \"exit $A$B\"", "policy": "./b.policy"}' >>jobs.json
	batch --env A=5 --ordered jobs.json >out
	[[ $(results out exit_code) == $'5\n6\n57' ]]
}

@test "--resume skips jobs that have a result, but not cancelled ones" {
	printf '%s\n' '{"id": "one", "argv": "true"}' '{"id": "two", "argv": "true"}' '{"argv": "true"}' >jobs.json
	head -n 1 jobs.json | batch >before
	sed 's/"job":"one"/"job":"two"/; s/"verdict":"ok"/"verdict":"cancelled"/' before >>before.2
	cat before.2 >>before
	printf '{"job":"3","verd' >>before # cut off by a crash
	[[ $(results <(batch --ordered --resume before jobs.json) job) == $'two\n3' ]]
	run batch --resume missing jobs.json
	[[ $status -eq 125 && $output == *'missing: No such file or directory' ]]
}

@test "the shards of a batch are all its jobs, each once" {
	local i
	for i in a b c d e; do echo "{\"id\": \"$i\", \"argv\": \"true\"}"; done >jobs.json
	[[ $(results <(batch --ordered --shard 2/3 jobs.json) job) == $'b\ne' ]]
	[[ $(for i in 1 2 3; do results <(batch --shard $i/3 jobs.json) job; done | sort | tr -d '\n') == abcde ]]
}

@test "nonsense is refused before anything is started" {
	local words
	echo '{"argv": "true"}' >jobs.json
	for words in '-j 0' '-j x' '--jobs 65537' '--shard 0/2' '--shard 3/2' '--shard 2' '--shard 1/x' \
		'--report x' '--no-such' 'a b' 'missing'; do
		# shellcheck disable=SC2086
		run batch $words
		[[ $status -eq 125 && $output == remand:* ]] || fail "$words: $status $output"
	done
	run "$REMAND" run --jobs 2 -- true
	[[ $status -eq 125 && $output == 'remand: --jobs is an option of remand batch' ]]
}

@test "a job gets neither the batch's stdin nor its stdout" {
	printf '%s\n' '{"argv": "cat", "stdin": "inherit"}' '{"argv": "cat", "stdout": "inherit"}' \
		'{"argv": "cat", "report": "x"}' '{"argv": "sh -c \"cat; echo out\""}' >jobs.json
	batch --ordered <jobs.json >out || status=$?
	[[ $status -eq 1 && $(results out verdict) == $'not-started\nnot-started\nnot-started\nok' ]]
	[[ $(wc -l <out) -eq 4 && ! -e x ]]
}

@test "a signal cancels what runs, starts nothing more, and the results say so" {
	local marker="98765.$$"
	printf '%s\n' "{\"argv\": \"sleep $marker\"}" "{\"argv\": \"sleep $marker\"}" '{"argv": "true"}' >jobs.json
	"$REMAND" batch --memory max --pids max -j 2 jobs.json >out 3>&- &
	until [[ $(pgrep -fc "^sleep $marker") -eq 2 ]]; do sleep 0.1; done
	kill -TERM $!
	wait $! || status=$?
	[[ $status -eq 143 && $(results out verdict) == $'cancelled\ncancelled' ]]
}

@test "SIGINT gives what runs its grace time, kills who outlives it, and starts nothing more" {
	printf '%s\n' '{"argv": ["sh", "-c", "trap \"echo clean; exit 0\" TERM; echo ready; sleep 1000 & wait"], "stdout": "clean"}' \
		'{"argv": ["sh", "-c", "trap \"\" TERM; echo ready; sleep 1000 & wait"], "stdout": "stubborn"}' \
		'{"argv": "true", "stdout": "never"}' >jobs.json
	env --default-signal=INT "$REMAND" batch --memory max --pids max --wall 120s --grace 15s -j 2 --ordered jobs.json >out 3>&- &
	until [[ -s clean && -s stubborn ]]; do sleep 0.1; done
	kill -INT $!
	wait $! || status=$?
	[[ $status -eq 130 && $(results out verdict) == $'cancelled\ncancelled' ]] || fail "$status $(<out)"
	[[ $(<clean) == $'ready\nclean' && ! -e never ]]
}

@test "a batch that is killed with eight running leaves nothing behind" {
	local marker="87654.$$" began
	printf '{"argv": "sleep %s"}\n' "$marker"{,,,,,,,} >jobs.json
	"$REMAND" batch --memory max --pids max -j 8 jobs.json >out 3>&- &
	until [[ $(pgrep -fc "^sleep $marker") -eq 8 ]]; do sleep 0.1; done
	kill -KILL $!
	began=${EPOCHREALTIME/./}
	wait $! || true
	while pgrep -f "^sleep $marker"; do sleep 0.1; done
	echo "# all dead at most $(((${EPOCHREALTIME/./} - began) / 1000)) ms later" >&3
	has vm || return 0 # groups of others may be here
	"$REMAND" run --memory max --pids max -- true
	assert_nothing_left
}

@test "on a terminal a line of stderr shows how far it is, and --quiet shows none" {
	command -v script >/dev/null || skip 'this host has no script(1)'
	printf '%s\n' '{"argv": "true"}' '{"argv": "false"}' >jobs.json
	run script -qec "$REMAND batch --memory max --pids max jobs.json >out" /dev/null
	[[ $status -eq 0 && $output == *'############################## 2 done, 1 not ok, 0 running'* ]]
	run script -qec "$REMAND batch -q --memory max --pids max jobs.json >out" /dev/null
	[[ $status -eq 0 && -z $output ]]
}

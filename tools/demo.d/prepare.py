#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Write the demo's tests and compile its submissions: prepare.py DIRECTORY."""

import pathlib
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
COMPILERS = {".c": ["gcc", "-std=gnu17"], ".cpp": ["g++", "-std=gnu++17"]}


def example():
    return [31, 4, 15, 9, 26, 5, 35, 8]


def scattered():
    """Few distinct altitudes, so that who takes equal for rising gets another answer."""
    state, altitudes = 1, []
    for _ in range(20000):
        state = (state * 1103515245 + 12345) % 2**31
        altitudes.append((state >> 8) % 1000)
    return altitudes


def climb():
    """Steadily upwards, with a step down after every third stop: two of three remain."""
    return [10 * i - 15 * (i % 3 == 2) for i in range(1, 100001)]


# The answers are written down, not computed: a faulty program must not be able to bless itself.
TESTS = [("1-example", example, 4), ("2-scattered", scattered, 258), ("3-climb", climb, 66667)]


def write_tests(directory):
    directory.mkdir(parents=True, exist_ok=True)
    for name, make, answer in TESTS:
        altitudes = make()
        numbers = " ".join(map(str, [len(altitudes), *altitudes]))
        (directory / f"{name}.in").write_text(f"{numbers}\n")
        (directory / f"{name}.answer").write_text(f"{answer}\n")


def compile_submission(source, program):
    """The one place that compiles, for the day on which the compiler runs in custody too."""
    command = [*COMPILERS[source.suffix], "-O2", "-pthread", "-o", program, source]
    subprocess.run(command, check=True)


def compile_all(directory):
    """demo-NAME is a name that no other process has: judge.py looks for survivors by it."""
    directory.mkdir(parents=True, exist_ok=True)
    for source in sorted((HERE / "submissions").iterdir()):
        program = directory / f"demo-{source.name}"
        if source.suffix not in COMPILERS:
            continue
        if not program.exists() or program.stat().st_mtime <= source.stat().st_mtime:
            compile_submission(source, program)


def main():
    if len(sys.argv) != 2:
        sys.exit("usage: prepare.py DIRECTORY")
    directory = pathlib.Path(sys.argv[1])
    write_tests(directory / "tests")
    compile_all(directory / "programs")


if __name__ == "__main__":
    main()

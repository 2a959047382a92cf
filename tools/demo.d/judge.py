#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Judge the demo's submissions under remand, look for what escaped, and print the table."""

import argparse
import dataclasses
import json
import os
import pathlib
import re
import socket
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent

# At least three times what a right answer needs, even in an emulated machine.
WALL_S = 9
PATIENCE_S = 30
LIMITS = ["--time", "3s", "--wall", f"{WALL_S}s", "--memory", "64M", "--pids", "16",
          "--output", "1M", "--stack", "16M"]

# What network.c, outside.cpp and shadow.c reach for.
ACCOMPLICE = ("127.0.0.1", 47621)
OUTSIDE = pathlib.Path("/var/tmp/remand-demo-answer")
SHADOW_LINE = b"root:"
# How remand names a run's group, and systemd none of its own.
GROUP_NAME = re.compile("/run-[0-9a-f]{16}$")

COLUMNS = (("submission", 14), ("expected", 13), ("judgement", 13), ("test", 11), ("cpu", 7),
           ("wall", 7), ("memory", 8), ("reason", 0))
COLOURS = {"good": "32", "bad": "1;31", "quiet": "2"}


@dataclasses.dataclass
class Outcome:
    """One submission on one test, or the sum of several."""

    judgement: str
    reason: str
    test: str = ""
    cpu_ns: int | None = None
    wall_ns: int | None = None
    memory_bytes: int | None = None

    def keep_largest(self, other):
        """An accepted submission shows what it needed on its most expensive test."""
        for name in ("cpu_ns", "wall_ns", "memory_bytes"):
            figures = [x for x in (getattr(self, name), getattr(other, name)) if x is not None]
            setattr(self, name, max(figures, default=None))


class Witness:
    """Sees from outside what remand promises never happens."""

    def __init__(self):
        self.accomplice = socket.create_server(ACCOMPLICE)
        self.accomplice.setblocking(False)
        OUTSIDE.unlink(missing_ok=True)
        self.groups = list_groups()

    def escaped(self, submission, output):
        """Asked after every run: a sentence on the first thing that is not well."""
        groups = list_groups() - self.groups
        self.groups |= groups  # each is held against one submission only
        if self.came_through():
            return "it reached the network of the host"
        if OUTSIDE.exists():
            OUTSIDE.unlink()
            return f"it wrote {OUTSIDE} on the host"
        if SHADOW_LINE in output:
            return "it read /etc/shadow of the host"
        survivors = surviving_processes(f"demo-{submission}"[:15])
        if survivors:
            return f"it is still running: {' '.join(survivors)}"
        return f"its group is still there: {' '.join(groups)}" if groups else None

    def came_through(self):
        try:
            self.accomplice.accept()[0].close()
        except BlockingIOError:
            return False
        return True


def surviving_processes(name):
    found = []
    for process in pathlib.Path("/proc").glob("[0-9]*"):
        try:
            if (process / "comm").read_text().rstrip("\n") == name:
                found.append(process.name)
        except (FileNotFoundError, ProcessLookupError):
            pass  # it ended while we looked
    return found


def list_groups():
    with open("/proc/mounts", encoding="utf-8") as mounts:
        roots = [fields[1] for fields in map(str.split, mounts) if fields[2] == "cgroup2"]
    return {directory for root in roots for directory, _, _ in os.walk(root)
            if GROUP_NAME.search(directory)}


class Judge:
    def __init__(self, remand, directory, scratch):
        self.remand = remand
        self.programs = directory / "programs"
        self.tests = sorted((directory / "tests").glob("*.in"))
        self.output = scratch / "output"
        self.errors = scratch / "errors"
        self.report = scratch / "report.json"
        self.witness = Witness()

    def judge(self, submission, show_progress):
        """The first test that is not passed decides; the rest is not run."""
        total = Outcome("accepted", f"{len(self.tests)} of {len(self.tests)} tests")
        for test in self.tests:
            show_progress(f"{submission}: test {test.stem}")
            outcome = self.judge_test(submission, test)
            if outcome.judgement != "accepted":
                outcome.test = test.stem
                return outcome
            total.keep_largest(outcome)
        return total

    def judge_test(self, submission, test):
        for leftover in (self.output, self.errors, self.report):
            leftover.unlink(missing_ok=True)
        try:
            remand = subprocess.run(self.command(submission, test), stdin=subprocess.DEVNULL,
                                    stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
                                    timeout=WALL_S + PATIENCE_S, check=False)
        except subprocess.TimeoutExpired:
            return Outcome("no report", f"remand still ran {PATIENCE_S} s after the wall limit")
        try:
            report = json.loads(self.report.read_bytes())
        except (FileNotFoundError, ValueError) as error:
            return Outcome("no report", first_line(remand.stderr) or str(error))
        output = read_start(self.output)
        outcome = Outcome(*self.decide(report, output, test), cpu_ns=report["cpu_ns"],
                          wall_ns=report["wall_ns"], memory_bytes=report["memory_peak_bytes"])
        escape = self.witness.escaped(submission, output)
        if escape:
            outcome.judgement, outcome.reason = "escaped", escape
        return outcome

    def command(self, submission, test):
        command = [self.remand, "run", *LIMITS, "--stdin", test, "--stdout", self.output,
                   "--stderr", self.errors, "--report", self.report, "--quiet"]
        if submission.endswith(".py"):
            return [*command, "--file", HERE / "submissions" / submission,
                    "--", "python3", f"/box/{submission}"]
        return [*command, "--", self.programs / f"demo-{submission}"]

    def decide(self, report, output, test):
        """remand says how the program ended; whether the answer is right only we can say."""
        verdict, reason = report["verdict"], report["reason"] or ""
        if verdict == "ok":
            answer = test.with_suffix(".answer").read_bytes()
            if output.split() == answer.split():
                return "accepted", reason
            return "wrong-answer", f"'{first_line(output)[:20]}' is not '{first_line(answer)}'"
        if verdict == "signal":
            return f"signal {report['signal']}", reason
        if verdict == "exit":
            said = first_line(read_start(self.errors))
            return f"exit {report['exit_code']}", f"{reason} ({said})" if said else reason
        return verdict, reason


def read_start(path):
    """More than this is no answer, however much of it there is."""
    try:
        with open(path, "rb") as file:
            return file.read(65536)
    except FileNotFoundError:
        return b""


def first_line(text):
    """Untrusted: nothing in it may steer the terminal."""
    line = text.decode("ascii", "replace").strip().partition("\n")[0]
    return "".join(c if " " <= c <= "~" else "?" for c in line)[:80]


class Table:
    def __init__(self, terminal):
        self.terminal = terminal

    def paint(self, text, colour):
        return f"\033[{COLOURS[colour]}m{text}\033[0m" if self.terminal else text

    def show_progress(self, text):
        if self.terminal:
            print(f"\r\033[K{text} ...", end="", flush=True)

    def print_line(self, line):
        print(f"\r\033[K{line}" if self.terminal else line, flush=True)

    def print_header(self):
        self.print_line(self.paint(align(name for name, _ in COLUMNS), "quiet"))

    def print_row(self, submission, expected, outcome):
        cells = align((submission, expected, "\0", outcome.test or "-", seconds(outcome.cpu_ns),
                       seconds(outcome.wall_ns), mebibytes(outcome.memory_bytes), outcome.reason))
        colour = "good" if outcome.judgement == expected else "bad"
        width = dict(COLUMNS)["judgement"]
        judgement = self.paint(f"{outcome.judgement:<{width}}", colour)
        self.print_line(cells.replace("\0".ljust(width), judgement))


def align(cells):
    return "  ".join(f"{cell:{'>' if name in ('cpu', 'wall', 'memory') else '<'}{width or ''}}"
                     for cell, (name, width) in zip(cells, COLUMNS)).rstrip()


def seconds(duration_ns):
    return "-" if duration_ns is None else f"{duration_ns / 1e9:.3f}s"


def mebibytes(size_bytes):
    return "-" if size_bytes is None else f"{size_bytes / 2**20:.1f}M"


def read_expected():
    lines = (HERE / "expected.txt").read_text(encoding="utf-8").splitlines()
    return [line.split(maxsplit=1) for line in lines if line and not line.startswith("#")]


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--remand", required=True, help="the remand command")
    parser.add_argument("--colour", action="store_true", help="colours, and a line of progress")
    parser.add_argument("directory", type=pathlib.Path, help="what prepare.py has filled")
    return parser.parse_args()


def main():
    arguments = parse_arguments()
    table = Table(arguments.colour)
    expectations = read_expected()
    unexpected = []
    with tempfile.TemporaryDirectory(prefix="remand-demo-") as scratch:
        judge = Judge(arguments.remand, arguments.directory, pathlib.Path(scratch))
        table.print_header()
        for submission, expected in expectations:
            outcome = judge.judge(submission, table.show_progress)
            table.print_row(submission, expected, outcome)
            if outcome.judgement != expected:
                unexpected.append(submission)
    if unexpected:
        print(f"{len(expectations)} submissions, not judged as expected: {', '.join(unexpected)}")
        return 1
    print(f"{len(expectations)} submissions, all judged as expected")
    return 0


if __name__ == "__main__":
    sys.exit(main())

#!/usr/bin/env python3
"""Types what a transcript says and compares what comes back.

    transcript.py AORTA FILE.t
    transcript.py AORTA FILE.t --show     types it and prints it with what came back

A transcript is prose in the first column and, indented by four blanks, a session at a shell:

        $ aorta run countries
        published seeds.countries                             3 rows <seconds>
        $ aorta query "select 1 from nowhere"
        aorta: <any>Table with name nowhere does not exist!<any>
        [1]

"$" begins a command, ">" goes on with it. What follows must be its output, both streams together;
empty lines count for nothing. "[1]" is an exit status that is not 0. In a wanted line

    <any>      is anything                  <seconds>  a time like "0.12s", blanks before it too
    <number>   is digits                    <time>     an instant like 2024-04-01T12:30:00Z
    <folder>   the folder of the session

and everything else is itself. Lines that begin with "~ " may come in any order among those around
them that do.

The session runs in a fresh copy of the shop (tests/cli/shop), whose database shop.db is made of
shop.sql, in one shell: variables and background jobs live from command to command. Nothing of it
is left running.
"""

import re
import subprocess
import sys
from pathlib import Path

from shop import Shop, kill_session

SESSION_SECONDS = 300
MARK = "\x1emark "  # no program prints this

PATTERNS = {
    "<any>": ".*",
    "<seconds>": r"\d+\.\d\ds",
    "<number>": r"\d+",
    "<time>": r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z",
}


class Command:
    def __init__(self, line, text):
        self.line = line
        self.text = text
        self.wanted = []


def read(path):
    """The commands of a transcript, each with what is wanted of it."""
    commands = []
    for number, line in enumerate(path.read_text().splitlines(), 1):
        if not line.startswith("    "):
            continue
        line = line[4:]
        if line.startswith("$ "):
            commands.append(Command(number, line[2:]))
        elif not commands:
            sys.exit(f"{path}:{number}: output before the first command")
        elif line.startswith("> ") or line == ">":
            commands[-1].text += "\n" + line[2:]
        elif line.strip():
            commands[-1].wanted.append(line.rstrip())
    return commands


def script_of(commands):
    """One script for the shell: each command, then a mark with its status."""
    parts = ["exec 2>&1"]
    for number, command in enumerate(commands):
        parts.append(command.text)
        parts.append(f"printf '\\n{MARK}{number} %d\\n' $?")
    return "\n".join(parts) + "\n"


def pattern_of(line, folder):
    """The regular expression of a wanted line."""
    result = ""
    for part in re.split(r"( *<seconds>|<any>|<number>|<time>|<folder>)", line):
        if part.endswith("<seconds>"):
            result += " *" + PATTERNS["<seconds>"]
        elif part == "<folder>":
            result += re.escape(str(folder))
        else:
            result += PATTERNS.get(part, re.escape(part))
    return result + "$"


def matches(wanted, got, folder):
    return re.match(pattern_of(wanted, folder), got) is not None


def take_any_order(wanted, got, folder):
    """Whether the lines can be paired. Patterns that overlap are not worth more than this."""
    left = list(got)
    for line in wanted:
        found = next((one for one in left if matches(line[2:], one, folder)), None)
        if found is None:
            return False
        left.remove(found)
    return True


def is_as_wanted(wanted, got, folder):
    if len(wanted) != len(got):
        return False
    at = 0
    while at < len(wanted):
        end = at
        while end < len(wanted) and wanted[end].startswith("~ "):
            end += 1
        if end > at:
            if not take_any_order(wanted[at:end], got[at:end], folder):
                return False
            at = end
        elif not matches(wanted[at], got[at], folder):
            return False
        else:
            at += 1
    return True


def outputs_of(text, count):
    """What each command printed, as lines without the empty ones, its status among them."""
    results = [None] * count
    lines = []
    for line in text.split("\n"):
        if not line.startswith(MARK):
            lines.extend([line.rstrip()] if line.strip() else [])
            continue
        number, status = map(int, line[len(MARK):].split())
        results[number] = lines + ([f"[{status}]"] if status != 0 else [])
        lines = []
    return results, lines


def run_session(shop, commands):
    process = subprocess.Popen(["bash", "-c", script_of(commands)], cwd=shop.folder,
                               env=shop.environment(), stdin=subprocess.DEVNULL,
                               stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                               start_new_session=True)
    try:
        output, _ = process.communicate(timeout=SESSION_SECONDS)
        return output.decode(errors="backslashreplace"), False
    except subprocess.TimeoutExpired:
        kill_session(process.pid)
        output, _ = process.communicate()
        return output.decode(errors="backslashreplace"), True
    finally:
        kill_session(process.pid)


def report(path, command, got):
    print(f"{path}:{command.line}: $ {command.text}")
    for line in command.wanted:
        print(f"    wanted  {line}")
    for line in got:
        print(f"    got     {line}")


def as_wanted(got, folder):
    """Lines that came back as a transcript would want them."""
    steps = [re.match("(check|retry|note|published|fresh|rejected|failed|skipped|canceled) ", line) for line in got]
    for at, line in enumerate(got):
        line = re.sub(" *" + PATTERNS["<seconds>"], " <seconds>", line)
        line = re.sub(PATTERNS["<time>"], "<time>", line).replace(str(folder), "<folder>")
        beside = steps[max(at - 1, 0):at] + steps[at + 1:at + 2]
        yield f"~ {line}" if steps[at] and any(beside) else line


def show(path, commands, results, folder):
    """The transcript with what came back in the place of what was wanted."""
    commands = dict(zip((command.line for command in commands), results))
    got = None
    for number, line in enumerate([*path.read_text().splitlines(), None], 1):
        if line is not None and line.startswith("    >"):
            print(line)
            continue
        if line is None or not line.startswith("    ") or line.startswith("    $"):
            for one in as_wanted(got or [], folder):
                print("    " + one)
            got = commands.get(number)
            if line is not None:
                print(line)


def main():
    program, name, *options = sys.argv[1:]
    path = Path(name)
    commands = read(path)
    failures = 0
    with Shop(program) as shop:
        output, is_late = run_session(shop, commands)
        results, rest = outputs_of(output, len(commands))
        if options == ["--show"]:
            show(path, commands, results, shop.folder)
            return 0
        for command, got in zip(commands, results):
            if got is None:
                print(f"{path}:{command.line}: the session "
                      f"{'took too long' if is_late else 'ended'} here")
                report(path, command, rest)
                failures += 1
                break
            if not is_as_wanted(command.wanted, got, shop.folder):
                report(path, command, got)
                failures += 1
    print(f"{path.name}: {len(commands)} commands, {failures} not as wanted")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())

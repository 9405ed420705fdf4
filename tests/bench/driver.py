"""Runs the bench programs beside it and makes a table of their figures; `./dev bench` calls it.

    driver.py BUILD_FOLDER [--quick] [--write] [NAME...]

The table goes to the terminal and to BUILD_FOLDER/bench.md; with --write also to docs/bench.md and,
its important lines, into the README. Figures are kept in BUILD_FOLDER/bench.json by program, so one
that was measured again takes the place of its own and leaves the others'. What is measured, and how,
is in bench.py.
"""
import argparse
import ast
import datetime
import json
import os
import pathlib
import platform
import re
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
BEGIN, END = "<!-- figures: written by ./dev bench --write -->", "<!-- end of figures -->"
COLUMNS = ("figure", "ours", "peer", "ratio", "goal", "met")

READING = """\
## How to read it

A *ratio* is ours to the peer's: the median of pairs that were measured in turn in one run, so what
else the machine did met both. For times less is better (`≤`), for rates more is (`≥`). A goal
without a ratio is for our own number on whatever machine this was; such lines are marked
*informative*, because another machine gives another number.

The peer is always the least that could do the same work, never a configuration made to lose: the
bare library, or the statement one would type by hand. What it is, with its version, stands in the
notes. Nothing here is part of `./dev test`: a figure that is missed is something to look into, not
an error.

## How to reproduce it

    ./dev bench              all of it, into build/release/bench.md; takes some minutes
    ./dev bench models       one program; `ls tests/bench` has their names
    ./dev bench --quick      small and few runs: whether it works, no figures worth quoting
    ./dev bench --write      also into this file and the README, with what was measured before of
                             the programs that are not named
"""


def programs(names):
    """Paths of the bench programs: all, or those named."""
    found = {path.stem: path for path in sorted(HERE.glob("*.py")) if os.access(path, os.X_OK)}
    unknown = [name for name in names if name not in found]
    if unknown:
        sys.exit(f'bench: there is no program "{unknown[0]}": there are {", ".join(found)}')
    return [found[name] for name in names or found]


def run(program, build, quick):
    """The figures of one program, and whether it ended well; its stderr is ours."""
    print(f"{program.stem}:", file=sys.stderr, flush=True)
    command = [sys.executable, "-B", program, build] + (["--quick"] if quick else [])
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False)
    return [json.loads(line) for line in done.stdout.splitlines()], done.returncode == 0


def number(value):
    """Three significant digits, thousands set apart."""
    if value is None:
        return ""
    if abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.3g}"


def quantity(value, unit):
    return "" if value is None else f"{number(value)} {unit}".strip()


def verdict(figure):
    """Whether the goal is met: yes, no, or nothing if there is none."""
    goal = figure["goal"]
    if goal is None:
        return ""
    value = figure["ours"] if figure["ratio"] is None else figure["ratio"]
    is_met = value >= goal if figure.get("sense") == "at least" else value <= goal
    return ("yes" if is_met else "no") + (" (informative)" if figure.get("informative") else "")


def row(figure):
    """The cells of COLUMNS."""
    unit, goal = figure["unit"], figure["goal"]
    sign = "≥" if figure.get("sense") == "at least" else "≤"
    shown = "" if goal is None else \
        f"{sign} {number(goal) if figure['ratio'] is not None else quantity(goal, unit)}"
    return (figure["figure"], quantity(figure["ours"], unit), quantity(figure["peer"], unit),
            number(figure["ratio"]), shown, verdict(figure))


def aligned(figures):
    """The table for a terminal."""
    rows = [COLUMNS] + [row(figure) for figure in figures]
    widths = [max(len(cells[i]) for cells in rows) for i in range(len(COLUMNS))]
    lines = []
    for cells in rows:
        padded = [cell.ljust(width) if i == 0 else cell.rjust(width)
                  for i, (cell, width) in enumerate(zip(cells, widths))]
        lines.append("  ".join(padded[:-1] + [cells[-1]]).rstrip())
    return "\n".join(lines)


def markdown(figures):
    lines = ["| " + " | ".join(COLUMNS) + " |", "|---|--:|--:|--:|--:|---|"]
    lines += ["| " + " | ".join(row(figure)) + " |" for figure in figures]
    return "\n".join(lines)


def git(*arguments):
    done = subprocess.run(["git", "-C", ROOT, *arguments], text=True, check=False,
                          stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    return done.stdout.strip()


def machine():
    """What a reader needs to judge the absolute numbers, and nothing that names the machine."""
    processor = re.search(r"^model name\s*: (.*)$", pathlib.Path("/proc/cpuinfo").read_text(), re.M)
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return ", ".join([processor.group(1) if processor else platform.machine(),
                      f"{len(os.sched_getaffinity(0))} cores", f"{memory:.0f} GiB of memory",
                      f"{platform.system()} {platform.release().split('-')[0]}"])


def purposes():
    """What each program measures, in the words that it begins with."""
    lines = []
    for program in programs([]):
        words = " ".join(ast.get_docstring(ast.parse(program.read_text(encoding="utf-8"))).split())
        lines.append(f"- `{program.stem}`: {words[0].lower()}{words[1:]}")
    return "\n".join(lines)


def state():
    """The tree's, now: its commit, and whether there is more."""
    commit = git("rev-parse", "--short=12", "HEAD") or "unknown"
    if git("status", "--porcelain", "--untracked-files=no"):
        commit += ", with changes"
    return f"{datetime.date.today().isoformat()}, commit {commit}"


def keep(build, name, figures):
    """Puts a program's figures among those that were measured before; all of them, by program."""
    path = build / "bench.json"
    kept = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    if name is not None:
        kept[name] = {"state": state(), "figures": figures}
        path.write_text(json.dumps(kept, indent=1), encoding="utf-8")
    return kept


def page(figures, quick, states):
    """The whole of docs/bench.md."""
    notes = []
    for figure in figures:
        about = ": ".join(filter(None, [figure.get("peer_name"), figure["note"]]))
        about = f"{about} " if about else ""
        notes.append(f"- **{figure['figure']}**: {about}({figure['runs']} runs)")
    parts = ["# Figures", "Written by `./dev bench --write`; not by hand.",
             f"{'; '.join(sorted(set(states)))}. {machine()}."
             + (" Quick: not for quoting." if quick else ""),
             markdown(figures), "## Notes", "\n".join(notes), "## What is measured", purposes(),
             READING.rstrip()]
    return "\n\n".join(parts) + "\n"


def write(kept):
    """docs/bench.md, and the README's lines between its two marks."""
    found = [kept[program.stem] for program in programs([]) if program.stem in kept]
    figures = [figure for one in found for figure in one["figures"]]
    (ROOT / "docs").mkdir(exist_ok=True)
    (ROOT / "docs/bench.md").write_text(page(figures, False, [one["state"] for one in found]))
    readme = ROOT / "README.md"
    text = readme.read_text()
    if text.count(BEGIN) != 1 or text.count(END) != 1 or text.index(END) < text.index(BEGIN):
        sys.exit(f"bench: README.md has no place for the figures: \"{BEGIN}\" … \"{END}\"")
    important = [figure for figure in figures if not figure.get("detail")]
    before, rest = text.split(BEGIN)
    readme.write_text(f"{before}{BEGIN}\n{markdown(important)}\n{END}{rest.split(END)[1]}")


def main():
    parser = argparse.ArgumentParser(prog="./dev bench", description="measures, and makes a table")
    parser.add_argument("build", type=pathlib.Path, help=argparse.SUPPRESS)
    parser.add_argument("names", nargs="*", metavar="NAME", help="programs of tests/bench")
    parser.add_argument("--quick", action="store_true", help="small and few runs")
    parser.add_argument("--write", action="store_true", help="into docs/bench.md and the README")
    options = parser.parse_intermixed_args()
    if options.write and options.quick:
        parser.error("--write is not for quick figures")

    figures, failed = [], []
    for program in programs(options.names):
        found, is_well = run(program, options.build.resolve(), options.quick)
        figures += found
        if not is_well:
            failed.append(program.stem)
        elif not options.quick:
            keep(options.build, program.stem, found)
    if figures:
        print(aligned(figures))
        (options.build / "bench.md").write_text(page(figures, options.quick, [state()]))
    if failed:
        sys.exit(f"bench: these programs failed: {', '.join(failed)}")
    if options.write:
        write(keep(options.build, None, None))


if __name__ == "__main__":
    main()

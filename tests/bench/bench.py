"""What the bench programs share: alternating pairs, medians, and the form of a figure.

A bench program is an executable NAME.py beside this file, started as

    NAME.py BUILD_FOLDER [--quick]

It prints one figure a line on stdout (`figure` below says what is in one) and what it is doing on
stderr. `./dev bench` runs them all and makes the table.

Two things are compared only within one run, in alternation, pair by pair: what else the machine
does then meets both. The ratio is the median of the pairs' ratios, ours to the peer's, so for
times less is better ("at most") and for rates more is ("at least").

    pairs = bench.alternate(run_ours, run_peer, 3 if options.quick else 9)
    bench.figure("1,000 models, chain", pairs.ours, "s", peer=pairs.peer, ratio=pairs.ratio,
                 goal=1.3, sense="at most", runs=pairs.runs, peer_name="the statements alone")
"""
import argparse
import collections
import contextlib
import json
import os
import pathlib
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
LONGEST_S = 3600  # of a command: many times what the longest takes

# Medians of what was measured, and the median of the pairs' ratios.
Pairs = collections.namedtuple("Pairs", "ours peer ratio runs")


def options(what):
    """The command line of a bench program: .build, a folder, and .quick: few and small runs."""
    parser = argparse.ArgumentParser(description=what)
    parser.add_argument("build", type=lambda text: pathlib.Path(text).resolve())
    parser.add_argument("--quick", action="store_true", help="small and few: does it still run?")
    return parser.parse_args()


def say(text):
    print(text, file=sys.stderr, flush=True)


def seconds(work):
    """How long work() takes."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def alternate(ours, peer, runs, warm=1):
    """Calls both in turn, `runs` times each after `warm` rounds that do not count, and every
    other round the other way round. Each gives its own measure, or None: its wall time counts."""
    taken = {ours: [], peer: []}
    for run in range(-warm, runs):
        for work in (ours, peer) if run % 2 == 0 else (peer, ours):
            start = time.perf_counter()
            measure = work()
            if measure is None:
                measure = time.perf_counter() - start
            if run >= 0:
                taken[work].append(measure)
    ratios = [a / b for a, b in zip(taken[ours], taken[peer])]
    return Pairs(statistics.median(taken[ours]), statistics.median(taken[peer]),
                 statistics.median(ratios), runs)


def repeat(work, runs, warm=1):
    """The median of what work() measures, or of its wall time."""
    taken = []
    for run in range(-warm, runs):
        start = time.perf_counter()
        measure = work()
        if measure is None:
            measure = time.perf_counter() - start
        if run >= 0:
            taken.append(measure)
    return statistics.median(taken)


def figure(text, ours, unit, *, peer=None, ratio=None, goal=None, sense="at most", runs=1, note="",
           peer_name="", informative=False, detail=False):
    """Prints one figure. The goal is for the ratio if there is one, else for `ours`; `sense` says
    on which side of it one wants to be. `informative`: the goal depends on the machine. `detail`:
    a line for the long table only. `peer_name` has the version where it has one."""
    print(json.dumps({
        "figure": text, "ours": ours, "peer": peer, "unit": unit, "ratio": ratio, "goal": goal,
        "sense": sense, "runs": runs, "note": note, "peer_name": peer_name,
        "informative": informative, "detail": detail}), flush=True)


@contextlib.contextmanager
def scratch(build):
    """A folder on the disk of the build, gone afterwards."""
    parent = build / "bench"
    parent.mkdir(exist_ok=True)
    folder = pathlib.Path(tempfile.mkdtemp(dir=parent))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def aorta(build, project, *arguments, **settings):
    """Runs the program in a project's folder and gives what it printed; ends this program with
    its words if it fails, or does not end. `settings` go into its environment."""
    try:
        done = subprocess.run([build / "aorta", *arguments], cwd=project, text=True, check=False,
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, env=environment(**settings),
                              timeout=LONGEST_S)
    except subprocess.TimeoutExpired as late:
        sys.exit(f"aorta {' '.join(map(str, arguments))}: no end within {LONGEST_S} s: "
                 f"{(late.stdout or b'')[-2000:].decode(errors='replace')}")
    if done.returncode != 0:
        sys.exit(f"aorta {' '.join(map(str, arguments))}: {done.stdout[-2000:]}")
    return done.stdout


AS_OF = "as_of=2024-04-04T00:00:00Z"


@contextlib.contextmanager
def demo(build, quick):
    """A folder with this repository's pipeline, run once: the demo's data, or little of it. Run it
    again with `--var` AS_OF and it has nothing to do."""
    with scratch(build) as folder:
        say("  running the pipeline")
        shutil.copytree(ROOT / "assets", folder / "assets")
        text = (ROOT / "pipeline.toml").read_text(encoding="utf-8")
        if quick:
            text = re.sub(r"(?m)^users = \d+", "users = 300", text)
        (folder / "pipeline.toml").write_text(text, encoding="utf-8")
        aorta(build, folder, "run", "--var", AS_OF)
        yield folder


def environment(**settings):
    """This program's environment, with settings added."""
    return {**os.environ, "NO_COLOR": "1", **{name: str(value) for name, value in settings.items()}}

#!/usr/bin/env python3
"""dim_dates and dim_times, built by the real program, hold what a plain calendar says.

Usage: calendar_test.py AORTA

Every column of every row is compared with tests/reference/days.py. A second run must find both
fresh and do nothing, since nothing they are made of has changed. At the end the comparison itself
is tested: with a rule of the reference broken, it must find a difference.
"""

import csv
import datetime
import io
import itertools
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path.insert(0, str(HERE.parent / "reference"))

import days  # noqa: E402

TABLES = {"dim_dates": (days.dates, 73_049, 36), "dim_times": (days.times, 86_400, 5)}


class Pipeline:
    """The repository's pipeline, with state of its own."""

    def __init__(self, program, folder):
        self.program = program
        self.folder = folder
        for name in ("pipeline.toml", "assets"):
            os.symlink(ROOT / name, Path(folder) / name)

    def call(self, *arguments):
        return subprocess.run([self.program, *arguments], cwd=self.folder, check=True, text=True,
                              stdout=subprocess.PIPE, timeout=300).stdout

    def run(self):
        """{asset: the last state} of a run of both."""
        events = map(json.loads, self.call("run", "--json", *TABLES).splitlines())
        return {event["asset"]: event["state"] for event in events
                if event["type"] == "step"}

    def query(self, sql):
        return self.call("query", "--csv", sql)


def differences(wanted, got):
    """Where two tables differ, as lines, lazily; one is dicts, the other texts with a header."""
    header, *rows = got
    for one, other in itertools.zip_longest(wanted, rows):
        if one is None or other is None or list(one) != header:
            yield f"another number of rows or columns: {one} against {other}"
            return
        texts = list(map(str, one.values()))
        if texts != other:
            wrong = [f"{name} is {text} and not {right}"
                     for name, text, right in zip(header, other, texts) if text != right]
            yield f"{other[0]}: {', '.join(wrong)}"


# ---------------------------------------------------------------------------- the test of the test

class WeeksFromTheFirst(days.Rules):
    def week_of_year(self, day):
        return (day.timetuple().tm_yday + 6) // 7


class WeeksFromSunday(days.Rules):
    def week_of_year(self, day):
        return (day + days.DAY).isocalendar()[1]


class WeekBeginsOnMonday(days.Rules):
    def week_begins(self):
        return 0


class SundayIsNaught(days.Rules):
    def number_of_day(self, day):
        return super().number_of_day(day) - 1


class LeapDayIsMarch(days.Rules):
    def year_before(self, day):
        if (day.month, day.day) == (2, 29):
            return datetime.date(day.year - 1, 3, 1)
        return super().year_before(day)


class YearOf365Days(days.Rules):
    def weeks_before(self, day):
        return day - 365 * days.DAY


class NightEndsLater(days.Rules):
    def part_of_day(self, hour):
        return super().part_of_day(hour - 1)


BROKEN = {
    "dim_dates": [WeeksFromTheFirst, WeeksFromSunday, WeekBeginsOnMonday, SundayIsNaught,
                  LeapDayIsMarch, YearOf365Days],
    "dim_times": [NightEndsLater],
}


def main():
    problems = []
    with tempfile.TemporaryDirectory(prefix="aorta-calendar-") as folder:
        pipeline = Pipeline(Path(sys.argv[1]).resolve(), folder)
        for wanted in ("published", "fresh"):
            states = pipeline.run()
            if states != {f"marts.{name}": wanted for name in TABLES}:
                problems.append(f"a run says {states}, not {wanted}")
        got = {name: list(csv.reader(io.StringIO(
            pipeline.query(f"select * from marts.{name} order by 1")))) for name in TABLES}
    for name, (reference, rows, columns) in TABLES.items():
        if (len(got[name]) - 1, len(got[name][0])) != (rows, columns):
            problems.append(f"{name} is not {rows} rows of {columns} columns")
        problems += [f"{name}: {line}" for line in differences(reference(), got[name])]
        problems += [f"{name}: nobody noticed: {rules.__name__}" for rules in BROKEN[name]
                     if next(differences(reference(rules()), got[name]), None) is None]
    for line in problems[:20]:
        print(line)
    print(f"{len(problems)} problems in {sum(rows * columns for _, rows, columns in TABLES.values())}"
          " values")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())

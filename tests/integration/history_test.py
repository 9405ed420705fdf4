#!/usr/bin/env python3
"""The incremental dimensions and the fact equal a plain reference, after every load.

Usage: history_test.py HISTORY_REPLAY DUCKDB_MODULE ASSETS_FOLDER [DATABASES [FIRST_SEED]]

A history is one small world of tests/reference/history.py: its own ids and days, cut into loads.
WORLDS of them share a database and its loads, so that a run has something to leave alone. Of each
database is asked:

  * after every load, do the incremental tables equal the reference computed from all that has
    arrived (tests/reference/heart_rate.py), every column of every row?
  * did the load write only in worlds for which something came?
  * built whole at the end, are they the same? And incrementally after only a dimension was rebuilt?

At the end the comparison itself is tested: with a rule of the reference broken, or a line of the
SQL, it must find a difference.
"""

import collections
import concurrent.futures
import datetime
import decimal
import json
import os
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "reference"))

import heart_rate  # noqa: E402
import history  # noqa: E402

DATABASES = 4
WORLDS = 140
LOADS = 4
FEW_WORLDS = 25  # for what is broken on purpose

CHANGE_COLUMNS = {"_airbyte_extracted_at": ("extracted_at", "timestamp"),
                  "_ab_cdc_lsn": ("lsn", "bigint"),
                  "_ab_cdc_updated_at": ("updated_at", "timestamp"),
                  "_ab_cdc_deleted_at": ("deleted_at", "timestamp"),
                  "last_update": ("last_update", "timestamp")}


def same_names(kind, names):
    return {name: (name, kind) for name in names.split()}


# Table of the raw schema -> what of the history it holds, and its columns: name -> (field, type).
RAW = {
    "users": ("users", {
        **CHANGE_COLUMNS,
        **same_names("bigint", "user_id date_of_birth height weight"),
        **same_names("varchar", "first_name last_name sex blood_type race origin_country_code "
                     "origin_country_name address address_country_code address_country_name")}),
    "activities": ("activities", {
        **CHANGE_COLUMNS, "activity_id": ("activity_id", "bigint"),
        "activity_name": ("activity_name", "varchar")}),
    "heart_rate_stream": ("events", {
        "_airbyte_extracted_at": ("extracted_at", "timestamp"), "meta": ("meta", "json"),
        **same_names("bigint", "user_id timestamp heart_rate")}),
}
STAGING = ["stg_users", "stg_activities", "stg_heart_rates"]
DIMENSIONS = ["dim_users", "dim_activities"]
FACT = "fct_heart_rates"
CHECK_FAILED = "a check failed"  # as history_replay says it


# ---------------------------------------------------------------------------------------- script

def literal(value):
    if value is None:
        return "null"
    if isinstance(value, (int, float)):
        return repr(value)
    return "'" + str(value).replace("'", "''") + "'"


def with_meta(event):
    """As the stream has it; every other message has its leaves as text."""
    place = {"latitude": event["latitude"], "longitude": event["longitude"]}
    activity = event["activity_id"]
    if event["timestamp"] % 2:
        place = {name: str(value) for name, value in place.items()}
        activity = str(activity)
    return {**event, "meta": json.dumps({"activity_id": activity, "location": place})}


def create_raw():
    yield "sql create schema raw"
    for table, (_, columns) in RAW.items():
        types = ", ".join(f'"{name}" {kind}' for name, (_, kind) in columns.items())
        yield f"sql create table raw.{table} ({types})"


def load(rows_of, number):
    for table, (source, columns) in RAW.items():
        rows = [row for row in rows_of[source] if row["load"] == number]
        if source == "events":
            rows = [with_meta(row) for row in rows]
        values = ", ".join(
            "(" + ", ".join(literal(row[field]) for field, _ in columns.values()) + ")"
            for row in rows)
        if rows:
            names = ", ".join(f'"{name}"' for name in columns)
            yield f"sql insert into raw.{table} ({names}) values {values}"
        elif number > 0:
            continue
        position = history.FIRST_LOAD + datetime.timedelta(hours=number)
        yield f"publish raw.{table} {position}"


def dump(folder, stage, tables):
    for table, (columns, _) in tables.items():
        yield f"dump {folder}/{stage}.{table} select {', '.join(columns)} from marts.{table}"


def script(rows_of, folder, shape, rebuild):
    yield from create_raw()
    for number in range(LOADS):
        yield from load(rows_of, number)
        yield from (f"run {name}" for name in STAGING + DIMENSIONS + [FACT])
        yield from dump(folder, number, shape)
    if not rebuild:
        return
    yield "refresh dim_users"
    yield f"run {FACT}"
    yield from dump(folder, "dimension", shape)
    yield from (f"refresh {name}" for name in STAGING + DIMENSIONS + [FACT])
    yield from dump(folder, "whole", shape)


# ------------------------------------------------------------------------------------- comparison

def parse(text, like):
    if text == "\\N":
        return None
    if isinstance(like, float):
        return float(text)
    if isinstance(like, int):
        return int(text)
    if isinstance(like, decimal.Decimal):
        return decimal.Decimal(text)
    if isinstance(like, (datetime.datetime, datetime.date, datetime.time)):
        return type(like).fromisoformat(text)
    return text


def read_dump(path, columns, wanted):
    """The rows of a dump, with values of the types that the wanted rows have."""
    like = [next((row[i] for row in wanted if row[i] is not None), None)
            for i in range(len(columns))]
    with open(path, encoding="utf-8") as file:
        return [tuple(map(parse, line.rstrip("\n").split("\t"), like)) for line in file]


def differences(got, wanted):
    """Rows of one that the other has not, as bags."""
    counts = {}
    for row in got:
        counts[row] = counts.get(row, 0) + 1
    missing = []
    for row in wanted:
        if counts.get(row, 0) > 0:
            counts[row] -= 1
        else:
            missing.append(row)
    extra = [row for row, count in counts.items() for _ in range(count)]
    return extra, missing


def compare(folder, stage, wanted):
    """What is different, as lines."""
    for table, (columns, rows) in wanted.items():
        got = read_dump(os.path.join(folder, f"{stage}.{table}"), columns, rows)
        extra, missing = differences(got, rows)
        for sign, some in (("+", extra), ("-", missing)):
            for row in some[:3]:
                yield f"{table} after {stage}: {sign} {dict(zip(columns, map(str, row)))}"
        if extra or missing:
            yield f"{table} after {stage}: {len(extra)} rows too many, {len(missing)} missing"


def arrived(rows_of, number):
    return {name: [row for row in rows if row["load"] <= number]
            for name, rows in rows_of.items()}


def check_written(rows_of, number, written, before, after):
    """A run writes and deletes facts only in worlds for which the load brought something."""
    awake = {row["world"] for rows in rows_of.values() for row in rows if row["load"] == number}
    for what, count, rows in (("wrote", written[0], after), ("deleted", written[1], before)):
        may = sum(history.world_of(row[2]) in awake for row in rows)
        if count > may:
            yield f"load {number} {what} {count} facts, but only {may} are where something came"


# -------------------------------------------------------------------------------------- databases

class Replay:
    """One database: its history, replayed in a folder of its own."""

    def __init__(self, program, assets, seed, worlds=WORLDS, rebuild=True):
        self.program = program
        self.assets = assets
        self.seed = seed
        self.rebuild = rebuild
        self.rows_of = history.make(seed, worlds, LOADS)
        self.folder = tempfile.TemporaryDirectory(prefix="aorta-history-")
        self.written = []

    def run(self):
        shape = heart_rate.warehouse(arrived(self.rows_of, -1))
        text = "\n".join(script(self.rows_of, self.folder.name, shape, self.rebuild)) + "\n"
        database = os.path.join(self.folder.name, "warehouse.duckdb")
        done = subprocess.run([*self.program, self.assets, database], input=text,
                              capture_output=True, text=True, timeout=300, check=False)
        if done.returncode != 0:
            raise RuntimeError(f"seed {self.seed}: {done.stderr.strip()}")
        lines = [line.split() for line in done.stdout.splitlines()]
        self.written = [(int(rows), int(deleted)) for name, _, rows, deleted in lines
                        if name == FACT]
        return self

    def complaints(self):
        before = []
        for number in range(LOADS):
            wanted = heart_rate.warehouse(arrived(self.rows_of, number))
            yield from compare(self.folder.name, number, wanted)
            after = wanted[FACT][1]
            if number > 0:
                yield from check_written(self.rows_of, number, self.written[number], before, after)
            before = after
        for stage in ("dimension", "whole") if self.rebuild else ():
            yield from compare(self.folder.name, stage, wanted)

    def differs(self, rules):
        """Whether a reference of other rules gives other tables at the end."""
        wanted = heart_rate.warehouse(self.rows_of, rules)
        return any(compare(self.folder.name, LOADS - 1, wanted))


# ---------------------------------------------------------------------------- the test of the test

class ClosedIntervals(heart_rate.Rules):
    def covers(self, version, moment):
        return version.start <= moment and (version.end is None or moment <= version.end)


class EveryReplayCounts(heart_rate.Rules):
    def first_loaded(self, events):
        return events


class LastLoadedWins(heart_rate.Rules):
    def first_loaded(self, events):
        return list({(event["user_id"], event["timestamp"]): event for event in
                     sorted(events, key=lambda event: event["extracted_at"])}.values())


class DeleteClosesEveryVersion(heart_rate.Rules):
    def close(self, versions, at):
        for version in versions:
            version.end = at


class EarlyEventsAreUnknown(heart_rate.Rules):
    def before_the_first(self, versions, moment):
        return None


class InstantsDoNotCollapse(heart_rate.Rules):
    def last_of_each_instant(self, changes):
        return sorted(changes, key=lambda change: change.order)


class ArrivalIsOrder(heart_rate.Rules):
    def last_of_each_instant(self, changes):
        return super().last_of_each_instant(
            [change for i, change in enumerate(changes)
             if all(earlier.order < change.order for earlier in changes[:i])])


BROKEN_RULES = [ClosedIntervals, EveryReplayCounts, LastLoadedWins, DeleteClosesEveryVersion,
                EarlyEventsAreUnknown, InstantsDoNotCollapse, ArrivalIsOrder]

# Lines of the fact's SQL, and what they might have been.
BROKEN_SQL = {
    "unknown users of a touched date are not rebuilt together":
        ("user_versions.user_key is null\n            and", "false\n            and"),
    "dates that had unknown users are forgotten":
        ("semi join changed_users using (user_id)", "semi join changed_users on false"),
    "keys that a group had are not cleared":
        ("inner join changed_users on touched.user_id = changed_users.user_id",
         "inner join changed_users on false"),
    "changed activities touch nothing":
        ("inner join changed_activities on", "inner join changed_activities on false and"),
    "only new readings are rebuilt, not their group":
        ("in (select (user_id, event_date) from touched)",
         "in (select (user_id, event_date) from touched) and readings.extracted_at = "
         "(select max(extracted_at) from readings)"),
}


def broken_assets(assets, folder, old, new):
    """A copy of the assets' SQL with one line changed."""
    for group in ("staging", "marts"):
        os.makedirs(os.path.join(folder, group))
        for name in os.listdir(os.path.join(assets, group)):
            if not name.endswith(".sql"):
                continue
            with open(os.path.join(assets, group, name), encoding="utf-8") as file:
                text = file.read()
            if name == FACT + ".sql":
                assert text.count(old) == 1, f"{name} has no longer one line {old!r}"
                text = text.replace(old, new)
            with open(os.path.join(folder, group, name), "w", encoding="utf-8") as file:
                file.write(text)


def notices_sql(program, assets, seed, old, new):
    """Whether the comparison finds that a line of the SQL is another."""
    with tempfile.TemporaryDirectory(prefix="aorta-history-") as folder:
        broken_assets(assets, folder, old, new)
        try:
            return any(Replay(program, folder, seed, FEW_WORLDS, False).run().complaints())
        except RuntimeError as error:
            return CHECK_FAILED in str(error)  # one of the engine's checks was faster


# ------------------------------------------------------------------------------------------ main

def main():
    program, assets = sys.argv[1:3], sys.argv[3]
    count = int(sys.argv[4]) if len(sys.argv) > 4 else DATABASES
    first = int(sys.argv[5]) if len(sys.argv) > 5 else 1
    problems = []
    rules_noticed = set()
    census = collections.Counter()

    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        sql_noticed = {name: pool.submit(notices_sql, program, assets, first, *lines)
                       for name, lines in BROKEN_SQL.items()}
        replays = [Replay(program, assets, seed) for seed in range(first, first + count)]
        for replay in pool.map(Replay.run, replays):
            problems += [f"seed {replay.seed}: {line}" for line in replay.complaints()]
            census.update(history.census(replay.rows_of))
            rules_noticed |= {rules for rules in set(BROKEN_RULES) - rules_noticed
                              if replay.differs(rules())}
            replay.folder.cleanup()
    problems += [f"nobody noticed: {rules.__name__}" for rules in BROKEN_RULES
                 if rules not in rules_noticed]
    problems += [f"nobody noticed: {name}" for name, noticed in sql_noticed.items()
                 if not noticed.result()]
    problems += [f"only {number} {what} in {count * WORLDS} histories"
                 for what, number in census.items() if number < count * WORLDS / 10]
    for line in problems[:40]:
        print(line)
    print(f"{count * WORLDS} histories in {count} databases, {LOADS} loads each, with "
          + ", ".join(f"{number} {what}" for what, number in sorted(census.items()))
          + f": {len(problems)} problems")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())

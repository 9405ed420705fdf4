#!/usr/bin/env python3
"""Partitions of a source that reads a topic's lake: the hours of its events. What a run of an hour
leaves is compared with what Python reads in the objects that the plans say are finished."""

import json
import os
import shutil

from serving import Served, rows, wait_for
from shop import Shop, main

TOPIC = "readings"
ASSET = "assets/raw/readings.toml"
HOURS = 'partitions = { by = "hour", start = "2024-04-01T06" }'
SOURCE = f"""kind = "source"
{HOURS}
from = {{ connection = "lake", topic = "{TOPIC}" }}
[columns.n]
type = "bigint"
[columns.hour]
type = "text"
"""
PIPELINE = """[pipeline]
name = "topics"
[target.dev]
default = true
[target.dev.connection.lake]
connector = "file"
path = "lake"
[target.dev.connection.warehouse]
connector = "duckdb"
path = "warehouse.duckdb"
"""


def hour_of(number, day=1):
    return f"2024-04-{day:02d}T{number:02d}"


class Topics(Shop):
    """A lake as the sink writes it (engine/executor/sink_plan.h), of two partitions."""

    template = None

    def prepare(self):
        self.write("pipeline.toml", PIPELINE)
        self.write(ASSET, SOURCE)
        self.ends = [0, 0]  # of the chains' numbers
        self.places = [1, 1]  # their last entries
        self.objects = {}  # key: its records, of finished plans
        self.pending = {}  # seals that are not there yet: (the seal, the objects)
        self.number = 0
        self.table = "raw.readings"
        for partition in (0, 1):
            self.put_plan(partition, 1, {"kind": "open", "start": 0, "end": 0, "token": None})

    def path(self, key):
        return self.folder / "lake" / key

    def put_plan(self, partition, place, more):
        entry = {"version": 1, "topic": TOPIC, "partition": partition, "sequence": place,
                 "opened": 1, "incarnation": "a", "base": 0, **more}
        name = f"topics/{TOPIC}/_plans/{partition}/{place:020d}"
        self.write(f"lake/{name}.plan", json.dumps(entry) + "\n")
        return name

    def flush(self, partition, hours, outcome="done"):
        """One flush: an object of so many records for each hour; the keys."""
        start, objects, written = self.ends[partition], [], {}
        at = start
        for hour, count in sorted(hours.items()):
            date, clock = hour.split("T")
            year, month, day = date.split("-")
            key = (f"topics/{TOPIC}/year={year}/month={month}/day={day}/hour={clock}/"
                   f"{TOPIC}+{partition}+{at:010d}.json")
            written[key] = [self.next_record(hour) for _ in range(count)]
            self.put_object(key, written[key])
            objects.append({"hour": hour, "first": at, "count": count,
                            "bytes": self.path(key).stat().st_size, "min_us": 0, "max_us": 0})
            at += count
        self.places[partition] += 1
        name = self.put_plan(partition, self.places[partition], {
            "kind": "flush", "start": start, "end": at, "token": "t", "objects": objects,
            "grouping": {"field": "at", "unit": "s", "zone": "UTC", "earliest_us": 0},
            "dead": {"first": 0, "count": 0, "bytes": 0}})
        self.ends[partition] = at
        self.seal(name, outcome, written)
        return list(written)

    def seal(self, name, outcome, written):
        if outcome is None:
            self.pending[name] = written
            return
        self.write(f"lake/{name}.seal", json.dumps({"version": 1, "outcome": outcome}) + "\n")
        if outcome == "done":
            self.objects.update(written)

    def next_record(self, hour):
        self.number += 1
        return {"n": self.number, "hour": hour}

    def put_object(self, key, records):
        self.write(f"lake/{key}", "".join(json.dumps(record) + "\n" for record in records))

    def fill(self):
        """Hours 6 to 9, in both partitions, and late events."""
        for number in range(6, 10):
            self.flush(0, {hour_of(number): 3, hour_of(number - 1 if number > 6 else 6): 2}
                       if number > 6 else {hour_of(6): 3})
            self.flush(1, {hour_of(number): 2})
        self.flush(1, {hour_of(6): 1, hour_of(9): 1})

    # ---- what should be there, and what is

    def wanted(self, *hours):
        """[(object, n)] of the hours; of all if none is named."""
        return sorted((key, record["n"]) for key, records in self.objects.items()
                      for record in records if not hours or record["hour"] in hours)

    def use_sqlite(self):
        self.write("pipeline.toml", PIPELINE.replace("duckdb", "sqlite", 1)
                   .replace("warehouse.duckdb", "warehouse.db"))
        self.table = "raw__readings"

    def got(self):
        """As wanted(); no two rows have one key, and their number is known."""
        found = self.query("select _aorta_file as f, n, _aorta_id as id, (select row_count from "
                           f"_aorta_state) as known from {self.table}")
        assert len({row["id"] for row in found}) == len(found), "two rows have one key"
        assert {row["known"] for row in found} == {len(found)}, (found[0], len(found))
        return sorted((row["f"], row["n"]) for row in found)

    def whole(self):
        """{n: (key of the row, when it was loaded)}."""
        return {row["n"]: (row["id"], row["at"]) for row in self.query(
            f"select n, _aorta_id as id, _aorta_extracted_at as at from {self.table}")}

    def ahead(self):
        """Objects that were read before their turn."""
        return [row["file"] for row in self.query("select file from _aorta_files order by 1")]

    def ingest(self, *arguments, environment=None):
        status, output = self.run("run", "readings", *arguments, environment=environment)
        assert status == 0, output
        return output

    def ingest_hours(self, hours):
        return self.ingest("--partition", hours)

    def fail(self, words, *arguments):
        status, output = self.run("run", "readings", *arguments)
        assert status == 1 and words in output, output

    def states(self):
        status, output = self.run("ls", "readings", "--partitions", "--json")
        assert status == 0, output
        found = [json.loads(line) for line in output.splitlines()]
        return {part["partition"]: part["state"] for part in found if part["state"] != "missing"}

    def check(self, *hours):
        got, wanted = self.got(), self.wanted(*hours)
        assert got == wanted, (got, wanted)


def replayed(topics):
    """An hour is read before its turn, once more, and not again by who reads on; others stay."""
    topics.fill()
    topics.ingest_hours(hour_of(7))
    topics.check(hour_of(7))
    ahead = sorted(key for key in topics.objects if "/hour=07/" in key)
    assert topics.ahead() == ahead and len(ahead) == 3, topics.ahead()
    assert topics.states() == {hour_of(7): "present"}, topics.states()
    seven = topics.whole()
    topics.ingest()
    topics.check()
    assert topics.ahead() == [], topics.ahead()
    before = topics.whole()
    assert seven.items() <= before.items(), "a row of the hour was loaded again"
    assert topics.states() == dict.fromkeys(map(hour_of, range(6, 10)), "present")
    assert "fresh     raw.readings" in topics.ingest()

    topics.ingest_hours(f"{hour_of(6)}..{hour_of(7)}")
    topics.check()
    after = topics.whole()
    assert {n: key for n, (key, _) in after.items()} == {n: key for n, (key, _) in before.items()}
    again = {n for n in after if after[n] != before[n]}
    assert again == {n for _, n in topics.wanted(hour_of(6), hour_of(7))}, again
    assert topics.ahead() == [], "what the position is behind of needs no words"
    assert "fresh     raw.readings" in topics.ingest()

    topics.ingest_hours(hour_of(12))  # of which there is nothing
    topics.check()
    assert topics.states()[hour_of(12)] == "present", "it was read, though nothing is there"
    warehouse = topics.folder / "warehouse.duckdb"
    warehouse.unlink()
    topics.ingest_hours(hour_of(9))  # all that there is now
    topics.check(hour_of(9))
    assert len(topics.ahead()) == 3, topics.ahead()
    topics.ingest()
    topics.check()
    assert topics.ahead() == []
    topics.flush(0, {hour_of(9): 1})
    topics.ingest_hours(hour_of(9))
    topics.ingest("--full-refresh")  # all of it, what was read before its turn, too
    topics.check()
    assert topics.ahead() == [], topics.ahead()


def grown(topics):
    """New objects of old hours are read with their hour or by who reads on; unfinished ones by
    neither. (On SQLite.)"""
    topics.use_sqlite()
    topics.fill()
    topics.ingest()
    late = topics.flush(0, {hour_of(6): 2, hour_of(9): 1})
    topics.flush(1, {hour_of(6): 4}, outcome="void")
    topics.flush(1, {hour_of(6): 1, hour_of(10): 1})
    stale = topics.whole()
    topics.ingest_hours(hour_of(6))
    others = [hour_of(number) for number in (7, 8)]
    assert [row for row in topics.got() if "/hour=06/" in row[0]] == topics.wanted(hour_of(6))
    assert topics.ahead()[0] == late[0] and len(topics.ahead()) == 2, topics.ahead()
    now = topics.whole()
    kept = {n: now[n] for _, n in topics.wanted(*others)}
    assert kept.items() <= stale.items()
    output = topics.ingest()
    assert " 2 rows" in output, output  # of hours 9 and 10
    topics.check()
    assert topics.ahead() == []

    # A flush that is not sealed holds its chain up: nothing behind it is there yet.
    topics.flush(0, {hour_of(7): 2}, outcome=None)
    (name, written), = topics.pending.items()
    topics.ingest_hours(hour_of(7))
    topics.check()
    topics.flush(1, {hour_of(7): 1, hour_of(8): 1})
    topics.ingest_hours(hour_of(7))
    topics.ingest_hours(hour_of(8))
    topics.check()
    assert len(topics.ahead()) == 2
    output = topics.ingest()  # only moves on
    assert " 0 rows" in output, output
    topics.check()
    assert topics.ahead() == []
    topics.seal(name, "done", written)
    topics.ingest_hours(hour_of(7))
    topics.check()
    topics.flush(0, {hour_of(11): 1}, outcome=None)
    topics.flush(1, {hour_of(11): 1, hour_of(6): 1})
    topics.ingest_hours(f"{hour_of(6)}..{hour_of(11)}")
    assert len(topics.ahead()) == 3, topics.ahead()
    topics.ingest()
    topics.check()
    assert topics.ahead() == []
    assert "fresh     raw.readings" in topics.ingest()


def repaired(topics):
    """Objects that were read with their bad lines are read again, mended; what is gone stays."""
    topics.write(ASSET, SOURCE.replace(HOURS, HOURS + '\nbad_lines = "skip"'))
    topics.fill()
    key = next(key for key in topics.objects if "/hour=08/" in key)
    lines = topics.path(key).read_text()
    topics.path(key).write_text(lines.replace("{", "?", 1))
    topics.ingest()
    assert len(topics.got()) == len(topics.wanted()) - 1
    topics.path(key).write_text(lines)
    topics.ingest_hours(hour_of(8))
    topics.check()
    assert topics.query("select * from raw._aorta_quarantine__readings") == []

    gone = sorted(key for key in topics.objects if "/hour=09/" in key)
    topics.path(gone[0]).unlink()
    note = f"1 object cannot be read again, its rows stay: {gone[0]}"
    output = topics.ingest_hours(f"{hour_of(8)}..{hour_of(9)}")
    assert note in output, output
    topics.check()
    assert note not in topics.ingest_hours(hour_of(8))
    # With the plans of their time, as where a lake is kept for a month.
    for partition in (0, 1):
        for place in (1, 2, 3):
            for path in topics.path(f"topics/{TOPIC}/_plans/{partition}").glob(f"{place:020d}.*"):
                path.unlink()
    shutil.rmtree(topics.path(f"topics/{TOPIC}/year=2024/month=04/day=01/hour=06"))
    output = topics.ingest_hours(f"{hour_of(6)}..{hour_of(8)}")
    assert "6 objects cannot be read again, their rows stay: " in output, output
    topics.check()
    topics.flush(1, {hour_of(6): 1})
    topics.ingest_hours(hour_of(6))
    topics.check()
    topics.ingest()
    topics.check()


def killed(topics):
    """A death at any point of an hour's run leaves it as it was, or as it is; nothing comes twice."""
    topics.use_sqlite()
    topics.fill()
    topics.ingest_hours(hour_of(6))
    topics.flush(0, {hour_of(6): 2, hour_of(7): 1})
    before = topics.got()
    after = topics.wanted(hour_of(6))
    for point, found in (("source.state.after", before), ("model.commit.after", after)):
        status, output = topics.run("run", "--partition", hour_of(6),
                                    environment={"AORTA_FAULT": point})
        assert status != 0, f"{point}: nothing died: {output}"
        assert topics.got() == found, f"{point}: {output}"
    for point, found in (("model.commit.before", after), ("model.commit.after", topics.wanted())):
        topics.run("run", environment={"AORTA_FAULT": point})  # tried again, it finds nothing new
        assert topics.got() == found, point
    topics.check()
    assert topics.ahead() == []
    topics.ingest_hours(hour_of(6))
    topics.check()


def by_day(topics):
    """Days and weeks of another zone have whole hours of UTC; on SQLite, too."""
    topics.use_sqlite()
    zone = HOURS.replace("T06", "").replace(" }", ', timezone = "Europe/London" }')
    topics.write(ASSET, SOURCE.replace(HOURS, zone.replace("hour", "day")))
    for day in (1, 2):
        for hour in (1, 22, 23):
            topics.flush(hour % 2, {hour_of(hour, day): 2, hour_of(0, day): 1})
    london = [hour_of(23), *(hour_of(hour, 2) for hour in (0, 1, 22))]
    topics.ingest_hours("2024-04-02")
    topics.check(*london)
    assert topics.states() == {"2024-04-02": "present"}, topics.states()
    topics.ingest_hours("2024-04-02")
    topics.check(*london)
    topics.ingest()
    topics.check()
    days = dict.fromkeys(("2024-04-01", "2024-04-02", "2024-04-03"), "present")
    assert topics.states() == days, topics.states()
    assert topics.ahead() == []
    topics.write(ASSET, SOURCE.replace(HOURS, zone.replace("hour", "week")))
    topics.ingest_hours("2024-W14")
    topics.check()


def refused(topics):
    """What cannot be partitions of a topic's lake is told so where it stands."""
    kolkata = 'by = "day", start = "2024-04-01", timezone = "Asia/Kolkata"'
    for said, words in (
            (kolkata, "the clocks of Asia/Kolkata are not whole hours from UTC"),
            (kolkata.replace("Asia/Kolkata", "Australia/Lord_Howe"), "are not whole hours from UTC"),
            ('by = "hour", start = "2024-04-01", column = "n"', "partitions of a topic have no column"),
            ('keys = ["a"]', "partitions of a topic are by time")):
        topics.write(ASSET, SOURCE.replace(HOURS, f"partitions = {{ {said} }}"))
        status, output = topics.run("check")
        assert status == 2 and f"{ASSET}:2:" in output and words in output, output
    topics.write(ASSET, SOURCE.replace(" }\n[columns.n]", ', mode = "append_all" }\n[columns.n]'))
    status, output = topics.run("check")
    assert status == 2 and 'partitions need mode = "incremental_append"' in output, output
    topics.write(ASSET, SOURCE.replace(HOURS, f"partitions = {{ {kolkata} }}").replace(
        "Asia/Kolkata", "Asia/Tokyo"))
    status, output = topics.run("check")
    assert status == 0, output


def backfilled(topics):
    """A backfill reads an hour a run: one that is bad fails alone, and is all that a retry makes."""
    topics.fill()
    bad = next(key for key in topics.objects if "/hour=08/" in key)
    lines = topics.path(bad).read_text()
    topics.path(bad).write_text(lines.replace("{", "?", 1))
    with Served(topics) as served:
        status, output = topics.run("backfill", "readings", "--from", hour_of(6), "--to",
                                    hour_of(9), "--at-once", "2")
        assert status == 0, output
        backfill = output.split(":")[0].removeprefix("backfill ")

        def has_ended(state):
            return rows(topics, "select state from backfills where id = ?", backfill) == [(state,)]

        wait_for("the backfill's end", lambda: has_ended("failed"))
        good = [hour_of(number) for number in (6, 7, 9)]
        topics.check(*good)
        assert topics.states() == {**dict.fromkeys(good, "present"), hour_of(8): "failed"}
        topics.fail(f"{bad}:1: ")  # as does whoever reads on
        topics.check(*good)
        topics.path(bad).write_text(lines)
        status, output = topics.run("backfill", "--retry", backfill)
        assert status == 0, output
        wait_for("the retry's end", lambda: has_ended("succeeded"))
        made = rows(topics, "select count(*) from runs where backfill_id = ?", backfill)
        assert made == [(5,)], made
        topics.check()
        assert topics.states() == dict.fromkeys(map(hour_of, range(6, 10)), "present")
        output = topics.ingest()
        assert " 0 rows" in output and topics.ahead() == [], output
        topics.check()
        assert served.end() == 0, served.said


if __name__ == "__main__":
    os.environ.pop("AORTA_FAULT", None)
    main([replayed, grown, repaired, killed, by_day, refused, backfilled], Topics)

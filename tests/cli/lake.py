#!/usr/bin/env python3
"""A lake that somebody else writes (tests/lake) is ingested as a user would: hive folders, torn
lines, strings for numbers, hours out of order, files that change, kills in between. What should be
there is what Python's own reader finds in the same files."""

import json
import os
import shutil
import sqlite3
import threading

from shop import HERE, Shop, main

ASSET = "assets/raw/wearables.toml"
DAY = "wearables/year=2024/month=04/day=01"
FIRST = f"{DAY}/hour=08/hr-data-topic+0+0000000000.json"
TORN = f"{DAY}/hour=09/part-00000-7d1c4b.json"
LAST = f"{DAY}/hour=11/hr-data-topic+0+0000000104.json"
BAD_LINES = [(TORN, 2), (LAST, 2), (LAST, 4)]


class Lake(Shop):
    template = HERE.parent / "lake"

    def prepare(self):
        pass

    def change(self, *pairs):
        """Replaces texts of the source's file."""
        text = (self.folder / ASSET).read_text()
        for old, new in pairs:
            assert old in text, old
            text = text.replace(old, new)
        (self.folder / ASSET).write_text(text)

    def arrive(self):
        """What comes later: an hour that is out of order, an older one's file, new members."""
        shutil.copytree(self.folder / "later", self.folder / "lake", dirs_exist_ok=True)

    def object(self, key):
        return self.folder / "lake" / key

    def good(self):
        """[(file, user, rate, time)] of the lines that can be read, and the others' (file, line)."""
        rows, bad = [], []
        for path in sorted(self.folder.glob("lake/wearables/**/*.json")):
            key = str(path.relative_to(self.folder / "lake"))
            lines = path.read_bytes().decode("utf-8-sig").split("\n")
            for number, line in enumerate(lines, 1):
                if not line.strip():
                    continue
                try:
                    record = json.loads(line)
                    rows.append((key, *(int(record[name])
                                        for name in ("user_id", "heart_rate", "timestamp"))))
                except ValueError:
                    bad.append((key, number))
        return sorted(rows), bad

    def rows(self):
        """As good() has them; and no two have one key."""
        rows = [tuple(row.values()) for row in self.query(
            "select _aorta_file, cast(user_id as bigint), heart_rate, cast(timestamp as bigint), "
            "_aorta_id from raw.wearables")]
        assert len({row[-1] for row in rows}) == len(rows), "two rows have one key"
        return sorted(row[:-1] for row in rows)

    def quarantine(self):
        return [tuple(row.values()) for row in self.query(
            "select file, line, reason, raw from raw._aorta_quarantine__wearables "
            "order by file, line")]

    def known(self):
        return [row["file"] for row in self.query("select file from _aorta_files order by file")]

    def hidden(self):
        return [row["table_name"] for row in self.query(
            "select table_name from information_schema.tables where table_name like "
            "'\\_aorta\\_%' escape '\\' order by 1")]

    def ingest(self, *arguments, environment=None):
        status, output = self.run("run", *arguments, environment=environment)
        assert status == 0, output
        return output

    def fail(self, words, *arguments):
        status, output = self.run("run", *arguments)
        assert status == 1, output
        assert words in output, output
        return output

    def check_whole(self):
        """Every good line is a row, once, with a key of its own."""
        wanted, _ = self.good()
        got = self.rows()
        assert got == wanted, f"{got}\nwanted {wanted}"


def as_a_user_would(lake):
    """Good lines are rows once, bad ones in quarantine; an hour out of order comes along."""
    rows, bad = lake.good()
    assert len(rows) == 12 and bad == BAD_LINES, (rows, bad)
    output = lake.ingest()
    assert "12 rows" in output, output
    assert '3 lines could not be read: see "raw"."_aorta_quarantine__wearables"' in output, output
    lake.check_whole()
    torn, word, last = lake.quarantine()
    assert torn == (TORN, 2, "the line ends too early near column 35",
                    '{"user_id":"10003","heart_rate":"1'), torn
    assert word[:3] == (LAST, 2, 'column "heart_rate": "n/a" is not an integer near column 34')
    assert last[:3] == (LAST, 4, "the line ends too early near column 61"), last
    meta = lake.query("select meta ->> '$.location.latitude' as x, count(*) as n "
                      "from raw.wearables group by 1")
    assert meta == [{"x": "37.416834", "n": 12}], meta
    assert f"{DAY}/hour=09/part-00001-7d1c4b.json" in lake.known()  # it is empty, and known
    assert len(lake.known()) == 5, lake.known()

    assert "fresh     raw.wearables" in lake.ingest()
    lake.arrive()
    assert "5 rows" in lake.ingest()
    lake.check_whole()
    assert len(lake.rows()) == 17 and len(lake.quarantine()) == 3
    states = lake.query("select row_count, version from _aorta_state")
    assert states == [{"row_count": 17, "version": 2}], states

    # A file that vanished is no error: its rows stay, until all is read again.
    before = lake.rows()
    lake.object(FIRST).unlink()
    assert "fresh     raw.wearables" in lake.ingest()
    assert lake.rows() == before
    lake.ingest("--full-refresh")
    lake.check_whole()
    assert len(lake.rows()) == 13 and len(lake.quarantine()) == 3 and len(lake.known()) == 7
    assert lake.hidden() == ["_aorta_files", "_aorta_quarantine__wearables", "_aorta_state"]


def bad_lines_by_their_rule(lake):
    """A bad line ends the load unless the source says otherwise; emitted, it is a row."""
    lake.change(('bad_lines = "skip"\n', ""))
    lake.fail(f"{TORN}:2: the line ends too early near column 35")
    tables = lake.query("select count(*) as n from information_schema.tables "
                        "where table_name = 'wearables'")
    assert tables == [{"n": 0}] and lake.known() == [], lake.known()

    # There is an end to passing over.
    lake.object("wearables/none.json").write_text("{\n" * 70000)
    lake.change(("\n[from]", 'bad_lines = "skip"\n\n[from]'))
    lake.fail("lines cannot be read, too many to pass over")
    lake.object("wearables/none.json").unlink()
    lake.change(('bad_lines = "skip"\n\n', "\n"))

    lake.change(("\n[from]", 'bad_lines = "emit"\nnaming = "airbyte"\n\n[from]'),
                ('checks = ["not_null"]\n', ""))
    written = {}
    for hour, path in enumerate(sorted(lake.folder.glob("lake/wearables/**/*.json"))):
        os.utime(path, ns=(0, (1711929600 + 3600 * hour) * 10**9 + 123456789))
        written[str(path.relative_to(lake.folder / "lake"))] = f"2024-04-01T0{hour}:00:00.123456Z"
    output = lake.ingest()
    assert "15 rows" in output and "3 rows have errors: see _airbyte_meta" in output, output
    modified = {(row["file"], row["at"]) for row in lake.query(
        "select distinct _ab_source_file_url as file, _ab_source_file_last_modified as at "
        "from raw.wearables")}
    assert len(modified) == 4 and modified <= written.items(), (modified, written)
    errors = lake.query(
        "select _ab_source_file_url as file, cast(_airbyte_meta ->> '$.errors[0].line' as int) as "
        "line, _airbyte_meta ->> '$.errors[0].reason' as reason, user_id, heart_rate, timestamp "
        "from raw.wearables where cast(_airbyte_meta as varchar) <> '{\"errors\":[]}' order by 1, 2")
    assert [(row["file"], row["line"]) for row in errors] == BAD_LINES, errors
    assert errors[0]["reason"] == "the line ends too early" and errors[0]["user_id"] is None
    # Of a line that is JSON, only what does not fit is null.
    assert (errors[1]["user_id"], errors[1]["heart_rate"]) == (10002, None), errors
    good, _ = lake.good()
    got = sorted(tuple(row.values()) for row in lake.query(
        "select _ab_source_file_url, user_id, heart_rate, timestamp from raw.wearables "
        "where cast(_airbyte_meta as varchar) = '{\"errors\":[]}'"))
    assert got == good, got


def files_that_change(lake):
    """A file that changed is an error, or its rows are replaced, or come again: as is said."""
    lake.ingest()
    with lake.object(LAST).open("ab") as file:  # its torn line is completed, and more
        file.write(b'12"}\n{"user_id":10001,"heart_rate":93,"timestamp":1711969290}\n')
    output = lake.fail(f"{LAST} has changed since it was loaded (529 bytes of ")
    assert f"{ASSET} what becomes of its rows" in output, output
    assert len(lake.rows()) == 12 and len(lake.quarantine()) == 3

    lake.change(("[columns.user_id]", 'changed_files = "reload"\n\n[columns.user_id]'))
    assert "4 rows" in lake.ingest()
    lake.check_whole()
    assert [line[:2] for line in lake.quarantine()] == BAD_LINES[:2], lake.quarantine()
    state = lake.query("select row_count from _aorta_state")
    assert state == [{"row_count": 14}], state

    lake.change(('"reload"', '"append"'))
    with lake.object(LAST).open("ab") as file:
        file.write(b'{"user_id":10001,"heart_rate":94,"timestamp":1711969299}\n')
    assert "5 rows" in lake.ingest()
    got = lake.query("select count(*) as n, count(distinct _aorta_id) as keys, "
                     "count(distinct timestamp) as times from raw.wearables")
    assert got == [{"n": 19, "keys": 19, "times": 15}], got
    assert "fresh     raw.wearables" in lake.ingest()


class Writer:
    """Somebody who keeps writing to a file of the lake."""

    def __init__(self, path):
        self.path = path
        self.is_over = threading.Event()
        self.thread = threading.Thread(target=self.write)

    def write(self):
        while not self.is_over.is_set():
            os.utime(self.path)  # what any write does, too

    def __enter__(self):
        self.thread.start()

    def __exit__(self, *_):
        self.is_over.set()
        self.thread.join()


def files_that_are_being_written(lake):
    """A file that somebody writes to while it is read is left to the next run; others are not."""
    now = "wearables/now.json"
    line = '{"user_id":1,"heart_rate":60,"timestamp":5}\n'
    lake.object(now).write_text(line * 50000 + '{"user_id":1,\n')  # and a torn line
    lake.change(('checks = ["not_null"]', ""))
    others = [row for row in lake.good()[0] if row[0] != now]
    for rule in ("skip", "emit", "fail"):
        lake.change(('bad_lines = "skip"', f'bad_lines = "{rule}"'))
        if rule == "fail":  # which the others are not to do
            lake.object(TORN).unlink()
            lake.object(LAST).unlink()
        with Writer(lake.object(now)):
            output = lake.ingest()
        assert f"{now} changed while it was read: it is left to the next run" in output, output
        good = [row for row in others if rule != "fail" or row[0] not in (TORN, LAST)]
        bad = [] if rule == "fail" else BAD_LINES
        if rule == "emit":
            assert f"{len(bad)} rows have errors" in output, output
            emitted = lake.query("select count(*) as n from raw.wearables "
                                 "where cast(_aorta_meta as varchar) like '%reason%'")
            assert emitted == [{"n": len(bad)}], emitted
            assert len(lake.query("select 1 from raw.wearables")) == len(good) + len(bad)
        else:
            assert lake.rows() == good, lake.rows()
        if rule == "skip":
            assert [row[:2] for row in lake.quarantine()] == bad, lake.quarantine()
            assert f"{len(bad)} lines could not be read" in output, output
        there = {str(path.relative_to(lake.folder / "lake"))
                 for path in lake.folder.glob("lake/wearables/**/*.json")}
        assert set(lake.known()) == there - {now}, lake.known()
        rows = lake.query("select row_count, (select count(*) from raw.wearables) as n "
                          "from _aorta_state")
        assert rows[0]["row_count"] == rows[0]["n"], rows
        if rule == "skip":
            with Writer(lake.object(now)):
                output = lake.ingest()
            assert "fresh     raw.wearables" in output and "left to the next run" in output, output
            lake.ingest()
            lake.check_whole()
            assert len(lake.quarantine()) == len(bad) + 1, lake.quarantine()
        lake.change((f'bad_lines = "{rule}"', 'bad_lines = "skip"'))
        for path in lake.folder.glob("warehouse.duckdb*"):
            path.unlink()


def files_that_must_all_be_read(lake):
    """Where a load needs all files, one that somebody writes to fails it, and it is tried again."""
    now = "wearables/now.json"
    lake.ingest()
    lake.object(now).write_text('{"user_id":1,"heart_rate":60,"timestamp":5}\n' * 100000)
    before = lake.known()
    with Writer(lake.object(now)):
        lake.fail(f"connection lake: {now} was written to while it was read", "--full-refresh")
    assert lake.known() == before, lake.known()
    lake.ingest("--full-refresh")
    lake.check_whole()


def killed(lake):
    """Killed before and after each commit, every line is a row once."""
    for number, point in enumerate(("duckdb.commit.before", "duckdb.commit.after")):
        for stage in ("first", "later"):
            once = lake.folder / f"once-{stage}-{point}"
            lake.run("run", environment={"AORTA_FAULT": point, "AORTA_FAULT_ONCE": str(once)})
            assert once.exists(), f"{point}: no kill"
            lake.ingest()
            lake.check_whole()
            assert len(lake.quarantine()) == 3 + (stage == "later"), lake.quarantine()
            lake.object(f"{DAY}/hour=13").mkdir(exist_ok=True)
            lake.object(f"{DAY}/hour=13/a.json").write_text(
                f'{{"user_id":1,"heart_rate":60,"timestamp":{number}}}\n{{\n')
        for name in ("warehouse.duckdb", "warehouse.duckdb.wal", "lake/" + DAY + "/hour=13/a.json"):
            (lake.folder / name).unlink(missing_ok=True)


def refused(lake):
    """What a blocking check refuses is read again, and leaves no trace among the files."""
    lake.change(('checks = ["not_null"]', 'checks = [{ between = [1, 10008] }]'))
    lake.ingest()
    lake.arrive()
    lake.run("run")
    assert len(lake.known()) == 5 and len(lake.rows()) == 12, lake.known()
    rejected = lake.query("select user_id from raw._aorta_rejected__wearables order by 1")
    assert [row["user_id"] for row in rejected] == [10001, 10001, 10002, 10002, 10009], rejected
    lake.change(("10008", "10009"))
    lake.ingest()
    lake.check_whole()
    assert len(lake.quarantine()) == 3


def listed_from_the_last_hour(lake):
    """With a lateness, what is older than that is seen by the next whole listing."""
    late = f"{DAY}/hour=08/late-0001.json"
    lake.change(("[columns.user_id]", 'lateness = "2h"\n\n[columns.user_id]'))
    lake.ingest()
    lake.arrive()
    assert "4 rows" in lake.ingest()
    assert late not in lake.known() and f"{DAY}/hour=10" in "".join(lake.known())
    lake.change(('lateness = "2h"', 'lateness = "2h"\nfull_listing = "1ms"'))
    assert "1 rows" in lake.ingest()
    lake.check_whole()
    # As much as a lateness can be, in microseconds more than 64 bits have: nothing is too late.
    lake.change(('"2h"', '"18446744073709s"'), ('"1ms"', '"1d"'))
    lake.object(f"{DAY}/hour=08/late-0002.json").write_text(
        '{"user_id":1,"heart_rate":2,"timestamp":3}\n')
    assert "1 rows" in lake.ingest()
    lake.change(('"18446744073709s"', '"2h"'))
    lake.change(("wearables/**/*.json", "**/*.json"))
    lake.object("other").mkdir()
    lake.object("other/a.json").write_text('{"user_id":1,"heart_rate":2,"timestamp":3}\n')
    assert "1 rows" in lake.ingest()  # another beginning of keys is listed whole, once
    lake.fail('lateness needs keys that are ordered by time, with folders like '
              'year=2024/month=04/day=01/hour=08 right behind ""')


def columns_of_folders(lake):
    """Folders like hour=08 are columns, typed where that is declared."""
    lake.change(("[columns.user_id]", "partition_columns = true\n\n[columns.hour]\n"
                 'type = "integer"\n\n[columns.user_id]'))
    lake.ingest()
    got = lake.query("select year, month, hour, count(*) as n from raw.wearables "
                     "group by all order by hour")
    assert got == [{"year": "2024", "month": "04", "hour": hour, "n": n}
                   for hour, n in ((8, 7), (9, 3), (11, 2))], got
    folder = "wearables/zone=Europe%2FLondon/hour=__HIVE_DEFAULT_PARTITION__"
    lake.object(folder).mkdir(parents=True)
    lake.object(f"{folder}/a.json").write_text('{"user_id":1,"heart_rate":2,"timestamp":3}\n')
    lake.ingest()
    got = lake.query("select zone, hour, day from raw.wearables where user_id = 1")
    assert got == [{"zone": "Europe/London", "hour": None, "day": None}], got
    lake.object(f"{DAY}/hour=x").mkdir()
    lake.object(f"{DAY}/hour=x/a.json").write_text('{"user_id":1}\n')
    lake.fail(f'{DAY}/hour=x/a.json: folder hour: "x" is not an integer')


def evolve(lake):
    """Drops all declarations from the source's file: columns are what the files have."""
    text = (lake.folder / ASSET).read_text()
    (lake.folder / ASSET).write_text(
        'new_columns = "evolve"\nchecks = [{ unique = ["_aorta_id"] }]\n' + text[:text.index("[columns.user_id]")] +
        '[columns.heart_rate]\ntype = "bigint"\n')


def types(lake, table):
    return {row["column_name"]: row["data_type"] for row in lake.query(
        "select column_name, data_type from information_schema.columns "
        f"where table_name = '{table}'") if not row["column_name"].startswith("_aorta")}


def columns_that_evolve(lake):
    """New members become columns, and columns widen, in the transaction that loads them."""
    evolve(lake)
    lake.write("assets/raw/watchers.sql", "select * from {{ ref('wearables') }}")
    lake.write("assets/raw/watchers.toml", 'materialized = "view"\n')
    lake.ingest()
    lake.check_whole()  # user_id is text, as some files have it: Python compares numbers
    assert types(lake, "wearables") == {"heart_rate": "BIGINT", "user_id": "VARCHAR",
                                        "timestamp": "VARCHAR", "meta": "JSON"}
    lake.arrive()
    lake.object("wearables/x.json").write_text('{"n":1,"b":true,"none":null}\n{"n":2,"torn":1\n')
    lake.ingest()
    wanted = {"heart_rate": "BIGINT", "user_id": "VARCHAR", "timestamp": "VARCHAR",
              "meta": "JSON", "battery": "VARCHAR", "firmware": "VARCHAR", "n": "BIGINT",
              "b": "BOOLEAN"}
    assert types(lake, "wearables") == wanted, types(lake, "wearables")
    got = lake.query("select battery, firmware from raw.watchers where battery is not null "
                     "order by 1")
    assert got == [{"battery": "80", "firmware": "7.2.1"}, {"battery": "81", "firmware": None}]

    for number, (line, column, kind, values) in enumerate([
            ('{"n":1.5}', "n", "DOUBLE", [1, 1.5]),
            ('{"b":"maybe"}', "b", "VARCHAR", ["maybe", "true"]),
            ('{"n":[7]}', "n", "JSON", [1.0, 1.5, [7]])]):
        lake.object(f"wearables/y{number}.json").write_text(line + "\n")
        point = "source.state.before"
        once = lake.folder / f"once-{number}"
        lake.run("run", environment={"AORTA_FAULT": point, "AORTA_FAULT_ONCE": str(once)})
        assert once.exists()
        lake.ingest()
        got = [row[column] for row in lake.query(
            f"select {column} from raw.watchers where {column} is not null order by 1")]
        assert types(lake, "wearables")[column] == kind and got == values, (line, got)

    before = len(lake.query("select 1 as one from raw.wearables"))
    lake.object("wearables/z.json").write_text('{"b":"no"}\n{"b":{"a":1}}\n')
    lake.fail('wearables/z.json:2: "b" is an object or a list here, and text in the table')
    lake.object("wearables/z.json").write_text('{"B":"no"}\n')
    lake.fail('member "B" would be the same column as one whose capitals differ')
    lake.object("wearables/z.json").write_text('{"_aorta_file":"no"}\n')
    lake.fail('the files have a member "_aorta_file", which is the name of a column of ours')
    assert len(lake.query("select 1 as one from raw.wearables")) == before

    # Frozen, what has become a column stays one.
    lake.change(('"evolve"', '"freeze"'))
    lake.object("wearables/z.json").write_text('{"b":"yes","heart_rate":61}\n{"other":1}\n')
    assert "1 rows" in lake.ingest()
    assert lake.query("select b from raw.wearables where heart_rate = 61") == [{"b": "yes"}]
    assert lake.quarantine()[-1][:3] == ("wearables/z.json", 2, '"other" is no column near column 9')


def into_sqlite(lake):
    """The same into a warehouse without schemas."""
    text = (lake.folder / "pipeline.toml").read_text()
    lake.write("pipeline.toml", text.replace('connector = "duckdb"\npath = "warehouse.duckdb"',
                                             'connector = "sqlite"\npath = "warehouse.db"'))
    lake.change(("[columns.user_id]", 'changed_files = "reload"\n\n[columns.user_id]'))
    for _ in range(2):
        lake.ingest()
        got = sorted(tuple(row.values()) for row in lake.query(
            "select _aorta_file, user_id, heart_rate, timestamp from raw__wearables"))
        assert got == lake.good()[0], got
        bad = [tuple(row.values()) for row in lake.query(
            "select file, line from _aorta_quarantine__raw__wearables order by file, line")]
        assert bad == lake.good()[1], bad
        lake.arrive()
        lake.object(TORN).write_text('{"user_id":1,"heart_rate":2,"timestamp":3}\n{"us')
    with sqlite3.connect(lake.folder / "warehouse.db") as warehouse:
        warehouse.execute("drop table raw__wearables")
    lake.ingest()  # what is not there is read again, whole
    got = sorted(tuple(row.values()) for row in lake.query(
        "select _aorta_file, user_id, heart_rate, timestamp from raw__wearables"))
    assert got == lake.good()[0], got
    state = lake.query("select row_count from _aorta_state")
    assert state == [{"row_count": len(got)}], state

    evolve(lake)
    lake.ingest("--full-refresh")
    lake.object(f"{DAY}/n.json").write_text('{"n":1,"b":true}\n')
    lake.ingest()
    lake.object(f"{DAY}/m.json").write_text('{"n":1.5,"b":"x"}\n')
    lake.ingest()
    got = lake.query("select n, b from raw__wearables where n is not null order by n")
    assert got == [{"n": 1, "b": "true"}, {"n": 1.5, "b": "x"}], got


def no_such_files(lake):
    """No match is said so, compressed files are refused, append_all reads everything again."""
    lake.write("assets/raw/again.toml",
               'kind = "source"\nfrom = { connection = "lake", files = "again.json", '
               'mode = "append_all" }\n[columns.n]\n')
    lake.object("again.json").write_text('{"n":1}\n')
    for times in (1, 2):
        lake.ingest("again")
        got = lake.query("select n, count(distinct _aorta_id) as keys from raw.again group by n")
        assert got == [{"n": "1", "keys": times}], got
    lake.change(("wearables/**/*.json", "wearables/*/*.json"))
    assert "note      raw.wearables                    no file matches (8 were looked at)" in \
        lake.ingest("wearables")
    lake.object("wearables/z").mkdir()
    for begin, what in ((b"\x1f\x8b\x08\x00", "compressed (gzip)"), (b"PAR1", "a Parquet file"),
                        (b"\x28\xb5\x2f\xfd", "compressed (zstd)"), (b"BZh9", "compressed (bzip2)"),
                        (b"\xfd7zXZ\0", "compressed (xz)"), (b"PK\x03\x04", "an archive (zip)"),
                        (b"\x04\x22\x4d\x18", "compressed (lz4)")):
        lake.object("wearables/z/a.json").write_bytes(begin + b"abc\n")
        lake.fail(f"wearables/z/a.json is {what}, which is not read: unpack it", "wearables")
    evolve(lake)
    lake.fail("wearables/z/a.json is compressed (lz4), which is not read: unpack it", "wearables")


if __name__ == "__main__":
    os.environ.pop("AORTA_FAULT", None)
    main([as_a_user_would, bad_lines_by_their_rule, files_that_change,
          files_that_are_being_written, files_that_must_all_be_read, killed, refused,
          listed_from_the_last_hour, columns_of_folders, columns_that_evolve, into_sqlite,
          no_such_files], Lake)

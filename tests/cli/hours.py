#!/usr/bin/env python3
"""Partitions of a source of files: the folders of its lake. What a run of a partition leaves is
compared with what Python's own reader finds in the files."""

import json
import os

from lake import ASSET, DAY, LAST, Lake
from shop import main

HOURS = 'partitions = { by = "hour", start = "2024-04-01T08" }\n'


def prepare(lake, partitions=HOURS):
    lake.change(('bad_lines = "skip"\n', f'bad_lines = "skip"\n{partitions}'),
                ('files = ["wearables/**/*.json"]\n',
                 'files = ["wearables/**/*.json"]\nchanged_files = "reload"\n'))


def states(lake, asset="wearables"):
    """{key: state} of those that are not missing."""
    status, output = lake.run("ls", asset, "--partitions", "--json")
    assert status == 0, output
    found = [json.loads(line) for line in output.splitlines()]
    return {part["partition"]: part["state"] for part in found if part["state"] != "missing"}


def of_hours(rows, *hours):
    return [row for row in rows if any(f"/hour={hour}/" in row[0] for hour in hours)]


def check_quarantine(lake, bad):
    assert [line[:2] for line in lake.quarantine()] == bad, lake.quarantine()


def by_hour(lake):
    """A run of an hour reads its objects and no others; a full run goes on with what is new."""
    prepare(lake)
    good, bad = lake.good()
    lake.ingest("--partition", "2024-04-01T09")
    assert lake.rows() == of_hours(good, "09"), lake.rows()
    check_quarantine(lake, of_hours(bad, "09"))
    assert states(lake) == {"2024-04-01T09": "present"}, states(lake)
    lake.ingest()
    lake.check_whole()
    check_quarantine(lake, bad)
    made = {f"2024-04-01T{hour}": "present" for hour in ("08", "09", "11")}
    assert states(lake) == made, states(lake)
    assert "fresh     raw.wearables" in lake.ingest()

    # New files, one that changed and one that is gone: of the hours that are asked for only.
    lake.arrive()
    before = lake.rows()
    changed = lake.object(f"{DAY}/hour=09/part-00001-7d1c4b.json")
    changed.write_text('{"user_id":"7","heart_rate":"70","timestamp":"1711963000"}\n')
    lake.object(LAST).unlink()
    lake.ingest("--partition", "2024-04-01T09..2024-04-01T11")
    good, bad = lake.good()
    assert lake.rows() == sorted(of_hours(before, "08") + of_hours(good, "09", "10", "11"))
    check_quarantine(lake, of_hours(bad, "09", "10", "11"))
    assert states(lake) == {**made, "2024-04-01T10": "present"}, states(lake)
    assert LAST not in lake.known()
    lake.ingest("--partition", "2024-04-01T13")
    assert lake.rows() == sorted(of_hours(before, "08") + of_hours(good, "09", "10", "11"))
    assert states(lake)["2024-04-01T13"] == "present", "it was read, though nothing is there"
    lake.ingest()
    lake.check_whole()
    counts = lake.query("select row_count as n from _aorta_state union all "
                        "select count(*) from raw.wearables")
    assert counts[0] == counts[1], counts
    lake.ingest("--full-refresh")
    lake.check_whole()
    assert "2024-04-01T13" not in states(lake), "what was read whole has nothing of that hour"


def killed(lake):
    """A death at any point of a partition's run leaves the hour as it was, or as it is."""
    prepare(lake)
    lake.ingest()
    lake.arrive()
    before, (good, _) = lake.rows(), lake.good()
    after = sorted(of_hours(before, "09", "11") + of_hours(good, "08"))
    for point, found in (("source.state.before", before), ("source.state.after", before),
                         ("model.commit.before", before), ("model.commit.after", after)):
        status, output = lake.run("run", "--partition", "2024-04-01T08",
                                  environment={"AORTA_FAULT": point})
        assert status != 0, f"{point}: nothing died: {output}"
        assert lake.rows() == found, f"{point}: {output}"
    lake.ingest("--partition", "2024-04-01T08")
    assert lake.rows() == after
    assert states(lake)["2024-04-01T08"] == "present"


def by_day(lake):
    """A day has the folders of its hours, and what reads it becomes stale with it."""
    prepare(lake, 'partitions = { by = "day", start = "2024-03-31" }\n')
    lake.write("assets/marts/daily.toml", 'materialized = "table"\n[partitions]\nby = "day"\n'
               'start = "2024-03-31"\ncolumn = "day"\n')
    lake.write("assets/marts/daily.sql", "select cast(to_timestamp(timestamp) at time zone 'UTC' "
               "as date) as day, count(*) as n from {{ ref('wearables') }} group by 1 "
               "having day >= '{{ partition.start_date }}' and day < '{{ partition.end_date }}'")
    lake.ingest("--partition", "2024-03-31..2024-04-01")
    lake.check_whole()
    both = dict.fromkeys(("2024-03-31", "2024-04-01"), "present")
    assert states(lake) == both, states(lake)
    assert states(lake, "daily") == both, states(lake, "daily")
    lake.arrive()
    lake.ingest("wearables")
    lake.check_whole()
    assert states(lake) == both, states(lake)
    assert states(lake, "daily") == {**both, "2024-04-01": "stale"}, states(lake, "daily")


def refused(lake):
    """What has no partitions is told so where it stands; a folder that has several, when it is read."""
    plain = (lake.folder / ASSET).read_text()
    for partitions, words in (
            (HOURS.replace(" }", ', timezone = "Europe/London" }'), "in UTC, as their folders"),
            (HOURS.replace(" }", ', column = "timestamp" }'), "partitions of files have no column"),
            ('partitions = { keys = ["a"] }\n', "partitions of files are by time")):
        (lake.folder / ASSET).write_text(plain)
        prepare(lake, partitions)
        status, output = lake.run("check")
        assert status == 2 and f"{ASSET}:4:" in output and words in output, output
    (lake.folder / ASSET).write_text(plain)
    lake.change(('bad_lines = "skip"\n', f'bad_lines = "skip"\n{HOURS}'))
    status, output = lake.run("check")
    assert status == 2 and 'partitions need changed_files = "reload"' in output, output
    (lake.folder / ASSET).write_text(plain)
    prepare(lake)
    lake.change(('changed_files = "reload"', 'changed_files = "reload"\nmode = "append_all"'))
    status, output = lake.run("check")
    assert status == 2 and 'partitions need mode = "incremental_append"' in output, output
    (lake.folder / ASSET).write_text(plain)
    prepare(lake)
    folder = lake.object("wearables/date=2024-04-01")
    folder.mkdir()
    (folder / "all.json").write_text('{"user_id":"1","heart_rate":"1","timestamp":"1"}\n')
    lake.fail("its folder is of a whole day", "--partition", "2024-04-01T08")
    lake.ingest()
    lake.check_whole()


if __name__ == "__main__":
    os.environ.pop("AORTA_FAULT", None)
    main([by_hour, killed, by_day, refused], Lake)

#!/usr/bin/env python3
"""Partitions of a source of a table, by one of its columns: what a run of a partition leaves is
compared with what the table itself has of it. On both databases that are files."""

import json
import os
import sqlite3

from serving import Served, rows, wait_for
from shop import main

READINGS = """
create table readings (id integer primary key, region text, seen timestamp, value bigint);
insert into readings values
    (1, 'north', '2024-04-02 10:00:00', 1), (2, 'south', '2024-04-03 22:59:59', 2),
    (3, 'north', '2024-04-03T23:00:00Z', 3), (4, 'south', '2024-04-04 12:00:00', 4),
    (5, 'east', '2024-04-04 23:00:00', 5), (6, 'east', null, 6);
"""
ASSET = "assets/raw/readings.toml"
DAYS = 'partitions = { by = "day", start = "2024-04-01", timezone = "Europe/London", column = "seen" }'
REGIONS = 'partitions = { keys = ["north", "south", "east"], column = "region" }'
SOURCE = 'kind = "source"\n{}\nfrom = {{ connection = "shop", table = "readings", mode = "{}" }}\n'


def prepare(shop, partitions=DAYS, mode="full_refresh", is_sqlite=False):
    if is_sqlite:
        text = (shop.folder / "pipeline.toml").read_text()
        shop.write("pipeline.toml", text.replace(
            'connector = "duckdb"\npath = "warehouse.duckdb"',
            'connector = "sqlite"\npath = "warehouse.db"'))
    shop.change_source("drop table if exists readings;" + READINGS)
    shop.write(ASSET, SOURCE.format(partitions, mode))


def ingest(shop, *arguments, environment=None, status=0):
    found, output = shop.run("run", "readings", *arguments, environment=environment)
    assert found == status, output
    return output


def table(shop, name="raw.readings"):
    """[(id, value)], which the published table has as often as the state says."""
    found = shop.query(f"select id, value, (select row_count from _aorta_state) as known from {name} "
                       "order by 1, 2")
    assert {row["known"] for row in found} == {len(found)}, found
    return [(row["id"], row["value"]) for row in found]


def source(shop, where="true"):
    database = sqlite3.connect(shop.folder / "shop.db")
    found = database.execute(f"select id, value from readings where {where} order by 1, 2").fetchall()
    database.close()
    return found


def states(shop):
    status, output = shop.run("ls", "readings", "--partitions", "--json")
    assert status == 0, output
    found = [json.loads(line) for line in output.splitlines()]
    return {part["partition"]: part["state"] for part in found if part["state"] != "missing"}


def replaced(shop, is_sqlite=False):
    """A day's rows are replaced by those that the table has of it; others stay as they are."""
    name = "raw__readings" if is_sqlite else "raw.readings"
    prepare(shop, is_sqlite=is_sqlite)
    ingest(shop, "--partition", "2024-04-03")  # 22:59:59 is of London's day, 23:00:00 is not
    assert table(shop, name) == [(2, 2)], table(shop, name)
    assert states(shop) == {"2024-04-03": "present"}, states(shop)
    ingest(shop, "--partition", "2024-04-04")
    assert table(shop, name) == [(2, 2), (3, 3), (4, 4)], table(shop, name)
    ingest(shop)
    assert table(shop, name) == source(shop)
    made = states(shop)
    assert set(made.values()) == {"present"} and "2024-04-01" in made, "it was read whole"

    # Of the fourth: 3 is changed, 4 is deleted, 5 comes from the fifth, 7 is new; 2 leaves the third.
    shop.change_source("""update readings set value = value + 10;
                          delete from readings where id = 4;
                          update readings set seen = '2024-04-04 01:00:00' where id = 5;
                          update readings set seen = '2024-04-09 00:00:00' where id = 2;
                          insert into readings values (7, 'east', '2024-04-04 02:00:00', 17);""")
    ingest(shop, "--partition", "2024-04-04")
    fourth = [(3, 13), (5, 15), (7, 17)]
    assert table(shop, name) == sorted([(1, 1), (2, 2), (6, 6), *fourth]), table(shop, name)
    ingest(shop, "--partition", "2024-04-04")
    assert table(shop, name) == sorted([(1, 1), (2, 2), (6, 6), *fourth]), "twice is as good as once"
    ingest(shop, "--partition", "2024-04-01..2024-04-03")
    assert table(shop, name) == sorted([(1, 11), (6, 6), *fourth]), "2 is of another day now"
    ingest(shop, "--partition", "2024-04-05..2024-04-30")
    assert table(shop, name) == sorted([(1, 11), (2, 12), (6, 6), *fourth]), table(shop, name)
    ingest(shop)
    assert table(shop, name) == source(shop)


def on_sqlite(shop):
    """The same into SQLite, which keeps times as texts."""
    replaced(shop, is_sqlite=True)


def by_region(shop):
    """Keys of a list; without a primary key a row that moved is there until its old one is made."""
    prepare(shop, REGIONS)
    ingest(shop)
    assert states(shop) == dict.fromkeys(("north", "south", "east"), "present"), states(shop)
    shop.change_source("update readings set value = 20 where region in ('north', 'south');")
    ingest(shop, "--partition", "north")
    assert table(shop) == [(1, 20), (2, 2), (3, 20), (4, 4), (5, 5), (6, 6)], table(shop)
    shop.change_source("create table plain as select * from readings; drop table readings;"
                       "alter table plain rename to readings;")
    shop.change_source("update readings set region = 'south' where id = 1;")
    ingest(shop, "--partition", "south")
    assert table(shop) == [(1, 20), (1, 20), (2, 20), (3, 20), (4, 20), (5, 5), (6, 6)], table(shop)
    ingest(shop, "--partition", "north")
    assert table(shop) == source(shop)


def killed(shop):
    """A death at any point leaves the day as it was, or as it is; of a backfill the good day is made."""
    prepare(shop)
    ingest(shop)
    before = table(shop)
    shop.change_source("update readings set value = value + 10;")
    after = sorted([row for row in before if row[0] not in (3, 4)] + [(3, 13), (4, 14)])
    for point, found in (("source.state.after", before), ("model.commit.after", after)):
        status, output = shop.run("run", "readings", "--partition", "2024-04-04",
                                  environment={"AORTA_FAULT": point})
        assert status != 0, f"{point}: nothing died: {output}"
        assert table(shop) == found, f"{point}: {output}"
    shop.write(ASSET, SOURCE.format(DAYS, "full_refresh") +
               "[columns.value]\nchecks = [{ between = [0, 11] }]\n")
    with Served(shop) as served:
        status, output = shop.run("backfill", "readings", "--from", "2024-04-02", "--to",
                                  "2024-04-04", "--at-once", "3")
        assert status == 0, output
        wait_for("the backfill's end", lambda: rows(
            shop, "select state from backfills") == [("failed",)])
        assert rows(shop, "select key, state from backfill_partitions order by 1") == [
            ("2024-04-02", "succeeded"), ("2024-04-03", "failed"), ("2024-04-04", "failed")]
        assert table(shop) == sorted([row for row in after if row[0] != 1] + [(1, 11)]), table(shop)
        assert served.end() == 0, served.said


def refused(shop):
    """Where a partition cannot be replaced it is said why, at its place."""
    for mode, words in (("cdc_append", "a log of changes has no partitions"),
                        ("append_all", "append_all only adds rows"),
                        ("incremental_append", "what is read behind a cursor has no partitions")):
        prepare(shop, mode=mode)
        status, output = shop.run("check")
        assert status == 2 and f"{ASSET}:2:" in output and words in output, output
    prepare(shop, DAYS.replace(', column = "seen"', ""))
    status, output = shop.run("check")
    assert status == 2 and "column is missing" in output, output
    prepare(shop, DAYS.replace('"seen"', '"nowhere"'))
    output = ingest(shop, "--partition", "2024-04-04", status=1)
    assert f'{ASSET}: no column "nowhere", which partitions names' in output, output
    prepare(shop)
    ingest(shop)
    shop.change_source("alter table readings add column at timestamp;")
    prepare_again = SOURCE.format(DAYS.replace('"seen"', '"at"'), "full_refresh")
    shop.write(ASSET, prepare_again)
    output = ingest(shop, "--partition", "2024-04-04", status=1)
    assert 'what is published has no column "at" yet' in output, output
    ingest(shop)
    ingest(shop, "--partition", "2024-04-04")
    assert table(shop) == source(shop)


if __name__ == "__main__":
    os.environ.pop("AORTA_FAULT", None)
    main([replaced, on_sqlite, by_region, killed, refused])

#!/usr/bin/env python3
"""Models that are made in partitions: what a run replaces, what it leaves, what it refuses. On both
databases that are files."""

import sqlite3

from shop import main

READINGS = """
drop table if exists readings;
create table readings (id integer primary key, region text, seen text, value integer);
insert into readings values
    (1, 'north', '2024-04-02 10:00:00', 1), (2, 'south', '2024-04-03 22:59:59', 2),
    (3, 'north', '2024-04-03 23:00:00', 3), (4, 'south', '2024-04-04 12:00:00', 4),
    (5, 'east', '2024-04-04 23:00:00', 5);
"""

DAYS = """
materialized = "incremental"
strategy = "partition"
partitions = { by = "day", start = "2024-04-01", timezone = "Europe/London", column = "seen" }
"""
DAYS_SQL = """
select id, cast(seen as timestamp) as seen, value from {{ ref('readings') }}
where cast(seen as timestamp) >= '{{ partition.start }}'
  and cast(seen as timestamp) < '{{ partition.end }}'
"""

REGIONS = """
materialized = "incremental"
strategy = "partition"
partitions = { keys = ["north", "south", "east"], column = "region" }
"""
REGIONS_SQL = """
select region, id, value from {{ ref('readings') }}
where region in ('{{ partition.keys | join("', '") }}')
"""


def prepare(shop, is_sqlite):
    if is_sqlite:
        text = (shop.folder / "pipeline.toml").read_text()
        shop.write("pipeline.toml", text.replace(
            'connector = "duckdb"\npath = "warehouse.duckdb"',
            'connector = "sqlite"\npath = "warehouse.db"'))
    shop.change_source(READINGS)
    shop.write("assets/raw/readings.toml", 'kind = "source"\nfrom = { connection = "shop", '
               'table = "readings", mode = "full_refresh" }\n')
    write_days(shop, is_sqlite)
    shop.write("assets/marts/regions.toml", REGIONS)
    shop.write("assets/marts/regions.sql", REGIONS_SQL)
    run(shop, "readings")


def write_days(shop, is_sqlite, sql=DAYS_SQL, settings=DAYS):
    # SQLite keeps times as texts.
    shop.write("assets/marts/days.sql", sql.replace("cast(seen as timestamp)", "seen")
               if is_sqlite else sql)
    shop.write("assets/marts/days.toml", settings)


def run(shop, *arguments, status=0):
    found, output = shop.run("run", *arguments)
    assert found == status, output
    return output


def change(shop, sql):
    shop.change_source(sql)
    run(shop, "readings")


def rows(shop, table, columns):
    file = shop.folder / "warehouse.db"
    if not file.exists():
        found = shop.query(f"select {columns} from marts.{table} order by id, value")
        return [tuple(row.values()) for row in found]
    database = sqlite3.connect(file)
    found = database.execute(f"select {columns} from marts__{table} order by id, value").fetchall()
    database.close()
    return found


def days(shop):
    return rows(shop, "days", "id, value")


def regions(shop):
    return rows(shop, "regions", "region, id, value")


def on_both(test):
    def both(shop):
        for is_sqlite in (False, True):
            prepare(shop, is_sqlite)
            test(shop, is_sqlite)
    both.__doc__, both.__name__ = test.__doc__, test.__name__
    return both


@on_both
def one_after_another(shop, _):
    """A partition's rows are replaced, those of others stay; borders are midnights of the zone."""
    run(shop, "days", "--partition", "2024-04-04")
    assert days(shop) == [(3, 3), (4, 4)], days(shop)
    run(shop, "days", "--partition", "2024-04-02..2024-04-03")
    assert days(shop) == [(1, 1), (2, 2), (3, 3), (4, 4)], days(shop)
    change(shop, "update readings set value = value + 10; delete from readings where id = 3")
    output = run(shop, "days", "--partition", "2024-04-03", "--partition", "2024-04-04")
    assert days(shop) == [(1, 1), (2, 12), (4, 14)], days(shop)
    assert " 2 rows" in output, output
    run(shop, "days", "--partition", "2024-04-03", "--partition", "2024-04-04")
    assert days(shop) == [(1, 1), (2, 12), (4, 14)], "the same again is the same"


@on_both
def without_one(shop, _):
    """A run that names no partition makes all of them first, and then only the last."""
    run(shop, "days")
    assert days(shop) == [(1, 1), (2, 2), (3, 3), (4, 4), (5, 5)], days(shop)
    assert "fresh" in run(shop, "days")
    change(shop, "update readings set value = 0")
    run(shop, "days")
    assert days(shop)[0] == (1, 1), "a former partition was made again"
    run(shop, "days", "--full-refresh")
    assert [value for _, value in days(shop)] == [0] * 5, days(shop)


@on_both
def tables(shop, is_sqlite):
    """A table's partition is replaced by itself; a run that names none builds all of them anew."""
    write_days(shop, is_sqlite, settings=DAYS.replace("incremental", "table")
               .replace('strategy = "partition"\n', ""))
    run(shop, "days", "--partition", "2024-04-04")
    assert days(shop) == [(3, 3), (4, 4)], days(shop)
    assert "published marts.days" in run(shop, "days"), "the others were not made"
    assert days(shop) == [(1, 1), (2, 2), (3, 3), (4, 4), (5, 5)], days(shop)
    assert "fresh" in run(shop, "days")
    change(shop, "update readings set value = value + 10; delete from readings where id = 4")
    run(shop, "days", "--partition", "2024-04-02", "--partition", "2024-04-03")
    assert days(shop) == [(1, 11), (2, 12), (3, 3), (4, 4), (5, 5)], days(shop)
    run(shop, "days")
    assert days(shop) == [(1, 11), (2, 12), (3, 13), (5, 15)], days(shop)


@on_both
def what_is_asked_for_leaves_the_rest_stale(shop, _):
    """A partition that was asked for does not make the asset fresh for who asks for none."""
    run(shop, "days", "--partition", "2024-04-04")
    assert "published marts.days" in run(shop, "days"), "the last one was not made"
    assert "fresh" in run(shop, "days")
    change(shop, "update readings set value = 0")
    run(shop, "days", "--partition", "2024-04-04")
    assert "published marts.days" in run(shop, "days"), "the news of its input went unnoticed"


@on_both
def keys(shop, _):
    """Partitions of a list are made together, whichever they are."""
    run(shop, "regions", "--partition", "north", "--partition", "east")
    assert regions(shop) == [("north", 1, 1), ("north", 3, 3), ("east", 5, 5)], regions(shop)
    change(shop, "update readings set value = value + 10")
    run(shop, "regions", "--partition", "east")
    assert regions(shop) == [("north", 1, 1), ("north", 3, 3), ("east", 5, 15)], regions(shop)
    run(shop, "regions")
    assert regions(shop) == [("north", 1, 11), ("south", 2, 12), ("north", 3, 13),
                             ("south", 4, 14), ("east", 5, 15)], regions(shop)


@on_both
def refused_rows(shop, is_sqlite):
    """A check that fails, and a query that forgets its window, leave what is there."""
    run(shop, "days", "--partition", "2024-04-03..2024-04-04")
    before = days(shop)
    write_days(shop, is_sqlite, settings=DAYS + '[columns.value]\n'
               'checks = [{ between = [1, 100] }]\n')
    change(shop, "update readings set value = -1 where id = 4")
    output = run(shop, "days", "--partition", "2024-04-04", status=1)
    assert "rejected" in output and days(shop) == before, output
    write_days(shop, is_sqlite, sql=DAYS_SQL.partition("where")[0])
    output = run(shop, "days", "--partition", "2024-04-04", status=1)
    assert "3 rows are outside of partition 2024-04-04" in output, output
    assert days(shop) == before, days(shop)


@on_both
def a_check_of_the_whole(shop, is_sqlite):
    """A check of the whole sees what the table will be: neither the old rows, nor only the new."""
    write_days(shop, is_sqlite, settings=DAYS + 'checks = [{ unique = ["value"] }]\n')
    run(shop, "days", "--partition", "2024-04-03..2024-04-04")
    run(shop, "days", "--partition", "2024-04-04")
    change(shop, "update readings set value = 2 where id = 4")
    before = days(shop)
    output = run(shop, "days", "--partition", "2024-04-04", status=1)
    assert "rejected" in output and days(shop) == before, output


@on_both
def dates(shop, is_sqlite):
    """A column of dates is compared with the calendar of the zone, not with instants."""
    settings = DAYS.replace("Europe/London", "America/New_York").replace('"seen"', '"day"')
    sql = ("select id, value, cast('2024-04-04' as date) as day from {{ ref('readings') }} "
           "where '{{ partition.start_date }}' <= '2024-04-04' "
           "and '2024-04-04' < '{{ partition.end_date }}'")
    if is_sqlite:
        settings += '[columns.day]\ntype = "date"\n'
        sql = sql.replace("cast('2024-04-04' as date)", "'2024-04-04'")
    write_days(shop, is_sqlite, sql=sql, settings=settings)
    run(shop, "days", "--partition", "2024-04-04")
    run(shop, "days", "--partition", "2024-04-04")
    assert [row for row, _ in days(shop)] == [1, 2, 3, 4, 5], days(shop)
    run(shop, "days", "--partition", "2024-04-03")
    assert [row for row, _ in days(shop)] == [1, 2, 3, 4, 5], days(shop)


def listed(shop):
    """Those that follow each other and are alike are one line; the keys of a list stand alone."""
    prepare(shop, False)
    run(shop, "days", "--partition", "2024-04-02..2024-04-04")
    run(shop, "regions", "--partition", "north", "--partition", "south")
    status, output = shop.run("ls", "days", "regions", "--partitions")
    assert status == 0, output
    lines = [tuple(line.split()[:4]) for line in output.splitlines()[1:]]
    assert [line[1:] for line in lines if line[0] == "marts.regions"] == [
        ("north", "1", "present"), ("south", "1", "present"), ("east", "1", "missing")], output
    *before, made, missing = [line[1:] for line in lines if line[0] == "marts.days"]
    assert made == ("2024-04-02..2024-04-04", "3", "present"), output
    assert missing[0].startswith("2024-04-05..") and missing[2] == "missing", output
    assert int(missing[1]) > 900 and len(before) <= 1, output


def not_to_be_made(shop):
    """What is no partition is refused before anything is done, and so is what makes no sense."""
    prepare(shop, False)
    for arguments, words in (
            (("days", "--partition", "2024-4-4"), "marts.days: "),
            (("days", "--partition", "9998-01-01"), "has not begun yet"),
            (("days", "--partition", "2024-04-02..2024-04-01"), "the range goes back"),
            (("days", "--partition", "2024-04-02", "--partition", "2024-04-04"),
             'between "2024-04-02" and "2024-04-04" there are others'),
            (("regions", "--partition", "nort"), 'marts.regions: '),
            (("readings", "--partition", "2024-04-04"), "nothing that is selected"),
            (("days", "--full-refresh", "--partition", "2024-04-04"),
             "a full refresh makes all partitions")):
        output = run(shop, *arguments, status=2)
        assert words in output, output
    write_days(shop, False, sql=DAYS_SQL.replace("partition.start", "partition.key"))
    output = run(shop, "days", "--partition", "2024-04-03..2024-04-04", status=1)
    assert "partition.key" in output, output
    status, output = shop.run("show", "--sql", "days", "--partition", "2024-04-04")
    assert status == 0 and "'2024-04-04'" in output and "'2024-04-04 23:00:00'" in output, output


def mistakes(shop):
    """What is wrong with partitions is said where it stands."""
    prepare(shop, False)
    said = 'strategy = "partition"\npartitions = { by = "day", start = "2024-04-01", '
    by_day = 'partitions = { by = "day", start = "2024-04-01", column = "seen" }'
    for settings, problem in (
            (f'materialized = "view"\n{by_day}', '2:1: a view has no rows'),
            (f'materialized = "incremental"\nstrategy = "append"\n{by_day}',
             '3:1: strategy "append" only adds rows'),
            (f'materialized = "incremental"\nstrategy = "delete_insert"\nunique_key = "id"\n'
             f'{by_day}', '4:1: strategy "delete_insert" replaces rows by their keys'),
            ('materialized = "table"\npartitions = { by = "day", start = "2024-04-01" }',
             '2:1: column is missing'),
            (f'kind = "snapshot"\nunique_key = "id"\nchanged_at = "seen"\n'
             f'surrogate_key = "key"\n{by_day}', '5:1: a snapshot is one history'),
            (f'kind = "external"\n{by_day}', '2:1: what somebody else makes has no partitions'),
            (f'kind = "generator"\nfrom = {{ connection = "shop", table = "t" }}\n'
             f'into = {{ connection = "shop", table = "t" }}\n{by_day}',
             '4:1: a generator goes on where it ended'),
            (f'kind = "source"\nfrom = {{ connection = "shop", table = "readings", '
             f'cursor = "id" }}\n{by_day}', '3:1: a source of a table has no partitions'),
            (f'materialized = "incremental"\n{said}timezone = "Europe/Londn", column = "seen" }}',
             '3:'),
            (f'materialized = "incremental"\n{said}keys = ["a"], column = "seen" }}',
             'partitions have either by, or keys'),
            (f'materialized = "incremental"\n{said}columm = "seen" }}', 'did you mean "column"?'),
            (f'materialized = "incremental"\n{said}column = "seen" }}\nposition = "id"',
             'has no position'),
            ('materialized = "incremental"\nstrategy = "partition"', '2:'),
            ('materialized = "incremental"\nstrategy = "partition"\n'
             'partitions = { keys = ["a", "a"], column = "seen" }', '3:'),
            ('materialized = "incremental"\nstrategy = "partition"\n'
             'partitions = { by = "day", start = "soon", column = "seen" }', '"soon"')):
        write_days(shop, False, settings=settings)
        status, output = shop.run("check")
        assert status == 2, output
        assert f"assets/marts/days.toml:" in output and problem in output, output
    write_days(shop, False, sql=DAYS_SQL.replace("{{ ref('readings') }}",
                                                 "{{ new_rows(ref('readings')) }}"))
    status, output = shop.run("check")
    assert status == 2 and "days.sql:2:" in output, output
    assert "new_rows() has no place in a model that is made in partitions" in output, output


if __name__ == "__main__":
    main([one_after_another, without_one, tables, what_is_asked_for_leaves_the_rest_stale, keys,
          refused_rows, a_check_of_the_whole, dates, listed, not_to_be_made, mistakes])

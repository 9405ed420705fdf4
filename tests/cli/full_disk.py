#!/usr/bin/env python3
"""A disk that is really full (a small file system of this test's own), under the warehouse, the lake
and the run store: `aorta run` says so, what was published stands, and once there is room the next
run goes on, whether the disk had room again while the failed one still ran or after it."""

import json
import os
import re
import subprocess
import sys

from demo import Demo
from shop import Skipped, main

NAMESPACE = "AORTA_TEST_NAMESPACE"  # set: what this process mounts is seen by it alone
MIB = 1 << 20
LARGE = "select range as id, md5({0} || range::text) || md5(range || '{0}') as text from range(120000)"


class Disk:
    """A small file system at a folder, which is made."""

    def __init__(self, folder, size):
        if NAMESPACE not in os.environ:
            raise Skipped("this system lets nobody mount a file system of his own")
        self.folder = folder
        folder.mkdir(exist_ok=True)
        subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "aorta", folder], check=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        subprocess.run(["umount", "--lazy", self.folder], check=True)

    def resize(self, size):
        subprocess.run(["mount", "-o", f"remount,size={size}", self.folder], check=True)

    def used(self):
        about = os.statvfs(self.folder)
        return (about.f_blocks - about.f_bfree) * about.f_frsize


def warehouse(shop, room, words, is_late):
    """Not all of three large tables fit in a warehouse with this room: in its log, or in the
    checkpoint. The disk has room again when the run is over (is_late), or while a step is tried
    again."""
    with Disk(shop.folder / "small", 300 * MIB) as disk:
        text = (shop.folder / "pipeline.toml").read_text()
        shop.write("pipeline.toml", text.replace('"warehouse.duckdb"', '"small/warehouse.duckdb"'))
        for number in (1, 2, 3):
            shop.write(f"assets/marts/large{number}.sql", LARGE.format(number))
            shop.write(f"assets/marts/large{number}.toml", 'materialized = "table"\n')
        shop.write("assets/marts/large3.sql", "select 1 as id, 'old' as text")
        status, output = shop.run("run", "--quiet", "--exclude", "large1", "--exclude", "large2")
        assert status == 0, output
        shop.write("assets/marts/large3.sql", LARGE.format(3))
        disk.resize(disk.used() + room)
        run = shop.start("run", "--threads", "1", "large*")
        said = []
        for line in run.stdout:
            said.append(line)
            if line.startswith("retry") and not is_late:
                disk.resize(300 * MIB)
        failed = "".join(line for line in said if line.startswith(("retry", "failed  ")))
        assert (run.wait() == 0) == (not is_late), said
        assert re.search(words, failed), said
        assert "somebody else" not in failed, said
        disk.resize(300 * MIB)
        rows = {row["text"] for row in shop.query("select text from marts.large3 limit 2")}
        assert (rows == {"old"}) == is_late, rows
        status, output = shop.run("run", "--quiet")
        assert status == 0, output
        for number in (1, 2, 3):
            got = shop.query("select count(*) as n, count(distinct text) as texts "
                             f"from marts.large{number}")
            assert got == [{"n": 120_000, "texts": 120_000}], (number, got)
        assert shop.run("clean", "--rejected")[1].splitlines()[-1] == "(0 rows)"


def warehouse_log(shop):
    """The warehouse's log does not fit: the old table stands, and the next run has room."""
    warehouse(shop, 14 * MIB, r'Failed to commit: .*warehouse\.duckdb\.wal": No space left', True)


def warehouse_checkpoint_in_time(shop):
    """The warehouse's checkpoint does not fit, and there is room when the step is tried again."""
    warehouse(shop, 22 * MIB, r'create checkpoint .*warehouse\.duckdb": No space left', False)


class Small(Demo):
    """The demo's pipeline with very few users, as far as its raw readings."""

    def readings(self, instant):
        return self.run("run", "--quiet", "--var", "users=100", "--var", f"as_of={instant}",
                        "+heart_rate_stream")


def lake(shop):
    """The lake is full: what was in it stands, and with room every reading arrives once."""
    small = Small(shop.program)
    with small, Disk(small.folder / ".aorta", 200 * MIB), \
            Disk(small.folder / ".aorta" / "lake", 1200 * 1024) as disk:
        status, output = small.readings("2024-04-02T00:00:00Z")
        assert status == 0, output
        before = small.count("raw.heart_rate_stream")
        status, output = small.readings("2024-04-08T00:00:00Z")
        assert status == 1 and re.search(
            r"failed    lake\.heart_rate_lake .* write 'topics/.*': the disk of .*/lake is full",
            output), output
        assert small.count("raw.heart_rate_stream") == before
        disk.resize(20 * MIB)
        status, output = small.readings("2024-04-08T00:00:00Z")
        assert status == 0, output
        last = next(step for step in json.loads(small.run("runs", "last", "--json")[1])["assets"]
                    if step["asset"] == "generators.heart_rate_events")
        got = small.query("select count(*) as n, count(distinct (user_id, timestamp)) as readings "
                          "from raw.heart_rate_stream")[0]
        assert got == {"n": before + last["rows"], "readings": before + last["rows"]}, (got, last)


def run_store(shop):
    """The run store is full: nothing is begun, or the run is interrupted; the next goes on."""
    with Disk(shop.folder / ".aorta", 8 * MIB) as disk:
        status, output = shop.run("run", "--quiet")
        assert status == 0, output
        for number, room in enumerate((0, 48, 112)):
            shop.change_source(f"insert into orders values ({1000 + number}, 3, 400)")
            disk.resize(disk.used() + room * 1024)
            status, output = shop.run("run", "--quiet")
            assert status == 1, (room, output)
            assert re.search(r'^aorta: run store ".*/runs\.db": make room on its disk: ', output,
                             re.M), (room, output)
            disk.resize(8 * MIB)
            status, output = shop.run("run", "--quiet")
            assert status == 0, (room, output)
            got = shop.query("select count(*) as n, count(distinct id) as ids from raw.orders")[0]
            assert got == {"n": 5 + number, "ids": 5 + number}, (room, got)


def in_a_namespace():
    """Runs this file again where it may mount, if there is such a place."""
    for flags in (["--mount"], ["--user", "--map-root-user", "--mount"]):
        tried = subprocess.run(["unshare", *flags, "mount", "-t", "tmpfs", "aorta", "/mnt"],
                               stderr=subprocess.DEVNULL, check=False)
        if tried.returncode == 0:
            os.environ[NAMESPACE] = "1"
            os.execvp("unshare", ["unshare", *flags, sys.executable, "-B", *sys.argv])


if __name__ == "__main__":
    if NAMESPACE not in os.environ:
        in_a_namespace()
    main([warehouse_log, warehouse_checkpoint_in_time, lake, run_store])

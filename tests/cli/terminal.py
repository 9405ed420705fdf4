#!/usr/bin/env python3
"""What a run shows on a terminal, and that it shows none of that elsewhere."""

import os
import re
import signal
import time

from screen import Terminal
from shop import Gate, main, stopped_executor, wait_until

ENDLESS = "select count(*) as n from range(100000000000) where range % 7 = 8"
ROWS = 1200000
SGR = re.compile(rb"\033\[[0-9;]*m")
UP = re.compile(rb"\033\[[0-9]+A")


def add_endless(shop):
    shop.write("assets/marts/endless.sql", ENDLESS)
    shop.write("assets/marts/endless.toml", 'materialized = "table"')


def live(shop):
    """Running steps are drawn in place, at most ten times a second, and are gone at the end."""
    gate = Gate(shop)
    run = Terminal(shop, "run")
    first = float(run.wait_for(r"[-|/\\] raw\.orders +(\d+\.\d)s  source")[1])
    run.wait_for(r"1 of 5 steps done, 2 running, \d+\.\ds")
    assert "published seeds.countries" in run.screen.text(), run.screen.text()
    drawn, started = len(UP.findall(run.raw)), time.monotonic()
    later = run.wait_for(rf"raw\.orders +((?!{first})\d+\.[5-9])s")
    frames, seconds = len(UP.findall(run.raw)) - drawn, time.monotonic() - started
    assert float(later[1]) > first and frames <= seconds * 10 + 2, (frames, seconds)
    gate.open()
    assert run.finish() == 0, run.screen.text()
    shown = run.screen.text()
    assert "steps done" not in shown and not re.search(r"^[-|/\\] ", shown, re.M), shown
    assert re.search(r"published raw\.orders +4 rows  \d+\.\d\ds\n", shown), shown
    assert re.search(r"asset +kind +rows +time  checks\n", shown), shown
    assert re.search(r"succeeded in \d+\.\d\ds\n", shown), shown
    assert max(map(len, run.screen.rows)) <= 80 and not any(run.screen.goes_on), shown
    assert SGR.search(run.raw) and b"\033[?" not in run.raw, run.raw


def resized(shop):
    """A terminal that is made narrow, and wide again, shows each line once."""
    gate = Gate(shop)
    run = Terminal(shop, "run", columns=100)
    run.wait_for("1 of 5 steps done, 2 running")
    for columns in (100, 30, 21, 120):
        if columns != 100:
            run.resize(columns)
        was = len(UP.findall(run.raw))
        while len(UP.findall(run.raw)) < was + 3:
            assert run.read(), run.screen.text()
        shown = run.screen.text()
        assert len(re.findall(r"^[-|/\\] raw\.", shown, re.M)) == 2, (columns, shown)
        assert len(re.findall(r"^1 of 5 steps done", shown, re.M)) == 1, (columns, shown)
    gate.open()
    assert run.finish() == 0, run.screen.text()
    assert "steps done" not in run.screen.text(), run.screen.text()


def rows_and_rates(shop):
    """A load shows its rows and how many of them a second."""
    shop.change_source("with recursive n (i) as (select 1 union all select i + 1 from n"
                       " where i < 1500000) insert into customers select i + 100, 'x', 'GB' from n")
    run = Terminal(shop, "run", "customers")
    run.wait_for(r"[-|/\\] raw\.customers +\d+\.\ds +[0-9,]+ rows  [0-9,]+/s")
    assert run.finish() == 1, run.screen.text()  # no countries yet, to check against


def bars(shop):
    """Where it is known how much there is a bar says how much of it was read; it is cut to fit."""
    shop.write("pipeline.toml", (shop.folder / "pipeline.toml").read_text() +
               '\n[target.dev.connection.files]\nconnector = "file"\npath = "files"\n')
    shop.write("assets/raw/readings_of_all_watches.toml", 'kind = "source"\n[from]\n'
               'connection = "files"\nfiles = "*.json"\n[columns.user_id]\ntype = "bigint"\n')
    shop.write("files/a.json", '{"user_id":1,"heart_rate":60,"timestamp":5}\n' * ROWS)
    run = Terminal(shop, "run", "readings_of_all_watches", columns=100,
                   environment={"AORTA_FAULT": "source.state.before:1:stop"})
    line = r"[-|/\\] raw\.readings_of_all_watches +\d+\.\ds"
    part = run.wait_for(line + r"  \[(=*)>( *)\] +(\d+)% +([0-9,]+) rows")
    width, percent = len(part[1]) + 1 + len(part[2]), int(part[3])
    assert width == 24 and len(part[1]) == width * percent // 100 and percent < 100, part[0]
    rows = int(part[4].replace(",", ""))
    assert abs(rows / ROWS - percent / 100) < 0.1, part[0]

    # All is read, and not yet published. What does not fit is left out whole, a bar gets shorter.
    whole = rf"  \[={{24}}\] 100% +{ROWS:,} rows  [0-9,]+/s"
    for columns, rest in ((80, rf"  \[={{13}}\] 100%    {ROWS:,} rows"),
                          (70, rf" 100%    {ROWS:,} rows"), (50, " 100%"), (40, ""), (120, whole)):
        run.resize(columns)
        run.wait_for(rf"(?m){line}{rest}\n0 of 1 steps done, 1 running, \d+\.\ds$")
    os.kill(wait_until(lambda: stopped_executor(run.pid), "the executor stops"), signal.SIGCONT)
    assert run.finish() == 0, run.screen.text()
    shown = run.screen.text()
    assert "%" not in shown and re.search(rf"readings_of_all_watches +{ROWS:,} rows", shown), shown


def plain(shop):
    """NO_COLOR takes the colours only; a dumb terminal gets plain lines, as do files and pipes."""
    run = Terminal(shop, "run", environment={"NO_COLOR": "1"})
    assert run.finish() == 0, run.screen.text()
    assert not SGR.search(run.raw), run.raw
    for term in ("dumb", ""):
        run = Terminal(shop, "run", environment={"TERM": term})
        assert run.finish() == 0, run.screen.text()
        assert b"\033" not in run.raw, run.raw
        assert "succeeded in" in run.screen.text(), run.screen.text()
    for arguments in (["run"], ["run", "--json"], ["plan"], ["ls"]):
        status, output = shop.run(*arguments, environment={"TERM": "xterm"})
        assert status == 0 and output and "\033" not in output, output


def canceled(shop):
    """Ctrl-C says what happens now, the run ends canceled, and what was published is listed."""
    add_endless(shop)
    run = Terminal(shop, "run", "countries", "endless")
    run.wait_for(r"[-|/\\] marts\.endless +\d")
    run.wait_for(r"published seeds\.countries")
    run.type(b"\x03")
    run.wait_for("aorta: canceling; what is published stays; once more ends at once")
    assert run.finish() == 1, run.screen.text()
    shown = run.screen.text()
    assert re.search(r"^canceled  marts\.endless$", shown, re.M), shown
    assert re.search(r"^seeds\.countries +seed +3 ", shown, re.M), shown
    assert re.search(r"^canceled in ", shown, re.M), shown
    assert shop.query("select count(*) as n from seeds.countries") == [{"n": 3}]


def canceled_twice(shop):
    """Ctrl-C twice ends at once with 130, and the terminal is as it was."""
    add_endless(shop)
    run = Terminal(shop, "run", "endless")
    run.wait_for(r"[-|/\\] marts\.endless +\d")
    run.type(b"\x03\x03")
    assert run.finish() in (130, 1), run.screen.text()  # 1: it was over before the second
    assert b"\033[?" not in run.raw and run.raw.endswith(b"\n"), run.raw


if __name__ == "__main__":
    main([live, resized, rows_and_rates, bars, plain, canceled, canceled_twice])

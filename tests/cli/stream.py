#!/usr/bin/env python3
"""`aorta stream`: from a topic into the lake for as long as it is wanted, every record once."""

import json
import os
import shutil
import signal
import socket
import struct
import subprocess
import sys
import threading
from fcntl import F_DUPFD, fcntl
from pathlib import Path

from screen import Terminal
from shop import Shop, finish, kill_session, main, stopped_executor, wait_until

ROOT = Path(__file__).resolve().parents[2]
SIZE = ["--var", "users=900", "--var", "sessions_per_day=10", "--var", "edits=20"]
STAGES = [f"2024-04-01T{hour:02}:00:00Z" for hour in (4, 8, 12)]
EMBEDDED = 'embedded = true\ntopics = "hr-data-topic:6"'
FLUSH = 'flush = { records = 100000, size = "16MiB", interval = "1m" }'


class Broker:
    """The broker that is embedded elsewhere, as a process of its own: it outlives every daemon."""

    def __init__(self, program):
        self.control, theirs = socket.socketpair()
        high = fcntl(theirs.fileno(), F_DUPFD, 50)

        def give_sockets():
            os.dup2(high, 3)
            os.dup2(high, 4)

        self.process = subprocess.Popen([program, "server"], preexec_fn=give_sockets,
                                        pass_fds=(3, 4), start_new_session=True)
        os.close(high)
        theirs.close()
        order = json.dumps({"folder": "/", "connection": {
            "name": "broker", "module": str(program.parent / "connectors" / "kafka.so"),
            "options": [{"name": "topics", "text": "hr-data-topic:6"}]}}).encode()
        self.control.sendall(struct.pack("<IB", len(order), ord("q")) + order)
        size, kind = struct.unpack("<IB", self.control.recv(5, socket.MSG_WAITALL))
        assert kind == ord("h"), kind
        self.address = json.loads(self.control.recv(size, socket.MSG_WAITALL))["address"]

    def end(self):
        self.control.close()
        self.process.wait()


class Watches(Shop):
    """The repository's pipeline, with what it needs to be one of several on a broker and a lake."""

    def __init__(self, program, broker=None, lake=None):
        super().__init__(program)
        shutil.rmtree(self.folder / "assets")
        shutil.copytree(ROOT / "assets", self.folder / "assets")
        text = (ROOT / "pipeline.toml").read_text()
        if broker is not None:
            assert EMBEDDED in text
            text = text.replace(EMBEDDED,
                                f'brokers = "{broker.address}"\nsession_timeout = "4s"')
        if lake is not None:
            text = text.replace('".aorta/lake"', f'"{lake}"')
        self.write("pipeline.toml", text)
        asset = self.folder / "assets/lake/heart_rate_lake.toml"
        assert FLUSH in asset.read_text()
        asset.write_text(asset.read_text().replace(
            FLUSH, 'flush = { records = 400, size = "1MiB", interval = "500ms" }'))

    def produce(self, stage, *select):
        """Makes the stage's readings, and what they need."""
        status, output = self.run("run", *(select or ["+heart_rate_events"]), *SIZE, "--var",
                                  f"as_of={STAGES[stage]}")
        assert status == 0, output


def lake_of(folder):
    """Every record of the lake that a finished plan names, sorted."""
    records = []
    for plan in Path(folder).glob("topics/*/_plans/*/*.plan"):
        seal, entry = plan.with_suffix(".seal"), json.loads(plan.read_text())
        if not seal.exists() or json.loads(seal.read_text())["outcome"] != "done":
            continue
        for item in entry.get("objects", []):
            year, month, day, hour = item["hour"].replace("T", "-").split("-")
            path = (f"topics/{entry['topic']}/year={year}/month={month}/day={day}/hour={hour}/"
                    f"{entry['topic']}+{entry['partition']}+{item['first']:010d}.json")
            lines = (Path(folder) / path).read_text().splitlines()
            assert len(lines) == item["count"], path
            records += lines
    return sorted(records)


def reference(shop):
    """What a lake holds when nothing is killed: by runs, with their own brokers."""
    with Watches(shop.program) as quiet:
        for stage in range(len(STAGES)):
            quiet.produce(stage, "+heart_rate_lake")
        return lake_of(quiet.folder / ".aorta/lake")


def records_of(process, at_least):
    """Reads events until the stream has so many records in the lake."""
    for line in process.stdout:
        event = json.loads(line) if line.startswith("{") else {}
        if event.get("type") == "progress" and event.get("rows", 0) >= at_least:
            return event
    raise AssertionError("the stream has ended")


def every_record_once(shop):
    """A stream that is killed while a producer writes, and started again, brings each record once."""
    broker = Broker(shop.program)
    lake = shop.folder / "lake"
    failures = []

    def produce():
        try:
            for stage in range(len(STAGES)):
                producer.produce(stage)
        except AssertionError as failure:
            failures.append(failure)

    with Watches(shop.program, broker, lake) as producer, \
            Watches(shop.program, broker, lake) as consumer, \
            Watches(shop.program, broker, lake) as partner:
        thread = threading.Thread(target=produce)
        killed = consumer.start("stream", "heart_rate_lake", "--json")
        thread.start()
        records_of(killed, 1)
        kill_session(killed.pid)
        stream = consumer.start("stream", "heart_rate_lake", "--json")
        beside = partner.start("stream", "heart_rate_lake", "--json")
        thread.join()
        assert not failures, failures
        wanted = reference(shop)
        assert len(wanted) > 2000, len(wanted)
        wait_until(lambda: len(lake_of(lake)) >= len(wanted), "the stream has caught up")
        for process, ending in ((stream, signal.SIGTERM), (beside, signal.SIGINT)):
            os.kill(process.pid, ending)
            status, output = finish(process)
            assert status == 0 and '"state":"succeeded"' in output, output
        got = lake_of(lake)
        assert got == wanted, (len(got), len(wanted), len(set(got) ^ set(wanted)))
        assert [state for state, _ in consumer.runs()] == ["interrupted", "succeeded"]
        status, output = consumer.run("stream", "heart_rate_lake", "--until-idle", "--json")
        assert status == 0 and '"state":"fresh"' in output, output
    broker.end()


def stopped_at(shop, point, pattern, *arguments):
    """Runs it on a terminal, which shows the pattern while the executor stands still at the point;
    what the terminal shows at the end."""
    run = Terminal(shop, *arguments, environment={"AORTA_FAULT": f"{point}:1:stop"})
    executor = wait_until(lambda: run.read(0) and stopped_executor(run.pid), f"a stop at {point}")
    run.wait_for(pattern)
    os.kill(executor, signal.SIGCONT)
    assert run.finish() == 0, run.screen.text()
    return run.screen.text()


def ends(shop):
    """A stream ends when it is idle, when its time is over, and by Ctrl-C with what it has read."""
    broker = Broker(shop.program)
    with Watches(shop.program, broker) as both:
        asset = both.folder / "assets/lake/heart_rate_lake.toml"
        asset.write_text(asset.read_text().replace('"500ms"', '"1h"').replace("400", "1000000"))
        shown = stopped_at(both, "generator.flush.before", r"generators\.heart_rate_events +\d+\.\ds"
                           r"  \[=+\] 100% +[0-9,]+ rows", "run", "+heart_rate_events", *SIZE,
                           "--var", f"as_of={STAGES[0]}")
        assert "succeeded in" in shown, shown
        shown = stopped_at(both, "sink.plan.put.before", r"lake\.heart_rate_lake +\d+\.\ds"
                           r"  \[ +\]   0%  0 records  lag [0-9,]+", "stream", "heart_rate_lake",
                           "--until-idle")
        first = len(lake_of(both.folder / ".aorta/lake"))
        assert first > 100 and f"{first:,} rows" in shown, shown
        both.produce(1)
        stream = both.start("stream", "heart_rate_lake", "--json")
        wait_for_watermark(stream)
        os.kill(stream.pid, signal.SIGINT)
        status, output = finish(stream)
        assert status == 0, output
        assert "ending; what was read is written; once more ends at once" in output, output
        second = len(lake_of(both.folder / ".aorta/lake"))
        assert second > first, (first, second)
        both.produce(2)
        screen = Terminal(both, "stream", "heart_rate_lake")
        screen.wait_for(r"[-|/\\] lake\.heart_rate_lake +\d+\.\ds +[\d,]+ records  lag [\d,]+"
                        r"  up to 2024-04-01T\d\d:")
        screen.type(b"\x03")
        assert screen.finish() == 0, screen.screen.text()
        assert "aorta: ending; what was read is written" in screen.screen.text()
        assert len(lake_of(both.folder / ".aorta/lake")) > second, second
        status, output = both.run("stream", "heart_rate_lake", "--for", "300ms", "--json")
        assert status == 0 and '"state":"succeeded"' in output, output
        status, output = both.run("stream", "--for", "soon", "heart_rate_lake")
        assert status == 2 and '--for wants a time like 30s, 5m or 2h, not "soon"' in output
        status, output = both.run("stream", "fct_heart_rates")
        assert status == 2 and "marts.fct_heart_rates is a model: aorta stream runs" in output
        status, output = both.run("stream")
        assert status == 2 and "stream wants the name of a stream" in output
    broker.end()


def wait_for_watermark(process):
    """Until records were read, of which none is in the lake yet."""
    for line in process.stdout:
        event = json.loads(line) if line.startswith("{") else {}
        if event.get("watermark"):
            assert event["watermark"].startswith("2024-04-01T") and event["lag"] > 0, event
            return
    raise AssertionError("the stream has ended")


if __name__ == "__main__":
    sys.argv[1] = str(Path(sys.argv[1]).resolve())
    main([every_record_once, ends])

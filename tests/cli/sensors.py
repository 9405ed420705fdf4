#!/usr/bin/env python3
"""Sensors of `aorta serve`: what is new makes one run, whoever dies; what is not new makes none."""

import json
import signal
import threading
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from serving import Served, change, rows
from shop import Gate, main, wait_until
from stream import Watches

SECRET, PATH = "sn-4Vq8/zT+x9", "sp-7Kw2Jm"


def sensor(name, kind, more="", select="countries", every="100ms"):
    return (f'\n[sensor.{name}]\nkind = "{kind}"\nselect = "{select}"\nevery = "{every}"\n'
            f"{more}\n")


FILE = sensor("done", "file", 'path = "inbox/done"')


def runs(shop, name):
    """The runs of a sensor, the oldest first."""
    return [run for run, in rows(shop, "select id from runs where trigger = ? order by id",
                                 f"sensor:{name}")]


def kept(shop, name):
    """What the store has of a sensor."""
    found = rows(shop, "select cursor, pending, run_id, failures, error, fired_us from sensors "
                 "where name = ?", name)
    names = ("cursor", "pending", "run", "failures", "error", "fired")
    return dict(zip(names, found[0] if found else [None] * len(names)))


def wait_begun(shop, *names):
    """Waits for first looks, which make no run."""
    for name in names:
        wait_until(lambda: kept(shop, name)["cursor"], f"{name} has looked")


def wait_runs(shop, name, count):
    """Waits until it has made so many runs, which have succeeded. Never more."""
    wait_until(lambda: len(runs(shop, name)) >= count, f"{count} runs of {name}")
    wait_until(lambda: not rows(shop, "select 1 from runs where trigger = ? and state <> 'succeeded'",
                                f"sensor:{name}"), f"the runs of {name} succeed")
    found = runs(shop, name)
    assert len(found) == count, found
    assert kept(shop, name)["run"] == found[-1], kept(shop, name)
    return found


def see(shop, name):
    """The sensor as the command shows it."""
    status, output = shop.run("sensors", name, "--json")
    assert status == 0, output
    return json.loads(output)


def get(served, path):
    with urllib.request.urlopen(served.url + path, timeout=60) as answer:
        return answer.read().decode()


def ask(served, path):
    return json.loads(get(served, path))


def looks_of(served, name):
    wanted = f'aorta_sensor_looks_total{{sensor="{name}"}} '
    return next(float(line[len(wanted):]) for line in get(served, "/metrics").splitlines()
                if line.startswith(wanted))


def wait_looks(served, name, count):
    """Waits until it has looked so many times more."""
    before = looks_of(served, name)
    wait_until(lambda: looks_of(served, name) >= before + count, f"{count} looks of {name}")


def end(served):
    """Whatever is under way is let go of."""
    assert served.end() == 0, served.said


def arrive(shop, text):
    """At once: what is seen empty first is new twice."""
    shop.write("inbox/written", text)
    (shop.folder / "inbox/written").rename(shop.folder / "inbox/done")


def a_file(shop):
    """A file that comes or changes is a run; one that was there, or goes, is none."""
    arrive(shop, "1")
    with Served(shop, more=FILE) as served:
        wait_begun(shop, "done")
        wait_looks(served, "done", 2)
        assert not runs(shop, "done")
        arrive(shop, "22")
        wait_runs(shop, "done", 1)
        (shop.folder / "inbox/done").unlink()
        wait_until(lambda: kept(shop, "done")["cursor"] == "-", "it is gone")
        arrive(shop, "22")
        wait_runs(shop, "done", 2)
        end(served)
        arrive(shop, "while nobody looked")
        served.start()
        wait_runs(shop, "done", 3)
        wait_looks(served, "done", 2)
        assert len(runs(shop, "done")) == 3
        end(served)


def a_query(shop):
    """Another first value of a query is a run; a query that fails says why, and makes none."""
    with Served(shop, more=sensor("orders", "query", 'connection = "shop"\n'
                                  'sql = "select max(id) from orders"') +
                sensor("empty", "query", 'connection = "warehouse"\nsql = "select 1 where false"')
                + sensor("wrong", "query", 'connection = "shop"\nsql = "delete from orders"')) as served:
        wait_begun(shop, "orders", "empty")
        assert kept(shop, "orders")["cursor"] == "=13", kept(shop, "orders")
        assert kept(shop, "empty")["cursor"] == "-"
        shop.change_source("update orders set cents = cents + 1 where id = 13")
        wait_looks(served, "orders", 2)
        assert not runs(shop, "orders")
        shop.change_source("insert into orders (id, customer_id, cents) values (50, 1, 100)")
        wait_runs(shop, "orders", 1)
        assert kept(shop, "orders")["cursor"] == "=50"
        wait_until(lambda: kept(shop, "wrong")["failures"] > 1, "what fails is tried again")
        assert "DELETE" in kept(shop, "wrong")["error"].upper(), kept(shop, "wrong")
        assert kept(shop, "wrong")["cursor"] is None and not runs(shop, "wrong")
        said = "".join(served.said).count("sensor wrong: ")
        assert said == 1, "the same is said once"
        state = see(shop, "wrong")
        assert state["state"] == "failing" and state["error"] == kept(shop, "wrong")["error"], state
        end(served)


def objects(shop):
    """A new or another object is a run; that one is removed is none."""
    lake = '\n[target.dev.connection.lake]\nconnector = "file"\npath = "lake"\n'
    shop.write("lake/in/a.json", "{}")
    with Served(shop, more=lake + sensor("landing", "objects", 'connection = "lake"\n'
                                         'files = ["in/**/*.json", "in/b/*"]')) as served:
        wait_begun(shop, "landing")
        shop.write("lake/in/a.txt", "no pattern means it")
        wait_looks(served, "landing", 2)
        assert not runs(shop, "landing")
        shop.write("lake/in/b/c.json", "{}")
        wait_runs(shop, "landing", 1)
        assert kept(shop, "landing")["cursor"].startswith("2 ")
        (shop.folder / "lake/in/a.json").unlink()
        wait_until(lambda: kept(shop, "landing")["cursor"].startswith("1 "), "one is removed")
        shop.write("lake/in/b/c.json", "[]")
        wait_runs(shop, "landing", 2)
        end(served)


def lag(shop):
    """Records that wait are a run when they are more than so many; the same ones once."""
    more = 'stream = "heart_rate_lake"\nmore_than = {}\npaused = true'
    with Watches(shop.program) as watches, Served(watches, more="".join(
            sensor(name, "lag", more.format(most), "country_codes")
            for name, most in (("behind", 10), ("far", 10**8)))) as served:
        assert watches.run("pause", "stream:heart_rate_lake")[0] == 0
        for stage in (1, 2):
            watches.produce(stage - 1)
            for name in ("behind", "far"):
                assert watches.run("resume", f"sensor:{name}")[0] == 0
            wait_runs(watches, "behind", stage)
            wait_looks(served, "behind", 2)
            wait_looks(served, "far", 2)
            assert len(runs(watches, "behind")) == stage
            assert watches.run("pause", "sensor:behind")[0] == 0
        assert not runs(watches, "far") and kept(watches, "far")["cursor"] is None
        end(served)


class Site:
    """Answers GETs: `answer` is (status, headers, body); what was asked is kept. Without gate nobody
    is answered."""

    def __init__(self):
        self.asked, self.answer, self.gate = [], (200, {}, b"1"), threading.Event()
        self.gate.set()
        site = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                site.asked.append((self.path, dict(self.headers.items())))
                site.gate.wait(60)
                status, headers, body = site.answer
                try:
                    self.send_response(status)
                    for name, value in headers.items():
                        self.send_header(name, value)
                    self.send_header("content-length", str(len(body)))
                    self.end_headers()
                    self.wfile.write(body)
                except OSError:
                    pass  # whoever asked wants no more

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()


def http(shop):
    """Another body, tag, or value that a pointer means is a run; secrets go nowhere else."""
    site, other = Site(), Site()
    more = 'url = "{}"\nheaders = {{ Authorization = "env:SITE_TOKEN", accept = "*/*" }}\n{}'
    environment = {"SITE_TOKEN": "Bearer " + SECRET, "BODY_URL": f"{site.url}/{PATH}"}
    with Served(shop, environment, sensor("body", "http", more.format("env:BODY_URL", "")) +
                sensor("version", "http", more.format(site.url + "/v", 'pointer = "/a~1b/1"'))
                ) as served:
        site.answer = (200, {}, b'{"a/b": [0, 1], "other": 0}')
        wait_until(lambda: (kept(shop, "version")["cursor"] or "").startswith("json "), "a value")
        wait_until(lambda: kept(shop, "body")["cursor"], "a body")
        before = len(runs(shop, "version"))
        site.answer = (200, {}, b'{"a/b": [0, 1], "other": 1}')
        wait_until(lambda: len(runs(shop, "body")) > 0, "another body")
        assert len(runs(shop, "version")) == before
        site.answer = (200, {}, b'{"a/b": [0, {"x": 2}], "other": 1}')
        wait_runs(shop, "version", before + 1)
        assert kept(shop, "version")["cursor"] == 'json {"x":2}'
        assert site.asked[-1][1]["Authorization"] == "Bearer " + SECRET
        site.answer = (302, {"location": other.url + "/elsewhere"}, b"")
        wait_until(lambda: "another host" in (kept(shop, "body")["error"] or ""), "no redirect")
        assert any(PATH in path for path, _ in site.asked)
        assert not other.asked
        told = get(served, "/api/v1/sensors") + get(served, "/metrics")
        end(served)
        told += "".join(served.said) + shop.run("sensors")[1] + shop.run("sensors", "body")[1]
        told += (shop.folder / ".aorta/runs.db").read_bytes().decode(errors="replace")
        assert SECRET not in told and PATH not in told, told


def http_limits(shop):
    """A tag is enough, a huge body is none, and who hangs is given up; all go on later."""
    site = Site()
    site.answer = (200, {"ETag": '"one"'}, b"x" * (3 << 20))
    with Served(shop, more=sensor("page", "http", f'url = "{site.url}/page"\ntimeout = "500ms"')
                ) as served:
        wait_begun(shop, "page")
        assert kept(shop, "page")["cursor"] == 'etag "one"'
        wait_until(lambda: len(site.asked) > 2, "more looks")
        assert site.asked[-1][1]["If-None-Match"] == '"one"'
        site.answer = (304, {}, b"")
        wait_looks(served, "page", 2)
        assert not runs(shop, "page")
        site.answer = (200, {}, b"x" * (3 << 20))
        wait_until(lambda: "larger than" in (kept(shop, "page")["error"] or ""), "a huge body")
        site.answer = (500, {}, b"")
        wait_until(lambda: "HTTP 500" in (kept(shop, "page")["error"] or ""), "a broken site")
        site.gate.clear()
        wait_until(lambda: "out was reached" in (kept(shop, "page")["error"] or "") or
                   "longer than" in (kept(shop, "page")["error"] or ""), "a site that hangs")
        assert not runs(shop, "page")
        site.answer = (200, {"ETag": '"two"'}, b"")
        site.gate.set()
        shop.write("pipeline.toml", (shop.folder / "pipeline.toml").read_text() + "# again\n")
        served.reload()  # looks at once
        wait_runs(shop, "page", 1)
        assert kept(shop, "page")["error"] is None
        assert site.asked[0][1].get("If-None-Match") is None
        end(served)


def runs_and_assets(shop):
    """The end of a run, or of an asset in one, is a run, also of one that nobody saw."""
    both = 'on = ["succeeded", "failed"]'
    with Served(shop, more=sensor("after", "run", 'asset = "raw.orders"', every="1h") +
                sensor("broken", "run", 'on = "failed"', every="1h") +
                sensor("nightly", "run", 'schedule = "nightly"\n' + both, every="1h") +
                '[schedule.nightly]\ncron = "@yearly"\nselect = "countries"\n') as served:
        wait_begun(shop, "after", "broken", "nightly")
        assert shop.run("run", "countries")[0] == 0
        assert shop.run("run", "orders")[0] == 0
        wait_runs(shop, "after", 1)
        assert shop.run("tick", "schedule:nightly")[0] == 0
        wait_runs(shop, "nightly", 1)
        end(served)
        shop.write("assets/marts/broken.sql", "select nothing from nowhere")
        assert shop.run("run", "broken")[0] == 1
        served.start()
        wait_runs(shop, "broken", 1)
        assert [len(runs(shop, name)) for name in ("after", "nightly")] == [1, 1]
        end(served)


def minimum_gap(shop):
    """What is found within the gap is a run when it is over, whatever has gone meanwhile."""
    with Served(shop, more=FILE + 'minimum_gap = "1h"\n') as served:
        wait_begun(shop, "done")
        arrive(shop, "1")
        wait_runs(shop, "done", 1)
        arrive(shop, "22")
        wait_until(lambda: kept(shop, "done")["pending"], "it is pending")
        (shop.folder / "inbox/done").unlink()
        wait_until(lambda: kept(shop, "done")["pending"] == "-", "it is gone")
        assert see(shop, "done")["state"] == "pending"
        assert len(runs(shop, "done")) == 1
        served.end(signal.SIGKILL)
        served.start()
        wait_looks(served, "done", 2)
        assert len(runs(shop, "done")) == 1, "the gap is forgotten"
        served.end(signal.SIGKILL)
        change(shop, "update sensors set fired_us = fired_us - 3600000000")
        served.start()
        wait_runs(shop, "done", 2)
        assert kept(shop, "done")["pending"] is None and kept(shop, "done")["cursor"] == "-"
        end(served)


def one_run_at_a_time(shop):
    """What is found while its run is at work is one more run when that has ended."""
    gate = Gate(shop)
    with Served(shop, more=FILE.replace('"countries"', '"orders"')) as served:
        wait_begun(shop, "done")
        arrive(shop, "1")
        wait_until(lambda: rows(shop, "select 1 from steps where state = 'running'"), "a step")
        for text in ("22", "333"):
            arrive(shop, text)
            wait_looks(served, "done", 2)
        assert len(runs(shop, "done")) == 1 and kept(shop, "done")["pending"]
        gate.open()
        wait_runs(shop, "done", 2)
        end(served)


def pauses(shop):
    """A paused sensor looks at nothing; what has changed is found when it is resumed."""
    with Served(shop, more=FILE) as served:
        wait_begun(shop, "done")
        assert shop.run("pause", "sensor:done") == (0, "sensor:done is paused\n")
        arrive(shop, "1")
        end(served)
        served.start()
        assert see(shop, "done")["paused"] and see(shop, "done")["state"] == "paused"
        status, output = shop.run("tick", "sensor:done")
        assert status == 0 and runs(shop, "done") == [output.strip()], output
        wait_runs(shop, "done", 1)
        assert kept(shop, "done")["cursor"] == "-" and looks_of(served, "done") == 0
        assert shop.run("resume", "sensor:done") == (0, "sensor:done is resumed\n")
        wait_runs(shop, "done", 2)
        actions = [action for action, in rows(shop, "select action from audit order by id")]
        assert actions == ["pause", "run", "resume"], actions
        end(served)


def dies(shop, point):
    with Served(shop, {"AORTA_FAULT": point}, FILE) as served:
        wait_begun(shop, "done")
        before = kept(shop, "done")["cursor"]
        arrive(shop, "1")
        assert served.wait_end() == -signal.SIGKILL
        known = kept(shop, "done")
        count = len(runs(shop, "done"))
        if known["pending"] or count:  # then it is known, wherever the file is by now
            (shop.folder / "inbox/done").unlink()
        served.start()
        wait_runs(shop, "done", 1)
        wait_looks(served, "done", 2)
        assert len(runs(shop, "done")) == 1
        return before, known, count


def dies_before_the_run_is_written(shop):
    """A daemon that dies before the run is committed leaves what was found to the next one."""
    before, known, count = dies(shop, "daemon.sensor.before")
    assert count == 0 and known["cursor"] == before and not known["run"], known


def dies_after_the_run_is_written(shop):
    """A run that is committed is not asked for again, and is taken up."""
    before, known, count = dies(shop, "daemon.sensor.after")
    assert count == 1 and known["cursor"] != before and known["run"] and not known["pending"], known


def is_refused(shop):
    """A run that is refused is asked for again when the files are other ones; nothing is lost."""
    with Served(shop, more=FILE + "vars = { least_cents = 7 }\n") as served:
        wait_begun(shop, "done")
        shop.write("assets/marts/broken.sql", "select {{ ref('nowhere') }}")
        arrive(shop, "1")
        wait_until(lambda: "nowhere" in (kept(shop, "done")["error"] or ""), "a refusal")
        assert kept(shop, "done")["pending"] and not runs(shop, "done")
        assert ask(served, "/api/v1/sensors/done")["state"] == "failing"
        (shop.folder / "assets/marts/broken.sql").unlink()
        wait_runs(shop, "done", 1)
        assert kept(shop, "done")["error"] is None
        end(served)


def reloads(shop):
    """Sensors come, go and change with the file; one that looks at the same keeps its cursor."""
    with Served(shop, more=FILE) as served:
        text = (shop.folder / "pipeline.toml").read_text()
        wait_begun(shop, "done")
        shop.write("pipeline.toml", text.replace('"100ms"', '"1h"') +
                   FILE.replace("done", "other"))
        served.reload()
        wait_begun(shop, "other")
        shop.write("inbox/other", "1")
        wait_runs(shop, "other", 1)
        arrive(shop, "1")
        shop.write("pipeline.toml", text)  # it looks at the same, and at once
        served.reload()
        wait_runs(shop, "done", 1)
        wait_until(lambda: not kept(shop, "other")["cursor"], "the other is forgotten")
        shop.write("pipeline.toml", text.replace("inbox/done", "inbox/new"))
        served.reload()
        wait_until(lambda: kept(shop, "done")["cursor"] == "-", "it begins anew")
        assert len(runs(shop, "done")) == 1
        end(served)


if __name__ == "__main__":
    main([a_file, a_query, objects, lag, http, http_limits, runs_and_assets, minimum_gap,
          one_run_at_a_time, pauses, dies_before_the_run_is_written,
          dies_after_the_run_is_written, is_refused, reloads])

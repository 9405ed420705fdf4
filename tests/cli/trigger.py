#!/usr/bin/env python3
"""`aorta trigger`: a run asked for from elsewhere, as CI does it."""

import json
import signal
import socket
import subprocess
import threading
import xml.etree.ElementTree as ElementTree
from pathlib import Path

from serving import Served, rows, wait_for
from shop import main

SLOW = "select count(*) as n from range(100000000000) where range % 7 = 8"


def done(shop):
    """With --wait it shows the run and exits as it ends; without it prints the run's id."""
    url = Served(shop).url
    status, output = shop.run("trigger", "--url", url, "--wait")
    assert status == 0 and "succeeded in" in output and "marts.sales" in output, output
    status, output = shop.run("trigger", "countries", "--url", url)
    assert status == 0, output
    run = output.strip()
    wait_for("its end", lambda: rows(
        shop, f"select state from runs where id = '{run}'") == [("succeeded",)])
    assert rows(shop, "select selection, trigger from runs order by id") == [
        ("", "api"), ("countries", "api")]


def counted(suite):
    """What the suite says of its cases, which is what they are."""
    said = {name: int(suite.get(name)) for name in ("tests", "failures", "errors", "skipped")}
    are = {name: len(suite.findall(f"testcase/{name.removesuffix('s')}"))
           for name in ("failures", "errors")}
    assert said == {**are, "skipped": len(suite.findall("testcase/skipped")), "tests": len(suite)}
    return said


def failed(shop):
    """A step or check that fails is exit status 1 and a failure in the JUnit file; refusals are 2."""
    shop.write("assets/marts/bad.sql", "select 'a<b&c' as word, nothing from {{ ref('countries') }}")
    shop.write("assets/marts/after.sql", "select * from {{ ref('bad') }}")
    shop.change_source("update orders set cents = -5 where id = 10")
    url = Served(shop).url
    status, output = shop.run("trigger", "--url", url, "--junit", "report.xml")
    assert status == 1 and "failed" in output, output
    suite = ElementTree.parse(shop.folder / "report.xml").getroot().find("testsuite")
    cases = {(case.get("classname"), case.get("name")): case for case in suite}
    assert cases["seed", "seeds.countries"].find("failure") is None
    assert '"nothing" not found' in cases["model", "marts.bad"].find("failure").get("message")
    assert "marts.bad failed" in cases["model", "marts.after"].find("skipped").get("message")
    found = counted(suite)
    assert found["failures"] > 0 and found["skipped"] > 0 and found["errors"] == 0, output
    assert cases["model", "marts.bad"].find("failure").get("type") == "config"
    check = next(case for (asset, name), case in cases.items()
                 if asset == "raw.orders" and "cents" in name)
    assert check.find("failure").get("message") == "1 rows do not pass"
    assert check.find("failure").get("type") == "check"
    shop.write("assets/marts/bad.sql", "select error(chr(27) || '<&>\"' || chr(65534) || chr(65535) || '€')")
    shop.write("assets/marts/bad.toml", 'materialized = "table"\n')
    status, output = shop.run("trigger", "bad", "--url", url, "--junit", "report.xml")
    suite = ElementTree.parse(shop.folder / "report.xml").getroot().find("testsuite")
    assert suite.find("testcase/failure").get("message").endswith('?<&>"??€'), output
    assert float(suite.get("time")) >= float(suite.find("testcase").get("time")) > 0, output
    status, output = shop.run("trigger", "nobody", "--url", url)
    assert status == 2 and "422" in output and "nobody" in output, output


def refused(shop):
    """What cannot be: no daemon, no such address, a token on the command line, a wrong one."""
    closed = socket.socket()
    closed.bind(("127.0.0.1", 0))
    status, output = shop.run("trigger", "--url", f"http://127.0.0.1:{closed.getsockname()[1]}")
    assert status == 1 and "onnect" in output, output
    closed.close()
    status, output = shop.run("trigger", "--url", "ftp://127.0.0.1")
    assert status == 2 and "is no address of a daemon" in output, output
    status, output = shop.run("trigger", "--token", "abc", "--url", "http://127.0.0.1:1")
    assert status == 2 and "say env:NAME or file:PATH" in output, output
    status, output = shop.run("token", "create", "--name", "ci", "--role", "operator")
    assert status == 0, output
    token = next(word for word in output.split() if word.startswith("aorta_"))
    url = Served(shop).url
    status, output = shop.run("trigger", "countries", "--wait", "--url", url)
    assert status == 2 and "401" in output, output
    shop.write("token", token + "\n")
    status, output = shop.run("trigger", "countries", "--wait", "--url", url,
                              "--token", "file:token")
    assert status == 0, output
    status, output = shop.run("trigger", "countries", "--wait", "--url", url,
                              environment={"AORTA_TOKEN": token})
    assert status == 0 and token not in output, output
    assert rows(shop, "select distinct actor from runs") == [("token:ci",)]


def once(shop):
    """An answer that was lost is asked for again, and is the same run; so is the same key."""
    url = Served(shop).url
    host, port = url.removeprefix("http://").split(":")
    lossy = socket.create_server(("127.0.0.1", 0))

    def relay():
        """The first request arrives, its answer does not; the rest is passed on."""
        lost = False
        while True:
            try:
                client, _ = lossy.accept()
            except OSError:
                return
            request = client.recv(65536)
            with socket.create_connection((host, int(port))) as server:
                server.sendall(request)
                answer = server.recv(65536)
                if lost:
                    client.sendall(answer)
                lost = True
            client.close()

    thread = threading.Thread(target=relay, daemon=True)
    thread.start()
    status, output = shop.run("trigger", "countries", "--url",
                              f"http://127.0.0.1:{lossy.getsockname()[1]}")
    assert status == 0, output
    lossy.close()
    assert rows(shop, "select id from runs") == [(output.strip(),)]
    first = shop.run("trigger", "countries", "--key", "build-7", "--url", url)
    again = shop.run("trigger", "countries", "--key", "build-7", "--url", url)
    assert first == again and first[0] == 0, (first, again)
    status, output = shop.run("trigger", "customers", "--key", "build-7", "--url", url)
    assert status == 2 and "409" in output and "another request" in output, output
    assert rows(shop, "select count(*) from runs") == [(2,)]


def over_a_death(shop):
    """Who waits goes on waiting when the daemon dies and comes back; a key outlives it, too."""
    shop.write("assets/marts/slow.sql", SLOW)
    shop.write("assets/marts/slow.toml", 'materialized = "table"\n')
    served = Served(shop)
    url = served.url
    waiting = shop.start("trigger", "slow", "--key", "k", "--wait", "--url", url)
    wait_for("the slow step", lambda: rows(
        shop, "select state from steps where asset = 'marts.slow'") == [("running",)])
    served.end(signal.SIGKILL)
    shop.write("assets/marts/slow.sql", "select 1 as n")
    second = Served(shop, address=url.removeprefix("http://"))
    output, _ = waiting.communicate(timeout=120)
    assert waiting.returncode == 0 and "succeeded" in output, output
    status, output = shop.run("trigger", "slow", "--key", "k", "--url", second.url)
    assert status == 0 and rows(shop, "select id from runs") == [(output.strip(),)], output


def late(shop):
    """--timeout: it stops waiting, says where to look, and the run goes on; what is not over is an
    error in the JUnit file."""
    shop.write("assets/marts/slow.sql", SLOW)
    shop.write("assets/marts/slow.toml", 'materialized = "table"\n')
    url = Served(shop).url
    shop.write("assets/marts/after.sql", "select * from {{ ref('slow') }}")
    status, output = shop.run("trigger", "slow+", "--timeout", "1s", "--url", url,
                              "--junit", "report.xml")
    assert status == 1 and "is not over yet" in output, output
    assert rows(shop, "select state from runs") == [("running",)]
    suite = ElementTree.parse(shop.folder / "report.xml").getroot().find("testsuite")
    assert counted(suite) == {"tests": 2, "failures": 0, "errors": 2, "skipped": 0}
    states = {case.get("name"): case.find("error").get("type") for case in suite}
    assert states["marts.after"] == "queued" and states["marts.slow"] in ("queued", "running"), states


def left(shop):
    """Who waits is told at once which run it is, and at Ctrl-C that it goes on, and how it ends."""
    shop.write("assets/marts/slow.sql", SLOW)
    shop.write("assets/marts/slow.toml", 'materialized = "table"\n')
    url = Served(shop).url
    for number in (signal.SIGINT, signal.SIGTERM):
        with open(shop.folder / "said", "w+", encoding="utf-8") as said:
            waiting = subprocess.Popen(
                [shop.program, "trigger", "slow", "--wait", "--json", "--url", url],
                cwd=shop.folder, env=shop.environment(), stdout=subprocess.PIPE, stderr=said,
                text=True, start_new_session=True)
            shop.sessions.append(waiting)
            first = json.loads(waiting.stdout.readline())
            run = rows(shop, "select id from runs order by id desc limit 1")[0][0]
            assert first["type"] == "accepted" and Path(said.name).read_text() == f"aorta: run {run}\n"
            waiting.send_signal(number)
            waiting.communicate(timeout=60)
        assert waiting.returncode == -number, "it ends by the signal, as a shell wants to know"
        assert Path(said.name).read_text().splitlines()[1:] == [
            f"aorta: run {run} goes on: aorta logs {run} --follow shows it, "
            f"aorta cancel {run} ends it"]
        state = rows(shop, f"select state from runs where id = '{run}'")[0][0]
        assert state in ("queued", "running"), state
        status, output = shop.run("cancel", run)
        assert status == 0, output
        status, output = shop.run("logs", run, "--follow")
        assert "canceled" in output, output


if __name__ == "__main__":
    main([done, failed, refused, once, over_a_death, late, left])

"""`aorta serve` in the shop, as tests start it, kill it and look at its run store."""

import json
import os
import signal
import sqlite3
import tempfile
import urllib.request

from shop import WAIT_SECONDS, wait_until


def wait_for(what, condition):
    """Waits until the condition gives something true, and gives that."""
    return wait_until(condition, what)


class Ended(AssertionError):
    """The daemon ended when it should not have."""


class Served:
    """A daemon that stays, in as many lives as it is given. As a context it is ended at last; if it
    is none, the shop's end is its own."""

    def __init__(self, shop, environment=None, more="", may_die=False, address="127.0.0.1:0"):
        """Starts it with `more` behind what stands in pipeline.toml."""
        self.shop, self.address, self.heard = shop, address, 0
        self.output = tempfile.TemporaryFile()  # a pipe that nobody reads would hold it up
        if more:
            shop.write("pipeline.toml", (shop.folder / "pipeline.toml").read_text() + more)
        self.start(environment, may_die)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if not self.has_ended():
            self.end(signal.SIGKILL)

    def start(self, environment=None, may_die=False):
        """Starts it (again), and waits until it is ready; whether that came to pass."""
        self.process = self.shop.start("serve", "--address", self.address, environment=environment,
                                       output=self.output)
        self.url = None
        try:
            self.url = self.wait(" ready: ").split()[-1]
        except Ended:
            if not may_die:
                raise
        return self.url is not None

    @property
    def pid(self):
        return self.process.pid

    @property
    def said(self):
        """The lines of its standard error, of all its lives."""
        file = self.output.fileno()
        text = os.pread(file, os.fstat(file).st_size, 0)
        return text.decode(errors="replace").splitlines(keepends=True)

    def wait(self, words):
        """The next line that has the words, behind the one that was last waited for."""
        def said():
            has_ended, lines = self.has_ended(), self.said
            for number in range(self.heard, len(lines)):
                if words in lines[number] and lines[number].endswith("\n"):
                    self.heard = number + 1
                    return lines[number]
            if has_ended:
                raise Ended(f"it ended before it said {words!r}: {''.join(lines)}")
            return None
        return wait_until(said, f"{words!r} of the daemon")

    def has_ended(self):
        return self.process.poll() is not None

    def wait_end(self):
        """Its exit status, when it has ended by itself."""
        wait_until(self.has_ended, "the daemon's end")
        return self.process.returncode

    def end(self, how=signal.SIGTERM):
        """Its exit status, when it has been told to end."""
        self.process.send_signal(how)
        return self.wait_end()

    def reload(self):
        self.process.send_signal(signal.SIGHUP)

    def get(self, path):
        """What its API answers."""
        with urllib.request.urlopen(f"{self.url}{path}", timeout=WAIT_SECONDS) as got:
            return json.load(got)


def rows(shop, sql, *values):
    """What is in the run store, in order."""
    store = sqlite3.connect(shop.folder / ".aorta" / "runs.db", timeout=WAIT_SECONDS)
    found = store.execute(sql, values).fetchall()
    store.close()
    return found


def change(shop, *statements):
    """Changes the run store."""
    store = sqlite3.connect(shop.folder / ".aorta" / "runs.db", timeout=WAIT_SECONDS)
    for sql in statements:
        store.execute(sql)
    store.commit()
    store.close()


def late_by(shop, served, asset):
    """Who says that the asset is late: of the list's word, its JSON, what is shown, the API and the
    alerts."""
    api = served.get(f"/api/v1/assets/{asset}")["freshness"]
    told = rows(shop, "select kind from alerts where subject like ? and of_kind = 'lateness'"
                " order by id desc limit 1", f"asset:%{asset}")
    listed = json.loads(shop.run("ls", asset, "--json")[1])
    assert (listed["late_since"] is None) == (not listed["late"]), listed
    assert (api["late_since"] is None) == (not api["is_late"]), api
    says = {"word": "late" in shop.run("ls", asset)[1].splitlines()[-1].split(),
            "json": listed["late"], "show": "late since" in shop.run("show", asset)[1],
            "api": api["is_late"], "alert": told == [("lateness",)]}
    return {name for name, is_late in says.items() if is_late}


ALL_OF_THEM = {"word", "json", "show", "api", "alert"}


def state_of(shop, run):
    return rows(shop, "select state from runs where id = ?", run)[0][0]

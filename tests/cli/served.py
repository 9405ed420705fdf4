"""A daemon that stays, as a test has it."""

import signal
import sqlite3
import time

from shop import WAIT_SECONDS


def wait_for(what, found):
    deadline = time.monotonic() + WAIT_SECONDS
    while not found():
        assert time.monotonic() < deadline, f"{what}: not within {WAIT_SECONDS} s"
        time.sleep(0.02)


class Served:
    """A daemon of the shop, and what it says on its standard error."""

    def __init__(self, shop, environment=None, may_die=False, address="127.0.0.1:0"):
        self.shop = shop
        self.process = shop.start("serve", "--address", address, environment=environment)
        self.said = []
        if not may_die:
            self.wait("ready: ")
        else:
            self.wait_or_end("ready: ")

    def wait(self, words):
        """Reads until a line has the words."""
        while True:
            line = self.process.stdout.readline()
            assert line, f"it ended before it said {words!r}: {self.said}"
            self.said.append(line)
            if words in line:
                return line

    def wait_or_end(self, words):
        for line in self.process.stdout:
            self.said.append(line)
            if words in line:
                return

    def end(self, how=signal.SIGTERM):
        self.process.send_signal(how)
        status = self.process.wait(timeout=WAIT_SECONDS)
        self.said += self.process.stdout.readlines()
        return status


def rows(shop, sql):
    store = sqlite3.connect(shop.folder / ".aorta" / "runs.db", timeout=WAIT_SECONDS)
    found = store.execute(sql).fetchall()
    store.close()
    return found


def state_of(shop, run):
    return rows(shop, f"select state from runs where id = '{run}'")[0][0]

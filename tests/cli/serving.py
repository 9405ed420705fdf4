"""`aorta serve` in the shop, as tests start it, kill it and look at its run store."""

import os
import signal
import sqlite3

from shop import finish


class Daemon:
    """As a context it is ended at last."""

    def __init__(self, shop, more="", environment=None):
        """Starts it with `more` behind what stands in pipeline.toml."""
        self.shop, self.lines = shop, []
        if more:
            text = (shop.folder / "pipeline.toml").read_text()
            shop.write("pipeline.toml", text + more)
        self.start(environment)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.end(signal.SIGKILL)

    def start(self, environment=None):
        self.process = self.shop.start("serve", "--address", "127.0.0.1:0",
                                       environment=environment)
        for line in self.process.stdout:
            self.lines.append(line)
            if " ready: " in line:
                return
        raise AssertionError("".join(self.lines))

    def end(self, how=signal.SIGTERM):
        """Ends it, with its executors if it is killed; gives all that it said."""
        os.killpg(self.process.pid, how)
        return self.wait()

    def wait(self):
        """Waits for its end, and gives all that it said."""
        _, output = finish(self.process)
        self.lines.append(output)
        return "".join(self.lines)

    def reload(self):
        os.kill(self.process.pid, signal.SIGHUP)

    def rows(self, sql, *values):
        store = sqlite3.connect(self.shop.folder / ".aorta" / "runs.db", timeout=60)
        rows = store.execute(sql, values).fetchall()
        store.close()
        return rows

    def change(self, *statements):
        """Changes the store of a daemon that has ended."""
        store = sqlite3.connect(self.shop.folder / ".aorta" / "runs.db", timeout=60)
        for sql in statements:
            store.execute(sql)
        store.commit()
        store.close()

"""A fresh copy of the shop for one test, and what a test does with the program in it."""

import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
WAIT_SECONDS = 120
SKIPPED_STATUS = 77  # ctest says "Skipped"


class Shop:
    """The folder of a test. As a context it removes the folder and ends what it started."""

    template = HERE / "shop"  # what its folder has at first; None: nothing

    def __init__(self, program):
        self.program = Path(program).resolve()
        self.folder = Path(tempfile.mkdtemp(prefix="aorta-cli-")).resolve()
        self.sessions = []
        if self.template is not None:
            shutil.copytree(self.template, self.folder, dirs_exist_ok=True)
        self.prepare()

    def prepare(self):
        """Makes what is not among the files."""
        source = sqlite3.connect(self.folder / "shop.db")
        source.executescript((self.folder / "shop.sql").read_text())
        source.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for process in self.sessions:
            kill_session(process.pid)
            process.wait()
            if process.stdout:
                process.stdout.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def environment(self, more=None):
        result = {name: value for name, value in os.environ.items()
                  if not name.startswith(("AORTA_FAULT", "AORTA_LOG", "AORTA_LIBDUCKDB"))}
        result.update(PATH=f"{self.program.parent}:{os.environ['PATH']}", LC_ALL="C.UTF-8",
                      **(more or {}))
        return result

    def start(self, *arguments, environment=None, folder=None, before=(), output=subprocess.PIPE):
        """Starts the program in a session of its own, so that its children can be found too.
        `before` is a command that starts it."""
        process = subprocess.Popen(
            [*before, self.program, *arguments], cwd=folder or self.folder,
            env=self.environment(environment), stdin=subprocess.DEVNULL, stdout=output,
            stderr=subprocess.STDOUT, text=True, start_new_session=True)
        self.sessions.append(process)
        return process

    def run(self, *arguments, environment=None, folder=None):
        """(exit status, output) of the program."""
        return finish(self.start(*arguments, environment=environment, folder=folder))

    def query(self, sql, folder=None):
        status, output = self.run("query", "--json", sql, folder=folder)
        assert status == 0, output
        return [json.loads(line) for line in output.splitlines()]

    def write(self, name, text):
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def change_source(self, sql):
        """Changes the shop's own database."""
        self.change_database("shop.db", sql)

    def change_database(self, name, sql):
        """Changes an SQLite file of the folder."""
        database = sqlite3.connect(self.folder / name, timeout=WAIT_SECONDS)
        database.executescript(sql)
        database.close()

    def runs(self):
        """(state, selection) of each run that the run store knows, the oldest first."""
        store = sqlite3.connect(self.folder / ".aorta" / "runs.db", timeout=WAIT_SECONDS)
        rows = store.execute("select state, selection from runs order by id").fetchall()
        store.close()
        return rows

    def twin(self):
        """Another pipeline folder with a state folder of its own, on the same databases."""
        other = self.folder / "twin"
        shutil.copytree(self.folder / "assets", other / "assets")
        text = (self.folder / "pipeline.toml").read_text()
        for name in ("shop.db", "warehouse.duckdb", "warehouse.db"):
            text = text.replace(f'"{name}"', f'"../{name}"')
        (other / "pipeline.toml").write_text(text)
        return other


def finish(process):
    """Waits for the program, and for what it printed."""
    try:
        output, _ = process.communicate(timeout=WAIT_SECONDS)
    except subprocess.TimeoutExpired:
        kill_session(process.pid)
        output, _ = process.communicate()
        raise AssertionError(f"no end within {WAIT_SECONDS} s:\n{output}") from None
    return process.returncode, output


# Runs its arguments and inherits their orphans. (Without one, the kernel sends SIGCONT to a stopped
# process whose parent has died: its group has nobody left in the session.)
ORPHANAGE = [sys.executable, "-c", """
import ctypes, os, subprocess, sys
ctypes.CDLL(None).prctl(36, 1, 0, 0, 0)  # PR_SET_CHILD_SUBREAPER
subprocess.Popen(sys.argv[1:])
while True:
    try:
        os.wait()
    except ChildProcessError:
        break
"""]


def wait_until(condition, what):
    """Waits until the condition gives something true, and gives that."""
    deadline = time.monotonic() + WAIT_SECONDS
    while time.monotonic() < deadline:
        result = condition()
        if result:
            return result
        time.sleep(0.01)
    raise AssertionError(f"{what}: not within {WAIT_SECONDS} s")


def members(session):
    """{pid: (state, arguments)} of the processes of a session that are not yet ended."""
    result = {}
    for pid in map(int, filter(str.isdigit, os.listdir("/proc"))):
        try:
            stat = Path(f"/proc/{pid}/stat").read_text()
            arguments = Path(f"/proc/{pid}/cmdline").read_bytes().decode().split("\0")[:-1]
        except (FileNotFoundError, ProcessLookupError):
            continue
        state, _, _, of = stat.rpartition(")")[2].split()[:4]
        if int(of) == session and state not in "ZX":
            result[pid] = (state, arguments)
    return result


def working(session, word):
    """The pids of a session's processes that run `aorta WORD`."""
    return [pid for pid, (_, arguments) in members(session).items() if arguments[1:2] == [word]]


def stopped_executor(session):
    """The pid of the session's executor that is stopped, or None."""
    return next((pid for pid, (state, arguments) in members(session).items()
                 if state == "T" and arguments[1:2] == ["executor"]), None)


class Events:
    """What `aorta run --json` says, as it says it."""

    def __init__(self, process):
        self.process = process

    def wait_for(self, asset, state):
        """Reads until the asset's step has that state."""
        for line in self.process.stdout:
            event = json.loads(line) if line.startswith("{") else {}
            if event.get("asset") == asset and event.get("state") == state:
                return event
        raise AssertionError(f"the run ended before {asset} was {state}")


class Gate:
    """Holds the shop's database, so that a step which reads it waits until the gate is open."""

    def __init__(self, shop):
        text = (shop.folder / "pipeline.toml").read_text()
        shop.write("pipeline.toml", text.replace(
            '"shop.db"', f'"shop.db"\nbusy_timeout = "{WAIT_SECONDS}s"'))
        self.source = sqlite3.connect(shop.folder / "shop.db", isolation_level=None)
        self.source.execute("begin exclusive")

    def open(self):
        self.source.execute("rollback")
        self.source.close()


def kill_session(session):
    """SIGKILL for every process of it: the shell, daemons, executors."""
    for _ in range(100):
        alive = members(session)
        if not alive:
            return
        for pid in alive:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
        time.sleep(0.01)


class Skipped(Exception):
    """Raised by a test for which this system lacks something: what."""


def main(tests, shop_kind=Shop):
    """Runs the tests of a file, those named in the arguments or all: AORTA [NAME…]. Each gets a
    folder of its own. Ends with SKIPPED_STATUS when one was skipped and none failed."""
    program, *names = sys.argv[1:]
    failures = skips = 0
    for test in tests:
        if names and test.__name__ not in names:
            continue
        sentence = test.__doc__.strip().splitlines()[0]
        try:
            with shop_kind(program) as shop:
                test(shop)
            print(f"ok      {sentence}", flush=True)
        except Skipped as why:
            skips += 1
            print(f"skipped {sentence} ({why})", flush=True)
        except AssertionError as error:
            failures += 1
            print(f"FAILED  {sentence}\n{error or 'assertion'}", flush=True)
            import traceback
            traceback.print_exc()
    sys.exit(1 if failures else SKIPPED_STATUS if skips else 0)

"""`aorta serve` as the bench programs have it: started, asked over its API by bench_http, looked at
in /proc, and ended. Whatever is waited for has an end: then the program ends with words that say what
did not come."""
import collections
import contextlib
import http.client
import json
import os
import signal
import sqlite3
import subprocess
import sys
import threading
import time

import bench

WAIT_S = 600
LAST_LINES = 20  # of what it says


class Daemon:
    """One that has said that it is ready. `cpu`: the core that it and its children stay on."""

    def __init__(self, build, project, cpu=None, **settings):
        self.build, self.project = build, project
        pinned = ["taskset", "-c", str(cpu)] if cpu is not None else []
        started = time.perf_counter()
        self.process = subprocess.Popen(
            [*pinned, build / "aorta", "serve", "--address", "127.0.0.1:0"], cwd=project,
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
            env=bench.environment(**settings))
        self.said = collections.deque(maxlen=LAST_LINES)
        self.port, self.start_seconds = None, None
        self.is_heard = threading.Event()  # it is ready, or has ended
        self.listener = threading.Thread(target=self.listen, args=(started,), daemon=True)
        self.listener.start()
        if not self.is_heard.wait(WAIT_S) or self.port is None:
            self.kill()
            self.fail("it has not said that it is ready")

    def listen(self, started):
        """Hears all that it says, so that a full pipe never holds it up."""
        for line in self.process.stderr:
            self.said.append(line.decode())
            if self.port is None and b"ready: " in line:
                self.start_seconds = time.perf_counter() - started
                self.port = int(line.rsplit(b":", 1)[1])
                self.is_heard.set()
        self.is_heard.set()

    def fail(self, what):
        """Ends this program with its words and the daemon's last."""
        sys.exit(f"aorta serve: {what}; it said last:\n{''.join(self.said)}")

    def wait(self, what, condition, seconds=WAIT_S, pause_s=0.05):
        """Until the condition gives something true; what() says what did not come."""
        ends = time.monotonic() + seconds
        while not condition():
            if self.process.poll() is not None:
                self.fail(f"it has ended with status {self.process.returncode}: {what()}")
            if time.monotonic() > ends:
                self.fail(f"within {seconds} s: {what()}")
            time.sleep(pause_s)

    def call(self, method, path, body=None):
        """The JSON of an answer, which must be of success."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=WAIT_S)
        with contextlib.closing(connection):
            try:
                connection.request(method, path, json.dumps(body) if body is not None else None,
                                   {"Content-Type": "application/json"} if body is not None else {})
                answer = connection.getresponse()
                text = answer.read()
            except (OSError, http.client.HTTPException) as error:
                self.fail(f"{method} {path} has no answer: {error!r}")
        if answer.status >= 300:
            sys.exit(f"{method} {path}: {answer.status} {text.decode()}")
        return json.loads(text) if text else None

    def run(self, **body):
        """A run, from the call to its end, which must be success."""
        run = self.call("POST", f"/api/v1/runs?wait={WAIT_S - 10}", body)
        if run["state"] != "succeeded":
            self.fail(f"the run is {run['state']}: {run['error']}")
        return run

    def load(self, paths, connections=16, seconds=0, requests=0, body=None, cpu=None):
        """What bench_http says of these paths; all answers must be of success."""
        pinned = ["taskset", "-c", str(cpu)] if cpu is not None else []
        command = [*pinned, self.build / "bench_http", str(self.port), str(connections),
                   str(seconds), str(requests), *([json.dumps(body)] if body is not None else [])]
        try:
            done = subprocess.run(command, input="\n".join(paths) + "\n", text=True,
                                  stdout=subprocess.PIPE, check=True, timeout=seconds + WAIT_S)
        except subprocess.TimeoutExpired:
            self.fail(f"{requests or seconds} {'requests' if requests else 's of requests'} of "
                      f"{paths[0]} and its like have no end")
        said = json.loads(done.stdout)
        if said["refused"]:
            sys.exit(f"{said['refused']} of {said['requests']} requests were refused: {paths[0]}")
        return said

    def memory_mib(self):
        """What is resident now."""
        with open(f"/proc/{self.process.pid}/status", encoding="utf-8") as status:
            return next(int(line.split()[1]) for line in status if line.startswith("VmRSS")) / 1024

    def cpu_seconds(self):
        """What the process itself has used so far, all threads together."""
        with open(f"/proc/{self.process.pid}/stat", encoding="utf-8") as stat:
            fields = stat.read().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def wait_until_idle(self):
        """All runs are over."""
        self.wait(lambda: f"{count_unfinished(self.project)} runs have not come to their end",
                  lambda: count_unfinished(self.project) == 0)

    def end(self):
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(WAIT_S)
        except subprocess.TimeoutExpired:
            self.kill()
            self.fail(f"it has not ended {WAIT_S} s after SIGTERM")

    def kill(self):
        """If it is still there."""
        self.process.kill()
        self.process.wait(WAIT_S)


@contextlib.contextmanager
def started(build, project, cpu=None, **settings):
    daemon = Daemon(build, project, cpu, **settings)
    try:
        yield daemon
        daemon.end()
    finally:
        daemon.kill()


def count_unfinished(project):
    store = sqlite3.connect(f"file:{project}/.aorta/runs.db?mode=ro", uri=True, timeout=WAIT_S)
    with contextlib.closing(store):
        return store.execute("SELECT count(*) FROM runs WHERE state IN ('queued', 'running')"
                             ).fetchone()[0]


def cores():
    """Two cores of this process's, for server and client; the same one twice if there is one."""
    mine = sorted(os.sched_getaffinity(0))
    return mine[0], mine[-1]

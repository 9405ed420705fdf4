"""`aorta serve` as the bench programs have it: started, asked over its API by bench_http, looked at
in /proc, and ended."""
import contextlib
import http.client
import json
import os
import signal
import sqlite3
import subprocess
import sys
import time

import bench

WAIT_S = 600


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
        said = b""
        for line in self.process.stderr:
            said += line
            if b"ready: " in line:
                break
        self.start_seconds = time.perf_counter() - started
        if b"ready: " not in said:
            sys.exit(f"aorta serve: {said.decode()}")
        self.port = int(said.rsplit(b":", 1)[1])

    def call(self, method, path, body=None):
        """The JSON of an answer, which must be of success."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=WAIT_S)
        with contextlib.closing(connection):
            connection.request(method, path, json.dumps(body) if body is not None else None,
                               {"Content-Type": "application/json"} if body is not None else {})
            answer = connection.getresponse()
            text = answer.read()
        if answer.status >= 300:
            sys.exit(f"{method} {path}: {answer.status} {text.decode()}")
        return json.loads(text) if text else None

    def run(self, **body):
        """A run, from the call to its end, which must be success."""
        run = self.call("POST", "/api/v1/runs?wait=600", body)
        if run["state"] != "succeeded":
            sys.exit(f"the run is {run['state']}: {run['error']}")
        return run

    def load(self, paths, connections=16, seconds=0, requests=0, body=None, cpu=None):
        """What bench_http says of these paths; all answers must be of success."""
        pinned = ["taskset", "-c", str(cpu)] if cpu is not None else []
        done = subprocess.run(
            [*pinned, self.build / "bench_http", str(self.port), str(connections), str(seconds),
             str(requests), *([json.dumps(body)] if body is not None else [])],
            input="\n".join(paths) + "\n", text=True, stdout=subprocess.PIPE, check=True)
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
        ends = time.monotonic() + WAIT_S
        while count_unfinished(self.project) > 0:
            if time.monotonic() > ends or self.process.poll() is not None:
                sys.exit("the daemon does not come to an end with its runs")
            time.sleep(0.05)

    def end(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.stderr.close()
        self.process.wait(WAIT_S)


@contextlib.contextmanager
def started(build, project, cpu=None, **settings):
    daemon = Daemon(build, project, cpu, **settings)
    try:
        yield daemon
    finally:
        daemon.end()


def count_unfinished(project):
    store = sqlite3.connect(f"file:{project}/.aorta/runs.db?mode=ro", uri=True, timeout=WAIT_S)
    with contextlib.closing(store):
        return store.execute("SELECT count(*) FROM runs WHERE state IN ('queued', 'running')"
                             ).fetchone()[0]


def cores():
    """Two cores of this process's, for server and client; the same one twice if there is one."""
    mine = sorted(os.sched_getaffinity(0))
    return mine[0], mine[-1]

#!/usr/bin/env python3
"""Event streams: 200 clients that follow all runs while hundreds are carried out. Each must be sent
every event that the store has, in its order, once; how many that are a second."""
import contextlib
import re
import selectors
import socket
import sqlite3
import sys
import threading
import time

import bench
import daemon
import pipelines

ID = re.compile(rb"(?m)^id: (\d+)$")
SILENCE_S = 120
WAIT_S = 600  # for the last event, when all runs are over


class Client:
    """One that reads until it is told which event is the last."""

    def __init__(self, port):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=SILENCE_S)
        self.socket.sendall(b"GET /api/v1/events?after=0 HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
        self.received = bytearray()

    def read(self):
        got = self.socket.recv(1 << 16)
        if not got:
            sys.exit("a stream has ended by itself")
        self.received += got

    def last(self):
        """The newest id: of what has come last."""
        found = ID.findall(self.received, max(0, len(self.received) - 8192))
        return int(found[-1]) if found else 0

    def ids(self):
        """All ids. The body comes in chunks, whose sizes do not belong to it."""
        head, _, rest = bytes(self.received).partition(b"\r\n\r\n")
        if b" 200 " not in head.splitlines()[0] or b"chunked" not in head.lower():
            sys.exit(f"a stream was not begun: {head.decode()}")
        body = bytearray()
        while b"\r\n" in rest:
            size, _, rest = rest.partition(b"\r\n")
            body += rest[:int(size, 16)]
            rest = rest[int(size, 16) + 2:]
        return [int(found) for found in ID.findall(body)]


class Reader(threading.Thread):
    """Reads all clients until each has seen the last event."""

    def __init__(self, clients):
        super().__init__(daemon=True)
        self.clients, self.last, self.failed = clients, None, None

    def run(self):
        try:
            self.read_all()
        except (OSError, SystemExit) as error:
            self.failed = error

    def read_all(self):
        with selectors.DefaultSelector() as selector:
            for client in self.clients:
                selector.register(client.socket, selectors.EVENT_READ, client)
            while selector.get_map():
                for key, _ in selector.select(0.1):
                    key.data.read()
                if self.last is not None:
                    for client in [key.data for key in selector.get_map().values()]:
                        if client.last() >= self.last:
                            selector.unregister(client.socket)


def stored_ids(project):
    store = sqlite3.connect(f"file:{project}/.aorta/runs.db?mode=ro", uri=True, timeout=SILENCE_S)
    with contextlib.closing(store):
        return [row[0] for row in store.execute("SELECT id FROM events ORDER BY id")]


def follow(served, count, runs):
    """Events a second that all clients together were sent, and how many each."""
    clients = [Client(served.port) for _ in range(count)]
    reader = Reader(clients)
    start = time.perf_counter()
    reader.start()
    served.load(["/api/v1/runs"], requests=runs, body={"select": [pipelines.name(0)]})
    served.wait_until_idle()
    wanted = stored_ids(served.project)
    reader.last = wanted[-1]
    reader.join(WAIT_S)
    taken = time.perf_counter() - start
    if reader.failed is not None:
        sys.exit(f"streams: {reader.failed}")
    if reader.is_alive():
        late = sum(client.last() < reader.last for client in clients)
        sys.exit(f"streams: {late} of {count} clients have not been sent event {reader.last}, the "
                 f"last, within {WAIT_S} s")
    for number, client in enumerate(clients):
        got = client.ids()
        client.socket.close()
        if got != wanted:
            sys.exit(f"client {number} has a gap: {len(got)} events of {len(wanted)}, and not "
                     f"{sorted(set(wanted) - set(got))[:5]}")
    return count * len(wanted) / taken, len(wanted)


def main():
    options = bench.options(__doc__)
    count, runs = (20, 100) if options.quick else (200, 1000)
    with bench.scratch(options.build) as folder:
        pipelines.make(folder, "chain", 2)
        bench.aorta(options.build, folder, "run")
        with daemon.started(options.build, folder) as served:
            served.run()
            bench.say(f"  {count} clients follow {runs:,} runs")
            rate, events = follow(served, count, runs)
    bench.figure(f"{count} event streams, no gap", rate, "events/s", informative=True,
                 note=f"all clients together, {events:,} each: every one that the store has, in "
                 f"order, once, from before the first of {runs:,} runs until after the last")


if __name__ == "__main__":
    main()

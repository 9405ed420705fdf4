"""Event streams: none of their readers misses an event or gets one twice, however they read."""

import concurrent.futures
import json
import random
import socket
import threading
import time

import harness
from harness import Server, until

EVENT = harness.CONTRACT["components"]["schemas"]["Event"]


class Reader:
    """A client that remembers the last id, as browsers do."""

    def __init__(self, server, path, last=None):
        self.server, self.path, self.last, self.events = server, path, last, []

    def read(self, enough, hang_up_after=None):
        """Connects and reads until there are enough events, the stream ends (True), or after so
        many bytes it hangs up in the middle."""
        headers = {} if self.last is None else {"Last-Event-ID": str(self.last)}
        connection = self.server.connect()
        connection.request("GET", self.path, headers=headers)
        response = connection.getresponse()
        if response.status == 204:
            connection.close()
            return True
        assert response.status == 200, response.status
        assert response.getheader("content-type") == "text/event-stream"
        text, taken = b"", 0
        try:
            while not enough(self.events):
                part = response.read1(4096)
                if part == b"":
                    return True
                taken += len(part)
                text += part
                *whole, text = text.split(b"\n\n")
                for block in whole:
                    self.take(block.decode())
                if hang_up_after is not None and taken > hang_up_after:
                    return False
            return False
        finally:
            connection.close()

    def take(self, block):
        fields = dict(line.split(": ", 1) for line in block.splitlines() if ": " in line)
        if "id" not in fields:
            return
        self.last = int(fields["id"])
        data = json.loads(fields["data"])
        if len(self.events) % 100 == 0:
            harness.check_schema(EVENT, data)
        assert data["kind"] == fields["event"]
        self.events.append((self.last, data))

    def ids(self):
        return [event for event, _ in self.events]


def a_run_is_followed_to_its_end(program):
    server = Server(program)
    server.say("run 01R", "run 01S", "events 01R 3", "events 01S 3")
    reader = Reader(server, "/api/v1/runs/01R/events")
    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        following = pool.submit(reader.read, lambda events: False)
        until(lambda: len(reader.events) == 4, "what was there")
        server.say("events 01S 2", "events 01R 2", "end 01R")
        assert following.result() is True, "the stream ends with the run"
    assert [data["kind"] for _, data in reader.events] == ["accepted"] + ["step"] * 5 + ["ended"]
    assert all(data["run"] == "01R" for _, data in reader.events)
    again = Reader(server, "/api/v1/runs/01R/events")
    assert again.read(lambda events: False) is True and again.events == reader.events
    assert server.get(f"/api/v1/runs/01R/events?after={reader.last}", 204).body == b""
    for wrong in ("x", "-1", "+1", " 1x", "1e3", "99999999999999999999"):
        server.problem("GET", "/api/v1/events", 400, "no event's id", Last_Event_ID=wrong)
    server.problem("GET", "/api/v1/events?after=-1", 400, "parameter after")
    server.stop()


def fifty_clients_miss_nothing(program):
    """Some hang up again and again, some read slowly, some begin in the middle."""
    server = Server(program, "heartbeat_ms=100")
    names = ["01A", "01B", "01C"]
    server.say(*(f"run {name}" for name in names))
    total, pause = 3000, threading.Event()

    def client(number):
        chance = random.Random(number)
        one = names[number % 3] if number % 2 else None
        reader = Reader(server, f"/api/v1/runs/{one}/events" if one else "/api/v1/events", 0)
        is_over = False
        while not is_over:
            is_over = reader.read(lambda events: events[-1:] and events[-1][0] >= total + 6,
                                  chance.randrange(100, 100000) if number % 5 else None)
            is_over = is_over or bool(reader.events) and reader.last >= total + 6
            if number % 7 == 0:
                pause.wait(0.02)
        return one, reader

    with concurrent.futures.ThreadPoolExecutor(51) as pool:
        clients = [pool.submit(client, number) for number in range(50)]
        for _ in range(total // 60):
            server.say(*(f"events {name} 20" for name in names))
        server.say(*(f"end {name}" for name in names))
        for done in clients:
            one, reader = done.result()
            ids = reader.ids()
            assert ids == sorted(set(ids)), "one came twice, or too early"
            if one is None:
                assert ids == list(range(1, total + 7)), "a gap"
            else:
                assert len(ids) == total // 3 + 2
                assert all(data["run"] == one for _, data in reader.events)
    server.stop()


def a_slow_client_is_not_waited_for(program):
    """He is cut when he reads nothing, others go on, and he goes on where he was."""
    server = Server(program, "answer_ms=400", "heartbeat_ms=100")
    server.say("run 01R")
    with socket.socket() as slow:
        slow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        slow.connect(("127.0.0.1", server.port))
        slow.sendall(b"GET /api/v1/events?after=0 HTTP/1.1\r\nHost: localhost\r\n\r\n")
        # More than the sockets and the ring hold together.
        server.say("events 01R 2000 5000")
        quick = Reader(server, "/api/v1/events", 0)
        quick.read(lambda events: len(events) == 2001)
        assert quick.ids() == list(range(1, 2002))
        until(lambda: b"connections_cut_total 1" in server.get("/metrics").body, "he is cut")
    memory = server.get("/metrics").body.decode().split("\nprocess_resident_memory_bytes ")[1]
    print("  resident:", int(memory.split()[0]) >> 20, "MiB")
    server.stop()


def silence_has_signs_of_life(program):
    server = Server(program, "heartbeat_ms=100")
    with socket.create_connection(("127.0.0.1", server.port)) as plug:
        plug.settimeout(harness.WAIT_S)
        plug.sendall(b"GET /api/v1/events HTTP/1.1\r\nHost: localhost\r\n\r\n")
        text = b""
        while text.count(b":\n\n") < 3:
            part = plug.recv(4096)
            assert part, text
            text += part
    until(lambda: b"aorta_http_event_streams 0" in server.get("/metrics").body, "he is dropped")
    server.stop()


def from_now_on_is_behind_the_newest(program):
    server = Server(program)
    server.say("run 01R", "events 01R 10")
    reader = Reader(server, "/api/v1/events")
    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        following = pool.submit(reader.read, lambda events: len(events) == 5)
        until(lambda: b"event_streams 1" in server.get("/metrics").body, "he listens")
        server.say("events 01R 5")
        following.result()
    assert reader.ids() == [12, 13, 14, 15, 16]
    server.stop()


def an_id_of_another_store_is_the_newest(program):
    """Who has seen more than there is, in a store that is gone, hears what happens from now on."""
    server = Server(program, "heartbeat_ms=100")
    server.say("run 01R", "events 01R 10")
    for number in range(2):  # before anybody has listened, and after
        reader = Reader(server, "/api/v1/events", 10**12)
        with concurrent.futures.ThreadPoolExecutor(1) as pool:
            following = pool.submit(reader.read, lambda events: len(events) == 5)
            until(lambda: b"event_streams 1" in server.get("/metrics").body, "he listens")
            server.say("events 01R 5")
            following.result()
        assert reader.ids() == list(range(12 + 5 * number, 17 + 5 * number)), reader.ids()
        until(lambda: b"event_streams 0" in server.get("/metrics").body, "he is dropped")
    server.stop()
    server = Server(program)  # where nothing has happened yet
    reader = Reader(server, "/api/v1/events", 10**12)
    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        following = pool.submit(reader.read, lambda events: len(events) == 3)
        until(lambda: b"event_streams 1" in server.get("/metrics").body, "he listens")
        server.say("run 01R", "events 01R 2")
        following.result()
    assert reader.ids() == [1, 2, 3], reader.ids()
    server.stop()


def the_server_stops_with_streams(program):
    server = Server(program)
    server.say("run 01R")
    readers = [Reader(server, "/api/v1/runs/01R/events") for _ in range(20)]
    with concurrent.futures.ThreadPoolExecutor(20) as pool:
        following = [pool.submit(reader.read, lambda events: False) for reader in readers]
        until(lambda: all(reader.events for reader in readers), "all of them listen")
        begun = time.monotonic()
        server.stop()
        assert all(done.result() for done in following), "they are told that it is the end"
    assert time.monotonic() - begun < harness.WAIT_S


harness.main([a_run_is_followed_to_its_end, fifty_clients_miss_nothing,
              a_slow_client_is_not_waited_for, silence_has_signs_of_life,
              from_now_on_is_behind_the_newest, an_id_of_another_store_is_the_newest,
      the_server_stops_with_streams])

"""What a client may not do: too much, too slowly, from elsewhere, without a token."""

import concurrent.futures
import contextlib
import json
import os
import resource
import socket
import ssl
import subprocess
import tempfile
import time
import warnings

import harness
from harness import Server, until

HEAD = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n"
RUNS = b" /api/v1/runs HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"


def send(server, *parts):
    """What comes back for these bytes, until the other end closes."""
    with socket.create_connection(("127.0.0.1", server.port), harness.WAIT_S) as plug:
        plug.settimeout(harness.WAIT_S)
        try:
            for part in parts:
                plug.sendall(part)
            plug.shutdown(socket.SHUT_WR)
        except OSError:  # it has closed already
            pass
        return read_all(plug)


def read_all(plug):
    data = b""
    try:
        while part := plug.recv(65536):
            data += part
    except ConnectionResetError:
        pass
    return data


def status_of(answer):
    return int(answer.split()[1]) if answer else None


def too_long_a_target_or_head_is_refused(program):
    server = Server(program)
    server.problem("GET", "/api/v1/runs?trigger=" + "x" * 5000, 414, "more than 4096 bytes")
    server.problem("GET", "/healthz", 431, "more than 16384 bytes", Cookie="x" * 17000)
    many = b"".join(b"X-%d: %s\r\n" % (i, b"y" * 100) for i in range(2000))
    assert status_of(send(server, HEAD, many, b"\r\n")) == 431
    assert status_of(send(server, b"GET /" + b"x" * 100000 + b" HTTP/1.1\r\n")) == 414
    server.get("/healthz")
    server.stop()


def too_large_a_body_is_refused(program):
    server = Server(program)
    server.problem("POST", "/api/v1/runs", 413, "more than 1048576 bytes",
                   json.dumps({"select": ["x" * (1 << 20)]}))
    huge = (b"POST /api/v1/runs HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
            b"Content-Length: 99999999999\r\n\r\n")
    assert status_of(send(server, huge)) == 413, "before any of it is sent"
    head = (b"POST /api/v1/runs HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
            b"Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n")
    chunk = b"10000\r\n" + b"x" * 65536 + b"\r\n"
    assert status_of(send(server, head, chunk * 20, b"0\r\n\r\n")) == 413
    assert send(server, head, chunk * 100) == b"", "it does not listen for ever"
    assert status_of(send(server, head, b'8\r\n{"a": 1}\r\n0\r\n\r\n')) == 400
    server.stop()


def what_is_no_http_is_refused(program):
    server = Server(program, "head_ms=200")
    for text, statuses in (
            (b"GET /healthz HTTP/1.1\r\n\r\n", [400]),
            (HEAD + b"Host: other\r\n\r\n", [400]),
            (HEAD + b"Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello", [400]),
            (HEAD + b"Content-Length: x\r\n\r\n", [400]),
            (HEAD + b"Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n", [400]),
            (HEAD + b"X-Any\t: 1\r\n\r\n", [400]),
            (HEAD + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", [400]),
            (b"POST" + RUNS + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n"
             b"0\r\n\r\n", [400]),
            (HEAD + b"Transfer-Encoding: gzip\r\n\r\n", [501]),
            (HEAD + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n", [400]),
            (b"GET http://localhost/healthz HTTP/1.1\r\nHost: localhost\r\n\r\n", [400]),
            (b"GET /%zz HTTP/1.1\r\nHost: localhost\r\n\r\n", [400]),
            (b"GET /%00 HTTP/1.1\r\nHost: localhost\r\n\r\n", [400]),
            (b"GET /%ff HTTP/1.1\r\nHost: localhost\r\n\r\n", [400]),
            (b"GET /a/../healthz HTTP/1.1\r\nHost: localhost\r\n\r\n", [404]),
            (b"BREW /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n", [405]),
            (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", [400, None]),
            (b"\x00" * 1000, [400, None]), (b"\r\n" * 1000, [400, None]), (b"", [None])):
        assert status_of(send(server, text)) in statuses, text
    server.get("/healthz")
    server.stop()


def who_is_slow_is_cut(program):
    server = Server(program, "head_ms=300", "body_ms=300", "answer_ms=300")
    begun = time.monotonic()
    for sent in (b"", b"GET /hea", HEAD, b"POST /api/v1/runs HTTP/1.1\r\nHost: localhost\r\n"
                 b"Content-Type: application/json\r\nContent-Length: 100\r\n\r\n{"):
        with socket.create_connection(("127.0.0.1", server.port)) as plug:
            plug.settimeout(harness.WAIT_S)
            try:
                while True:  # a byte now and then does not help
                    plug.sendall(sent[:1] if sent.startswith(b"X") else sent)
                    sent = b"X" * bool(sent)
                    plug.settimeout(0.05)
                    try:
                        if plug.recv(100) == b"":
                            break
                    except TimeoutError:
                        pass
            except (BrokenPipeError, ConnectionResetError):
                pass
    assert 1.2 <= time.monotonic() - begun < harness.WAIT_S
    metrics = server.get("/metrics").body.decode()
    assert "aorta_http_connections_cut_total 4" in metrics
    server.stop()


def there_are_so_many_connections_and_no_more(program):
    server = Server(program, "connections=8", "address_connections=5")
    plugs = [socket.create_connection(("127.0.0.1", server.port)) for _ in range(5)]
    plugs[0].sendall(HEAD + b"\r\n")
    assert status_of(plugs[0].recv(4096)) == 200
    refused = send(server)
    assert status_of(refused) == 503 and b"too many connections of your address" in refused
    assert json.loads(refused.split(b"\r\n\r\n", 1)[1])["status"] == 503
    for plug in plugs:
        plug.close()
    until(lambda: status_of(send(server, HEAD, b"Connection: close\r\n\r\n")) == 200, "a place")
    server.stop()
    server = Server(program, "connections=3", "address_connections=5")
    plugs = [socket.create_connection(("127.0.0.1", server.port)) for _ in range(3)]
    refused = send(server)
    assert status_of(refused) == 503 and b"there are too many connections\"" in refused, refused
    for plug in plugs:
        plug.close()
    until(lambda: status_of(send(server, HEAD, b"Connection: close\r\n\r\n")) == 200, "a place")
    server.stop()


def a_connection_serves_one_request_after_the_other(program):
    server = Server(program)
    server.say("run 01R")
    connection = server.connect()
    for _ in range(50):
        assert server.get("/api/v1/runs/01R", connection=connection).status == 200
        server.problem("GET", "/api/v1/runs/02R", 404, "no run", connection=connection)
        server.problem("POST", "/api/v1/runs", 400, "unknown field", {"x": 1},
                       connection=connection)
    connection.close()
    one = b"GET /api/v1/runs/01R HTTP/1.1\r\nHost: localhost\r\n\r\n"
    piped = send(server, one * 9 + one[:-2] + b"Connection: close\r\n\r\n")
    assert piped.count(b"HTTP/1.1 200 OK") == 10, "requests may come in one piece"
    server.stop()


def who_says_no_more_is_answered(program):
    """One who closes his end behind a request waits for the answer, however busy the server is."""
    server = Server(program, "heartbeat_ms=80")  # it looks after its connections often
    with socket.create_connection(("127.0.0.1", server.port)) as plug:
        plug.settimeout(harness.WAIT_S)
        plug.sendall(HEAD + b"\r\n")
        assert status_of(plug.recv(4096)) == 200
        assert server.say("hold") == ["held"]
        plug.sendall(HEAD + b"\r\n")
        plug.shutdown(socket.SHUT_WR)
        time.sleep(0.1)  # now it does that before it reads
        server.say("run 01R")
        assert status_of(read_all(plug)) == 200
    server.stop()


def what_has_not_changed_is_not_sent_again(program):
    server = Server(program)
    server.say("run 01R")
    for path in ("/api/v1/runs", "/api/v1/runs/01R", "/api/v1/openapi.yaml", "/api/v1/version"):
        first = server.get(path)
        tag = first.headers["etag"]
        same = server.get(path, 304, If_None_Match=tag)
        assert same.body == b"" and same.headers["etag"] == tag
        assert server.get(path, 200, If_None_Match='"other"').body == first.body
        head = server.call("HEAD", path)
        assert head.status == 200 and head.body == b"" and head.headers["etag"] == tag
        assert int(head.headers["content-length"]) == len(first.body)
    nothing = server.call("GET", "/api/v1/runs/02R")
    assert nothing.status == 404 and "etag" not in nothing.headers
    tags = {server.get(f"/api/v1/runs?trigger={word}").headers["etag"] for word in ("api", "manual")}
    server.say("run 01S")
    assert server.get("/api/v1/runs?trigger=manual").headers["etag"] not in tags, "its end changed"
    tag = server.get("/api/v1/runs/01R").headers["etag"]
    server.say("end 01R")
    assert server.get("/api/v1/runs/01R", 200, If_None_Match=tag).json()["state"] == "succeeded"
    server.stop()


def methods_and_parameters_are_those_of_the_route(program):
    server = Server(program)
    answer = server.problem("DELETE", "/api/v1/runs", 405, "DELETE is not a method of this")
    assert set(answer.headers["allow"].split(", ")) == {"OPTIONS", "GET", "HEAD", "POST"}
    options = server.call("OPTIONS", "/api/v1/runs/01R")
    assert options.status == 204 and "GET" in options.headers["allow"]
    server.problem("GET", "/api/v1/nothing", 404, "openapi.yaml")
    for query, said in (("stat=x", 'did you mean "state"?'), ("state=runing", '"running"?'),
                        ("limit=0", "from 1 to 500"), ("limit=501", "from 1 to 500"),
                        ("limit=99999999999999999999", "from 1 to 500"), ("limit=+5", "from 1"),
                        ("limit=5&limit=6", "given twice"), ("trigger=", "is empty"),
                        ("since=yesterday", "no time like"), ("before=" + "x" * 27, "more than 26"),
                        ("state=%zz", "bad escape"), ("state=%ff", "not UTF-8"),
                        ("trigger=" + "%20" * 201, "more than 200")):
        server.problem("GET", "/api/v1/runs?" + query, 400, said)
    server.stop()


def answers_have_the_headers_that_keep_browsers_in_check(program):
    server = Server(program)
    for path in ("/healthz", "/api/v1/runs", "/api/v1/nothing"):
        headers = server.call("GET", path).headers
        assert headers["x-content-type-options"] == "nosniff"
        policy = headers["content-security-policy"]
        assert "default-src 'none'" in policy and "frame-ancestors 'none'" in policy
        assert headers["referrer-policy"] == "no-referrer"
        assert headers["cross-origin-resource-policy"] == "same-origin"
        assert not any(name.startswith("access-control") for name in headers)
        assert headers["cache-control"] in ("no-store", "private, no-cache")
    server.stop()


def pages_of_others_are_kept_out(program):
    server = Server(program, "host=aorta.example")
    for host in ("localhost", "LOCALHOST:1", "127.0.0.1", "[::1]:7680", "10.1.2.3",
                 "aorta.example:80"):
        server.get("/healthz", Host=host)
    for host in ("evil.example", "localhost.evil.example", "127.0.0.1.evil.example", "", "a b",
                 "[::1", "localhost:x", "aorta.example.", "x" * 300):
        answer = server.call("GET", "/healthz", Host=host)
        assert answer.status in (400, 421), (host, answer.status)
    post = ("POST", "/api/v1/runs")
    server.problem(*post, 403, "pages of", {}, Origin="https://evil.example")
    server.problem(*post, 403, "pages of", {}, Origin="null")
    server.problem(*post, 403, "other sites", {}, Sec_Fetch_Site="cross-site")
    server.problem(*post, 403, "other sites", {}, Sec_Fetch_Site="same-site")
    server.problem(*post, 403, "other sites", {}, Sec_Fetch_Site="cross-site",
                   Sec_Fetch_Mode="navigate")
    server.problem("GET", "/api/v1/runs", 403, "other sites", Sec_Fetch_Site="cross-site",
                   Sec_Fetch_Mode="no-cors")
    server.get("/api/v1/runs", Sec_Fetch_Site="cross-site", Sec_Fetch_Mode="navigate")
    ours = f"127.0.0.1:{server.port}"
    assert server.call(*post, {}, Origin=f"http://{ours}", Host=ours,
                       Sec_Fetch_Site="same-origin").status == 202
    server.stop()


def who_has_a_token_may_do_what_its_role_may(program):
    server = Server(program, "token=viewer:look", "token=operator:act")
    server.get("/healthz")
    answer = server.problem("GET", "/api/v1/runs", 401, "a token is needed")
    assert answer.headers["www-authenticate"].startswith("Bearer")
    server.problem("GET", "/api/v1/nothing", 401, "a token is needed")
    server.get("/api/v1/runs", Authorization="Bearer look")
    server.get("/api/v1/runs", Authorization="bearer look")
    server.problem("POST", "/api/v1/runs", 403, "role is viewer: this needs operator", {},
                   Authorization="Bearer look")
    made = server.call("POST", "/api/v1/runs", {}, Authorization="Bearer act")
    assert made.status == 202
    for wrong in ("Bearer wrong", "Bearer ", "Basic look", "look", "Bearer look "):
        server.call("GET", "/api/v1/runs", Authorization=wrong)
    statuses = [server.call("GET", "/api/v1/runs", Authorization="Bearer guess").status
                for _ in range(8)]
    assert statuses[0] == 401 and statuses[-1] == 429, statuses
    late = server.problem("GET", "/api/v1/runs", 429, "wrong tokens", Authorization="Bearer look")
    assert 1 <= int(late.headers["retry-after"]) <= 6
    server.get("/healthz")
    server.stop()


def another_address_needs_tokens(program):
    with tempfile.TemporaryDirectory() as folder:
        for address, said in (("0.0.0.0:0", "there are no tokens"), ("[::]:0", "no tokens"),
                              ("nowhere:80", "no IP address"), ("127.0.0.1", "HOST:PORT"),
                              ("127.0.0.1:99999", "no port")):
            ended = subprocess.run([program, folder, f"address={address}"], capture_output=True,
                                   text=True)
            assert ended.returncode == 2 and said in ended.stderr, ended.stderr
    server = Server(program, "address=0.0.0.0:0", "token=viewer:look")
    server.get("/api/v1/runs", Authorization="Bearer look")
    taken = subprocess.run([program, server.folder.name + "x", f"address=127.0.0.1:{server.port}"],
                           capture_output=True, text=True)
    assert taken.returncode == 2
    server.stop()


def both_loopback_addresses_are_listened_on(program):
    server = Server(program)
    if socket.has_ipv6:
        with socket.create_connection(("::1", server.port)) as plug:
            plug.sendall(HEAD + b"Connection: close\r\n\r\n")
            assert status_of(read_all(plug)) == 200
    server.stop()


def shakes_hands(server, certificate, version, ciphers):
    """Whether a client is let in that speaks nothing else."""
    context = ssl.create_default_context(cafile=certificate)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that it is old
        context.minimum_version = context.maximum_version = ssl.TLSVersion[version]
    context.set_ciphers(f"{ciphers}:@SECLEVEL=0")
    with socket.create_connection(("127.0.0.1", server.port), harness.WAIT_S) as plug:
        try:
            context.wrap_socket(plug, server_hostname="localhost").close()
        except (ssl.SSLError, ConnectionResetError):
            return False
    return True


def tls_by_certificate_and_key(program):
    with tempfile.TemporaryDirectory() as folder:
        certificate, key = f"{folder}/c.pem", f"{folder}/k.pem"
        subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2",
                        "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost",
                        "-keyout", key, "-out", certificate], check=True, capture_output=True)
        server = Server(program, f"certificate={certificate}", f"key={key}", "head_ms=400")
        assert server.url.startswith("https://")
        context = ssl.create_default_context(cafile=certificate)
        for _ in range(2):
            with socket.create_connection(("127.0.0.1", server.port)) as plug:
                with context.wrap_socket(plug, server_hostname="localhost") as wrapped:
                    assert wrapped.version() in ("TLSv1.2", "TLSv1.3")
                    wrapped.sendall(HEAD + b"Connection: close\r\n\r\n")
                    answer = read_all(wrapped)
                    assert status_of(answer) == 200 and b"Strict-Transport-Security" in answer
        for version, ciphers, is_let_in in (("TLSv1", "ALL", False), ("TLSv1_1", "ALL", False),
                                            ("TLSv1_2", "kRSA", False), ("TLSv1_2", "kECDHE", True)):
            assert shakes_hands(server, certificate, version, ciphers) == is_let_in, version
        with socket.create_connection(("127.0.0.1", server.port)) as plug:
            plug.settimeout(harness.WAIT_S)  # one that never shakes hands is cut
            assert read_all(plug) == b""
        server.stop()
        with open(key, "w", encoding="utf-8") as file:
            file.write("no key")
        ended = subprocess.run([program, folder, f"certificate={certificate}", f"key={key}"],
                               capture_output=True, text=True)
        assert ended.returncode == 2 and "PEM files" in ended.stderr, ended.stderr


def many_at_once_get_what_they_asked_for(program):
    server = Server(program)
    names = [f"01R{i:03}" for i in range(40)]
    server.say(*(f"run {name}" for name in names))

    def ask(name):
        connection = server.connect()
        for _ in range(20):
            assert server.get(f"/api/v1/runs/{name}", connection=connection).json()["id"] == name
        connection.close()
    with concurrent.futures.ThreadPoolExecutor(20) as pool:
        list(pool.map(ask, names))
    server.stop()


def the_server_stops_while_clients_wait(program):
    server = Server(program)
    made = {}

    def wait():
        made["answer"] = server.call("POST", "/api/v1/runs?wait=600", {"select": ["hang"]})
    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(wait)
        idle = socket.create_connection(("127.0.0.1", server.port))
        half = socket.create_connection(("127.0.0.1", server.port))
        half.sendall(b"GET /heal")
        until(lambda: b'"running"' in server.get("/api/v1/runs").body, "the run")
        assert server.stop() == (1, 0)
        waiting.result()
    assert made["answer"].status == 202 and made["answer"].headers["connection"] == "close"
    assert read_all(idle) == read_all(half) == b""


def who_hangs_up_is_forgotten(program):
    server = Server(program, "heartbeat_ms=200")
    with socket.create_connection(("127.0.0.1", server.port)) as plug:
        body = b'{"select": ["hang"]}'
        plug.sendall(b"POST /api/v1/runs?wait=600 HTTP/1.1\r\nHost: localhost\r\n"
                     b"Content-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(body))
        plug.sendall(body)
        until(lambda: b'"running"' in server.get("/api/v1/runs").body, "the run")

    def connections():
        text = server.get("/metrics").body.decode()
        return float(text.split("\naorta_http_connections ")[1].split()[0])
    until(lambda: connections() == 1, "the connection is given back")
    assert server.stop() == (1, 0)


def who_comes_when_there_are_no_descriptors_is_turned_away(program):
    """He is not left waiting, and who came before him is still answered."""
    server = Server(program)
    with contextlib.ExitStack() as plugs:
        def plug():
            opened = plugs.enter_context(socket.create_connection(("127.0.0.1", server.port)))
            opened.settimeout(harness.WAIT_S)
            return opened

        before = [plug() for _ in range(3)]
        for one in before:  # each has been accepted
            one.sendall(HEAD + b"\r\n")
            assert one.recv(65536).startswith(b"HTTP/1.1 200")
        used = max(map(int, os.listdir(f"/proc/{server.process.pid}/fd")))
        old = resource.prlimit(server.process.pid, resource.RLIMIT_NOFILE)
        resource.prlimit(server.process.pid, resource.RLIMIT_NOFILE, (used + 1, old[1]))
        assert [read_all(plug()) for _ in range(20)][-10:] == [b""] * 10
        before[0].sendall(HEAD + b"\r\n")
        assert b"HTTP/1.1 200" in before[0].recv(65536)
        resource.prlimit(server.process.pid, resource.RLIMIT_NOFILE, old)
    server.get("/healthz")
    server.stop()


harness.main([too_long_a_target_or_head_is_refused, too_large_a_body_is_refused,
              what_is_no_http_is_refused, who_is_slow_is_cut,
              there_are_so_many_connections_and_no_more,
              a_connection_serves_one_request_after_the_other,
              who_says_no_more_is_answered, what_has_not_changed_is_not_sent_again, methods_and_parameters_are_those_of_the_route,
              answers_have_the_headers_that_keep_browsers_in_check, pages_of_others_are_kept_out,
              who_has_a_token_may_do_what_its_role_may, another_address_needs_tokens,
              both_loopback_addresses_are_listened_on, tls_by_certificate_and_key,
              many_at_once_get_what_they_asked_for, the_server_stops_while_clients_wait,
              who_hangs_up_is_forgotten,
              who_comes_when_there_are_no_descriptors_is_turned_away])

#!/usr/bin/env python3
"""Secrets are planted in every place where one can be given, and looked for wherever anything comes
out: what commands print, what they log, the run store's bytes, the API's answers, the arguments of
processes."""

import base64
import pathlib
import re
import signal
import urllib.error
import urllib.parse
import urllib.request

from receivers import Hook
from serving import Served, rows
from shop import finish, main, members, wait_until

# Of characters that a URL and JSON escape; none of them is anywhere else by chance.
SECRETS = {
    "KAFKA_PASSWORD": "kp-7Hq/zW+3\"r=Ld",
    "KAFKA_FILE": "kf-93x&Tq 1mV<b",
    "SIZE": "sz-51nWq8Zk2",
    "DATABASE": "/nowhere/db-4kQ:x9@Pv/w.duckdb",
    "SOURCE": "/nowhere/sq-8dY6tR/shop.db",
    "LITERAL": "li-62vNc0Xw",
    "HOOK_KEY": "whsec_" + base64.b64encode(b"hk-3Gf0-aorta-test-key-of-32-byt").decode(),
    "HOOK_PATH": "hp-0aBq7MzT",
    "MAIL_PASSWORD": "mp-2Lr9$uE%c",
}

ALERTS = """
[alert.pager]
on = ["failure", "recovery"]
webhook = { url = "env:HOOK_URL", secret = "env:HOOK_KEY" }

[alert.mail]
on = ["failure"]
email = { server = "smtps://127.0.0.1:9", user = "ada", password = "file:mail.key", from = "a@b.example", to = ["c@d.example"] }
"""

CONNECTIONS = """
[target.dev.connection.broker]
connector = "kafka"
brokers = "127.0.0.1:9"
security_protocol = "sasl_plaintext"
sasl_mechanism = "PLAIN"
sasl_username = "ada"
sasl_password = "env:KAFKA_PASSWORD"

[target.wrong_size]
[target.wrong_size.connection.warehouse]
connector = "duckdb"
path = "other.duckdb"
memory_limit = "env:SIZE"
[target.wrong_size.connection.shop]
connector = "sqlite"
path = "shop.db"

[target.wrong_file]
[target.wrong_file.connection.warehouse]
connector = "duckdb"
path = "env:DATABASE"
[target.wrong_file.connection.shop]
connector = "sqlite"
path = "shop.db"

[target.wrong_source]
[target.wrong_source.connection.warehouse]
connector = "duckdb"
path = "third.duckdb"
[target.wrong_source.connection.shop]
connector = "sqlite"
path = "env:SOURCE"
"""

COMMANDS = [
    ["check"], ["plan"], ["plan", "--json"], ["run"], ["run", "--json", "--force", "countries"],
    ["ls"], ["ls", "--json"], ["show", "sales"], ["show", "sales", "--json"], ["state", "--json"],
    ["connectors", "--json"], ["connectors", "kafka"], ["runs", "--json"], ["runs", "last"],
    ["logs", "last"], ["logs", "last", "--json"], ["query", "@top"],
    ["query", "select name, value from duckdb_settings()"], ["query", "select getenv('SIZE')"],
    ["query", "select current_setting('temp_directory')"], ["clean"], ["token", "list", "--json"],
    *([command, "--target", target] for target in ("wrong_size", "wrong_file", "wrong_source")
      for command in ("check", "plan", "run", "ls", "state")),
    *(["query", "select 1", "--target", target] for target in ("wrong_size", "wrong_file")),
]


def disguises(secret):
    """The secret as it is, as JSON and URLs write it, and in base64 at any offset."""
    whole = secret.encode()
    yield whole
    yield secret.replace('"', '\\"').encode()
    yield urllib.parse.quote(secret, safe="").encode()
    yield urllib.parse.quote(secret).encode()
    yield urllib.parse.quote_plus(secret).encode()
    for lead in range(3):
        text = base64.b64encode(b"x" * lead + whole)
        yield text[(lead * 8 + 5) // 6:len(text) - 4]
    yield whole.hex().encode()


def leaks(data, secrets):
    return [name for name, secret in secrets.items()
            if any(form in data for form in disguises(secret))]


class Planted:
    """The shop with all the secrets, and all that came out of it."""

    def __init__(self, shop, hook):
        self.shop, self.heard = shop, {}
        self.secrets = dict(SECRETS)
        (shop.folder / "mail.key").write_text(SECRETS["MAIL_PASSWORD"] + "\n")
        (shop.folder / "kafka.key").write_text(SECRETS["KAFKA_FILE"] + "\n")
        text = (shop.folder / "pipeline.toml").read_text()
        shop.write("pipeline.toml", text + CONNECTIONS + ALERTS)
        self.environment = {name: SECRETS[name] for name in (
            "KAFKA_PASSWORD", "SIZE", "DATABASE", "SOURCE", "HOOK_KEY")}
        self.environment.update(AORTA_LOG="debug", HOOK_URL=f"{hook.url}?k={SECRETS['HOOK_PATH']}")

    def run(self, *arguments):
        status, output = self.shop.run(*arguments, environment=self.environment)
        self.hear(" ".join(arguments), output.encode())
        return status, output

    def hear(self, name, data):
        self.heard[name] = self.heard.get(name, b"") + data

    def check(self):
        """All that came out, and all that was left in files which are not the secrets' own."""
        for path in (self.shop.folder / ".aorta").rglob("*"):
            if path.is_file():
                self.hear(str(path), path.read_bytes())
        for path in self.shop.folder.glob("*.duckdb*"):
            self.hear(str(path), path.read_bytes())
        found = {name: leaked for name, data in self.heard.items()
                 if (leaked := leaks(data, self.secrets))}
        assert not found, found


def disguised(_):
    """a secret is found in each of its disguises (else this file shows nothing)"""
    for name, secret in SECRETS.items():
        for form in (secret, urllib.parse.quote(secret), base64.b64encode(secret.encode()).decode(),
                     base64.b64encode(f"ab{secret}cd".encode()).decode(), secret.encode().hex()):
            assert leaks(f"… {form} …".encode(), SECRETS) == [name], (name, form)
    assert leaks(b"nothing", SECRETS) == []


def commands(shop):
    """no command says a secret, nor does the run store keep one"""
    with Hook() as hook:
        planted = Planted(shop, hook)
        for command in COMMANDS:
            planted.run(*command)
        # The mistakes were made, and are told by their references.
        heard = planted.heard
        assert b"memory_limit must be a size" in heard["run --target wrong_size"]
        assert b'"env:DATABASE"' in heard["run --target wrong_file"], heard["run --target wrong_file"]
        assert b'"env:SOURCE"' in heard["run --target wrong_source"]
        assert b"succeeded" in heard["run"]
        planted.check()


def broker(shop):
    """a broker that cannot be reached is named without its password, however it was given"""
    with Hook() as hook:
        planted = Planted(shop, hook)
        shop.write("assets/raw/log.toml", 'kind = "stream"\nfrom = { connection = "broker", topic = '
                   '"t" }\ninto = { connection = "lake", topic = "t" }\n'
                   'time = { field = "ts", unit = "s" }\n')
        text = (shop.folder / "pipeline.toml").read_text()
        lake = '\n[target.dev.connection.lake]\nconnector = "file"\npath = "lake"\n'
        for reference in ("env:KAFKA_PASSWORD", "file:kafka.key"):
            shop.write("pipeline.toml", text.replace("env:KAFKA_PASSWORD", reference) + lake)
            stream = shop.start("stream", "log", "--for", "1s", environment=planted.environment)
            words = wait_until(stream.stdout.readline, "a word of the stream")
            stream.send_signal(signal.SIGINT)
            _, rest = finish(stream)
            planted.hear(f"stream {reference}", (words + rest).encode())
        planted.check()


def literal(shop):
    """a secret that stands in pipeline.toml is refused, and not repeated"""
    with Hook() as hook:
        planted = Planted(shop, hook)
        text = (shop.folder / "pipeline.toml").read_text()
        for old, new in (("env:KAFKA_PASSWORD", SECRETS["LITERAL"]), ("env:HOOK_KEY", SECRETS["LITERAL"]),
                         ("file:mail.key", SECRETS["LITERAL"])):
            shop.write("pipeline.toml", text.replace(old, new))
            status, output = planted.run("check")
            assert status == 2 and "is a secret" in output, output
            for command in (["run"], ["plan", "--json"], ["ls", "--json"], ["query", "select 1"]):
                planted.run(*command)
        planted.check()


def get(planted, url, path, token=None, body=None):
    request = urllib.request.Request(url + path, data=body)
    if body is not None:
        request.add_header("Content-Type", "application/json")
    if token:
        request.add_header("Authorization", f"Bearer {token}")
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            status, headers, body = answer.status, answer.headers, answer.read()
    except urllib.error.HTTPError as error:
        status, headers, body = error.code, error.headers, error.read()
    planted.hear(f"GET {path}", str(headers).encode() + body)
    return status


def paths_of(method, parts):
    """The paths of the API's contract that have the method, with their parts filled in."""
    paths, path = [], None
    for line in (pathlib.Path(__file__).parents[2] / "web/openapi.yaml").read_text().splitlines():
        if found := re.fullmatch(r"  (/\S+):", line):
            path = re.sub(r"\{(\w+)\}", lambda name: parts[name[1]], found[1])
        if line == f"    {method}:" and path != "/api/v1/events":  # which has no end
            paths.append(path)
    assert len(paths) > 20
    return paths


def served(shop):
    """the API lets tokens in and says no secret; alerts carry theirs to the receiver alone"""
    with Hook() as hook:
        planted = Planted(shop, hook)
        daemon = Served(shop, planted.environment)
        url = daemon.url
        assert get(planted, url, "/api/v1/runs") == 200
        tokens = {}
        for role in ("viewer", "operator", "admin"):
            made = shop.run("token", "create", "--name", role, "--role", role)[1]
            tokens[role] = planted.secrets[role] = re.search(r"aorta_\S+", made).group()
        shop.write("assets/marts/broken.sql", "select nothing from nowhere")
        planted.run("run", "broken")
        wait_until(lambda: hook.received, "the alert")
        assert f"k={SECRETS['HOOK_PATH']}" in hook.received[0][0]
        planted.hear("the alert's body", hook.received[0][2])
        broken = rows(shop, "select id from runs order by id desc limit 1")[0][0]
        for path in paths_of("get", {"key": "marts.broken", "id": broken, "name": "broker"}):
            status = get(planted, url, path)
            assert status == 401 or path in ("/healthz", "/readyz"), (path, status)
            for token in tokens.values():
                assert get(planted, url, path, token) in (200, 403, 404, 422), path
        for path, body in ((f"runs/{broken}/reexecute?wait=60", b"{}"), ("alerts/mail/test", b""),
                           ("connections/shop/test", b""), ("connections/broker/test", b""),
                           ("queries", b'{"sql": "select getenv(\'SIZE\')"}')):
            assert get(planted, url, f"/api/v1/{path}", tokens["admin"], body) < 500, path
        assert get(planted, url, "/api/v1/runs", tokens["viewer"]) == 200
        assert get(planted, url, "/api/v1/runs", tokens["viewer"][:-1] + "x") == 401
        run = b'{"select": ["countries"]}'
        assert get(planted, url, "/api/v1/runs?wait=60", tokens["viewer"], run) == 403
        assert get(planted, url, "/api/v1/runs?wait=60", tokens["operator"], run) in (200, 201)
        shop.run("token", "revoke", "viewer")
        assert get(planted, url, "/api/v1/runs", tokens["viewer"]) == 401
        assert get(planted, url, "/api/v1/runs", tokens["operator"]) == 200
        planted.hear("arguments", repr(members(daemon.pid)).encode())
        daemon.end()
        planted.hear("serve", "".join(daemon.said).encode())
        used = dict(rows(shop, "select name, used_us is not null from tokens"))
        asked = rows(shop, "select address, subject, result from audit where actor = "
                     "'token:operator'")
        assert asked == [("127.0.0.1", "countries", "accepted")], asked
        assert used == {"viewer": 1, "operator": 1, "admin": 1}, used
        planted.check()


def refused(shop):
    """another address than loopback is refused while there is no token"""
    status, output = shop.run("serve", "--address", "0.0.0.0:0")
    assert status == 2 and "token" in output, (status, output)


if __name__ == "__main__":
    main([disguised, commands, broker, literal, served, refused])

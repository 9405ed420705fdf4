#!/usr/bin/env python3
"""Alerts of `aorta serve`: to a webhook, to Slack and by mail; delivered at least once, whoever dies
in between; not more often than a person wants to read; and no secret lies about."""

import signal
import subprocess

from receivers import SECRET, Hook, Post, verify
from serving import Served, change, rows
from shop import main, wait_until

HOUR_US = 3600 * 10**6


class Daemon(Served):
    """`aorta serve` in the shop, with alerts."""

    def __init__(self, shop, alerts, environment=None):
        self.environment = {"HOOK_SECRET": SECRET, "AORTA_LOG": "info", **(environment or {})}
        super().__init__(shop, more=alerts)

    def start(self, environment=None, may_die=False):
        return super().start({**self.environment, **(environment or {})}, may_die)

    def end(self, how=signal.SIGTERM):
        """Ends it, and gives all that it said."""
        status = super().end(how)
        assert how == signal.SIGKILL or status == 0, self.said
        return "".join(self.said)

    def model(self, name, sql):
        self.shop.write(f"assets/marts/{name}.sql", sql)

    def run(self, *names):
        return self.shop.run("run", *names)

    def rows(self, sql):
        return rows(self.shop, sql)

    def states(self):
        return [state for state, in self.rows("select state from alerts order by id")]

    def wait_states(self, *states):
        wait_until(lambda: self.states() == list(states), f"{states}")

    def hurry(self):
        """What waits is due now, and somebody looks."""
        change(self.shop, "update alerts set next_us = 0 where state = 'waiting'")
        self.reload()

    def age(self):
        """All that was told was told an hour ago."""
        change(self.shop, f"update alerts set created_us = created_us - {HOUR_US}")


def webhook(url, more="", name="team"):
    return (f'\n[alert.{name}]\n{more}\n'
            f'webhook = {{ url = "{url}", secret = "env:HOOK_SECRET" }}\n')


BROKEN, WELL = "select * from nowhere", "select 1 as id"
SLOW = "select count(*) as n from range(100000000000) where range % 7 = 8"


def telling(shop):
    """A failure is told once, its end once, and the next failure at once; through no proxy."""
    with Hook() as hook:
        proxies = dict.fromkeys(("http_proxy", "all_proxy"), "http://127.0.0.1:1")
        daemon = Daemon(shop, webhook(hook.url), proxies)
        daemon.model("one", BROKEN)
        status, _ = daemon.run("one")
        assert status == 1
        body, = hook.wait_for(1)
        verify(hook.received[0])
        run = daemon.rows("select max(id) from runs")[0][0]
        assert body["kind"] == "failure" and body["subject"] == "asset:marts.one", body
        assert body["asset"] == "marts.one" and body["run"] == run, body
        assert body["pipeline"] == "shop" and body["target"] == "dev", body
        assert "nowhere" in body["error"], body
        daemon.run("one")
        daemon.model("one", WELL)
        assert daemon.run("one")[0] == 0
        kinds = [body["kind"] for body in hook.wait_for(2)]
        assert kinds == ["failure", "recovery"], kinds
        assert hook.bodies()[1]["of"] == "failure" and "error" not in hook.bodies()[1]
        daemon.run("one")
        daemon.model("one", BROKEN)
        daemon.run("one")
        assert hook.wait_for(3)[2]["kind"] == "failure"
        daemon.wait_states(*["delivered"] * 3)
        assert len({body["id"] for body in hook.bodies()}) == 3
        daemon.end()


def warnings(shop):
    """A warning is told with its checks, and a selection keeps others out."""
    with Hook() as hook:
        for name in ("one", "two"):
            shop.write(f"assets/marts/{name}.sql", "select null as id")
            shop.write(f"assets/marts/{name}.toml", '[columns.id]\nchecks = [{ not_null = true, '
                       'severity = "warn" }]\n')
        daemon = Daemon(shop, webhook(hook.url, 'on = ["warning", "recovery"]\nselect = "one"'))
        daemon.run("two")
        status, output = daemon.run("one")
        assert status == 0, output
        body, = hook.wait_for(1)
        assert body["kind"] == "warning" and body["subject"] == "asset:marts.one", body
        check, = body["checks"]
        assert check["status"] == "warn" and check["failures"] == 1, check
        daemon.model("one", "select 7 as id")
        daemon.run("one")
        body = hook.wait_for(2)[1]
        assert body["kind"] == "recovery" and body["of"] == "warning", body
        daemon.end()


def refusing(shop):
    """A run that cannot begin is told once, and its end; so is one that is given up in the queue."""
    with Hook() as hook:
        daemon = Daemon(shop, webhook(hook.url) + '[schedule.often]\ncron = "* * * * * *"\n'
                        'select = "countries"\nvars = { least_cents = 7 }\n')
        daemon.model("broken", "select {{ ref('nowhere') }}")
        body, = hook.wait_for(1)
        assert (body["kind"], body["subject"]) == ("failure", "run:countries"), body
        assert "assets/marts/broken.sql:1:" in body["error"], body
        assert daemon.rows("select 1 from ticks where state = 'failed'")
        (shop.folder / "assets/marts/broken.sql").unlink()
        body = hook.wait_for(2)[1]
        assert (body["kind"], body["subject"]) == ("recovery", "run:countries"), body
        shop.write("assets/marts/slow.toml", 'materialized = "table"\n')
        daemon.model("slow", SLOW)
        status, output = shop.run("run", "--detach", "slow")
        assert status == 0, output
        run = output.split()[-1]
        wait_until(lambda: daemon.rows("select 1 from steps where asset = 'marts.slow'"
                                       " and state = 'running'"), "the slow step")
        change(shop, f"update runs set resumptions = 3 where id = '{run}'")
        daemon.end(signal.SIGKILL)
        daemon.start()
        body = hook.wait_for(3)[2]
        assert (body["kind"], body["subject"], body["run"]) == ("failure", "run:slow", run), body
        assert "three times" in body["error"], body
        daemon.end()


def trying(shop):
    """What may pass is tried again with the same id; what is refused is not, and is seen."""
    with Hook() as hook:
        daemon = Daemon(shop, webhook(hook.url))
        daemon.model("one", BROKEN)
        daemon.model("two", BROKEN)
        hook.answers[:] = [(500, {}, b""), (429, {"retry-after": "7000"}, b""), (400, {}, b"no")]
        daemon.run("one")
        wait_until(lambda: daemon.rows("select 1 from alerts where tries = 1"), "a try")
        daemon.hurry()
        wait_until(lambda: daemon.rows("select 1 from alerts where tries = 2"), "another")
        wait = daemon.rows("select (next_us - created_us) / 1000000 from alerts")[0][0]
        assert 6990 < wait < 7200, wait
        daemon.hurry()
        daemon.wait_states("dropped")
        error, = daemon.rows("select error from alerts")[0]
        assert error == "answered HTTP 400", error
        ids = {body["id"] for body in hook.wait_for(3)}
        assert len(ids) == 1, ids
        daemon.run("one")  # nobody was told: it is told now
        daemon.wait_states("dropped", "delivered")
        log = daemon.end()
        assert "is tried again in" in log and "is dropped: answered HTTP 400" in log, log


def redirecting(shop):
    """A redirect is not followed, and a long answer not read."""
    with Hook() as hook, Hook() as other:
        daemon = Daemon(shop, webhook(hook.url))
        hook.answers[:] = [(307, {"location": other.url}, b"")]
        daemon.model("one", BROKEN)
        daemon.run("one")
        daemon.wait_states("dropped")
        assert not other.received
        hook.answers[:] = [(200, {}, b"x" * 2**20)]
        daemon.run("one")
        daemon.wait_states("dropped", "delivered")
        daemon.end()


def distrusting(shop):
    """An address without a certificate that can be verified is sent nothing."""
    made = subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
         "-nodes", "-keyout", "key.pem", "-out", "cert.pem", "-days", "2", "-subj", "/CN=127.0.0.1",
         "-addext", "subjectAltName=IP:127.0.0.1"], cwd=shop.folder, capture_output=True, text=True)
    assert made.returncode == 0, made.stderr
    pem = shop.folder / "both.pem"
    pem.write_text((shop.folder / "key.pem").read_text() + (shop.folder / "cert.pem").read_text())
    with Hook(certificate=pem) as hook:
        daemon = Daemon(shop, webhook(hook.url))
        daemon.model("one", BROKEN)
        daemon.run("one")
        wait_until(lambda: daemon.rows("select 1 from alerts where tries = 1"), "a try")
        assert "certificate" in daemon.rows("select error from alerts")[0][0]
        assert daemon.states() == ["waiting"] and not hook.received
        daemon.end()


def dying(shop):
    """What was raised is delivered by the next daemon, though this one is killed before or while."""
    with Hook() as hook:
        port = hook.port
    daemon = Daemon(shop, webhook(f"http://127.0.0.1:{port}/"))
    daemon.model("one", BROKEN)
    daemon.run("one")
    wait_until(lambda: daemon.rows("select 1 from alerts where tries = 1"), "a try")
    assert "connect" in daemon.rows("select error from alerts")[0][0]
    daemon.end(signal.SIGKILL)
    change(shop, "update alerts set next_us = 0")
    with Hook(port) as hook:
        hook.gate.clear()
        daemon.start()
        wait_until(lambda: len(hook.received) == 1, "a post that is not answered")
        assert daemon.states() == ["waiting"]
        daemon.end(signal.SIGKILL)
        hook.gate.set()
        daemon.start()
        daemon.wait_states("delivered")
        first, second = hook.wait_for(2)
        assert first == second
        daemon.run("one")  # it is remembered that it was told
        daemon.end()
        assert daemon.states() == ["delivered"]


def killing(shop):
    """A failure is told by this daemon or the next, before whichever commit this one dies."""
    with Hook() as hook:
        daemon = Daemon(shop, webhook(hook.url, 'dedupe = "0s"'))
        daemon.model("one", BROKEN)
        for number in range(3, 12):
            daemon.end()
            if daemon.start({"AORTA_FAULT": f"store.commit.before:{number}"}, may_die=True):
                daemon.run("one")
            daemon.end(signal.SIGKILL)
            daemon.start()
            wait_until(lambda: not daemon.rows("select 1 from runs where ended_us is null or "
                                               "state = 'interrupted'"), "all runs are over")
            wait_until(lambda: not daemon.rows("select 1 from alerts where state = 'waiting'"),
                       "all alerts are told")
            # A run that found nobody was its own daemon, which does not stay and tells nobody.
            failed = daemon.rows("select count(*) from steps where state = 'failed' and run_id in "
                                 "(select id from runs where resumes)")[0][0]
            assert daemon.states() == ["delivered"] * failed, (number, daemon.states(), failed)
        assert len({body["id"] for body in hook.bodies()}) == failed and failed > 2, failed
        daemon.end()


def flooding(shop):
    """What is more than an hour may have is summed up in one message, also by another daemon."""
    with Hook() as hook:
        daemon = Daemon(shop, webhook(hook.url, "max_per_hour = 20"))
        names = [f"m{i}" for i in range(30)]
        for name in names:
            daemon.model(name, BROKEN)
        daemon.run(*names)
        daemon.wait_states(*["delivered"] * 20, *["held"] * 10)
        hook.wait_for(20)
        daemon.end()
        daemon.age()
        daemon.start()
        daemon.wait_states(*["delivered"] * 20, *["summed"] * 10, "delivered")
        body = hook.wait_for(21)[20]
        verify(hook.received[20])
        assert body["kind"] == "summary" and body["held"] == 10, body
        told = [b["subject"] for b in hook.bodies()[:20]] + [a["subject"] for a in body["alerts"]]
        assert sorted(told) == sorted(f"asset:marts.{name}" for name in names), told
        daemon.end()


def talking(shop):
    """Slack gets text in which nothing is markup; mail has headers that nobody else can write."""
    with Hook() as hook, Post("aorta", "letmein-4711") as post:
        shop.write("mail.key", "letmein-4711\n")
        daemon = Daemon(shop, f"""
[alert.chat]
slack = {{ url = "env:SLACK" }}
[alert.mail.email]
server = "{post.url}"
user = "aorta"
password = "file:mail.key"
from = "aorta@example.com"
to = ["data@example.com", "ops@example.com"]
""", {"SLACK": hook.url + "/T-very-secret"})
        daemon.model("one", 'select * from "<nowhere> & é"')
        daemon.run("one")
        daemon.wait_states("delivered", "delivered")
        body, = hook.wait_for(1)
        assert list(body) == ["text"], body
        assert "marts.one failed (shop, dev)" in body["text"], body
        assert "&lt;nowhere&gt; &amp; é" in body["text"], body
        (sender, recipients, _), = post.received
        assert sender.startswith("FROM:<aorta@example.com>"), sender
        assert recipients == ["TO:<data@example.com>", "TO:<ops@example.com>"], recipients
        message, = post.messages()
        assert message["subject"] == "[Aorta] marts.one failed (shop, dev)", message["subject"]
        assert message["to"] == "<data@example.com>, <ops@example.com>" or \
            [a.addr_spec for a in message["to"].addresses] == \
            ["data@example.com", "ops@example.com"], message["to"]
        assert message["date"].datetime and message["message-id"].endswith("@example.com>")
        assert "<nowhere> & é" in message.get_content(), message.get_content()
        post.answers[:] = ["451 later", "550 never"]
        hook.answers[:] = [(404, {}, b"no_service")]
        daemon.model("two", BROKEN)
        daemon.run("two")
        wait_until(lambda: daemon.rows("select 1 from alerts where error like '%SMTP 451%'"), "451")
        daemon.hurry()
        wait_until(lambda: daemon.rows("select 1 from alerts where state = 'dropped' and "
                                       "error like '%SMTP 550%'"), "550")
        assert daemon.rows("select error from alerts where destination = 'chat' and state = "
                           "'dropped'") == [("answered HTTP 404: no_service",)]
        daemon.end()


def hiding(shop):
    """No secret is in the log, in the store, or in what a failed delivery leaves behind."""
    with Hook() as hook, Post("aorta", "another-password") as post:
        secrets = ["T-very-secret", "letmein-4711", SECRET, SECRET[6:]]
        daemon = Daemon(shop, webhook(hook.url) + f"""
[alert.chat]
slack = {{ url = "env:SLACK" }}
[alert.mail.email]
server = "{post.url}"
user = "aorta"
password = "env:MAIL_PASSWORD"
from = "aorta@example.com"
to = "data@example.com"
[alert.gone]
slack = {{ url = "file:nowhere.key" }}
""", {"SLACK": hook.url + "/T-very-secret", "MAIL_PASSWORD": "letmein-4711"})
        hook.answers[:] = [(404, {}, SECRET.encode()), (503, {}, b"T-very-secret")]
        daemon.model("one", BROKEN)
        daemon.run("one")
        wait_until(lambda: len(daemon.rows("select 1 from alerts where error is not null")) == 4,
                   "four that failed")
        errors = [error for error, in daemon.rows("select error from alerts")]
        assert any("nowhere.key" in error for error in errors), errors
        log = daemon.end()
        _, output = shop.run("check")
        for text in (log, output, *errors):
            assert not any(secret in text for secret in secrets), text
        for path in (shop.folder / ".aorta").rglob("*"):
            if path.is_file():
                content = path.read_bytes()
                assert not any(secret.encode() in content for secret in secrets), path


main([telling, warnings, refusing, trying, redirecting, distrusting, dying, killing, flooding, talking, hiding])

"""The API of a real daemon: what it is asked for it does, and says so as its contract has it."""

import concurrent.futures
import json
import signal
import threading

import harness
from api import SLOW, Api
from serving import rows, state_of, wait_for
from shop import finish, main


def a_run_from_the_call_to_its_end(shop):
    """A run, from the call to its end, and what is known after it."""
    api = Api(shop)
    run = api.run()
    assert run.status == 200 and run.json()["state"] == "succeeded", run.body
    assert run.json()["trigger"] == "api" and run.json()["actor"] == "local"
    steps = run.json()["steps"]
    assert steps and {step["state"] for step in steps} == {"succeeded"}
    name = run.json()["id"]
    events = api.get(f"/api/v1/runs/{name}/events").body.decode()
    assert events.count("event: accepted") == 1 and "event: ended" in events
    log = api.get(f"/api/v1/runs/{name}/logs").json()["events"]
    assert events.count("\nid: ") + events.startswith("id: ") == len(log)
    assets = api.get("/api/v1/assets").json()["assets"]
    assert {asset["state"] for asset in assets} == {"fresh"}, assets
    model = api.get("/api/v1/assets?kind=model").json()["assets"][-1]["key"]
    assert len(api.get(f"/api/v1/assets/{model}/history").json()["materializations"]) == 1
    assert "select" in api.get(f"/api/v1/assets/{model}/sql").json()["sql"].lower()
    preview = api.get(f"/api/v1/assets/{model}/preview?limit=2").json()
    assert preview["columns"] and 0 < len(preview["rows"]) <= 2
    some = len(api.get(f"/api/v1/assets/{model}/preview").json()["rows"])
    for limit in (some - 1, some, some + 1):
        preview = api.get(f"/api/v1/assets/{model}/preview?limit={limit}").json()
        assert (len(preview["rows"]), preview["has_more"]) == (min(limit, some), limit < some), limit
    assert api.get("/api/v1/runs?limit=1").json()["runs"][0]["id"] == name
    metrics = api.get("/metrics").body.decode()
    assert "aorta_ready 1" in metrics and "aorta_store_commits_total" in metrics
    assert 'aorta_runs_ended_total{state="succeeded"} 1\n' in metrics, metrics
    assert 'aorta_runs_ended_total{state="failed"} 0\n' in metrics, metrics
    assert api.daemon.end() == 0, api.daemon.said


def what_is_wrong_is_said(shop):
    """What is wrong with a request, a query, a model or the files is said."""
    api = Api(shop)
    answer = api.problem("POST", "/api/v1/runs", 422, "customres", {"select": ["customres"]})
    assert "customers" in answer.json()["errors"][0], "what was meant"
    api.problem("POST", "/api/v1/runs", 422, "partitions are asked for, but nothing",
                {"select": ["countries"], "partitions": ["2024-04-04"]})
    api.problem("POST", "/api/v1/runs", 422, 'leave out either "full_refresh" or "partitions"',
                {"select": ["countries"], "full_refresh": True, "partitions": ["2024-04-04"]})
    api.problem("POST", "/api/v1/runs", 422, 'or say "discard_history"', {"full_refresh": True})
    api.problem("POST", "/api/v1/runs", 422, "exclude: no asset is meant", {"exclude": ["nobody"]})
    for threads in (-1, 65, 10**18):
        api.problem("POST", "/api/v1/runs", 400, f'"threads" must be from 0 to 64, not {threads}',
                    {"select": ["countries"], "threads": threads})
    assert api.get("/api/v1/runs").json()["runs"] == []
    api.problem("POST", "/api/v1/queries", 422, "nobody", {"sql": "SELECT * FROM nobody"})
    api.problem("POST", "/api/v1/queries", 422, "", {"sql": "CREATE TABLE x (y int)"})
    api.problem("POST", "/api/v1/runs/01NOBODY/cancel", 404, "no run")
    rows = api.call("POST", "/api/v1/queries", {"sql": "SELECT 1 AS a, 'x' AS b, 0.1::FLOAT AS c", "limit": 5})
    assert rows.json() == {"columns": ["a", "b", "c"], "rows": [[1, "x", 0.1]], "has_more": False}
    for limit, has_more in ((2047, True), (2048, True), (2049, False), (2050, False)):
        rows = api.call("POST", "/api/v1/queries",
                        {"sql": "SELECT range AS n FROM range(2049)", "limit": limit}).json()
        assert (len(rows["rows"]), rows["has_more"]) == (min(limit, 2049), has_more), limit
    many = {"sql": "SELECT repeat('x', 1000000) AS x FROM range(12)", "limit": 12}
    api.problem("POST", "/api/v1/queries", 422, "the rows are larger than the 8388608 bytes", many)
    rows = api.call("POST", "/api/v1/queries", {**many, "limit": 8}).json()["rows"]
    assert rows == [["x" * 1000000]] * 8
    failed = shop.folder / "assets/marts/broken.sql"
    failed.write_text("select nothing from nowhere")
    assert api.call("POST", "/api/v1/pipeline/reload").status == 200
    run = api.run({"select": ["broken"]}).json()
    assert run["state"] == "failed" and run["counts"]["failed"] == 1
    assert "nowhere" in run["steps"][0]["error"]["message"]
    def known():
        return (api.get("/api/v1/pipeline").json(), api.get("/api/v1/assets/broken").json(),
                [asset["key"] for asset in api.get("/api/v1/assets").json()["assets"]])
    before = known()
    shop.write("assets/marts/another.sql", "select 1 as one")
    failed.write_text("select {{ ref('nobody') }}")
    refused = api.call("POST", "/api/v1/pipeline/reload")
    assert refused.status == 422 and "nobody" in refused.json()["errors"][0], refused.body
    assert known() == before, "what was there before is kept as a whole"
    assert api.daemon.end() == 0


def a_saved_question_is_asked_with_variables(shop):
    """A saved question is asked, with values for its variables."""
    shop.write("assets/questions/who.sql",
               "select '{{ var('who') }}' as who, {{ var('least', 3) }} as least")
    shop.write("assets/questions/plain.sql", "select 1 as one")
    api = Api(shop)

    def ask(question="who", **more):
        return api.call("POST", "/api/v1/queries", {"question": question, **more})

    for sent, row in (({"who": "Ada"}, ["Ada", 3]), ({"who": 7, "least": 4.5}, ["7", 4.5]),
                      ({"who": True, "least": "5"}, ["true", 5]), ({"who": ""}, ["", 3])):
        answer = ask(vars=sent)
        assert answer.status == 200, (sent, answer.body)
        assert answer.json() == {"columns": ["who", "least"], "rows": [row],
                                 "has_more": False}, (sent, answer.body)
    assert ask("plain").json()["rows"] == ask("plain", vars={}).json()["rows"] == [[1]]
    for sent, said in ((None, 'give it as {"who": VALUE} in "vars"'),
                       ({"least": 1}, 'give it as {"who": VALUE} in "vars"'),
                       ({"who": "Ada", "leest": 1},
                        'question who has no variable "leest": did you mean "least"?')):
        more = {} if sent is None else {"vars": sent}
        api.problem("POST", "/api/v1/queries", 422, said, {"question": "who", **more})
    assert ask(vars={"who": "Eve"}).json()["rows"] == [["Eve", 3]], "none is kept from before"
    assert api.daemon.end() == 0


def a_key_makes_it_one_run(shop):
    """With an Idempotency-Key asking again is the same run."""
    api = Api(shop)
    runs = [api.run({"select": ["countries"]}, 0, Idempotency_Key="ci-1").json()["id"]
            for _ in range(3)]
    assert len(set(runs)) == 1
    again = api.run({"select": ["countries"]}, Idempotency_Key="ci-1").json()
    assert again["id"] == runs[0] and again["state"] == "succeeded", "it is waited for, too"
    other = api.run({"select": ["customers"]}, 0, Idempotency_Key="ci-1")
    assert other.status == 409, other.body
    assert len(api.get("/api/v1/runs").json()["runs"]) == 1
    assert api.daemon.end() == 0


def a_key_makes_it_one_run_for_all_at_once(shop):
    """Who asks at the same time with the same key is told of the same run."""
    api = Api(shop)
    for key in ("ci-1", "ci-2", "ci-3"):
        gate = threading.Barrier(6)

        def ask(_, key=key, gate=gate):
            gate.wait()
            return api.run({"select": ["countries"]}, 0, Idempotency_Key=key)
        with concurrent.futures.ThreadPoolExecutor(6) as pool:
            answers = list(pool.map(ask, range(6)))
        assert {answer.status for answer in answers} == {202}, [one.body for one in answers]
        assert len({answer.json()["id"] for answer in answers}) == 1, key
    assert len(api.get("/api/v1/runs").json()["runs"]) == 3
    assert api.daemon.end() == 0
    assert rows(shop, "select count(*) from runs") == [(3,)]


def a_key_makes_it_one_token(shop):
    """With an Idempotency-Key there is one token: its text is told once, also by the next daemon."""
    api = Api(shop)
    made = api.call("POST", "/api/v1/tokens", {"name": "boss", "role": "admin"})
    boss = {"Authorization": f"Bearer {made.json()['token']}"}
    keyed = {"Idempotency_Key": "ci-1", **boss}
    body = {"name": "ci", "role": "viewer"}
    first = api.call("POST", "/api/v1/tokens", body, **keyed)
    assert first.status == 201, first.body

    def tokens():
        return [(one["name"], bool(one["revoked_at"]))
                for one in api.get("/api/v1/tokens", **boss).json()["tokens"]]

    def again(detail, sent=body):
        answer = api.problem("POST", "/api/v1/tokens", 409, detail, sent, **keyed)
        assert first.json()["token"] not in answer.body.decode(), answer.body
    again("told only once: if it is lost, revoke that token and ask with a new key")
    again("was used for another request", {**body, "role": "admin"})
    assert api.run({"select": ["countries"]}, 0, **keyed).status == 409, "it is no run's"
    assert api.call("DELETE", "/api/v1/tokens/ci", **boss).status == 204
    again("told only once")
    assert api.daemon.end() == 0
    api = Api(shop)
    again("told only once")
    assert sorted(tokens()) == [("boss", False), ("ci", True)]
    made = api.call("POST", "/api/v1/tokens", body, Idempotency_Key="ci-2", **boss)
    assert made.status == 201 and sorted(tokens()) == [
        ("boss", False), ("ci", False), ("ci", True)], made.body
    assert api.daemon.end() == 0


def a_run_is_canceled(shop):
    """A run is followed, canceled, and asked for once more."""
    shop.write("assets/marts/slow.sql", SLOW)
    shop.write("assets/marts/slow.toml", 'materialized = "table"\n')
    api = Api(shop)
    name = api.run({"select": ["slow"]}, 0).json()["id"]
    kinds, done = [], threading.Event()

    def follow():
        connection = api.connect()
        connection.request("GET", f"/api/v1/runs/{name}/events")
        for line in connection.getresponse():
            if line.startswith(b"data: "):
                kinds.append(json.loads(line[6:])["kind"])
        done.set()
    threading.Thread(target=follow, daemon=True).start()
    wait_for("the step", lambda: "step" in kinds)
    for part in ("cancel", "reexecute"):
        api.problem("POST", f"/api/v1/runs/{name[:20]}/{part}", 404, "there is no run")
    assert api.call("POST", f"/api/v1/runs/{name}/cancel").status == 202
    assert done.wait(harness.WAIT_S) and kinds[-1] == "ended"
    assert api.get(f"/api/v1/runs/{name}").json()["state"] == "canceled"
    api.problem("POST", f"/api/v1/runs/{name}/cancel", 409, "has been canceled")
    again = api.call("POST", f"/api/v1/runs/{name}/reexecute", {})
    assert again.status == 202 and again.json()["of_run"] == name, again.body
    api.call("POST", f"/api/v1/runs/{again.json()['id']}/cancel")
    assert api.daemon.end() == 0


def slow_model(shop, name):
    shop.write(f"assets/marts/{name}.sql", SLOW)
    shop.write(f"assets/marts/{name}.toml", 'materialized = "table"\n')


def who_waits_outlives_the_daemon(shop):
    """A run that is to be taken up is not over: who asks hears so, until it is, or is canceled."""
    for name in ("one", "two", "urgent"):
        slow_model(shop, name)
    api = Api(shop, more="[serve]\nruns_at_once = 2\n")
    same = {"body": {"select": ["countries", "one"]}, "Idempotency_Key": "ci-1"}
    one = api.run(wait=0, **same).json()["id"]
    two = api.run({"select": ["two"]}, 0).json()["id"]
    wait_for("both", lambda: rows(shop, "select count(*) from steps where state = 'running'")
             == [(2,)] and api.get(f"/api/v1/runs/{one}").json()["counts"]["ok"] == 1)
    urgent = api.run({"select": ["urgent"], "priority": 9}, 0).json()["id"]
    api.daemon.end(signal.SIGKILL)
    text = (shop.folder / "pipeline.toml").read_text()
    shop.write("pipeline.toml", text.replace("runs_at_once = 2", "runs_at_once = 1"))
    shop.write("assets/marts/one.sql", "select 1 as n")
    api = Api(shop)
    wait_for("the urgent one", lambda: state_of(shop, urgent) == "running")
    assert state_of(shop, one) == state_of(shop, two) == "interrupted"
    last = rows(shop, "select max(id) from events")[0][0]
    connection = api.connect()
    connection.request("GET", f"/api/v1/runs/{one}/events", headers={"Last-Event-ID": str(last)})
    following = connection.getresponse()
    assert following.status == 200, "a browser that hears 204 does not ask again"
    log = shop.start("logs", "--follow", one)
    assert api.run(wait=1, **same).status == 202
    assert api.call("POST", f"/api/v1/runs/{two}/cancel").status == 202
    assert state_of(shop, two) == "canceled"
    steps = rows(shop, "select state from steps where run_id = ?", two)
    assert steps == [("canceled",)], "nobody will make them"
    assert api.get(f"/api/v1/runs/{two}").json()["error"] is None
    api.call("POST", f"/api/v1/runs/{urgent}/cancel")
    done = api.run(**same)
    assert (done.status, done.json()["id"], done.json()["state"]) == (200, one, "succeeded")
    assert b"event: ended" in following.read()
    assert finish(log)[0] == 0
    assert api.daemon.end() == 0


def it_ends_though_it_was_told_to_reload(shop):
    """What is still to be read when the daemon ends is nobody's any more."""
    api = Api(shop, environment={"UV_THREADPOOL_SIZE": "1"})
    asking = [api.connect() for _ in range(60)]
    for connection in asking:
        connection.request("POST", "/api/v1/pipeline/reload")
    assert asking[0].getresponse().status == 200
    assert api.daemon.end() == 0, api.daemon.said


def schedules_are_told(shop):
    """A schedule: its next ticks, its run now, paused and resumed."""
    with open(shop.folder / "pipeline.toml", "a", encoding="utf-8") as file:
        file.write('[schedule.nightly]\ncron = "30 2 * * *"\nselect = "countries"\n')
    api = Api(shop)

    def nightly():
        return api.get("/api/v1/schedules").json()["schedules"][0]
    assert nightly()["name"] == "nightly" and not nightly()["is_paused"]
    assert [tick[11:16] for tick in nightly()["next_ticks"]] == ["02:30"] * 3
    run = api.call("POST", "/api/v1/schedules/nightly/trigger?wait=60")
    assert run.status == 200 and run.json()["trigger"] == "schedule:nightly", run.body
    assert run.json()["state"] == "succeeded"
    assert api.call("POST", "/api/v1/schedules/nightly/pause").status == 204
    assert nightly()["is_paused"] and nightly()["next_ticks"] == []
    assert api.call("POST", "/api/v1/schedules/nightly/resume").status == 204
    assert not nightly()["is_paused"]
    assert api.get("/api/v1/schedules/nightly").json() == nightly()
    api.problem("GET", "/api/v1/schedules/nobody", 404, "no schedule")
    api.get("/api/v1/schedules/nightly/ticks")
    api.problem("GET", "/api/v1/schedules/nobody/ticks", 404, "no schedule")
    api.problem("POST", "/api/v1/schedules/nobody/pause", 404, "nobody")
    assert api.daemon.end() == 0


def sensors_are_told(shop):
    """A sensor: what it has seen, its run now, paused and resumed."""
    with open(shop.folder / "pipeline.toml", "a", encoding="utf-8") as file:
        file.write('[sensor.done]\nkind = "file"\npath = "done"\nselect = "countries"\n')
    api = Api(shop)

    def done():
        return api.get("/api/v1/sensors/done").json()
    wait_for("its first look", lambda: done()["cursor"] == "-")
    assert done()["state"] == "watching" and done()["next_look_at"] > done()["looked_at"]
    run = api.call("POST", "/api/v1/sensors/done/trigger?wait=60")
    assert run.status == 200 and run.json()["trigger"] == "sensor:done", run.body
    assert run.json()["state"] == "succeeded" and done()["run"] == run.json()["id"]
    assert api.call("POST", "/api/v1/sensors/done/pause").status == 204
    assert done()["is_paused"] and done()["state"] == "paused" and not done()["next_look_at"]
    assert api.call("POST", "/api/v1/sensors/done/resume").status == 204
    assert not done()["is_paused"]
    assert [one["name"] for one in api.get("/api/v1/sensors").json()["sensors"]] == ["done"]
    for verb in ("trigger", "pause"):
        api.problem("POST", f"/api/v1/sensors/nobody/{verb}", 404, "nobody")
    assert api.daemon.end() == 0


def tokens_are_made_and_changes_remembered(shop):
    """Tokens: made, used, revoked; the audit log says who did what."""
    api = Api(shop)
    made = api.call("POST", "/api/v1/tokens", {"name": "boss", "role": "admin", "expires": "90d"})
    assert made.status == 201, made.body
    boss = {"Authorization": f"Bearer {made.json()['token']}"}
    api.problem("GET", "/api/v1/runs", 401, "a token is needed")
    look = api.call("POST", "/api/v1/tokens", {"name": "look", "role": "viewer"}, **boss)
    viewer = {"Authorization": f"Bearer {look.json()['token']}"}
    api.get("/api/v1/runs", **viewer)
    api.problem("GET", "/api/v1/tokens", 403, "this needs admin", **viewer)
    api.problem("POST", "/api/v1/runs", 403, "this needs operator", {}, **viewer)
    api.problem("POST", "/api/v1/tokens", 400, '"expires"',
                {"name": "x", "role": "viewer", "expires": "soon"}, **boss)
    for wrong in ({"name": "boss", "role": "admin"}, {"name": "x", "role": "king"}):
        assert api.call("POST", "/api/v1/tokens", wrong, **boss).status in (409, 422)
    act = api.call("POST", "/api/v1/tokens", {"name": "act", "role": "operator"}, **boss)
    operator = {"Authorization": f"Bearer {act.json()['token']}"}
    runs = {api.run({"select": ["countries"]}, Idempotency_Key="same", **who).json()["id"]
            for who in (boss, operator, operator)}
    assert len(runs) == 2, "a key is its owner's"
    assert api.call("DELETE", "/api/v1/tokens/look", **boss).status == 204
    api.problem("GET", "/api/v1/runs", 401, "revoked", **viewer)
    tokens = {token["name"]: token for token in api.get("/api/v1/tokens", **boss).json()["tokens"]}
    assert tokens["look"]["revoked_at"] and not tokens["boss"]["revoked_at"]
    assert made.json()["token"] not in json.dumps(tokens)
    log = api.get("/api/v1/audit", **boss).json()["entries"]
    assert ("token:boss", "revoke_token", "127.0.0.1") in {
        (entry["actor"], entry["action"], entry["address"]) for entry in log}, log
    status, output = shop.run("run", "countries")  # not by the network: without an address
    assert status == 0, output
    run = api.get("/api/v1/runs", **boss).json()["runs"][0]["id"]
    again = api.call("POST", f"/api/v1/runs/{run}/reexecute?wait=60", {}, **boss).json()["id"]
    assert shop.run("rerun", again)[0] == 0
    log = api.get("/api/v1/audit", **boss).json()["entries"]
    assert [entry["address"] for entry in log[:3]] == [None, "127.0.0.1", None], log[:3]
    api.problem("POST", "/api/v1/runs", 422, "no variable", {"vars": {"word": "hush-4711"}}, **boss)
    wait_for("its entry", lambda: api.get("/api/v1/audit", **boss).json()["entries"][0] != log[0])
    log = api.get("/api/v1/audit", **boss).json()["entries"]
    assert log[0]["detail"]["variables"] == ["word"] and "hush" not in json.dumps(log), log[0]
    page = api.get("/api/v1/audit?limit=1", **boss).json()
    assert page["entries"] == log[:1] and page["next"] == log[0]["id"]
    assert api.daemon.end() == 0


main([a_run_from_the_call_to_its_end, what_is_wrong_is_said, a_key_makes_it_one_run,
      a_run_is_canceled, who_waits_outlives_the_daemon, it_ends_though_it_was_told_to_reload,
      a_saved_question_is_asked_with_variables, a_key_makes_it_one_token, schedules_are_told,
      a_key_makes_it_one_run_for_all_at_once, sensors_are_told, tokens_are_made_and_changes_remembered])

"""The API of a real daemon: what it is asked for it does, and says so as its contract has it."""

import json
import pathlib
import sys
import threading

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "cli"))
import harness  # noqa: E402
import served  # noqa: E402
from shop import main  # noqa: E402

SLOW = "select count(*) as n from range(100000000000) where range % 7 = 8"


class Api(harness.Server):
    """The same calls, to a daemon of the shop."""

    def __init__(self, shop):  # no fixture is started
        self.daemon = served.Served(shop)
        ready = next(line for line in self.daemon.said if "ready: " in line)
        self.url = next(word for word in ready.split() if word.startswith("http://"))
        self.port = int(self.url.rsplit(":", 1)[1])

    def run(self, body=None, wait=60, **headers):
        return self.call("POST", f"/api/v1/runs?wait={wait}", body or {}, **headers)


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
    assert api.get("/api/v1/runs?limit=1").json()["runs"][0]["id"] == name
    metrics = api.get("/metrics").body.decode()
    assert "aorta_ready 1" in metrics and "aorta_store_commits_total" in metrics
    assert api.daemon.end() == 0, api.daemon.said


def what_is_wrong_is_said(shop):
    """What is wrong with a request, a query, a model or the files is said."""
    api = Api(shop)
    answer = api.problem("POST", "/api/v1/runs", 422, "customres", {"select": ["customres"]})
    assert "customers" in answer.json()["errors"][0], "what was meant"
    api.problem("POST", "/api/v1/queries", 422, "nobody", {"sql": "SELECT * FROM nobody"})
    api.problem("POST", "/api/v1/queries", 422, "", {"sql": "CREATE TABLE x (y int)"})
    api.problem("POST", "/api/v1/runs/01NOBODY/cancel", 404, "no run")
    rows = api.call("POST", "/api/v1/queries", {"sql": "SELECT 1 AS a, 'x' AS b", "limit": 5})
    assert rows.json() == {"columns": ["a", "b"], "rows": [[1, "x"]]}
    failed = shop.folder / "assets/marts/broken.sql"
    failed.write_text("select nothing from nowhere")
    assert api.call("POST", "/api/v1/pipeline/reload").status == 200
    run = api.run({"select": ["broken"]}).json()
    assert run["state"] == "failed" and run["counts"]["failed"] == 1
    assert "nowhere" in run["steps"][0]["error"]["message"]
    failed.write_text("select {{ ref('nobody') }}")
    refused = api.call("POST", "/api/v1/pipeline/reload")
    assert refused.status == 422 and "nobody" in refused.json()["errors"][0], refused.body
    assert api.daemon.end() == 0


def a_key_makes_it_one_run(shop):
    """With an Idempotency-Key asking again is the same run."""
    api = Api(shop)
    runs = [api.run({"select": ["countries"]}, 0, Idempotency_Key="ci-1").json()["id"]
            for _ in range(3)]
    assert len(set(runs)) == 1
    served.wait_for("its end", lambda: api.run(
        {"select": ["countries"]}, Idempotency_Key="ci-1").json()["state"] == "succeeded")
    other = api.run({"select": ["customers"]}, 0, Idempotency_Key="ci-1")
    assert other.status == 409, other.body
    assert len(api.get("/api/v1/runs").json()["runs"]) == 1
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
    served.wait_for("the step", lambda: "step" in kinds)
    assert api.call("POST", f"/api/v1/runs/{name}/cancel").status == 202
    assert done.wait(harness.WAIT_S) and kinds[-1] == "ended"
    assert api.get(f"/api/v1/runs/{name}").json()["state"] == "canceled"
    api.problem("POST", f"/api/v1/runs/{name}/cancel", 409, "has been canceled")
    again = api.call("POST", f"/api/v1/runs/{name}/reexecute", {})
    assert again.status == 202 and again.json()["of_run"] == name, again.body
    api.call("POST", f"/api/v1/runs/{again.json()['id']}/cancel")
    assert api.daemon.end() == 0


main([a_run_from_the_call_to_its_end, what_is_wrong_is_said, a_key_makes_it_one_run,
      a_run_is_canceled])

"""Partitions and backfills, by the API of a real daemon: all that is answered is held against the
contract."""

from api import SLOW, Api
import partitions
from serving import wait_for
from shop import main


def partitions_are_made_and_told(shop):
    """Partitions of an asset: how each stands, in pages; a run that makes some of them."""
    partitions.prepare(shop, False)
    api = Api(shop)
    run = api.run({"select": ["days"], "partitions": ["2024-04-02..2024-04-04"]})
    assert run.status == 200 and run.json()["state"] == "succeeded", run.body
    path = "/api/v1/assets/days/partitions"
    page = api.get(f"{path}?limit=2").json()
    assert page["asset"] == "marts.days" and page["next"] == "2024-04-02"
    assert [(part["partition"], part["state"], part["start"]) for part in page["partitions"]] == [
        ("2024-04-01", "missing", "2024-03-31T23:00:00.000000Z"),
        ("2024-04-02", "present", "2024-04-01T23:00:00.000000Z")], page
    assert page["partitions"][1]["run"] == run.json()["id"] and page["partitions"][1]["at"]
    assert page["counts"]["present"] == 3 and page["counts"]["missing"] > 900
    rest = api.get(f"{path}?after=2024-04-02&state=present").json()
    assert [part["partition"] for part in rest["partitions"]] == ["2024-04-03", "2024-04-04"]
    assert rest["next"] is None and rest["counts"] == page["counts"]
    api.problem("GET", f"{path}?after=2024-4-2", 400, 'no partition "2024-4-2"')
    api.problem("GET", f"{path}?state=gone", 400, "is none of missing, present")
    api.problem("GET", "/api/v1/assets/readings/partitions", 404, "it is made as one")
    api.problem("POST", "/api/v1/runs", 422, "2024-4-4",
                {"select": ["days"], "partitions": ["2024-4-4"]})
    api.problem("POST", "/api/v1/runs", 422, "that is selected is made in partitions",
                {"select": ["readings"], "partitions": ["2024-04-04"]})
    api.problem("POST", "/api/v1/runs", 400, "more than 1000", {"partitions": ["x"] * 1001})
    api.problem("POST", "/api/v1/runs", 400, "partitions[0] has 1 to", {"partitions": ["x" * 200]})
    status, output = shop.run("trigger", "days", "--partition", "2024-04-05", "--wait",
                              "--url", api.url)
    assert status == 0, output
    assert api.get(f"{path}?state=present").json()["counts"]["present"] == 4
    assert api.daemon.end() == 0


def backfills_are_made_and_changed(shop):
    """A backfill: made once however often it is asked for, canceled, made again, listed in pages."""
    partitions.prepare(shop, False)
    shop.write("assets/marts/days.sql", partitions.DAYS_SQL + f"and (({SLOW}) >= 0)")
    api = Api(shop)

    def state(name):
        return api.get(f"/api/v1/backfills/{name}").json()["state"]

    def parts(name, query=""):
        page = api.get(f"/api/v1/backfills/{name}/partitions{query}").json()
        return [(part["partition"], part["state"]) for part in page["partitions"]], page["next"]
    body = {"select": ["days"], "from": "2024-04-02", "to": "2024-04-04", "priority": 5}
    for priority in (-1001, 1001):
        api.problem("POST", "/api/v1/backfills", 400, f"from -1000 to 1000, not {priority}",
                    {**body, "priority": priority})
    made = api.call("POST", "/api/v1/backfills", body, Idempotency_Key="b-1")
    assert made.status == 202, made.body
    one = made.json()["id"]
    assert made.headers["location"] == f"/api/v1/backfills/{one}"
    assert made.json()["counts"]["total"] == 3 and made.json()["selection"] == "days"
    assert made.json()["actor"] == "local" and made.json()["priority"] == 5
    again = api.call("POST", "/api/v1/backfills", body, Idempotency_Key="b-1")
    assert again.status == 202 and again.json()["id"] == one, again.body
    api.problem("POST", "/api/v1/backfills", 409, "used for another", {**body, "priority": 6},
                Idempotency_Key="b-1")
    api.problem("POST", f"/api/v1/backfills/{one}/retry", 409, "it is not over yet")
    api.problem("POST", f"/api/v1/backfills/{one[:20]}/cancel", 404, "there is no backfill")
    assert api.call("POST", f"/api/v1/backfills/{one}/cancel").status == 202
    wait_for("its end", lambda: state(one) == "canceled")
    assert parts(one)[0] == [(f"2024-04-0{day}", "canceled") for day in (2, 3, 4)]
    api.problem("POST", f"/api/v1/backfills/{one}/cancel", 409, "it has been canceled")
    partitions.write_days(shop, False)
    assert api.call("POST", f"/api/v1/backfills/{one}/retry").status == 202
    wait_for("its end", lambda: state(one) == "succeeded")
    api.problem("POST", f"/api/v1/backfills/{one}/retry", 409, "all of it has succeeded")
    runs = api.get(f"/api/v1/runs?trigger=backfill:{one}").json()["runs"]
    assert {run["backfill"] for run in runs} == {one} and len(runs) == 4, runs
    two = api.call("POST", "/api/v1/backfills", {
        **body, "from": "2024-04-01", "to": "2024-04-05", "only": ["missing", "failed"],
        "at_once": 2}).json()["id"]
    wait_for("its end", lambda: state(two) == "succeeded")
    assert parts(two) == ([("2024-04-01", "succeeded"), ("2024-04-05", "succeeded")], None)
    assert parts(two, "?limit=1") == ([("2024-04-01", "succeeded")], 0)
    assert parts(two, "?after=0&state=succeeded") == ([("2024-04-05", "succeeded")], None)
    page = api.get("/api/v1/backfills?limit=1&state=succeeded").json()
    assert [backfill["id"] for backfill in page["backfills"]] == [two] and page["next"] == two
    rest = api.get(f"/api/v1/backfills?before={two}").json()
    assert [backfill["id"] for backfill in rest["backfills"]] == [one] and rest["next"] is None
    assert api.get("/api/v1/backfills?state=failed").json()["backfills"] == []
    log = api.get("/api/v1/audit").json()["entries"]
    entry = next(entry for entry in log if entry["detail"].get("backfill") == two)
    assert (entry["action"], entry["detail"]["partitions"], entry["detail"]["only"]) == (
        "backfill", ["2024-04-01..2024-04-05"], ["missing", "failed"]), entry
    own = [entry for entry in log if entry["actor"] == "local" and entry["action"] == "run"]
    assert own == [], "its runs are nobody's request"
    assert api.daemon.end() == 0


def backfills_are_refused(shop):
    """What is no backfill is refused, with what is wrong; nothing is made."""
    partitions.prepare(shop, False)
    api = Api(shop)
    path = "/api/v1/backfills"
    for status, said, body in (
            (400, "which partitions?", {"select": ["days"]}),
            (400, 'send "from" and "to"', {"select": ["days"], "from": "2024-04-01"}),
            (400, '"at_once" must be', {"from": "2024-04-01", "to": "2024-04-01", "at_once": 9999}),
            (400, 'did you mean "at_once"', {"at_onc": 1}),
            (422, "the range goes back", {"from": "2024-04-02", "to": "2024-04-01"}),
            (422, 'did you mean "missing"', {"select": ["days"], "only": ["mising"]}),
            (422, "nothing that is selected", {"select": ["readings"], "only": ["missing"]}),
            (409, "there is nothing to make", {"select": ["days"], "partitions": ["2024-04-04"],
                                               "only": ["stale"]})):
        answer = api.call("POST", path, {"select": ["days"], **body})
        assert answer.status == status and said in str(answer.json()), (body, answer.body)
    api.problem("POST", path, 400, "this needs a body")
    for more in ("", "/partitions"):
        api.problem("GET", f"{path}/01HTM2V9X1Q8N5R7K3J6D4B0ZC{more}", 404, "there is no backfill")
    for verb in ("cancel", "retry"):
        api.problem("POST", f"{path}/01HTM2V9X1Q8N5R7K3J6D4B0ZC/{verb}", 404, "no backfill")
    assert api.get(path).json() == {"backfills": [], "next": None}
    assert api.daemon.end() == 0


main([partitions_are_made_and_told, backfills_are_made_and_changed, backfills_are_refused])

"""What belongs to a pipeline besides its assets and runs, by the API of a real daemon."""

from api import Api
from receivers import SECRET, Hook
from serving import wait_for
from shop import main

BROKER = """
[target.dev.connection.events]
connector = "kafka"
embedded = true
"""


def connections_are_told_and_tested(shop):
    """Connections: which there are, and what each says when it is asked."""
    shop.write("pipeline.toml", (shop.folder / "pipeline.toml").read_text() + BROKER)
    api = Api(shop)
    told = api.get("/api/v1/connections").json()["connections"]
    assert [(one["name"], one["connector"], one["assets"]) for one in told] == [
        ("shop", "sqlite", 2), ("warehouse", "duckdb", 5), ("events", "kafka", 0)], told

    def test(name):
        answer = api.call("POST", f"/api/v1/connections/{name}/test").json()
        assert answer["connection"] == name and answer["seconds"] < 15
        return answer["state"], answer["code"], answer["message"]
    assert test("shop") == ("ok", None, None)
    assert test("warehouse") == ("absent", None, None)
    assert test("events")[0] == "absent" and "embedded server" in test("events")[2]
    assert api.run({"select": ["countries"]}).json()["state"] == "succeeded"
    assert test("warehouse") == ("ok", None, None)
    shop.write("shop.db", "this is no database, however long it may be")
    state, code, message = test("shop")
    assert (state, code) == ("failed", "broken") and "not a SQLite database" in message, message
    api.problem("POST", "/api/v1/connections/warehose/test", 404, 'did you mean "warehouse"')
    assert not any(entry["action"] == "test" for entry in api.get("/api/v1/audit").json()["entries"])
    assert api.daemon.end() == 0


def upkeep_is_told(shop):
    """Freshness and automation of an asset: how late it is, and what it waits for."""
    declared = (shop.folder / "assets/marts/sales.toml").read_text()

    def declare(upkeep):
        shop.write("assets/marts/sales.toml", upkeep + "\n" + declared)
        assert api.call("POST", "/api/v1/pipeline/reload").status == 200

    def sales():
        return api.get("/api/v1/assets/sales").json()
    api = Api(shop)
    assert sales()["freshness"] is None and sales()["automation"] is None
    declare('automation = "eager"\nfreshness = { max_lag = "1h" }')
    assert sales()["automation"]["waits_for"].endswith(", which is not there"), sales()
    wait_for("its first sight", lambda: sales()["freshness"]["late_at"])
    one = sales()["freshness"]  # never made, it is late an hour after that
    assert (one["is_late"], one["fresh_at"], one["late_since"]) == (False, None, None), one
    assert shop.run("show", "sales")[1].count("in time; late from") == 1
    assert api.run().json()["state"] == "succeeded"
    one = sales()
    assert one["automation"]["waits_for"] == "a change of what it reads", one
    assert (one["automation"]["when"], one["automation"]["is_paused"]) == ("eager", False)
    at, late_at = one["freshness"]["fresh_at"], one["freshness"]["late_at"]
    assert at[:11] <= late_at[:11] and int(late_at[11:13]) == (int(at[11:13]) + 1) % 24
    assert api.get("/api/v1/assets?kind=model").json()["assets"][-1]["freshness"] == one["freshness"]
    assert shop.run("pause", "asset:sales")[0] == 0
    one = sales()["automation"]
    assert one["is_paused"] and one["waits_for"].startswith("aorta resume asset:marts.sales"), one
    status, output = shop.run("show", "sales")
    assert "freshness    in time; late from " in output, output
    assert "automation   eager, waits for aorta resume asset:marts.sales" in output, output
    assert shop.run("resume", "asset:sales")[0] == 0
    declare('automation = { on_cron = "0 0 1 1 *" }\nfreshness = { max_lag = "1ms" }')
    one = sales()
    assert one["automation"]["waits_for"] == f"its tick at {one['automation']['again_at'][:19]}Z"
    assert one["automation"]["again_at"][4:] == "-01-01T00:00:00.000000Z", one
    assert one["freshness"]["is_late"] and one["freshness"]["late_since"] > at, one
    assert "last brought up to date at" in shop.run("show", "sales")[1]
    status, output = shop.run("ls", "sales", "--json")
    assert '"late":true' in output and '"waits_for":"its tick at ' in output, output
    assert api.daemon.end() == 0


def alerts_are_listed_and_tested(shop):
    """Alerts: a test of each destination, what became of it, and where it leads."""
    shop.write("hook.key", SECRET)
    with Hook() as hook:
        shop.write("pipeline.toml", (shop.folder / "pipeline.toml").read_text() + f"""
[serve]
url = "https://data.example.org"
[alert.team]
on = ["recovery"]
webhook = {{ url = "{hook.url}", secret = "file:hook.key" }}
[alert.dead]
webhook = {{ url = "http://127.0.0.1:9/x", secret = "file:hook.key" }}
""")
        api = Api(shop)
        made = api.call("POST", "/api/v1/alerts/team/test")
        assert made.status == 202 and made.json()["state"] in ("waiting", "delivered"), made.body
        body, = hook.wait_for(1)
        assert (body["id"], body["kind"], body["subject"]) == (
            made.json()["id"], "failure", "test:team"), body
        assert "asked for by local: nothing is wrong" in body["error"], body
        assert body["link"] == "https://data.example.org/api/v1"
        where = made.headers["location"]
        wait_for("its end", lambda: api.get(where).json()["state"] == "delivered")
        status, output = shop.run("alerts", "test", "team")
        assert (status, output) == (0, "alert team: delivered\n"), output
        status, output = shop.run("alerts", "test", "dead")
        assert status == 1 and "alert dead: not delivered yet: " in output, output
        assert "127.0.0.1" in output or "onnect" in output, output
        page = api.get("/api/v1/alerts?limit=2").json()
        assert [alert["destination"] for alert in page["alerts"]] == ["dead", "team"], page
        assert page["next"] == page["alerts"][1]["id"]
        dead = page["alerts"][0]
        assert (dead["state"], dead["tries"]) == ("waiting", 1) and dead["next_at"] and dead["error"]
        rest = api.get(f"/api/v1/alerts?before={page['next']}").json()
        assert [alert["id"] for alert in rest["alerts"]] == [body["id"]] and rest["next"] is None
        assert len(api.get("/api/v1/alerts?destination=team").json()["alerts"]) == 2
        assert api.get("/api/v1/alerts?state=waiting").json()["alerts"] == [dead]
        status, output = shop.run("alerts", "--state", "waiting")
        assert "test:dead" in output and "test:team" not in output, output
        api.problem("POST", "/api/v1/alerts/tem/test", 404, 'did you mean "team"')
        api.problem("GET", "/api/v1/alerts/01NOBODY", 404, "there is no alert")
        status, output = shop.run("alerts", "test", "tem")
        assert status == 1 and 'there is no [alert.tem]: did you mean "team"' in output, output
        assert api.daemon.end() == 0
        status, output = shop.run("alerts", "test", "team")
        assert status == 1 and "start aorta serve first" in output, output


main([connections_are_told_and_tested, upkeep_is_told, alerts_are_listed_and_tested])

"""What belongs to a pipeline besides its assets and runs, by the API of a real daemon."""

from api import Api
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


main([connections_are_told_and_tested])

"""The routes and web/openapi.yaml say the same, and every answer is as it says."""

import datetime
import json
import os
import re
import subprocess

import harness
from harness import Server

SHOP = str(harness.TOP / "tests/cli/shop")


# Objects of OpenAPI 3.1 and the members that each may have, of those that this contract uses. YAML is
# easily something else than it looks like: a comma between braces begins another member.
MEMBERS = {
    "": {"openapi", "info", "servers", "security", "tags", "paths", "components"},
    "info": {"title", "version", "summary", "description", "license"},
    "license": {"name", "identifier"},
    "server": {"url", "description"},
    "tag": {"name", "description"},
    "components": {"securitySchemes", "parameters", "responses", "schemas"},
    "scheme": {"type", "scheme", "description"},
    "operation": {"operationId", "tags", "summary", "description", "security", "parameters",
                  "requestBody", "responses"},
    "parameter": {"name", "in", "required", "description", "schema", "example"},
    "body": {"required", "content"},
    "response": {"description", "headers", "content"},
    "header": {"schema", "example"},
    "content": {"schema", "example", "x-data"},
    "schema": {"type", "enum", "const", "properties", "required", "additionalProperties", "items",
               "description", "default", "minimum", "exclusiveMinimum", "maximum",
               "minLength", "maxLength", "maxItems", "maxProperties", "pattern", "format", "oneOf", "anyOf", "allOf"},
}


def routes(program):
    lines = subprocess.run([program], capture_output=True, text=True, check=True).stdout
    return [json.loads(line) for line in lines.splitlines()]


def contract_of(route):
    """The operation, with the parameters that belong to it."""
    item = harness.CONTRACT["paths"][route["path"]]
    operation = item[route["method"].lower()]
    parameters = operation.get("parameters", []) + item.get("parameters", [])
    return operation, {parameter["name"]: parameter
                       for parameter in map(harness.resolve, parameters)}


def has_members(kind, where, node):
    if "$ref" in node:
        assert harness.resolve(node) and node.keys() == {"$ref"}, where
        return
    assert node.keys() <= MEMBERS[kind], f"{where}: {node.keys() - MEMBERS[kind]} of {kind}"
    for name, schema in node.get("properties", {}).items() if kind == "schema" else []:
        has_members("schema", f"{where}.{name}", schema)
    for name in ("schema", "x-data", "items"):
        if isinstance(node.get(name), dict):
            has_members("schema", f"{where}.{name}", node[name])
    for name in ("oneOf", "anyOf", "allOf"):
        for schema in node.get(name, []):
            has_members("schema", where, schema)
    for name, content in node.get("content", {}).items():
        has_members("content", f"{where}.{name}", content)
    for name, header in node.get("headers", {}).items():
        has_members("header", f"{where}.{name}", header)
    assert kind != "response" or isinstance(node["description"], str), where


def it_is_openapi_and_nothing_else(_):
    contract, parts = harness.CONTRACT, harness.CONTRACT["components"]
    assert contract["openapi"].startswith("3.1.")
    for kind, where, nodes in (
            ("", "it", [contract]), ("info", "info", [contract["info"]]),
            ("license", "license", [contract["info"]["license"]]),
            ("server", "servers", contract["servers"]), ("tag", "tags", contract["tags"]),
            ("components", "components", [parts]),
            ("scheme", "securitySchemes", parts["securitySchemes"].values()),
            ("parameter", "parameters", parts["parameters"].values()),
            ("response", "responses", parts["responses"].values()),
            ("schema", "schemas", parts["schemas"].values())):
        for node in nodes:
            has_members(kind, where, node)
    tags = {tag["name"] for tag in contract["tags"]}
    for path, item in contract["paths"].items():
        for method, operation in item.items():
            if method == "parameters":
                operation = {"parameters": operation}
            has_members("operation", path, operation)
            assert set(operation.get("tags", [])) <= tags, path
            for parameter in operation.get("parameters", []):
                has_members("parameter", path, parameter)
            has_members("body", path, operation.get("requestBody", {}))
            for response in operation.get("responses", {}).values():
                has_members("response", path, response)


def every_route_is_in_the_contract_and_the_reverse(program):
    ours = {(route["method"].lower(), route["path"]) for route in routes(program)}
    theirs = {(method, path) for path, item in harness.CONTRACT["paths"].items()
              for method in item if method != "parameters"}
    assert ours == theirs, ours ^ theirs
    for route in routes(program):
        operation, _ = contract_of(route)
        needed = operation.get("security", harness.CONTRACT["security"])
        role = route["role"]
        assert needed == ([] if role == "anybody" else [{"token": [role]}]), (route["path"], role)


def what_a_route_takes_is_in_the_contract_and_the_reverse(program):
    """Query parameters with their limits, and the fields of a body."""
    kinds = {"text": "string", "int": "integer", "bool": "boolean", "time": "string",
             "texts": "array", "object": "object"}
    for route in routes(program):
        operation, known = contract_of(route)
        where = f'{route["method"]} {route["path"]}'
        named = re.findall(r"\{(\w+)\}", route["path"])
        assert {name for name in known if known[name]["in"] == "path"} == set(named), where
        query = {name: part for name, part in known.items() if part["in"] == "query"}
        assert query.keys() == route["parameters"].keys(), where
        for name, ours in route["parameters"].items():
            schema = harness.resolve(query[name]["schema"])
            if ours["kind"] == "choice":
                assert schema["enum"] == ours["choices"], (where, name)
                continue
            assert schema["type"] == kinds[ours["kind"]], (where, name)
            assert (schema.get("format") == "date-time") == (ours["kind"] == "time"), (where, name)
            if ours["kind"] == "int":
                most = schema.get("maximum", 2**63 - 1)
                assert (schema["minimum"], most) == (ours["min"], ours["max"]), (where, name)
                assert schema.get("default", ours["fallback"]) == ours["fallback"], (where, name)
            if ours["kind"] == "text":
                assert (schema["minLength"], schema["maxLength"]) == (1, ours["max"]), (where, name)
        body = operation.get("requestBody")
        assert (body is not None) == bool(route["fields"]), where
        if body is not None:
            assert body.get("required", False) == route["needs_body"], where
            schema = harness.resolve(body["content"]["application/json"]["schema"])
            assert not schema["additionalProperties"], where
            told = {name: harness.resolve(part).get("type", "string")
                    for name, part in schema["properties"].items()}
            assert told == {name: kinds[kind] for name, kind in route["fields"].items()}, where


def what_is_polled_has_a_tag(program):
    """So the contract has it; and with the tag it is not sent again."""
    server = Server(program, pipeline=SHOP)
    server.say("run 01R")
    names = {"key": "countries", "id": "01R", "name": "landing"}
    tagged = 0
    for route in routes(program):
        operation, _ = contract_of(route)
        assert ("304" in operation["responses"]) == route["is_polled"], route["path"]
        if not route["is_polled"]:
            continue
        path = re.sub(r"\{(\w+)\}", lambda name: names[name[1]], route["path"])
        answer = server.call("GET", path)
        assert (answer.status == 200) == ("etag" in answer.headers), path
        if answer.status == 200:
            tagged += 1
            server.get(path, 304, If_None_Match=f'"other", W/{answer.headers["etag"]}')
            server.get(path, 304, If_None_Match="*")
    assert tagged > 20, tagged
    server.stop()


def roles_are_kept(program):
    """Each route is refused to the role below its own, and to whoever has none."""
    tokens = {role: f"{role}-{'x' * 30}" for role in ("viewer", "operator", "admin")}
    server = Server(program, *(f"token={role}:{text}" for role, text in tokens.items()))
    below = {"operator": "viewer", "admin": "operator"}
    for route in routes(program):
        method, role = route["method"], route["role"]
        path = route["path"].replace("{", "").replace("}", "")
        if role == "anybody":
            continue
        server.problem(method, path, 401, "a token is needed")
        if role in below:
            server.problem(method, path, 403, f"this needs {role}",
                           Authorization=f"Bearer {tokens[below[role]]}")
    server.stop()


def operations_have_names_examples_and_schemas_that_are_there(program):
    names = [operation["operationId"] for item in harness.CONTRACT["paths"].values()
             for method, operation in item.items() if method != "parameters"]
    assert len(names) == len(set(names))
    text = (harness.TOP / "web/openapi.yaml").read_text()
    for name, schema in harness.CONTRACT["components"]["schemas"].items():
        assert f"schemas/{name}'" in text, f"{name} is referred to by nobody"
        harness.jsonschema.Draft202012Validator.check_schema(schema)
    for item in harness.CONTRACT["paths"].values():
        for method, operation in item.items():
            for answer in operation["responses"].values() if method != "parameters" else []:
                for content in harness.resolve(answer).get("content", {}).values():
                    if "example" in content:
                        harness.check_schema(content["schema"], content["example"])


def what_tells_of_the_server(program):
    server = Server(program)
    assert server.get("/healthz").json() == {"status": "ok"}
    assert server.get("/readyz").json() == {"status": "ready"}
    assert server.get("/api/v1/version").json() == {
        "version": "1.2.3", "api": "v1", "started_at": "2024-04-01T19:33:20.000000Z"}
    served = server.get("/api/v1/openapi.yaml").body
    assert served == (harness.TOP / "web/openapi.yaml").read_bytes()
    server.problem("GET", "/api/v1/pipeline", 503, "has not been read yet")
    server.stop()


def metrics_are_what_prometheus_reads(program):
    server = Server(program)
    server.get("/healthz")
    server.call("GET", "/nothing")
    text = server.get("/metrics").body.decode()
    assert text.endswith("\n")
    values, described = {}, set()
    for line in text.splitlines():
        words = line.split()
        if line.startswith("# TYPE"):
            assert words[3] in ("counter", "gauge")
            assert words[2].endswith("_total") == (words[3] == "counter"), line
        if line.startswith("# HELP"):
            assert words[2] not in described, line
            described.add(words[2])
        if not line.startswith("#"):
            assert words[0].split("{")[0] in described, line
            values[words[0]] = float(words[1])
    assert values['aorta_http_requests_total{status="2xx"}'] == 1
    assert values['aorta_http_requests_total{status="4xx"}'] == 1
    assert values["aorta_http_connections"] == 1
    assert values["process_resident_memory_bytes"] > 1 << 20
    assert 0 < values["process_cpu_seconds_total"] < 60
    open_now = len(os.listdir(f"/proc/{server.process.pid}/fd"))  # a connection may come or go
    assert abs(values["process_open_fds"] - open_now) <= 2, (values["process_open_fds"], open_now)
    server.stop()


def runs_are_listed_in_pages_and_by_filters(program):
    server = Server(program)
    ids = [f"01HTM2V9X1Q8N5R7K3J6D4B0{i:02}" for i in range(7)]
    server.say(*(f"run {name}" for name in ids))
    server.say(f"end {ids[3]}")
    page = server.get("/api/v1/runs?limit=3").json()
    assert [run["id"] for run in page["runs"]] == ids[:3:-1]
    rest = server.get(f"/api/v1/runs?limit=500&before={page['next']}").json()
    assert [run["id"] for run in rest["runs"]] == ids[3::-1]
    assert rest["next"] is None

    def listed(query):
        return [run["id"] for run in server.get(f"/api/v1/runs?{query}").json()["runs"]]
    assert listed("state=succeeded") == [ids[3]]
    assert len(listed("state=running")) == 6
    assert len(listed("trigger=manual")) == 7 and listed("trigger=api") == []
    assert len(listed("asset=core.a")) == 7 and listed("asset=core.b") == []
    assert listed("asset=core.a&state=succeeded&trigger=manual") == [ids[3]]
    assert len(listed("since=2024-04-01T00:00:00Z")) == 7
    assert listed("since=2031-04-01T00:00:00Z") == []
    server.stop()


def pages_go_on_where_they_were(program):
    """What is added between two pages moves nothing: each run is in one of them, none is left out."""
    server = Server(program)
    ids = [f"01HTM2V9X1Q8N5R7K3J6D4B0{i:02}" for i in range(20)]
    server.say(*(f"run {name}" for name in ids[:10]))
    for query in ("", "&state=running", "&trigger=manual", "&asset=core.a"):
        there = [run["id"] for run in server.get(f"/api/v1/runs?limit=500{query}").json()["runs"]]
        added = iter(ids[len(there):])
        seen, before = [], ""
        while before is not None:
            page = server.get(f"/api/v1/runs?limit=3{query}{before}").json()
            seen += [run["id"] for run in page["runs"]]
            before = f"&before={page['next']}" if page["next"] else None
            if name := next(added if len(seen) < 6 else iter(()), None):
                server.say(f"run {name}")
        assert seen == there and len(there) >= 10, (query, seen)
    server.stop()


def a_run_with_what_belongs_to_it(program):
    server = Server(program)
    server.say("run 01R", "events 01R 5", "end 01R")
    run = server.get("/api/v1/runs/01R").json()
    assert run["state"] == "succeeded" and run["selection"] == "core.a core.b"
    assert [step["asset"] for step in run["steps"]] == ["core.a"]
    assert server.get("/api/v1/runs/01R/steps").json()["steps"] == run["steps"]
    assert server.get("/api/v1/runs/01R/checks").json() == {"checks": []}
    log = server.get("/api/v1/runs/01R/logs?limit=3").json()
    assert [event["sequence"] for event in log["events"]] == [1, 2, 3] and log["next"] == 3
    rest = server.get("/api/v1/runs/01R/logs?after=3").json()
    assert [event["kind"] for event in rest["events"]] == ["step"] * 3 + ["ended"]
    for path in ("", "/steps", "/checks", "/logs", "/events"):
        server.problem("GET", f"/api/v1/runs/02R{path}", 404, 'there is no run "02R"')
    assert server.get("/api/v1/checks").json() == {"checks": []}
    server.stop()


def assets_are_what_the_pipeline_declares(program):
    server = Server(program, pipeline=SHOP)
    pipeline = server.get("/api/v1/pipeline").json()
    assets = server.get("/api/v1/assets").json()["assets"]
    assert pipeline["assets"] == len(assets) > 2
    assert all(asset["state"] in ("never", "stale", "external") for asset in assets)
    models = server.get("/api/v1/assets?kind=model").json()["assets"]
    assert 0 < len(models) < len(assets)
    key = models[-1]["key"]
    one = server.get(f"/api/v1/assets/{key}").json()
    assert one["parents"] and one["materialized"] in ("view", "table", "incremental")
    assert server.get(f"/api/v1/assets/{one['name']}").json() == one
    lineage = server.get(f"/api/v1/assets/{key}/lineage").json()
    near = {reached["asset"] for reached in lineage["upstream"] if reached["depth"] == 1}
    assert near == set(one["parents"])
    nearest = server.get(f"/api/v1/assets/{key}/lineage?depth=1").json()
    assert {reached["asset"] for reached in nearest["upstream"]} == near
    assert server.get(f"/api/v1/assets/{key}/columns").json()["columns"] == one["columns"]
    assert server.get(f"/api/v1/assets/{key}/history").json()["materializations"] == []
    assert server.get(f"/api/v1/assets/{key}/checks").json()["checks"] == []
    assert server.get(f"/api/v1/assets/{key}/preview").json()["columns"] == ["a", "b"]
    for path in ("", "/columns", "/history", "/checks", "/lineage", "/sql", "/preview"):
        server.problem("GET", f"/api/v1/assets/nobody{path}", 404, 'no asset "nobody"')
    server.stop()


def runs_are_asked_for(program):
    server = Server(program)
    made = server.call("POST", "/api/v1/runs", {"select": ["core.a"], "vars": {"n": 7}})
    assert made.status == 202, made.body
    assert made.headers["location"] == f"/api/v1/runs/{made.json()['id']}"
    assert server.call("POST", "/api/v1/runs").status == 202
    assert server.call("POST", "/api/v1/runs?wait=60", {}).status == 200
    late = server.call("POST", "/api/v1/runs?wait=1", {"select": ["hang"]})
    assert late.status == 202 and late.json()["state"] == "running"
    for state, status in (("config", 422), ("missing", 404), ("conflict", 409), ("busy", 503)):
        answer = server.call("POST", "/api/v1/runs", {"select": [f"refuse:{state}"]})
        assert answer.status == status and answer.json()["errors"] == ["line one", "line two"]
        assert (answer.headers.get("retry-after") is not None) == (state == "busy")
    nobody = f"01RUN{9999:021}"
    server.problem("POST", f"/api/v1/runs/{nobody}/cancel", 404, f'no run "{nobody}"')
    server.problem("POST", "/api/v1/runs/01RUN/cancel", 404, 'no run "01RUN"')
    server.problem("POST", f"/api/v1/runs/{made.json()['id']}/cancel", 409, "is over")
    for method, path in (("POST", "/api/v1/runs"), ("POST", "/api/v1/tokens")):
        server.problem(method, path, 400, "Idempotency-Key",
                       {"name": "n", "role": "viewer"} if "tokens" in path else {},
                       Idempotency_Key="x" * 300)
    forgotten, canceled = server.stop()
    assert forgotten == 10 and canceled == 0, (forgotten, canceled)


def bodies_are_read_strictly(program):
    server = Server(program)
    for priority, status in ((-1001, 400), (-1000, 202), (1000, 202), (1001, 400)):
        answer = server.call("POST", "/api/v1/runs", {"priority": priority})
        assert answer.status == status, (priority, answer.body)
        if status == 400:
            assert f"from -1000 to 1000, not {priority}" in answer.json()["detail"]
    for body, said in (
            ({"selct": []}, 'unknown field "selct": did you mean "select"?'),
            ({"threads": "4"}, 'field "threads" must be a whole number'),
            ({"select": "a"}, 'field "select" must be a list of texts'),
            ({"select": [1]}, 'field "select" must be a list of texts'),
            ({"vars": [1]}, 'field "vars" must be an object'),
            ({"vars": {"a=b": 1}}, 'field "vars" has a name'), ({"vars": {"": 1}}, '"vars" has a name'),
            ([], "not an object"), ("{", "the body is not JSON: line 1"),
            ('{"select":["a\\u0000"]}', ": a text may not have the character \\u0000"),
            ('{"a\\u0000":1}', ": a text may not have the character \\u0000"),
            ('{"force":true,"force":true}', "the body is not JSON")):
        server.problem("POST", "/api/v1/runs", 400, said, body)
    nothing = {"select": ["core.a"], "force": None, "threads": None, "vars": None}
    assert server.call("POST", "/api/v1/runs", nothing).status == 202, "null is as if not sent"
    server.problem("POST", "/api/v1/runs", 415, "application/json", "{}",
                   Content_Type="text/plain")
    server.problem("POST", "/api/v1/queries", 400, "this needs a body")
    server.problem("GET", "/api/v1/runs", 400, "takes no body", "{}")
    server.stop()


def queries_are_answered_with_rows(program):
    server = Server(program)
    answer = server.call("POST", "/api/v1/queries", {"sql": "SELECT 1", "timeout": "5s"})
    assert answer.status == 200
    assert answer.json()["columns"] == ["a", "b"] and len(answer.json()["rows"]) == 600
    assert answer.json()["rows"][:2] == [[1, "x"], [None, "y"]]
    for body, said in (({}, 'either "sql" or "question"'),
                       ({"sql": "a", "question": "b"}, 'either "sql" or "question"'),
                       ({"sql": "a", "vars": {"b": 1}}, '"vars" is for a "question"'),
                       ({"question": "a", "vars": [1]}, '"vars" must be'),
                       ({"question": "a", "vars": {"": 1}}, '"vars" has a name that is empty'),
                       ({"question": "a", "vars": {"b=": 1}}, '"vars" has a name that is'),
                       ({"question": "a", "vars": {str(i): i for i in range(101)}},
                        "at most 100 values"),
                       ({"sql": "a", "limit": 1000000}, '"limit" must be from 1'),
                       ({"sql": "a", "timeout": "1h"}, '"timeout" must be')):
        server.problem("POST", "/api/v1/queries", 400, said, body)
    server.stop()


def streams_are_listed(program):
    """Streams: how they are, and one by its key."""
    server = Server(program)
    streams = server.get("/api/v1/streams").json()["streams"]
    assert [(stream["asset"], stream["state"], stream["lag"]) for stream in streams] == [
        ("lake.readings", "running", 3), ("lake.lost", "waiting", None)]
    one = server.get("/api/v1/streams/lake.lost").json()
    assert one == streams[1] and one["error"] == "no broker" and one["restarts"] == 2
    assert one["next_start_at"] == "1970-01-01T00:00:02.000000Z" and one["run"] is None
    server.problem("GET", "/api/v1/streams/lake.none", 404, "there is no stream")
    text = server.get("/metrics").body.decode()
    assert 'aorta_stream_lag_records{asset="lake.readings"} 3\n' in text
    assert 'aorta_stream_lag_records{asset="lake.lost"}' not in text, "it is not known"
    seen = datetime.datetime.fromisoformat(f"{streams[0]['watermark']}T00:00+00:00").timestamp()
    assert f'aorta_stream_watermark_timestamp_seconds{{asset="lake.readings"}} {seen:.0f}' in text, text
    assert f'aorta_stream_records_per_second{{asset="lake.readings"}} {streams[0]["records_per_second"]:g}\n' in text
    server.stop()


def sensors_are_listed(program):
    """Sensors: what they look at and how they are, one by its name, and what Prometheus reads."""
    server = Server(program)
    sensors = server.get("/api/v1/sensors").json()["sensors"]
    assert [(one["name"], one["kind"], one["state"], one["minimum_gap_seconds"], one["select"],
             one["failures"]) for one in sensors] == [
        ("landing", "objects", "pending", 1.5, ["tag:daily"], 0),
        ("release", "http", "failing", 0, [], 2)]
    one = server.get("/api/v1/sensors/release").json()
    assert one == sensors[1] and one["error"] == "answered HTTP 500" and one["run"] is None
    assert sensors[0]["next_look_at"] == "1970-01-01T00:00:02.000000Z" and not sensors[1]["looked_at"]
    server.problem("GET", "/api/v1/sensors/none", 404, "there is no sensor")
    text = server.get("/metrics").body.decode()
    assert 'aorta_sensor_failures_total{sensor="release"} 2\n' in text
    assert 'aorta_sensor_pending{sensor="landing"} 1\n' in text
    server.stop()


def automation_goes_through_the_daemon(program):
    server = Server(program)
    for path in ("schedules/n/pause", "schedules/n/resume", "schedules/n/trigger",
                 "sensors/n/pause", "sensors/n/resume", "sensors/n/trigger", "streams/n/pause",
                 "streams/n/resume", "connections/n/test", "pipeline/reload"):
        server.problem("POST", f"/api/v1/{path}", 404, "there is no such thing")
    server.problem("DELETE", "/api/v1/tokens/n", 404, "there is no such thing")
    server.problem("POST", "/api/v1/runs/01R/reexecute", 404, "there is no", {"only_failed": True})
    server.stop()


harness.main([it_is_openapi_and_nothing_else, every_route_is_in_the_contract_and_the_reverse,
              what_a_route_takes_is_in_the_contract_and_the_reverse,
              what_is_polled_has_a_tag, roles_are_kept, operations_have_names_examples_and_schemas_that_are_there,
              what_tells_of_the_server, metrics_are_what_prometheus_reads,
              runs_are_listed_in_pages_and_by_filters, a_run_with_what_belongs_to_it,
              assets_are_what_the_pipeline_declares, runs_are_asked_for,
              pages_go_on_where_they_were, bodies_are_read_strictly, queries_are_answered_with_rows,
              streams_are_listed, sensors_are_listed, automation_goes_through_the_daemon])

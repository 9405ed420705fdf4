"""The API's server in a folder of its own, and its contract: what every test beside this one uses.

Every answer that is asked for through Server.call is held against web/openapi.yaml: the path and the
method are there, so are the status and the content type, and the body is what its schema says."""

import http.client
import json
import pathlib
import re
import subprocess
import sys
import tempfile
import time

import jsonschema
import yaml

TOP = pathlib.Path(__file__).resolve().parents[2]
CONTRACT = yaml.safe_load((TOP / "web/openapi.yaml").read_text())
WAIT_S = 30  # for anything; a machine under sanitizers is slow


def resolve(node):
    while "$ref" in node:
        target = CONTRACT
        for part in node["$ref"].removeprefix("#/").split("/"):
            target = target[part]
        node = target
    return node


def operation(method, path):
    """What the contract says of a request, None if there is none."""
    for template, item in CONTRACT["paths"].items():
        pattern = re.sub(r"\\{\w+\\}", "[^/]+", re.escape(template))
        if re.fullmatch(pattern, path):
            return item.get("get" if method == "HEAD" else method.lower())
    return None


def check_schema(schema, body):
    # The components are put beside the reference, so that it finds them in every version.
    jsonschema.Draft202012Validator(
        {**schema, "components": CONTRACT["components"]}).validate(body)


def check_answer(method, path, answer):
    found = operation(method, path.split("?")[0])
    if found is None:
        assert answer.status in (400, 401, 403, 404, 405, 421, 429, 204), (path, answer.status)
        if answer.status != 204:
            check_schema(CONTRACT["components"]["schemas"]["Problem"], answer.json())
        return
    responses = found["responses"]
    wanted = resolve(responses.get(str(answer.status), responses["default"]))
    if str(answer.status) not in responses:
        assert answer.status >= 400, f"{method} {path}: {answer.status} is not in the contract"
    content = wanted.get("content")
    if content is None:
        assert answer.body == b"", f"{method} {path}: a body that is not in the contract"
        return
    kind = answer.headers["content-type"].split(";")[0]
    assert kind in content, f"{method} {path}: {kind} is not in the contract"
    if method != "HEAD" and kind.endswith("json"):
        check_schema(content[kind]["schema"], answer.json())


class Answer:
    def __init__(self, response):
        self.status = response.status
        self.headers = {name.lower(): value for name, value in response.getheaders()}
        self.body = response.read()

    def json(self):
        return json.loads(self.body)


class Server:
    """tests/web/fixture.c, with settings. Its answers to lines are waited for."""

    def __init__(self, program, *settings, pipeline=None):
        self.folder = tempfile.TemporaryDirectory()
        arguments = [program, self.folder.name] + ([pipeline] if pipeline else [])
        self.process = subprocess.Popen(
            [*arguments, *settings], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        line = self.process.stdout.readline()
        assert line.startswith("ready "), line
        self.url = line.split()[1]
        self.port = int(self.url.rsplit(":", 1)[1])

    def say(self, *lines):
        self.process.stdin.write("".join(line + "\n" for line in lines))
        self.process.stdin.flush()
        return [self.process.stdout.readline().strip() for _ in lines]

    def connect(self):
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=WAIT_S)

    def call(self, method, path, body=None, connection=None, **headers):
        """An answer that is as the contract has it."""
        used = connection or self.connect()
        headers = {name.replace("_", "-"): value for name, value in headers.items()}
        if body is not None and "Content-Type" not in headers:
            headers["Content-Type"] = "application/json"
        if isinstance(body, (dict, list)):
            body = json.dumps(body)
        used.request(method, path, body, headers)
        answer = Answer(used.getresponse())
        if connection is None:
            used.close()
        check_answer(method, path, answer)
        return answer

    def get(self, path, status=200, **headers):
        answer = self.call("GET", path, **headers)
        assert answer.status == status, (path, answer.status, answer.body)
        return answer

    def problem(self, method, path, status, detail, body=None, **headers):
        """The request is refused, with a sentence that has `detail` in it."""
        answer = self.call(method, path, body, **headers)
        assert answer.status == status, (path, answer.status, answer.body)
        assert answer.headers["content-type"] == "application/problem+json"
        assert detail in answer.json()["detail"], answer.json()["detail"]
        assert answer.json()["status"] == status
        return answer

    def stop(self):
        """Ends it in order; returns how many askers were forgotten and canceled."""
        words = self.say("stop")[0].split()
        assert words[0] == "stopped", words
        assert self.process.wait(WAIT_S) == 0
        self.process.stdin.close()
        self.process.stdout.close()
        self.folder.cleanup()
        return int(words[1]), int(words[2])


def until(condition, what):
    end = time.monotonic() + WAIT_S
    while not condition():
        assert time.monotonic() < end, f"not in {WAIT_S} s: {what}"
        time.sleep(0.01)


def main(tests):
    """Runs those whose name has the second argument in it, or all."""
    program = sys.argv[1]
    only = sys.argv[2] if len(sys.argv) > 2 else ""
    for test in tests:
        if only in test.__name__:
            print(f"{test.__name__.replace('_', ' ')}", flush=True)
            test(program)

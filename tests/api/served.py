# SPDX-License-Identifier: Apache-2.0
"""A server of one's own for a test, and a client that holds every reply against the contract."""

import contextlib
import http.client
import json
import os
import pathlib
import re
import signal
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / "cli"))
import support  # noqa: E402  (the program, the repository)

try:
    import jsonschema
except ImportError:
    jsonschema = None

DOCS = support.ROOT / "docs"
CONTRACT = json.loads((DOCS / "api/openapi.json").read_text())
LIMIT_S = 60


def eventually(condition, limit_s=LIMIT_S):
    """Whether it comes true: a server tidies up after its reply."""
    end = time.monotonic() + limit_s
    while not condition() and time.monotonic() < end:
        time.sleep(0.02)
    return condition()


def definitions(name):
    """What the schemas of docs/ define; that of an evaluation takes some from that of a report."""
    return json.loads((DOCS / name).read_text()).get("$defs", {})


DEFINITIONS = {**definitions("report.schema.json"), **definitions("eval.schema.json"),
               **definitions("repeat.schema.json")}


def resolve(schema):
    """The contract's schema, with the documents that it names put in."""
    if isinstance(schema, list):
        return [resolve(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    where = schema.get("$ref", "")
    if where.startswith("#/components/schemas/"):
        return resolve(CONTRACT["components"]["schemas"][where.rsplit("/", 1)[1]])
    if where.startswith("../"):
        return resolve(json.loads((DOCS / where[3:]).read_text()))
    if where.startswith("report.schema.json#"):
        return {"$ref": where[where.index("#"):]}
    return {key: resolve(value) for key, value in schema.items()}


def validator(schema):
    whole = resolve(schema)
    definitions = {**resolve(DEFINITIONS), **whole.get("$defs", {})}
    return jsonschema.Draft202012Validator({**whole, "$defs": definitions})


def find_operation(method, path):
    """What the contract says of a request: its operation, or None."""
    method = "get" if method == "HEAD" else method.lower()
    best = None
    for template, operations in CONTRACT["paths"].items():
        pattern = re.sub(r"\\{id\\}", "[^/]+", re.escape(template))
        if re.fullmatch(pattern, path) and method in operations:
            if best is None or "{" not in template:
                best = operations[method]
    return best


class Reply:
    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body

    def header(self, name):
        return self.headers.get(name.lower())

    @property
    def json(self):
        return json.loads(self.body)


def check_reply(method, path, reply):
    """Every reply has the headers that protect it, and the form that the contract promises."""
    for name in ["content-security-policy", "x-content-type-options", "referrer-policy",
                 "cross-origin-opener-policy", "cross-origin-resource-policy"]:
        assert name in reply.headers, f"{method} {path}: {reply.status} without {name}"
    operation = find_operation(method, path.split("?")[0])
    if operation is None:
        assert reply.status in (200, 304, 400, 404, 405, 414), f"{method} {path}: {reply.status}"
        return
    said = operation["responses"].get(str(reply.status))
    assert said is not None, f"{method} {path}: {reply.status} is not in the contract: {reply.body[:300]}"
    if "$ref" in said:
        said = CONTRACT["components"]["responses"][said["$ref"].rsplit("/", 1)[1]]
    for name in said.get("headers", {}):
        assert reply.header(name), f"{method} {path}: {reply.status} without {name}"
    if method == "HEAD" or "content" not in said:
        return
    kind = reply.header("content-type")
    names = [name for name in said["content"]
             if name == kind or (name == "image/*" and kind.startswith("image/"))]
    assert names, f"{method} {path}: {kind} is not in the contract"
    if "json" in kind and kind != "application/jsonl" and jsonschema is not None:
        errors = [f"{'.'.join(map(str, error.path))}: {error.message[:200]}"
                  for error in validator(said["content"][names[0]]["schema"]).iter_errors(reply.json)]
        assert not errors, f"{method} {path}: " + "; ".join(errors[:5])


class Server:
    """`miev serve` on a port that is free, with a history of its own unless one is given."""

    def __init__(self, *options, data=None, env=None):
        self.folder = None if data else tempfile.TemporaryDirectory()
        self.data = pathlib.Path(data or self.folder.name)
        more = {"MIEV_DATA": str(self.data), **(env or {})}
        self.process = subprocess.Popen([support.MIEV, "serve", "--port", "0", *map(str, options)],
                                        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                                        env=support.environment(**more))
        line = self.process.stdout.readline()
        found = re.search(r":(\d+)/$", line.strip())
        if not found:
            raise AssertionError(f"no address: {line!r} {self.process.communicate()[1]!r}")
        self.port = int(found.group(1))
        self.headers = {}

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop(signal.SIGKILL)
        if self.folder:
            self.folder.cleanup()

    def stop(self, number=signal.SIGTERM):
        """End it, and say with what exit status."""
        if self.process.poll() is None:
            self.process.send_signal(number)
        status = self.process.wait(timeout=LIMIT_S)
        for stream in (self.process.stdout, self.process.stderr):
            stream.close()
        return status

    def ask(self, method, path, body=None, headers=None, kind=None, check=True):
        """One request; every reply is held against the contract."""
        headers = {**self.headers, **(headers or {})}
        if isinstance(body, (dict, list)):
            body, kind = json.dumps(body).encode(), kind or "application/json"
        if kind:
            headers["Content-Type"] = kind
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=LIMIT_S)
        try:
            connection.request(method, path, body=body, headers=headers)
            answer = connection.getresponse()
            reply = Reply(answer.status, {name.lower(): value for name, value in answer.getheaders()},
                          answer.read())
        finally:
            connection.close()
        if check:
            check_reply(method, path, reply)
        return reply

    def get(self, path, **more):
        return self.ask("GET", path, **more)

    def post(self, path, body=None, **more):
        return self.ask("POST", path, body, **more)

    def study(self, status=202, models=("cifar10-nano:int8",), client=None, **more):
        """Ask for a short study."""
        wanted = {"models": list(models), "input": "sample:cat-kitten.jpg", "budget_s": 2, **more}
        headers = {"X-MIEV-Client": client} if client else {}
        reply = self.post("/api/v1/studies", wanted, headers=headers)
        assert reply.status == status, reply.body
        return reply.json

    def wait(self, study_id, *states, limit_s=LIMIT_S):
        """The study, once it is in one of these states."""
        end = time.monotonic() + limit_s
        while time.monotonic() < end:
            study = self.get(f"/api/v1/studies/{study_id}").json
            if study["status"] in states:
                return study
            time.sleep(0.05)
        raise AssertionError(f"study {study_id} is {study['status']}, not {states}")

    @contextlib.contextmanager
    def events(self, study_id, last=None, limit_s=LIMIT_S, of="studies"):
        """An iterator over (id, event, document); a ping is (None, "ping", None)."""
        headers = {**self.headers, **({"Last-Event-ID": str(last)} if last else {})}
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=limit_s)
        path = f"/api/v1/{of}/{study_id}/events"
        try:
            connection.request("GET", path, headers=headers)
            answer = connection.getresponse()
            assert answer.status == 200, answer.read()
            assert answer.getheader("Content-Type") == "text/event-stream"
            yield read_events(answer, EVENT_SCHEMAS[of])
        finally:
            connection.close()


EVENT_SCHEMAS = {"studies": {"study": "Study", "end": "Study", "progress": "Progress",
                             "report": "Report"},
                 "pulls": {"progress": "Pull", "end": "Pull"},
                 "evaluations": {"progress": "EvaluationRow", "end": "EvaluationRow"}}


def read_events(stream, schemas):
    event = {}
    for line in stream:
        line = line.decode().rstrip("\n")
        if line.startswith(":"):
            yield None, "ping", None
        elif line:
            name, _, value = line.partition(": ")
            event[name] = value
        elif event:
            document = json.loads(event["data"])
            if jsonschema is not None:
                name = schemas[event["event"]]
                validator({"$ref": "#/components/schemas/" + name}).validate(document)
            yield int(event["id"]), event["event"], document
            event = {}

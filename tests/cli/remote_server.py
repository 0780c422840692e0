# SPDX-License-Identifier: Apache-2.0
"""A server of models for tests: Open Inference Protocol v2, plain and binary, TensorFlow Serving,
meters of joules, and every way to answer wrongly. What it answers with is recorded in
tests/fixtures/remote; the name of a model says how it behaves.

    python3 tests/cli/remote_server.py PORT     serves until it is ended
"""

import collections
import contextlib
import http.server
import json
import pathlib
import socket
import struct
import sys
import threading
import time

FIXTURES = pathlib.Path(__file__).resolve().parents[1] / "fixtures/remote"
CLASSES = 10
BEST = 3
WATTS = 200.0


def fixture(name, **words):
    text = (FIXTURES / name).read_text()
    for key, value in words.items():
        text = text.replace(f"@{key}@", value)
    return text.encode()


def scores():
    return [0.5 if i == BEST else 0.5 / (CLASSES - 1) for i in range(CLASSES)]


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def setup(self):
        super().setup()
        self.server.connections += 1

    def log_message(self, *words):
        pass

    def answer(self, body, status=200, kind="application/json", **headers):
        if isinstance(body, (dict, list)):
            body = json.dumps(body)
        body = body.encode() if isinstance(body, str) else body
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)

    def refuse(self, status, words):
        self.answer({"error": words}, status)

    def token_is_right(self):
        wanted = self.server.token
        self.server.seen_tokens.append(self.headers.get("Authorization"))
        return wanted is None or self.headers.get("Authorization") == f"Bearer {wanted}"

    # ---- what is asked ----

    def do_GET(self):
        server = self.server
        server.paths.append(self.path)
        if self.path == "/metrics":
            joules = WATTS * (time.monotonic() - server.begun)
            return self.answer(fixture("triton_metrics.txt", JOULES=f"{joules:.6f}"),
                               kind="text/plain")
        if not self.token_is_right():
            return self.refuse(401, "unauthorized")
        if self.path == "/v2":
            return self.answer(fixture("triton_server.json" if server.binary else "mlserver_server.json"))
        part = self.path.split("/")
        name = part[3] if len(part) > 3 else ""
        if server.gone(name):
            return self.fault_get(name)
        if self.path.startswith("/v2/models/"):
            return self.answer(fixture("oip_model.json", NAME=name))
        if self.path.startswith("/v1/models/") and self.path.endswith("/metadata"):
            return self.answer(fixture("tfserving_metadata.json", NAME=name,
                                       BATCH="1" if name == "columns" else "-1"))
        if self.path.startswith("/v1/models/"):
            return self.answer(fixture("tfserving_status.json"))
        return self.refuse(404, "not here")

    def fault_get(self, name):
        if name == "missing":
            return self.refuse(404, "Request for unknown model: 'missing' is not found")
        if name == "page":
            return self.answer("<!DOCTYPE html><html><body>Sign in</body></html>", kind="text/html")
        if name == "elsewhere":
            return self.answer("", 302, Location="http://127.0.0.1:1/")
        return self.answer(fixture("oip_model.json", NAME=name)[:40])

    def do_POST(self):
        self.server.paths.append(self.path)
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if not self.token_is_right():
            return self.refuse(401, "unauthorized")
        name = self.path.split("/")[3].partition(":")[0]
        self.server.bodies.append((dict(self.headers), body))
        with self.server.one_more() as under_way:
            if under_way > self.server.most_at_once:
                return self.refuse(503, "too busy")
            return self.behave(name, body)

    def behave(self, name, body):
        wrongly = getattr(self, "post_" + name, None)
        if wrongly:
            return wrongly()
        return self.infer(body)

    # ---- answers ----

    def infer(self, body):
        time.sleep(self.server.delay_s)
        if self.path.startswith("/v1/"):
            asked = json.loads(body)
            rows = "instances" in asked
            return self.answer({"predictions": [scores()]} if rows else {"outputs": [scores()]})
        length = self.headers.get("Inference-Header-Content-Length")
        if length is None:
            return self.answer(self.oip(data=scores()))
        head = json.loads(body[:int(length)])
        size = head["inputs"][0]["parameters"]["binary_data_size"]
        assert size == len(body) - int(length), "the binary part has another length"
        bytes_ = struct.pack(f"<{CLASSES}f", *scores())
        reply = json.dumps(self.oip(parameters={"binary_data_size": len(bytes_)})).encode()
        return self.answer(reply + bytes_, kind="application/octet-stream",
                           Inference_Header_Content_Length=str(len(reply)))

    @staticmethod
    def oip(shape=(1, CLASSES), **more):
        return {"model_name": "net", "model_version": "1",
                "outputs": [{"name": "probabilities", "datatype": "FP32", "shape": list(shape), **more}]}

    # ---- ways to answer wrongly, by the model's name ----

    def post_nan(self):
        words = json.dumps(scores()).replace("0.5,", "NaN,", 1).replace("[", "[Infinity, ", 1)
        words = words.rsplit(",", 1)[0] + "]"
        if self.path.startswith("/v1/"):
            return self.answer('{"predictions": [%s]}' % words)
        return self.answer(json.dumps(self.oip()).replace('"shape"', '"data": %s, "shape"' % words))

    def post_refuses(self):
        self.refuse(400, "unexpected shape for input 'image'\x1b[31m")

    def post_slow(self):
        time.sleep(5)
        self.answer(self.oip(data=scores()))

    def post_cut(self):
        self.send_response(200)
        self.send_header("Content-Length", "100000")
        self.end_headers()
        self.wfile.write(b'{"outputs": [')
        self.close_connection = True

    def post_huge(self):
        self.send_response(200)
        self.send_header("Content-Length", str(1 << 30))
        self.end_headers()
        with contextlib.suppress(OSError):
            while True:
                self.wfile.write(b" " * (1 << 20))

    def post_closed(self):
        self.connection.shutdown(socket.SHUT_RDWR)
        self.close_connection = True

    def post_html(self):
        self.answer("<html><h1>502 Bad Gateway</h1></html>", 502, "text/html")

    def post_short(self):
        self.answer(self.oip(data=scores()[:-1]))

    def post_shape(self):
        self.answer(self.oip(shape=[1, CLASSES + 1], data=scores() + [0]))

    def post_texts(self):
        self.answer(self.oip(data=["a"] * CLASSES))

    def post_none(self):
        self.answer({"outputs": []})

    def post_other(self):
        reply = self.oip(data=scores())
        reply["outputs"][0]["name"] = "elsewhere"
        self.answer(reply)

    def post_nothing(self):
        self.answer("")

    def post_beyond(self):
        reply = json.dumps(self.oip(parameters={"binary_data_size": 1 << 40})).encode()
        self.answer(reply + b"abcd", Inference_Header_Content_Length=str(len(reply)))

    def post_header(self):
        self.answer(self.oip(data=scores()), Inference_Header_Content_Length="99999999")

    def post_deep(self):
        self.answer("[" * 100000)


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 256

    def __init__(self, port=0, binary=False, token=None, delay_s=0.0, tls=None):
        super().__init__(("127.0.0.1", port), Handler)
        if tls:
            self.socket = tls.wrap_socket(self.socket, server_side=True)
        self.binary, self.token, self.delay_s = binary, token, delay_s
        self.begun = time.monotonic()
        self.bodies = collections.deque(maxlen=50)
        self.connections = 0
        self.most_at_once, self.under_way, self.lock = 1000, 0, threading.Lock()
        self.paths = collections.deque(maxlen=200)
        self.seen_tokens = collections.deque(maxlen=50)

    @contextlib.contextmanager
    def one_more(self):
        with self.lock:
            self.under_way += 1
            now = self.under_way
        try:
            yield now
        finally:
            with self.lock:
                self.under_way -= 1

    @staticmethod
    def gone(name):
        return name in ("missing", "page", "elsewhere", "halved")

    @property
    def port(self):
        return self.server_address[1]

    def handle_error(self, request, client_address):
        pass  # clients that hang up are what is tested


@contextlib.contextmanager
def serving(**how):
    server = Server(**how)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()


if __name__ == "__main__":
    Server(int(sys.argv[1]), binary="--binary" in sys.argv).serve_forever()

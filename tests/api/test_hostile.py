# SPDX-License-Identifier: Apache-2.0
"""Requests that no honest client sends. Whatever comes, the server answers the next one."""

import json
import pathlib
import socket
import sys
import threading
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from served import LIMIT_S, Server  # noqa: E402
import support  # noqa: E402

POST_STUDY = b"POST /api/v1/studies HTTP/1.1\r\nContent-Type: application/json\r\n"


class Hostile(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = Server()
        cls.addClassCleanup(cls.server.__exit__)

    def tearDown(self):
        self.assertEqual(self.server.get("/healthz").body, b"ok\n")

    def host(self):
        return f"Host: 127.0.0.1:{self.server.port}\r\n".encode()

    def connect(self, limit_s=LIMIT_S):
        return socket.create_connection(("127.0.0.1", self.server.port), timeout=limit_s)

    def send(self, data, limit_s=LIMIT_S):
        """All that comes back until the server hangs up."""
        with self.connect(limit_s) as line:
            try:
                line.sendall(data)
                line.shutdown(socket.SHUT_WR)
            except OSError:
                pass
            return self.read(line)

    def read(self, line):
        got = b""
        try:
            while piece := line.recv(65536):
                got += piece
        except OSError:
            pass
        return got

    def status(self, data):
        """Of the first reply; 0 for a connection that was closed without one."""
        got = self.send(data)
        return int(got.split()[1]) if got.startswith(b"HTTP/1.") else 0

    def test_what_two_programs_could_read_in_two_ways_is_refused(self):
        body = b"{}"
        length = b"Content-Length: 2\r\n"
        for words, request, statuses in [
                ("two lengths", self.host() + length + b"Content-Length: 3\r\n\r\n" + body, (400,)),
                ("the same length twice", self.host() + length * 2 + b"\r\n" + body, (400,)),
                ("length and chunks", self.host() + length +
                 b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n", (501, 400)),
                ("chunks", self.host() + b"Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n",
                 (501,)),
                ("chunks that are none", self.host() + b"Transfer-Encoding: xchunked\r\n\r\n",
                 (501, 400)),
                ("a length with a sign", self.host() + b"Content-Length: +2\r\n\r\n" + body, (400,)),
                ("a length in hex", self.host() + b"Content-Length: 0x2\r\n\r\n" + body, (400,)),
                ("an endless length", self.host() + b"Content-Length: 99999999999999999999\r\n\r\n",
                 (400, 413)),
                ("two hosts", self.host() * 2 + length + b"\r\n" + body, (400,)),
                ("no host", length + b"\r\n" + body, (400,)),
                ("a blank before the colon", self.host() + b"X-A : 1\r\n" + length + b"\r\n" + body,
                 (400,)),
                ("a zero byte", self.host() + b"X-A: 1\0\r\n" + length + b"\r\n" + body, (400,)),
                ("a folded line", self.host() + b"X-A: 1\r\n 2\r\n" + length + b"\r\n" + body,
                 (400,)),
                ("no length", self.host() + b"\r\n", (411,)),
                # The library takes it for the end of the headers: then there is no length.
                ("an empty name", self.host() + b": 1\r\n" + length + b"\r\n" + body,
                 (400, 411))]:
            with self.subTest(words):
                self.assertIn(self.status(POST_STUDY + request), statuses)
        self.assertEqual(self.server.get("/api/v1/studies").json["studies"], [])

    def test_what_is_http_and_wrong_is_answered_as_a_problem(self):
        get = b"GET /api/v1/zones HTTP/1.1\r\n"
        for words, request, status in [
                ("no host", get, 400), ("two hosts", get + self.host() * 2, 400),
                ("a blank in the address", b"GET /a b HTTP/1.1\r\n" + self.host(), 400),
                ("a long address", b"GET /" + b"a" * 12000 + b" HTTP/1.1\r\n" + self.host(), 414),
                ("chunks", get + self.host() + b"Transfer-Encoding: chunked\r\n", 501),
                ("an unknown method", b"BREW /healthz HTTP/1.1\r\n" + self.host(), 405)]:
            with self.subTest(words):
                head, _, body = self.send(request + b"\r\n").partition(b"\r\n\r\n")
                self.assertIn(b"application/problem+json", head)
                problem = json.loads(body)
                self.assertEqual(problem["status"], status)
                self.assertTrue(problem["detail"])

    def test_a_smuggled_request_is_not_answered(self):
        inner = b"GET /healthz HTTP/1.1\r\n" + self.host() + b"\r\n"
        got = self.send(POST_STUDY + self.host() + b"Content-Length: %d\r\n" % len(inner) +
                        b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + inner)
        self.assertEqual(got.count(b"HTTP/1.1 200"), 0)
        got = self.send(POST_STUDY + b"Host: evil.example\r\nContent-Length: 5\r\n\r\n" + inner)
        self.assertEqual(got.count(b"HTTP/1.1 200"), 0)

    def test_another_host_is_refused(self):
        for host in [b"evil.example", b"127.0.0.1:1", b"", b"localhost.evil.example",
                     b"127.0.0.1:%d.evil.example" % self.server.port, b"a b", b"127.0.0.1@evil"]:
            with self.subTest(host):
                self.assertIn(self.status(b"GET /healthz HTTP/1.1\r\nHost: " + host + b"\r\n\r\n"),
                              (400, 421))
        for host in [b"localhost", b"LOCALHOST:%d" % self.server.port, b"[::1]"]:
            self.assertEqual(self.status(b"GET /healthz HTTP/1.1\r\nHost: " + host + b"\r\n\r\n"), 200)

    def test_a_page_of_another_site_is_refused(self):
        for origin in ["http://evil.example", "null", "https://localhost.evil.example",
                       "file://", f"http://127.0.0.1:{self.server.port}.evil.example", "http://"]:
            with self.subTest(origin):
                reply = self.server.post("/api/v1/studies", {}, headers={"Origin": origin})
                self.assertEqual((reply.status, reply.json["code"]), (403, "forbidden"))
        own = f"http://127.0.0.1:{self.server.port}"
        reply = self.server.post("/api/v1/studies", {}, headers={"Origin": own})
        self.assertEqual(reply.status, 400)

    def test_what_is_too_large_is_refused(self):
        get = b"GET /healthz HTTP/1.1\r\n" + self.host()
        for words, request, statuses in [
                ("many headers", get + b"".join(b"X-%d: 1\r\n" % i for i in range(10000)) + b"\r\n",
                 (431, 400, 0)),
                ("a huge header", get + b"X: " + b"a" * 1000000 + b"\r\n\r\n", (431, 400, 0)),
                ("a huge address", b"GET /" + b"a" * 100000 + b" HTTP/1.1\r\n" + self.host() +
                 b"\r\n", (414, 400, 0)),
                ("a long address", b"GET /" + b"a" * 5000 + b" HTTP/1.1\r\n" + self.host() +
                 b"\r\n", (414,)),
                ("many fields", b"GET /api/v1/studies/1/report?" +
                 b"&".join(b"a%d=1" % i for i in range(500)) + b" HTTP/1.1\r\n" + self.host() +
                 b"\r\n", (414, 400, 0)),
                ("a huge picture", b"POST /api/v1/inputs HTTP/1.1\r\n" + self.host() +
                 b"Content-Length: 70000000\r\n\r\n", (413,)),
                ("a huge report", b"POST /api/v1/reports HTTP/1.1\r\n" + self.host() +
                 b"Content-Length: 17000000\r\n\r\n", (413,))]:
            with self.subTest(words):
                self.assertIn(self.status(request), statuses)

    def test_what_is_no_http_is_refused(self):
        for data in [b"\r\n\r\n", b"\0" * 1000, b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
                     b"GET\r\n\r\n", b"GET / HTTP/9.9\r\n\r\n", b"GET  / HTTP/1.1\r\n\r\n",
                     b"get / http/1.1\r\n\r\n", b"GET http://a/ HTTP/1.1\r\nHost: a\r\n\r\n",
                     b"A" * 50000, b"GET / HTTP/1.1\r\nHost"]:
            with self.subTest(data[:20]):
                self.assertNotEqual(self.status(data), 200)

    def test_a_body_that_ends_early_leaves_nothing(self):
        folder = self.server.data / "uploads/inputs"
        before = sorted(folder.iterdir())
        self.send(b"POST /api/v1/inputs HTTP/1.1\r\n" + self.host() +
                  b"Content-Type: image/png\r\nContent-Length: 1000\r\n\r\n\x89PNG\r\n\x1a\n" +
                  b"x" * 100)
        deadline = time.monotonic() + LIMIT_S
        while sorted(folder.iterdir()) != before and time.monotonic() < deadline:
            time.sleep(0.05)
        self.assertEqual(sorted(folder.iterdir()), before)

    def test_requests_in_a_row_are_answered_in_a_row(self):
        one = b"GET /healthz HTTP/1.1\r\n" + self.host() + b"\r\n"
        last = b"GET /healthz HTTP/1.1\r\n" + self.host() + b"Connection: close\r\n\r\n"
        self.assertEqual(self.send(one * 20 + last).count(b"HTTP/1.1 200"), 21)

    def test_one_byte_a_second_is_cut_off(self):
        """Headers have 15 s, a body 60 s; both at once, for the sake of the test's time."""
        ended = {}

        def trickle(name, head):
            begun = time.monotonic()
            with self.connect() as line:
                line.sendall(head)
                line.settimeout(0.5)
                while time.monotonic() - begun < 100:
                    try:
                        line.sendall(b"a")
                        if line.recv(1000) == b"":
                            break
                    except socket.timeout:
                        continue
                    except OSError:
                        break
            ended[name] = time.monotonic() - begun

        body = (b"POST /api/v1/inputs HTTP/1.1\r\n" + self.host() +
                b"Content-Type: image/png\r\nContent-Length: 100000\r\n\r\n\x89PNG\r\n\x1a\n")
        threads = [threading.Thread(target=trickle, args=args)
                   for args in [("headers", b"GET / HTTP/1.1\r\nX: "), ("body", body)]]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertLess(ended["headers"], 40)
        self.assertLess(ended["body"], 95)


class Crowd(unittest.TestCase):
    def test_too_many_connections_are_told_to_come_back(self):
        with Server("--connections", 16) as server:
            lines = [socket.create_connection(("127.0.0.1", server.port), timeout=LIMIT_S)
                     for _ in range(16)]
            try:
                time.sleep(0.5)
                reply = server.get("/healthz")
                self.assertEqual(reply.status, 503)
                self.assertTrue(reply.header("retry-after"))
            finally:
                for line in lines:
                    line.close()
            deadline = time.monotonic() + LIMIT_S
            while server.get("/healthz").status != 200 and time.monotonic() < deadline:
                time.sleep(0.1)
            self.assertEqual(server.get("/healthz").status, 200)

    def test_a_port_that_is_taken_is_said_in_a_sentence(self):
        with Server() as server:
            done = support.miev("serve", "--port", server.port,
                                env=support.environment(MIEV_DATA=str(server.data / "other")))
            self.assertEqual(done.returncode, 1)
            self.assertIn("the port is taken", done.stderr)


if __name__ == "__main__":
    unittest.main()

# SPDX-License-Identifier: Apache-2.0
"""A hub of models on this machine, over TLS: it answers as the real ones do, or misbehaves as told.

The same server is two hosts, for it is reached as localhost and as 127.0.0.1. Its certificate is of
a throw-away authority, which the program is told of by SSL_CERT_FILE.
"""

import atexit
import functools
import hashlib
import http.server
import io
import pathlib
import socket
import ssl
import subprocess
import tarfile
import tempfile
import threading
import time

from support import ROOT

MODEL = (ROOT / "models/cifar10-nano.int8.tflite").read_bytes()
OTHER = (ROOT / "models/cifar10-nano.float32.tflite").read_bytes()


def sha256(content):
    return hashlib.sha256(content).hexdigest()


def tar_gz(files):
    """{name: content}, a folder where content is None."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz") as archive:
        for name, content in files.items():
            entry = tarfile.TarInfo(name)
            if content is None:
                entry.type = tarfile.DIRTYPE
                archive.addfile(entry)
            else:
                entry.size = len(content)
                archive.addfile(entry, io.BytesIO(content))
    return out.getvalue()


@functools.cache
def certificate():
    """(file of the authority, file of key and certificate for all names), for all hubs of a run."""
    made = tempfile.TemporaryDirectory()
    atexit.register(made.cleanup)
    folder = pathlib.Path(made.name)
    names = folder / "names"
    names.write_text("subjectAltName=DNS:localhost,IP:127.0.0.1,DNS:hub.test\n")

    def openssl(*words):
        subprocess.run(["openssl", *map(str, words)], cwd=folder, check=True, capture_output=True)

    openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
            "-keyout", "ca.key", "-out", "ca.pem", "-subj", "/CN=tests alone", "-days", "2")
    openssl("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout",
            "hub.key", "-out", "hub.csr", "-subj", "/CN=localhost")
    openssl("x509", "-req", "-in", "hub.csr", "-CA", "ca.pem", "-CAkey", "ca.key",
            "-CAcreateserial", "-out", "hub.pem", "-days", "2", "-extfile", names)
    both = folder / "both.pem"
    both.write_text((folder / "hub.key").read_text() + (folder / "hub.pem").read_text())
    return folder / "ca.pem", both


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        hub = self.server.hub
        path = self.path.split("?")[0]
        with hub.lock:
            hub.requests.append((self.headers["Host"].split(":")[0], self.path,
                                 {name.lower(): value for name, value in self.headers.items()}))
        answer = hub.answers.get(path)
        if answer is None:
            return self.reply(404, b"Not Found", {"Content-Type": "text/plain"})
        try:
            return answer(self)
        except (BrokenPipeError, ConnectionResetError, ssl.SSLError):
            return self.hang_up()

    def reply(self, status, body=b"", headers=None):
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def hang_up(self):
        """In the midst of an answer, without a word."""
        self.close_connection = True
        try:
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                                       b"\1\0\0\0\0\0\0\0")
            self.connection.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass

    def log_message(self, *words):
        pass


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request, client_address):
        """A client that goes, or trusts nobody, is what is tested."""


class Hub:
    """`with Hub() as hub:`; hub.answers maps a path to what answers a handler."""

    def __init__(self):
        self.authority, both = certificate()
        self.answers = {}
        self.requests = []  # (host, path with query, {header: value})
        self.lock = threading.Lock()
        self.server = Server(("127.0.0.1", 0), Handler)
        self.server.hub = self
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(both)
        # The handshake belongs to the connection's own thread.
        self.server.socket = context.wrap_socket(self.server.socket, server_side=True,
                                                 do_handshake_on_connect=False)
        self.port = self.server.server_address[1]
        self.url = f"https://localhost:{self.port}"
        self.other = f"https://127.0.0.1:{self.port}"
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.02,),
                                       daemon=True)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *unused):
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()

    def environment(self, folder):
        """Of a person who has nothing yet, and whose hubs are all this one."""
        return {"HOME": str(folder), "MIEV_MODELS": str(pathlib.Path(folder, "models")),
                "SSL_CERT_FILE": str(self.authority), "HF_ENDPOINT": self.url,
                "KAGGLE_API_ENDPOINT": self.url, "MIEV_TFHUB_ENDPOINT": self.url}

    def paths(self):
        with self.lock:
            return [path for _, path, _ in self.requests]


class Proxy:
    """A tunnel to the hub for whatever host is asked for: no name need be known anywhere."""

    def __init__(self, hub):
        self.hub = hub
        self.asked = []  # the head of each request
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.socket.getsockname()[1]}"
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            try:
                client, _ = self.socket.accept()
            except OSError:
                return
            threading.Thread(target=self.tunnel, args=(client,), daemon=True).start()

    def tunnel(self, client):
        head = b""
        while b"\r\n\r\n" not in head:
            piece = client.recv(4096)
            if not piece:
                return
            head += piece
        self.asked.append(head.decode())
        client.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
        with socket.create_connection(("127.0.0.1", self.hub.port)) as server, client:
            other = threading.Thread(target=pump, args=(server, client), daemon=True)
            other.start()
            pump(client, server)
            other.join()

    def close(self):
        self.socket.close()


def pump(source, target):
    try:
        while piece := source.recv(65536):
            target.sendall(piece)
        target.shutdown(socket.SHUT_WR)
    except OSError:
        pass


# ---- answers ----------------------------------------------------------------------------------


def says(status, body=b"", **headers):
    fields = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda handler: handler.reply(status, body, fields)


def points_to(url, status=302, **headers):
    return says(status, b"", Location=url, **headers)


def serves(content, etag='"one"', **headers):
    """A file as a storage server hands it out: with ranges of it."""
    fields = {name.replace("_", "-"): value for name, value in headers.items()}

    def answer(handler):
        asked = handler.headers.get("Range")
        if not asked or handler.headers.get("If-Range") != etag:
            return handler.reply(200, content, {"ETag": etag, "Accept-Ranges": "bytes", **fields})
        first = int(asked.removeprefix("bytes=").split("-")[0])
        if first >= len(content):
            return handler.reply(416, b"", {"Content-Range": f"bytes */{len(content)}"})
        return handler.reply(206, content[first:], {
            "ETag": etag, "Content-Range": f"bytes {first}-{len(content) - 1}/{len(content)}",
            **fields})
    return answer


def cut_off(content, after, then, etag='"one"'):
    """Sends the begin of it and hangs up; from the second request on `then` answers."""
    seen = []

    def answer(handler):
        seen.append(1)
        if len(seen) > 1:
            return then(handler)
        handler.send_response(200)
        handler.send_header("ETag", etag)
        handler.send_header("Content-Length", str(len(content)))
        handler.end_headers()
        handler.wfile.write(content[:after])
        handler.wfile.flush()
        time.sleep(0.1)  # what was sent is to arrive
        return handler.hang_up()
    return answer


def in_turn(*answers):
    """One after the other; the last again and again."""
    left = list(answers)
    return lambda handler: (left.pop(0) if len(left) > 1 else left[0])(handler)


def slow(content, pieces, between_s, etag='"one"'):
    """All of it from where it is asked, in pieces."""
    def answer(handler):
        asked = handler.headers.get("Range")
        first = 0
        if asked and handler.headers.get("If-Range") == etag:
            first = int(asked.removeprefix("bytes=").split("-")[0])
        handler.send_response(206 if first else 200)
        handler.send_header("ETag", etag)
        if first:
            handler.send_header("Content-Range",
                                f"bytes {first}-{len(content) - 1}/{len(content)}")
        handler.send_header("Content-Length", str(len(content) - first))
        handler.end_headers()
        size = max(1, len(content) // pieces)
        for at in range(first, len(content), size):
            handler.wfile.write(content[at:at + size])
            handler.wfile.flush()
            time.sleep(between_s)
        return None
    return answer


def endless(handler):
    handler.send_response(200)
    handler.send_header("Connection", "close")
    handler.end_headers()
    while True:
        handler.wfile.write(bytes(65536))


def asleep(handler):
    time.sleep(60)

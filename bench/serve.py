# SPDX-License-Identifier: Apache-2.0
"""What `miev serve` can bear, beside nginx that serves the same bytes: serve.py PROGRAM

Needs wrk and nginx (Debian: wrk, nginx-light). Both servers run at the same time on this machine and
take turns, so that a busy neighbour hits both. Prints one figure a line: name, value, unit.
"""
import concurrent.futures
import http.client
import os
import pathlib
import re
import resource
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time

TURNS = 3
SECONDS = 4
STREAMS = 1000
UPLOADS = 200
PHOTO = pathlib.Path(__file__).parent.parent / "models/photos/cat-kitten.jpg"
FILES = {"the page": "/", "its program": "/app.js", "the catalog": "/api/v1/models"}


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def get(port, path, headers=None):
    link = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    link.request("GET", path, headers=headers or {})
    reply = link.getresponse()
    body = reply.read()
    link.close()
    if reply.status != 200:
        sys.exit(f"GET {path}: {reply.status} {body[:200]!r}")
    return reply, body


def start_miev(program, folder):
    server = subprocess.Popen([program, "serve", "--port", "0", "--rate-limit", "1e9"], stdout=subprocess.PIPE, text=True,
                              env={"MIEV_DATA": str(folder / "data"), "PATH": "/usr/bin:/bin"})
    for line in server.stdout:
        found = re.search(r"http://127\.0\.0\.1:(\d+)", line)
        if found:
            return server, int(found[1])
    sys.exit("miev serve told no address")


def start_nginx(folder, pages, port):
    """The same bytes as they went over the wire, as plain files with the encoding named."""
    root = folder / "root"
    root.mkdir()
    lines = []
    for number, (path, reply, body) in enumerate(pages):
        (root / str(number)).write_bytes(body)
        encoding = reply.getheader("Content-Encoding")
        add = f"add_header Content-Encoding {encoding};" if encoding else ""
        lines.append(f"location = {path} {{ types {{}} default_type "
                     f"'{reply.getheader('Content-Type')}'; {add} try_files /{number} =404; }}")
    user = "user root; " if os.getuid() == 0 else ""  # the folder is ours alone
    (folder / "nginx.conf").write_text(
        f"{user}worker_processes auto; pid {folder}/pid; error_log {folder}/error.log; daemon off;\n"
        f"events {{ worker_connections 2048; }}\nhttp {{ access_log off; sendfile on; "
        f"tcp_nopush on; keepalive_requests 1000000; open_file_cache max=100;\n"
        f"server {{ listen 127.0.0.1:{port}; root {root};\n" + "\n".join(lines) + "\n}}\n")
    nginx = subprocess.Popen([shutil.which("nginx") or "/usr/sbin/nginx", "-c",
                              str(folder / "nginx.conf")])
    for _ in range(100):
        with socket.socket() as one:
            if one.connect_ex(("127.0.0.1", port)) == 0:
                return nginx
        time.sleep(0.05)
    sys.exit("nginx does not answer")


def requests_per_s(port, path):
    out = subprocess.run(["wrk", "-t1", "-c16", f"-d{SECONDS}s", "-H", "Accept-Encoding: br, gzip",
                          f"http://127.0.0.1:{port}{path}"], capture_output=True, text=True, check=True)
    if "Non-2xx" in out.stdout:
        sys.exit(f"{path}: {out.stdout}")
    return float(re.search(r"Requests/sec:\s+([\d.]+)", out.stdout)[1])


def beside_nginx(miev, folder):
    pages = [(path, *get(miev, path, {"Accept-Encoding": "br, gzip"})) for path in FILES.values()]
    port = free_port()
    nginx = start_nginx(folder, pages, port)
    try:
        for name, path in FILES.items():
            pairs = [(requests_per_s(miev, path), requests_per_s(port, path)) for _ in range(TURNS)]
            print(f"{name}: requests a second\t{statistics.median(p[0] for p in pairs):.0f}\t1/s")
            print(f"{name}: of nginx's with the same bytes\t"
                  f"{statistics.median(p[0] / p[1] for p in pairs):.2f}\tratio")
    finally:
        nginx.terminate()
        nginx.wait()


def upload(port, number):
    """The photo, made another one by a few bytes behind its end."""
    body = PHOTO.read_bytes() + number.to_bytes(4, "big")
    link = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    for _ in range(50):
        link.request("POST", f"/api/v1/inputs?name=cat-{number}.jpg", body,
                     {"Content-Type": "image/jpeg"})
        reply = link.getresponse()
        reply.read()
        if reply.status not in (429, 503):
            return reply.status
        time.sleep(min(float(reply.getheader("Retry-After", "1")), 2))
        link.close()
    return reply.status


def parallel_uploads(port):
    began = time.monotonic()
    with concurrent.futures.ThreadPoolExecutor(UPLOADS) as pool:
        statuses = list(pool.map(lambda n: upload(port, n), range(UPLOADS)))
    print(f"{UPLOADS} uploads at once: taken\t{sum(s in (200, 201) for s in statuses)}\tof {UPLOADS}")
    print(f"{UPLOADS} uploads at once: until the last\t{time.monotonic() - began:.2f}\ts")


def resident_mib(pid):
    text = pathlib.Path(f"/proc/{pid}/status").read_text()
    return int(re.search(r"VmRSS:\s+(\d+)", text)[1]) / 1024


def idle_streams(port, pid):
    """Event streams of a study that waits for nobody, held open."""
    body = PHOTO.read_bytes()
    link = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    link.request("POST", "/api/v1/studies?models=cifar10-nano:int8,cifar10-large:float32&budget_s=120",
                 body, {"Content-Type": "image/jpeg"})
    study = re.search(rb'"id":\s*(\d+)', link.getresponse().read())[1].decode()
    streams = []
    for _ in range(STREAMS):
        one = socket.create_connection(("127.0.0.1", port))
        one.sendall(f"GET /api/v1/studies/{study}/events HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n\r\n"
                    .encode())
        streams.append(one)
    answered = 0
    for one in streams:
        one.settimeout(10)
        try:
            answered += one.recv(64).startswith(b"HTTP/1.1 200")
        except OSError:
            pass
    print(f"event streams at once: open\t{answered}\tof {STREAMS}")
    print(f"server's memory with them\t{resident_mib(pid):.1f}\tMiB")
    began = time.monotonic()
    get(port, "/healthz")
    print(f"a request beside them\t{(time.monotonic() - began) * 1e3:.1f}\tms")
    for one in streams:
        one.close()


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(8192, hard), hard))
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        server, port = start_miev(sys.argv[1], folder)
        try:
            print(f"server's memory at rest\t{resident_mib(server.pid):.1f}\tMiB")
            beside_nginx(port, folder)
            parallel_uploads(port)
            idle_streams(port, server.pid)
        finally:
            server.terminate()
            server.wait(30)


if __name__ == "__main__":
    main()

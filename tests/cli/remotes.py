# SPDX-License-Identifier: Apache-2.0
"""Models of a server of the tests, measured."""

import json
import pathlib
import tempfile

import support

try:
    import jsonschema
except ImportError:
    jsonschema = None

SCHEMA = json.loads((support.ROOT / "docs/report.schema.json").read_text())


def measure(*words, command="run", env=None):
    """(exit status, standard error, report or None), the report held against its schema."""
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder, "report.json")
        done = support.miev(command, *words, "--input", support.CAT, "--json", path, "--no-history",
                            env=env)
        report = json.loads(path.read_text()) if path.exists() else None
    if report and jsonschema:
        jsonschema.validate(report, SCHEMA)
    return done.returncode, done.stderr, report


def name_of(server, model="net", protocol="oip"):
    return f"{protocol}:http://127.0.0.1:{server.port}/{model}"


def ask(server, model="net", protocol="oip", *words, **more):
    """The model's part of a report of one answer."""
    status, stderr, report = measure(name_of(server, model, protocol), "--budget", "0", *words, **more)
    if report is None:
        raise AssertionError(f"exit status {status} and no report: {stderr}")
    return report["models"][0]

# SPDX-License-Identifier: Apache-2.0
"""miev pull against hubs of this machine: replies as the real ones give them, over TLS."""

import base64
import hashlib
import json
import shutil
import signal
import unittest

import hub as hubs
from hub import MODEL, OTHER, cut_off, in_turn, points_to, says, serves, sha256, slow, tar_gz
from pulling import KAGGLE, KAGGLE_PATH, SECRET, Pulling
from support import LIMIT_S, ROOT, miev, on_terminal

COMMIT = "0123456789abcdef0123456789abcdef01234567"


class Hubs(Pulling):
    """Replies in the shape of the real services."""

    def hugging_face(self, content, **more):
        self.hub.answers["/o/r/resolve/main/onnx/net.tflite"] = points_to(
            self.hub.other + "/cdn/abc", X_Repo_Commit=COMMIT, ETag='"xet"',
            X_Linked_Etag=f'"{sha256(MODEL)}"', X_Linked_Size=str(len(MODEL)))
        self.hub.answers["/cdn/abc"] = serves(content, **more)

    def test_hugging_face_points_to_a_store_elsewhere(self):
        self.hugging_face(MODEL)
        done = self.pulled("hf:o/r:onnx/net.tflite")
        self.assertIn("Next: miev compare r-net --input photo.jpg", done.stdout)
        self.assertEqual(self.blobs(), [sha256(MODEL)])
        entry = self.card("r-net")["files"][0]
        self.assertEqual(entry, {"precision": "as-is", "format": "tflite",
                                 "path": f"../blobs/{sha256(MODEL)}", "bytes": len(MODEL),
                                 "sha256": sha256(MODEL),
                                 "address": f"hf:o/r@{COMMIT}:onnx/net.tflite"})
        self.assertEqual(self.names("partial"), [])

    def test_an_address_that_a_store_signed_is_long(self):
        self.hugging_face(MODEL)
        self.hub.answers["/o/r/resolve/main/onnx/net.tflite"] = points_to(
            self.hub.other + "/cdn/abc?X-Amz-Signature=" + 6000 * "a")
        self.pulled("hf:o/r:onnx/net.tflite")

    def test_what_hugging_face_still_has_is_not_fetched_again(self):
        self.hugging_face(MODEL)
        self.pulled("hf:o/r:onnx/net.tflite")
        done = self.pulled("https://huggingface.co/o/r/blob/main/onnx/net.tflite")
        self.assertIn("r-net", done.stdout)
        self.assertEqual(self.hub.paths().count("/cdn/abc"), 1)

    def test_a_commit_that_was_pulled_asks_nobody(self):
        self.hugging_face(MODEL)
        self.pulled("hf:o/r:onnx/net.tflite")
        before = len(self.hub.requests)
        done = self.pulled(f"hf:o/r@{COMMIT}:onnx/net.tflite")
        self.assertIn("was here already", done.stdout)
        self.assertEqual(len(self.hub.requests), before)

    def test_a_token_goes_to_its_hub_and_not_where_that_points(self):
        self.hugging_face(MODEL)
        self.pulled("hf:o/r:onnx/net.tflite", HF_TOKEN=SECRET)
        self.assertEqual(self.headers("/o/r/")[0]["authorization"], f"Bearer {SECRET}")
        self.assertNotIn("authorization", self.headers("/cdn/")[0])
        for path in self.models.rglob("*"):
            if path.is_file():
                self.assertNotIn(SECRET.encode(), path.read_bytes(), path)

    def test_bytes_that_are_not_what_the_hub_promised_are_not_used(self):
        self.hugging_face(OTHER)
        self.refused("hf:o/r:onnx/net.tflite", says="its checksum differs")
        self.assertEqual(self.names("partial"), [])

    def kaggle(self, archive, **more):
        self.hub.answers[KAGGLE_PATH] = points_to(self.hub.other + "/gcs/archive.tar.gz")
        self.hub.answers["/gcs/archive.tar.gz"] = serves(archive, **more)

    def test_kaggle_points_to_an_archive(self):
        archive = tar_gz({"./": None, "./1.tflite": MODEL})
        digest = base64.b64encode(hashlib.md5(archive).digest()).decode()
        self.kaggle(archive, X_Goog_Hash=f"crc32c=AAAAAA==,md5={digest}")
        self.pulled(KAGGLE, KAGGLE_USERNAME="me", KAGGLE_KEY=SECRET)
        self.assertEqual(self.blobs(), [sha256(MODEL)])
        entry = self.card("mobilenet-v3-tfLite-small")["files"][0]
        self.assertEqual((entry["address"], entry["member"]), (KAGGLE, "1.tflite"))
        wanted = "Basic " + base64.b64encode(f"me:{SECRET}".encode()).decode()
        self.assertEqual(self.headers(KAGGLE_PATH)[0]["authorization"], wanted)
        self.assertNotIn("authorization", self.headers("/gcs/")[0])

    def test_an_archive_that_differs_from_its_md5_is_not_used(self):
        digest = base64.b64encode(hashlib.md5(b"something else").digest()).decode()
        self.kaggle(tar_gz({"1.tflite": MODEL}), X_Goog_Hash=f"md5={digest}")
        self.refused(KAGGLE, says="its checksum differs")

    def test_a_fixed_version_that_brings_other_bytes_is_refused(self):
        self.kaggle(tar_gz({"1.tflite": MODEL}))
        self.pulled(KAGGLE)
        (self.models / "blobs" / sha256(MODEL)).unlink()
        self.kaggle(tar_gz({"1.tflite": OTHER}))
        self.refused(KAGGLE, says="at an earlier pull of this fixed version")

    def test_tf_hub_points_on_to_a_saved_model(self):
        self.hub.answers["/google/imagenet/net/classification/5"] = in_turn(
            points_to("/moved?tf-hub-format=compressed", 301))
        self.hub.answers["/moved"] = points_to(self.hub.other + "/bucket/5.tar.gz", 307)
        archive = tar_gz({"saved_model.pb": b"\x08\x01", "variables/variables.index": b"x",
                          "assets/": None})
        self.hub.answers["/bucket/5.tar.gz"] = serves(archive)
        self.pulled("tfhub:google/imagenet/net/classification/5")
        self.assertIn("tf-hub-format=compressed", self.hub.paths()[0])
        entry = self.card("imagenet-net-classification")["files"][0]
        self.assertEqual(entry["format"], "saved_model")
        tree = (self.models / "cards" / entry["path"]).resolve()
        self.assertEqual(tree, (self.models / "trees" / sha256(archive)).resolve())
        self.assertEqual((tree / "variables/variables.index").read_bytes(), b"x")

    def test_tf_hub_gives_a_tflite_file_itself(self):
        self.hub.answers["/google/lite-model/net/1"] = serves(MODEL)
        self.pulled("https://tfhub.dev/google/lite-model/net/1?lite-format=tflite")
        self.assertEqual(self.hub.paths(), ["/google/lite-model/net/1?lite-format=tflite"])
        self.assertEqual(self.card("net")["files"][0]["address"], "tfhub:google/lite-model/net/1")


class Refusals(Pulling):
    """What servers answer in place of a model, and what is said of it."""

    def answer(self, answer):
        self.hub.answers["/o/r/resolve/main/net.onnx"] = answer
        self.hub.answers["/net.onnx"] = answer
        self.hub.answers[KAGGLE_PATH] = answer

    def web(self):
        return self.hub.url + "/net.onnx"

    def test_a_page_is_named(self):
        self.answer(says(200, b"<!DOCTYPE html><title>Sign in</title>", Content_Type="text/html"))
        self.refused(self.web(), says="what came is an HTML page")
        self.assertEqual(self.names("partial"), [])

    def test_a_git_lfs_pointer_is_named(self):
        self.answer(says(200, b"version https://git-lfs.github.com/spec/v1\noid sha256:0\n"))
        self.refused(self.web(), says="Git LFS pointer")

    def test_json_and_nothing_at_all_are_named(self):
        self.answer(says(200, b'{"error": "no"}'))
        self.refused(self.web(), says="a JSON document")
        self.answer(says(200, b""))
        self.refused(self.web(), says="an empty file")

    def test_a_licence_to_accept_and_a_token_to_set_are_told(self):
        self.answer(says(401, b'{"error": "Access is restricted"}', X_Error_Code="GatedRepo"))
        done = self.refused("hf:o/r:net.onnx", says="set HF_TOKEN")
        self.assertIn("https://huggingface.co/o/r", done.stderr)
        self.assertIn("(it says: Access is restricted)", done.stderr)
        self.refused("hf:o/r:net.onnx", says="to the owner of this token", HF_TOKEN=SECRET)
        self.answer(says(403))
        self.refused(KAGGLE, says="https://www.kaggle.com/models/google/mobilenet-v3,")
        self.refused(self.web(), says="where you are signed in")

    def test_a_server_that_repeats_the_token_is_not_repeated(self):
        self.answer(says(403, json.dumps({"error": f"bad token {SECRET}"}).encode()))
        self.refused("hf:o/r:net.onnx", says="Hugging Face", HF_TOKEN=SECRET)

    def test_what_is_not_there_is_told_by_hub(self):
        self.answer(says(404, b"", X_Error_Code="EntryNotFound"))
        self.refused("hf:o/r:net.onnx", says="https://huggingface.co/o/r/tree/main")
        self.answer(says(404, b"", X_Error_Code="RevisionNotFound"))
        self.refused("hf:o/r:net.onnx", says="no revision 'main'")
        self.refused(KAGGLE, says="Kaggle has no google/mobilenet-v3/tfLite/small/1")
        self.refused("tfhub:google/x/1", says="deleted in March 2024")
        self.refused(self.hub.url + "/nowhere", says="there is nothing at that address")

    def test_a_server_that_is_asked_too_often_says_when(self):
        self.answer(says(429, b"", Retry_After="3600"))
        self.refused(self.web(), says="try again in 3600 s")
        self.assertEqual(len(self.hub.requests), 1)

    def test_faults_of_a_server_are_waited_out_for_a_while(self):
        self.answer(in_turn(says(503), says(429, b"", Retry_After="1"), serves(MODEL)))
        self.pulled(self.web())
        self.answer(says(500))
        done = self.pull(self.web())
        self.assertIn("has a fault of its own (500)", done.stderr)
        self.assertEqual(len(self.hub.requests), 3 + 5)

    def test_redirects_end_somewhere(self):
        self.answer(points_to("/net.onnx"))
        self.refused(self.web(), says="more than 10 times")

    def test_redirects_stay_encrypted(self):
        for where in ("http://example.org/x", "ftp://example.org/x", "file:///etc/passwd"):
            self.answer(points_to(where))
            self.refused(self.web(), says="the server points elsewhere")

    def test_an_unknown_authority_is_not_trusted(self):
        self.answer(serves(MODEL))
        self.env["SSL_CERT_FILE"] = ""
        self.refused(self.web(), says="does not prove who it is")
        self.assertEqual(self.hub.requests, [])

    def test_a_host_that_is_not_there_is_told(self):
        done = self.refused("https://localhost:1/net.onnx", says="localhost:1 cannot be reached")
        self.assertIn("https_proxy", done.stderr)

    def test_endless_bytes_end_at_the_limit(self):
        self.answer(hubs.endless)
        self.refused(self.web(), "--max-gb", "0.001", says="more than the 1000000 bytes")
        self.assertEqual(self.names("partial"), [])

    def test_a_size_over_the_limit_is_refused_before_it_comes(self):
        self.answer(serves(bytes(2000000)))
        self.refused(self.web(), "--max-gb", "0.001", says="it has 2000000 bytes")

    def test_a_server_that_falls_asleep_is_given_up(self):
        self.answer(hubs.asleep)
        self.refused(self.web(), "--timeout", "1", says="the connection to localhost")

    def test_an_archive_that_climbs_is_refused(self):
        self.answer(serves(tar_gz({"../../cards/evil.json": b"{}"})))
        self.refused(self.web(), says="climbs out of its folder")
        self.assertEqual((self.names("cards"), self.names("partial")), ([], []))

    def test_an_archive_without_a_model_or_with_two_says_so(self):
        self.answer(serves(tar_gz({"README": b"x"})))
        self.refused(self.web(), says="holds no model that this program runs")
        self.answer(serves(tar_gz({"a.tflite": MODEL, "b.tflite": OTHER})))
        self.refused(self.web(), says="Name one with --member")
        self.refused(self.web(), "--member", "c.tflite", says="has no 'c.tflite' in it")
        self.pulled(self.web(), "--member", "b.tflite")
        self.assertEqual(self.blobs(), [sha256(OTHER)])

    def test_what_somebody_else_asks_for_stays_off_this_machine(self):
        mine = self.folder / "mine.tflite"
        mine.write_bytes(MODEL)
        self.answer(serves(MODEL))
        self.refused("--public-only", mine, says="on someone else's behalf")
        self.refused("--public-only", self.web(), says="on someone else's behalf")
        self.refused("--public-only", self.hub.other + "/net.onnx", says="someone else's behalf")
        for host in ("10.0.0.1", "192.168.1.1", "169.254.169.254", "[fd00::1]", "[::ffff:10.0.0.1]",
                     "[64:ff9b::a00:1]", "0.0.0.0"):
            self.refused("--public-only", f"https://{host}/net.onnx", says="of a private network")
        self.assertEqual(self.hub.requests, [])
        self.pulled("--public-only", "hf:o/r:net.onnx")  # a hub that this machine's owner named


class Net(Pulling):
    """A host that is not this machine, through a proxy."""

    def setUp(self):
        super().setUp()
        self.proxy = hubs.Proxy(self.hub)
        self.addCleanup(self.proxy.close)
        self.env.update(https_proxy=self.proxy.url, no_proxy="example.org",
                        HF_ENDPOINT="https://hub.test")
        self.path = "/o/r/resolve/main/net.tflite"

    def test_a_proxy_is_asked_for_a_tunnel_and_sees_no_token(self):
        self.hub.answers[self.path] = serves(MODEL)
        self.pulled("hf:o/r:net.tflite", HF_TOKEN=SECRET)
        self.assertEqual(len(self.proxy.asked), 1)
        self.assertTrue(self.proxy.asked[0].startswith("CONNECT hub.test:443 "))
        self.assertNotIn(SECRET, self.proxy.asked[0])
        self.assertEqual(self.headers(self.path)[0]["authorization"], f"Bearer {SECRET}")

    def test_hosts_that_are_left_out_are_asked_directly(self):
        self.refused("hf:o/r:net.tflite", says="hub.test cannot be reached", no_proxy="hub.test")
        self.assertEqual(self.proxy.asked, [])

    def test_no_redirect_leads_from_the_net_to_this_machine(self):
        for here in (self.hub.url, self.hub.other, f"http://[::1]:{self.hub.port}"):
            self.hub.answers[self.path] = points_to(here + "/net.tflite")
            self.refused("hf:o/r:net.tflite", says="an address of this machine")

    def test_a_name_of_another_host_is_not_the_hub_s(self):
        self.hub.answers[self.path] = points_to("https://hub.test.evil.example/x")
        self.refused("hf:o/r:net.tflite", says="does not prove who it is", HF_TOKEN=SECRET)
        self.assertEqual(len(self.hub.requests), 1)


class Resuming(Pulling):
    def setUp(self):
        super().setUp()
        self.web = self.hub.url + "/net.tflite"

    def test_a_lost_connection_goes_on_where_it_was_lost(self):
        self.hub.answers["/net.tflite"] = cut_off(MODEL, 10000, serves(MODEL))
        self.pulled(self.web)
        second = self.headers("/net.tflite")[1]
        self.assertEqual((second["range"], second["if-range"]), ("bytes=10000-", '"one"'))
        self.assertEqual(self.blobs(), [sha256(MODEL)])

    def test_a_server_that_ignores_ranges_starts_over(self):
        self.hub.answers["/net.tflite"] = cut_off(MODEL, 10000, says(200, MODEL, ETag='"one"'))
        self.pulled(self.web)
        self.assertEqual(self.blobs(), [sha256(MODEL)])

    def test_a_file_that_changed_in_between_starts_over(self):
        self.hub.answers["/net.tflite"] = cut_off(MODEL, 10000, serves(OTHER, etag='"two"'))
        self.pulled(self.web)
        self.assertEqual(self.blobs(), [sha256(OTHER)])

    def test_a_server_that_sends_another_part_starts_over(self):
        wrong = says(206, MODEL[500:], Content_Range=f"bytes 500-{len(MODEL) - 1}/{len(MODEL)}")
        self.hub.answers["/net.tflite"] = cut_off(MODEL, 10000, in_turn(wrong, serves(MODEL)))
        self.pulled(self.web)
        self.assertEqual(self.blobs(), [sha256(MODEL)])

    def test_a_file_that_became_shorter_starts_over(self):
        self.hub.answers["/net.tflite"] = cut_off(MODEL, 10000, in_turn(says(416), serves(MODEL)))
        self.pulled(self.web)
        self.assertEqual(self.blobs(), [sha256(MODEL)])

    def test_a_weak_tag_is_no_ground_to_go_on(self):
        self.hub.answers["/net.tflite"] = cut_off(MODEL, 10000, serves(MODEL), etag='W/"one"')
        self.pulled(self.web)
        self.assertNotIn("range", self.headers("/net.tflite")[1])

    def test_the_next_pull_goes_on_where_ctrl_c_ended_this_one(self):
        self.hub.answers["/net.tflite"] = slow(MODEL, 40, 0.1)
        process = self.start(self.web)
        self.wait_for(lambda: any(self.models.glob("partial/*/mark")))
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=LIMIT_S)
        self.assertEqual(process.returncode, 130, err)
        self.assertIn("goes on where this one ended", err)
        self.assertEqual((self.blobs(), len(self.names("partial"))), ([], 1))
        self.hub.answers["/net.tflite"] = serves(MODEL)
        self.pulled(self.web)
        self.assertIn("range", self.headers("/net.tflite")[1])
        self.assertEqual((self.blobs(), self.names("partial")), ([sha256(MODEL)], []))

    def test_two_pulls_at_once_fetch_once(self):
        self.hub.answers[KAGGLE_PATH] = slow(tar_gz({"1.tflite": MODEL}), 10, 0.1)
        for one in [self.start(KAGGLE), self.start(KAGGLE)]:
            out, err = one.communicate(timeout=LIMIT_S)
            self.assertEqual(one.returncode, 0, err)
            self.assertIn("mobilenet-v3-tfLite-small", out)
        self.assertEqual(len(self.hub.requests), 1)


class Names(Pulling):
    """Models of the catalog."""

    def setUp(self):
        super().setUp()
        known = self.folder / "installed/models/known"
        known.mkdir(parents=True)
        (self.folder / "installed/vendor").symlink_to(ROOT / "vendor")
        self.known = known / "net.json"
        self.env["MIEV_HOME"] = str(self.folder / "installed")
        self.archive = tar_gz({"net/net-fp32.tflite": OTHER, "net/net-int8.tflite": MODEL,
                               "net/README": b"x"})
        self.hub.answers[KAGGLE_PATH] = serves(self.archive)

    def write_card(self, **more):
        card = json.loads((ROOT / "models/cifar10-nano.json").read_text())
        card.update(name="net", starter=True, files=[
            {"precision": "float32", "format": "tflite", "address": KAGGLE, "verified": False,
             "member": "net/net-fp32.tflite"},
            {"precision": "int8", "format": "tflite", "address": KAGGLE, "verified": False,
             "member": "net/net-int8.tflite", **more}])
        self.known.write_text(json.dumps(card))

    def test_all_precisions_of_one_archive_come_at_once(self):
        self.write_card()
        self.pulled("net")
        self.assertEqual(len(self.hub.requests), 1)
        self.assertEqual(self.blobs(), sorted([sha256(MODEL), sha256(OTHER)]))
        card = self.card("net")
        self.assertEqual([(f["precision"], f["sha256"]) for f in card["files"]],
                         [("float32", sha256(OTHER)), ("int8", sha256(MODEL))])
        self.assertEqual(card["labels"][3], "cat")
        self.assertIn("net:int8  ", self.pulled("net:int8").stdout)
        self.assertEqual(len(self.hub.requests), 1)

    def test_one_precision_can_be_had_alone_and_the_other_later(self):
        self.write_card()
        self.pulled("net:int8")
        self.assertEqual(self.blobs(), [sha256(MODEL)])
        self.pulled("starter")
        self.assertEqual(len(self.card("net")["files"]), 2)

    def test_a_card_s_checksum_is_held_against_what_comes(self):
        self.write_card(sha256=sha256(MODEL), bytes=len(MODEL), verified=True)
        self.pulled("net:int8")
        shutil.rmtree(self.models)
        self.write_card(sha256=sha256(b"another"), bytes=len(MODEL), verified=True)
        self.refused("net:int8", says="somebody changed it, so it is not used")

    def test_a_model_that_is_here_asks_nobody_whatever_its_address(self):
        self.hub.answers["/o/r/resolve/main/net.tflite"] = serves(MODEL, X_Repo_Commit=COMMIT)
        self.write_card(address="hf:o/r@main:net.tflite", member="x")
        card = json.loads(self.known.read_text())
        del card["files"][1]["member"]
        self.known.write_text(json.dumps(card))
        self.pulled("net:int8")
        self.assertEqual(self.card("net")["files"][0]["address"], f"hf:o/r@{COMMIT}:net.tflite")
        self.assertIn("was here already", self.pulled("net:int8").stdout)
        self.assertEqual(len(self.hub.requests), 1)

    def test_what_cannot_be_pulled_by_name_is_told(self):
        self.write_card()
        self.refused("nett", says="no model is named 'nett'")
        self.refused("net:int4", says="no file of precision int4")
        self.assertFalse(self.models.exists())

    def test_a_pulled_model_is_measured_by_its_name(self):
        if not (ROOT / "vendor/runtime").exists():
            self.skipTest("the runtime is not here")
        self.write_card()
        self.pulled("net:int8")
        done = miev("compare", "net:int8", "--input", ROOT / "models/photos/cat-chelsea.png",
                    "--budget", "0", "--no-history", env=self.env)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("net:int8", done.stdout)


class OwnFiles(Pulling):
    def test_a_file_of_this_machine_is_copied_and_measured_by_its_name(self):
        mine = self.folder / "my net.tflite"
        mine.write_bytes(MODEL)
        self.pulled(mine)
        mine.unlink()
        self.assertEqual(self.blobs(), [sha256(MODEL)])
        self.assertEqual((self.models / "blobs" / sha256(MODEL)).stat().st_mode & 0o777, 0o444)
        if not (ROOT / "vendor/runtime").exists():
            self.skipTest("the runtime is not here")
        done = miev("compare", "my-net", "--input", ROOT / "models/photos/cat-chelsea.png",
                    "--budget", "0", "--no-history", env=self.env)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("my-net", done.stdout)

    def test_another_file_of_that_name_gets_another_card(self):
        for folder, content in (("a", MODEL), ("b", OTHER)):
            (self.folder / folder).mkdir()
            (self.folder / folder / "net.tflite").write_bytes(content)
            self.pulled(self.folder / folder / "net.tflite")
        cards = self.names("cards")
        self.assertEqual(len(cards), 2)
        self.assertIn("net.json", cards)

    def test_what_is_no_file_is_refused(self):
        self.refused(self.folder, says="is no file")
        self.refused(self.folder / "nothing.onnx", says="cannot open")
        self.refused("/dev/null", says="is no file")


class Terminal(Pulling):
    def test_a_waiting_person_sees_bytes_rate_and_time_left(self):
        self.hub.answers["/net.tflite"] = slow(MODEL, 30, 0.1)
        status, shown = on_terminal("pull", self.hub.url + "/net.tflite",
                                    env={**self.env, "TERM": "xterm-256color"})
        self.assertEqual(status, 0, shown)
        self.assertRegex(shown, r"\] 0\.0 of 0\.\d MB, 0\.\d MB/s, \d+ s left  https://localhost")
        self.assertIn("Next: miev compare net --input photo.jpg", shown.split("\r")[-1])


class Events(Pulling):
    """--json-progress: what the server reads."""

    def events(self, *words):
        done = self.pull("--json-progress", *words)
        return done.returncode, [json.loads(line) for line in done.stdout.splitlines()]

    def test_each_step_is_one_object_a_line(self):
        self.hub.answers["/net.tflite"] = slow(MODEL, 10, 0.1)
        what = self.hub.url + "/net.tflite"
        status, events = self.events(what)
        self.assertEqual(status, 0)
        self.assertEqual({event["what"] for event in events}, {what})
        steps = [event["phase"] for event in events if event["event"] == "progress"]
        self.assertEqual(steps[0], "looking")
        self.assertIn("downloading", steps)
        self.assertIn("checking", steps)
        self.assertEqual({event["total"] for event in events if event.get("phase") == "downloading"},
                         {len(MODEL)})
        self.assertEqual(events[-1], {"event": "pulled", "what": what, "name": "net",
                                      "sha256": sha256(MODEL), "bytes": len(MODEL)})

    def test_a_failure_is_a_sentence(self):
        status, events = self.events(self.hub.url + "/nowhere.onnx", "no-such-model")
        failed = [event for event in events if event["event"] == "failed"]
        self.assertEqual((status, len(failed)), (1, 2))
        self.assertIn("there is nothing at that address", failed[0]["message"])
        self.assertIn("no model is named", failed[1]["message"])


if __name__ == "__main__":
    unittest.main()

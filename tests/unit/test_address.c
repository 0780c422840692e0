/* SPDX-License-Identifier: Apache-2.0 */
#include "model/address.h"

#include "test.h"

static struct miev_address parse(const char *text)
{
    struct miev_address address;
    struct miev_error err = {0};
    assert_ok(miev_address_parse(text, &address, &err), &err);
    return address;
}

static const char *no_endpoints(void *context, const char *name)
{
    (void)context, (void)name;
    return NULL;
}

static void assert_fetches(const char *text, const char *url)
{
    char got[MIEV_URL_BYTES];
    struct miev_error err = {0};
    const struct miev_env env = {.root = "", .variable = no_endpoints};
    struct miev_address address = parse(text);
    assert_ok(miev_address_url(&address, &env, got, &err), &err);
    assert_string_equal(got, url);
}

static void refused(const char *text, const char *words)
{
    struct miev_address address;
    struct miev_error err = {0};
    assert_refused(miev_address_parse(text, &address, &err), MIEV_ERR_INVALID, &err, words);
}

/* ---- the short forms ---- */

static void test_a_hugging_face_file_is_resolved_at_its_revision(void **state)
{
    (void)state;
    assert_fetches("hf:onnx-community/mobilenetv4:onnx/model_int8.onnx",
                   "https://huggingface.co/onnx-community/mobilenetv4/resolve/main/onnx/"
                   "model_int8.onnx");
    assert_fetches("hf:o/r@refs/pr/1:a b.onnx",
                   "https://huggingface.co/o/r/resolve/refs%2Fpr%2F1/a%20b.onnx");
    assert_fetches("hf:resnet50:model.onnx",
                   "https://huggingface.co/resnet50/resolve/main/model.onnx");
    assert_false(parse("hf:o/r@main:model.onnx").pinned);
    assert_true(parse("hf:o/r@0123456789abcdef0123456789abcdef01234567:model.onnx").pinned);
}

static void test_a_kaggle_version_is_an_archive_and_a_file_of_it_is_not(void **state)
{
    (void)state;
    const char *version = "kaggle:google/mobilenet-v3/tfLite/small-100-224-classification/1";
    assert_fetches(version, "https://www.kaggle.com/api/v1/models/google/mobilenet-v3/tfLite/"
                            "small-100-224-classification/1/download");
    assert_true(parse(version).archive);
    assert_fetches("kaggle:google/yamnet/tfLite/tflite/1/1.tflite",
                   "https://www.kaggle.com/api/v1/models/google/yamnet/tfLite/tflite/1/download/"
                   "1.tflite");
    assert_false(parse("kaggle:google/yamnet/tfLite/tflite/1/1.tflite").archive);
}

static void test_tf_hub_gives_a_file_where_it_has_one_and_a_saved_model_elsewhere(void **state)
{
    (void)state;
    const char *saved = "tfhub:google/imagenet/mobilenet_v2_100_224/classification/5";
    assert_fetches(saved, "https://tfhub.dev/google/imagenet/mobilenet_v2_100_224/classification/5"
                          "?tf-hub-format=compressed");
    assert_true(parse(saved).archive);
    assert_fetches("tfhub:tensorflow/lite-model/efficientnet/lite0/int8/2",
                   "https://tfhub.dev/tensorflow/lite-model/efficientnet/lite0/int8/2"
                   "?lite-format=tflite");
    assert_true(parse("tfhub:google/x/1?lite-format=tflite").lite);
}

static void test_names_files_and_plain_addresses_are_told_apart(void **state)
{
    (void)state;
    assert_int_equal(parse("efficientnet-lite0").kind, MIEV_ADDRESS_NAME);
    assert_int_equal(parse("mobilenet-v2-1.0:int8").kind, MIEV_ADDRESS_NAME);
    assert_string_equal(parse("mobilenet-v2-1.0:int8").name, "mobilenet-v2-1.0");
    assert_int_equal(parse("./net").kind, MIEV_ADDRESS_FILE);
    assert_int_equal(parse("net.tflite").kind, MIEV_ADDRESS_FILE);
    assert_int_equal(parse("C.tar.GZ").kind, MIEV_ADDRESS_FILE);
    assert_int_equal(parse("https://example.org/net.tgz?x=1#y").kind, MIEV_ADDRESS_WEB);
    assert_string_equal(parse("https://example.org/net.tgz?x=1#y").text,
                        "https://example.org/net.tgz?x=1");
    assert_int_equal(parse("http://127.0.0.1:8000/net.onnx").kind, MIEV_ADDRESS_WEB);
}

/* ---- what people copy from the browser ---- */

static void assert_same(const char *page, const char *text)
{
    assert_string_equal(parse(page).text, text);
}

static void test_pages_of_hubs_become_their_addresses(void **state)
{
    (void)state;
    const char *hf = "hf:o/r@main:onnx/model.onnx";
    assert_same("https://huggingface.co/o/r/blob/main/onnx/model.onnx", hf);
    assert_same("https://huggingface.co/o/r/resolve/main/onnx/model.onnx?download=true", hf);
    assert_same("HTTPS://HF.co/o/r/raw/main/onnx/model.onnx#L1", hf);
    assert_same("https://huggingface.co/o/r/resolve/refs%2Fpr%2F1/model.onnx",
                "hf:o/r@refs/pr/1:model.onnx");
    const char *kaggle = "kaggle:google/mobilenet-v3/tfLite/small/1";
    assert_same("https://www.kaggle.com/models/google/mobilenet-v3/tfLite/small/1", kaggle);
    assert_same("https://www.kaggle.com/models/google/mobilenet-v3/frameworks/tfLite/variations/"
                "small/versions/1?tfhub-redirect=true",
                kaggle);
    assert_same("https://www.kaggle.com/api/v1/models/google/mobilenet-v3/tfLite/small/1/download",
                kaggle);
    assert_same("https://tfhub.dev/google/imagenet/inception_v3/classification/5",
                "tfhub:google/imagenet/inception_v3/classification/5");
    assert_same("https://tfhub.dev/google/lite-model/x/1?lite-format=tflite",
                "tfhub:google/lite-model/x/1");
    assert_same("https://huggingface.co/datasets/o/r/resolve/main/a.onnx",
                "https://huggingface.co/datasets/o/r/resolve/main/a.onnx");
}

/* ---- names ---- */

static void test_an_address_names_its_card(void **state)
{
    (void)state;
    static const char *const names[][2] = {
        {"hf:o/mobilenetv4:onnx/model.onnx", "mobilenetv4"},
        {"hf:o/mobilenetv4:onnx/model_int8.onnx", "mobilenetv4-model_int8"},
        {"hf:o/vit:vit-int8.onnx", "vit-int8"},
        {"kaggle:google/mobilenet-v3/tfLite/small/1", "mobilenet-v3-tfLite-small"},
        {"kaggle:google/mobilenet-v3/tfLite/small/2", "mobilenet-v3-tfLite-small-v2"},
        {"tfhub:google/imagenet/inception_v3/classification/5",
         "imagenet-inception_v3-classification"},
        {"tfhub:tensorflow/lite-model/efficientnet/lite0/int8/2", "efficientnet-lite0-int8"},
        {"https://example.org/a/net.tflite.tar.gz?k=v", "net"},
        {"https://example.org/%2e%2e/.%00", "00"},
        {"/tmp/a net (1).onnx", "a-net-1"},
        {"/tmp/....onnx", "model"},
    };
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        assert_string_equal(parse(names[i][0]).name, names[i][1]);
}

/* ---- refusals ---- */

static void test_what_is_wrong_is_said_with_the_form_it_should_have(void **state)
{
    (void)state;
    refused("hf:owner/repo", "names a repository and no file in it");
    refused("https://huggingface.co/o/r", "names a repository and no file in it");
    refused("hf:o/r:../x.onnx", "a path that cannot be one");
    refused("hf:o/r@a b:x.onnx", "a revision that cannot be one");
    refused("hf:a/b/c:x.onnx", "no owner/repository at its begin");
    refused("kaggle:google/mobilenet-v3", "lacks a part");
    refused("https://www.kaggle.com/models/google/mobilenet-v3", "choose variation and version");
    refused("kaggle:a/b/c/d/latest", "lacks a part");
    refused("kaggle:a/b/c/d/1/../../x", "a part that cannot be one");
    refused("tfhub:google", "no address of a model");
    refused("tfhub:google/x/1?tfjs-format=file", "a format that cannot be pulled");
    refused("what is this?", "neither a model's name nor an address");
    refused("", "neither a model's name nor an address");
}

static void test_only_encrypted_addresses_without_passwords_are_fetched(void **state)
{
    (void)state;
    refused("http://example.org/net.onnx", "not encrypted");
    refused("http://localhost.example.org/net.onnx", "not encrypted");
    refused("http://127.0.0.1.example.org/net.onnx", "not encrypted");
    refused("ftp://example.org/net.onnx", "a scheme that is not fetched");
    refused("file:///etc/passwd", "no address of the web");
    refused("gs://bucket/net.onnx", "a scheme that is not fetched");
    refused("https://me:secret@example.org/net.onnx", "a user or a password in it");
    refused("https://exa mple.org/net.onnx", "no address of the web");
    refused("https://", "no address of the web");
    refused("https:/\xbb/x#://", "no address of the web");
    refused("https://example.org/n\xc3\xa9t.onnx", "no address of the web");
}

static void test_a_refusal_does_not_repeat_what_may_be_a_key(void **state)
{
    (void)state;
    struct miev_address address;
    struct miev_error err = {0};
    assert_int_equal(miev_address_parse("http://example.org/n?token=geheim", &address, &err),
                     MIEV_ERR_INVALID);
    assert_null(strstr(err.message, "geheim"));
    assert_int_equal(miev_address_parse("https://me:geheim@example.org/n", &address, &err),
                     MIEV_ERR_INVALID);
    assert_null(strstr(err.message, "geheim"));
}

/* ---- hubs of one's own ---- */

static const char *own_hub(void *context, const char *name)
{
    return strcmp(name, "HF_ENDPOINT") == 0 ? context : NULL;
}

static int url_at(const char *hub, char url[MIEV_URL_BYTES], struct miev_error *err)
{
    char copy[200];
    (void)snprintf(copy, sizeof(copy), "%s", hub);
    const struct miev_env env = {.root = "", .variable = own_hub, .context = copy};
    struct miev_address address = parse("hf:o/r:m.onnx");
    return miev_address_url(&address, &env, url, err);
}

static void test_a_mirror_is_asked_in_place_of_the_hub(void **state)
{
    (void)state;
    char url[MIEV_URL_BYTES];
    struct miev_error err = {0};
    assert_ok(url_at("https://mirror.example.org/hf/", url, &err), &err);
    assert_string_equal(url, "https://mirror.example.org/hf/o/r/resolve/main/m.onnx");
    assert_ok(url_at("http://localhost:80", url, &err), &err);
    assert_refused(url_at("http://mirror.example.org", url, &err), MIEV_ERR_INVALID, &err,
                   "HF_ENDPOINT");
}

static void test_an_origin_is_scheme_host_and_port(void **state)
{
    (void)state;
    assert_true(miev_address_same_origin("https://a.org/x", "https://A.org:443/y?z"));
    assert_false(miev_address_same_origin("https://a.org/x", "https://a.org:444/x"));
    assert_false(miev_address_same_origin("https://a.org/x", "http://a.org/x"));
    assert_false(miev_address_same_origin("https://a.org/x", "https://b.a.org/x"));
    assert_false(miev_address_same_origin("https://a.org", "https://a.org.evil.example"));
    assert_false(miev_address_same_origin("", ""));
}

static void test_a_branch_becomes_the_commit_it_stood_for(void **state)
{
    (void)state;
    struct miev_error err = {0};
    struct miev_address branch = parse("hf:o/r@main:a/m.onnx"), commit;
    assert_ok(miev_address_at_revision(&branch, "0123456789abcdef0123456789abcdef01234567", &commit,
                                       &err),
              &err);
    assert_string_equal(commit.text, "hf:o/r@0123456789abcdef0123456789abcdef01234567:a/m.onnx");
    assert_true(commit.pinned);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_hugging_face_file_is_resolved_at_its_revision),
        cmocka_unit_test(test_a_kaggle_version_is_an_archive_and_a_file_of_it_is_not),
        cmocka_unit_test(test_tf_hub_gives_a_file_where_it_has_one_and_a_saved_model_elsewhere),
        cmocka_unit_test(test_names_files_and_plain_addresses_are_told_apart),
        cmocka_unit_test(test_pages_of_hubs_become_their_addresses),
        cmocka_unit_test(test_an_address_names_its_card),
        cmocka_unit_test(test_what_is_wrong_is_said_with_the_form_it_should_have),
        cmocka_unit_test(test_only_encrypted_addresses_without_passwords_are_fetched),
        cmocka_unit_test(test_a_refusal_does_not_repeat_what_may_be_a_key),
        cmocka_unit_test(test_a_mirror_is_asked_in_place_of_the_hub),
        cmocka_unit_test(test_an_origin_is_scheme_host_and_port),
        cmocka_unit_test(test_a_branch_becomes_the_commit_it_stood_for),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

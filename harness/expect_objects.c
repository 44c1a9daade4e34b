/* expect_objects.c - how many objects there are, and what each of them is.
 *
 * A list describes all of them, except error output when no entry has a key: each entry takes the
 * first object (or `count` of them) that fits it and is not taken; what is left over was not
 * expected. Where nothing fits, the object that is most like it is shown.
 */
#include "harness/expect.h"

#include "harness/bucket_view.h"

#include <fnmatch.h>
#include <openssl/evp.h>
#include <regex.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { HASH_BYTES = 32, SHOWN_MAX = 300, WHY_MAX = 2048, NAMED_MAX = 10 };

static size_t count_lines(hy_sv text)
{
    size_t lines = 0;
    for (size_t i = 0; i < text.len; i++) {
        lines += text.ptr[i] == '\n';
    }
    return lines + (text.len > 0 && text.ptr[text.len - 1] != '\n');
}

static bool fits_regex(const char *pattern, const char *text)
{
    regex_t regex;
    if (regcomp(&regex, pattern, REG_EXTENDED | REG_NOSUB) != 0) {
        return false;
    }
    bool fits = regexec(&regex, text, 0, NULL, 0) == 0;
    regfree(&regex);
    return fits;
}

static void hash(hy_sv bytes, char out[2 * HASH_BYTES + 1])
{
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned len = 0;
    out[0] = '\0';
    if (EVP_Digest(bytes.ptr, bytes.len, digest, &len, EVP_sha256(), NULL) != 1) {
        return;
    }
    for (unsigned i = 0; i < len && i < HASH_BYTES; i++) {
        (void)snprintf(out + (size_t)2 * i, 3, "%02x", digest[i]);
    }
}

static int shown(hy_sv text)
{
    return (int)(text.len < SHOWN_MAX ? text.len : SHOWN_MAX);
}

/* Each appends to `why` what does not fit; one sentence is enough. */
static bool key_fits(const struct hy_node *wanted, const struct hy_seen_object *object)
{
    hy_sv bucket = hy_node_string(wanted, "bucket");
    hy_sv key = hy_node_string(wanted, "key"), regex = hy_node_string(wanted, "key_regex");
    return (bucket.ptr == NULL || hy_sv_equal(bucket, hy_sv_of(object->bucket))) &&
           (key.ptr == NULL || fnmatch(key.ptr, object->key, 0) == 0) &&
           (regex.ptr == NULL || fits_regex(regex.ptr, object->key));
}

static bool number_fits(const struct hy_node *wanted, const char *name, uint64_t found,
                        char why[WHY_MAX])
{
    uint64_t number = hy_node_number(wanted, name, found);
    if (number != found) {
        (void)snprintf(why, WHY_MAX, "%s: expected %llu, got %llu", name,
                       (unsigned long long)number, (unsigned long long)found);
    }
    return number == found;
}

static bool text_fits(const struct hy_node *wanted, const char *name, hy_sv found,
                      char why[WHY_MAX])
{
    hy_sv text = hy_node_string(wanted, name);
    if (text.ptr == NULL || hy_sv_equal(text, found)) {
        return true;
    }
    (void)snprintf(why, WHY_MAX, "%s: expected \"%.*s\", got \"%.*s\"", name, shown(text),
                   text.ptr, shown(found), found.ptr);
    return false;
}

static bool content_fits(const struct hy_node *wanted, const struct hy_seen_object *object,
                         char why[WHY_MAX])
{
    char digest[2 * HASH_BYTES + 1];
    hash(object->bytes, digest);
    return number_fits(wanted, "records", count_lines(object->content), why) &&
           text_fits(wanted, "text", object->content, why) &&
           number_fits(wanted, "bytes", object->bytes.len, why) &&
           text_fits(wanted, "encoding", object->is_gzip ? HY_SV("gzip") : HY_SV("identity"),
                     why) &&
           text_fits(wanted, "sha256", hy_sv_of(digest), why);
}

struct taking {
    struct hy_scene *scene;
    const struct hy_bucket_view *view;
    bool *is_taken;
    bool names_keys; /* some entry has a key: then error output counts, too */
};

static bool is_free(const struct taking *taking, size_t i)
{
    return !taking->is_taken[i] &&
           (taking->names_keys || !hy_seen_object_is_error(&taking->view->objects[i]));
}

/* True: one was taken. */
static bool take(struct taking *taking, const struct hy_node *wanted, char why[WHY_MAX],
                 size_t *like)
{
    *like = taking->view->count;
    for (size_t i = 0; i < taking->view->count; i++) {
        const struct hy_seen_object *object = &taking->view->objects[i];
        char reason[WHY_MAX];
        if (!is_free(taking, i) || !key_fits(wanted, object)) {
            continue;
        }
        if (content_fits(wanted, object, reason)) {
            taking->is_taken[i] = true;
            return true;
        }
        if (*like == taking->view->count) {
            *like = i;
            memcpy(why, reason, WHY_MAX);
        }
    }
    return false;
}

static void check_none(struct taking *taking, const struct hy_node *wanted)
{
    for (size_t i = 0; i < taking->view->count; i++) {
        const struct hy_seen_object *object = &taking->view->objects[i];
        char why[WHY_MAX];
        if (!taking->is_taken[i] && key_fits(wanted, object) && content_fits(wanted, object, why)) {
            taking->is_taken[i] = true;
            hy_scene_fail(taking->scene, wanted, "object %s/%s: expected none like this",
                          object->bucket, object->key);
        }
    }
}

static void check_entry(struct taking *taking, const struct hy_node *wanted)
{
    uint64_t count = hy_node_number(wanted, "count", 1);
    char why[WHY_MAX];
    size_t like;
    if (count == 0) {
        check_none(taking, wanted);
    }
    for (uint64_t i = 0; i < count; i++) {
        if (take(taking, wanted, why, &like)) {
            continue;
        }
        if (like < taking->view->count) {
            taking->is_taken[like] = true;
            hy_scene_fail(taking->scene, wanted, "object %s/%s: %s",
                          taking->view->objects[like].bucket, taking->view->objects[like].key, why);
        } else {
            hy_scene_fail(taking->scene, wanted, "no object fits %s (%llu of %llu are there)",
                          hy_scene_show(taking->scene, wanted), (unsigned long long)i,
                          (unsigned long long)count);
        }
        return;
    }
}

static void check_rest(struct taking *taking, const struct hy_node *node)
{
    size_t left = 0;
    for (size_t i = 0; i < taking->view->count; i++) {
        const struct hy_seen_object *object = &taking->view->objects[i];
        if (is_free(taking, i) && ++left <= NAMED_MAX) {
            hy_scene_fail(taking->scene, node, "object %s/%s (%zu bytes) was not expected",
                          object->bucket, object->key, object->bytes.len);
        }
    }
    if (left > NAMED_MAX) {
        hy_scene_fail(taking->scene, node, "and %zu more", left - NAMED_MAX);
    }
}

static void check_count(struct hy_scene *scene, const struct hy_node *node,
                        const struct hy_bucket_view *view)
{
    uint64_t wanted = 0;
    if (hy_node_u64(node, &wanted) && wanted == view->count) {
        return;
    }
    hy_scene_fail(scene, node, "objects: expected %.*s, got %zu", HY_SV_ARG(node->text),
                  view->count);
    for (size_t i = 0; i < view->count && i < NAMED_MAX; i++) {
        hy_buf_printf(&scene->report, "    %s/%s (%zu bytes)\n", view->objects[i].bucket,
                      view->objects[i].key, view->objects[i].bytes.len);
    }
}

void hy_expect_objects(struct hy_scene *scene, const struct hy_node *node,
                       const struct hy_evidence *evidence)
{
    struct taking taking = { .scene = scene, .view = evidence->view };
    if (node->kind == HY_NODE_NUMBER) {
        check_count(scene, node, evidence->view);
        return;
    }
    taking.is_taken = calloc(evidence->view->count + 1, sizeof *taking.is_taken);
    if (taking.is_taken == NULL) {
        hy_scene_fail(scene, node, "out of memory");
        return;
    }
    for (const struct hy_node *entry = node->first; entry != NULL; entry = entry->next) {
        taking.names_keys = taking.names_keys || hy_node_find(entry, "key") != NULL ||
                            hy_node_find(entry, "key_regex") != NULL;
    }
    for (const struct hy_node *entry = node->first; entry != NULL; entry = entry->next) {
        check_entry(&taking, entry);
    }
    check_rest(&taking, node);
    free(taking.is_taken);
}

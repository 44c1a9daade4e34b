#include "harness/stage.h"

#include "harness/files.h"

#include <stdlib.h>
#include <string.h>

enum { CONFIG_BYTES_MAX = 64 * 1024 * 1024, WORDS_MAX = 256, STUB_GRACE_MS = 100 };

HY_MUST_CHECK
static enum hy_code no_memory(struct hy_err *err)
{
    return hy_fail(err, HY_NO_MEMORY, "out of memory");
}

/* ---- stubs ---- */

/* The routes' text: of a file, or as they stand in the drill. */
HY_MUST_CHECK
static enum hy_code load_stub(struct hy_scene *scene, const struct hy_node *node,
                              struct hy_scene_stub *stub, struct hy_err *err)
{
    hy_sv file = hy_node_string(node, "file");
    if (file.ptr == NULL) {
        char *name = hy_arena_printf(&scene->arena, "%s:%zu: stub %.*s", scene->drill->path,
                                     node->line, HY_SV_ARG(node->name));
        return name != NULL ? hy_stub_create(node->source, name, &stub->stub, err)
                            : no_memory(err);
    }
    const char *path = hy_drill_path(&scene->arena, scene->drill->folder, file);
    if (path == NULL) {
        return no_memory(err);
    }
    struct hy_buf text;
    hy_buf_init(&text, CONFIG_BYTES_MAX);
    enum hy_code code = hy_file_read(path, &text, err);
    if (code == HY_OK) {
        code = hy_stub_create(hy_buf_sv(&text), path, &stub->stub, err);
    }
    hy_buf_finish(&text);
    return code;
}

HY_MUST_CHECK
static enum hy_code start_stubs(struct hy_scene *scene, struct hy_err *err)
{
    const struct hy_node *stubs = hy_node_find(scene->drill->given, "stubs");
    enum hy_code code = HY_OK;
    if (stubs == NULL || stubs->count == 0) {
        return HY_OK;
    }
    scene->stubs = hy_arena_zalloc(&scene->arena, stubs->count * sizeof *scene->stubs);
    if (scene->stubs == NULL) {
        return no_memory(err);
    }
    for (const struct hy_node *node = stubs->first; node != NULL && code == HY_OK;
         node = node->next) {
        struct hy_scene_stub *stub = &scene->stubs[scene->stub_count++];
        stub->name = node->name;
        code = load_stub(scene, node, stub, err);
        if (code == HY_OK) {
            const struct hy_upstream_options options = {
                .loop = scene->loop, .stub = stub->stub, .host = "127.0.0.1", .remembers = true,
            };
            code = hy_upstream_create(&options, &stub->upstream, err);
        }
    }
    return code;
}

/* ---- the config ---- */

/* hydrant counts paths from where the config lies; ours is a copy somewhere else. */
static bool make_absolute(struct hy_scene *scene, const char *folder, struct hy_node *path)
{
    if (path->kind != HY_NODE_STRING || hy_sv_starts_with(path->text, HY_SV("/")) ||
        hy_sv_starts_with(path->text, HY_SV("${"))) {
        return true;
    }
    path->text = hy_sv_of(hy_drill_path(&scene->arena, folder, path->text));
    return path->text.len > 0;
}

static bool make_function_absolute(struct hy_scene *scene, const char *folder,
                                   const struct hy_node *function)
{
    for (struct hy_node *member = function->first; member != NULL; member = member->next) {
        if (hy_sv_equal(member->name, HY_SV("Code")) && !make_absolute(scene, folder, member)) {
            return false;
        }
        bool is_command = hy_sv_equal(member->name, HY_SV("Command")) && member->first != NULL;
        if (is_command && hy_sv_find(member->first->text, '/') < member->first->text.len &&
            !make_absolute(scene, folder, member->first)) {
            return false;
        }
    }
    return true;
}

HY_MUST_CHECK
static enum hy_code write_config(struct hy_scene *scene, const struct hy_node *config,
                                 const char *folder, const char *path, struct hy_err *err)
{
    const struct hy_node *functions = hy_node_find(config, "functions");
    for (struct hy_node *function = functions != NULL ? functions->first : NULL; function != NULL;
         function = function->next) {
        if (!make_function_absolute(scene, folder, function)) {
            return no_memory(err);
        }
    }
    struct hy_buf text;
    hy_buf_init(&text, CONFIG_BYTES_MAX);
    hy_node_write(config, &text, hy_scene_expand, scene);
    hy_buf_append_byte(&text, '\n');
    enum hy_code code = text.failed ? no_memory(err) : hy_file_write(path, hy_buf_sv(&text), err);
    hy_buf_finish(&text);
    return code;
}

HY_MUST_CHECK
static enum hy_code copy_config_file(struct hy_scene *scene, hy_sv file, const char *path,
                                     struct hy_err *err)
{
    char *from = hy_drill_path(&scene->arena, scene->drill->folder, file);
    char *folder = from != NULL ? hy_arena_cstr(&scene->arena, hy_sv_of(from)) : NULL;
    if (folder == NULL) {
        return no_memory(err);
    }
    *strrchr(folder, '/') = '\0';
    struct hy_buf text;
    struct hy_node *config;
    hy_buf_init(&text, CONFIG_BYTES_MAX);
    enum hy_code code = hy_file_read(from, &text, err);
    if (code == HY_OK) {
        code = hy_node_parse(hy_buf_sv(&text), from, &scene->arena, &config, err);
    }
    if (code == HY_OK) {
        code = write_config(scene, config, folder, path, err);
    }
    hy_buf_finish(&text);
    return code;
}

/* *path NULL: no config is given. */
HY_MUST_CHECK
static enum hy_code make_config(struct hy_scene *scene, const char **path, struct hy_err *err)
{
    const struct hy_node *given = scene->drill->given;
    const struct hy_node *config = hy_node_find(given, "config");
    hy_sv file = hy_node_string(given, "config_file");
    *path = NULL;
    if (config == NULL && file.ptr == NULL) {
        return HY_OK;
    }
    *path = hy_arena_printf(&scene->arena, "%s/config.json", scene->folder);
    if (*path == NULL) {
        return no_memory(err);
    }
    return config != NULL ? write_config(scene, config, scene->drill->folder, *path, err)
                          : copy_config_file(scene, file, *path, err);
}

/* ---- hydrant's words ---- */

struct words {
    struct hy_scene *scene;
    const char **items;
    size_t count;
    bool failed;
};

static void add(struct words *words, const char *word)
{
    words->failed = words->failed || word == NULL || words->count == WORDS_MAX;
    if (!words->failed) {
        words->items[words->count++] = word;
    }
}

static void add_expanded(struct words *words, hy_sv word)
{
    struct hy_buf text;
    hy_buf_init(&text, CONFIG_BYTES_MAX);
    hy_scene_expand(words->scene, word, &text);
    add(words, text.failed ? NULL : hy_arena_cstr(&words->scene->arena, hy_buf_sv(&text)));
    hy_buf_finish(&text);
}

static const char *const *make_words(struct hy_scene *scene, const char *config)
{
    const struct hy_node *given = scene->drill->given;
    struct words words = {
        .scene = scene,
        .items = hy_arena_zalloc(&scene->arena, (WORDS_MAX + 1) * sizeof *words.items),
    };
    if (words.items == NULL) {
        return NULL;
    }
    hy_sv clock = hy_node_string(given, "clock");
    add(&words, scene->options.hydrant);
    add(&words, "--listen");
    add(&words, "127.0.0.1:0");
    add(&words, "--data");
    add(&words, hy_arena_printf(&scene->arena, "%s/data", scene->folder));
    add(&words, "--clock");
    add(&words, clock.ptr != NULL ? clock.ptr : "manual");
    add(&words, "--seed");
    add(&words, hy_arena_printf(&scene->arena, "%llu",
                                (unsigned long long)hy_node_number(given, "seed", 1)));
    if (config != NULL) {
        add(&words, "--config");
        add(&words, config);
    }
    const struct hy_node *options = hy_node_find(given, "options");
    for (const struct hy_node *word = options != NULL ? options->first : NULL; word != NULL;
         word = word->next) {
        add_expanded(&words, word->text);
    }
    return words.failed ? NULL : words.items;
}

/* ---- all of it ---- */

HY_MUST_CHECK
static enum hy_code make_folder(struct hy_scene *scene, struct hy_err *err)
{
    char *folder;
    enum hy_code code = hy_folder_temporary(scene->options.temporary, &folder, err);
    if (code != HY_OK) {
        return code;
    }
    scene->folder = hy_arena_cstr(&scene->arena, hy_sv_of(folder));
    free(folder);
    scene->buckets = scene->options.buckets;
    if (scene->folder != NULL && scene->buckets == NULL) {
        scene->buckets = hy_arena_printf(&scene->arena, "%s/data/buckets", scene->folder);
    }
    return scene->buckets != NULL ? HY_OK : no_memory(err);
}

enum hy_code hy_stage_set(struct hy_scene *scene,
                          void (*on_changed)(void *ctx, enum hy_code code, const char *sentence),
                          void (*on_gone)(void *ctx, const char *sentence), struct hy_err *err)
{
    const char *config;
    enum hy_code code = make_folder(scene, err);
    if (code == HY_OK) {
        code = start_stubs(scene, err);
    }
    if (code == HY_OK) {
        code = make_config(scene, &config, err);
    }
    if (code != HY_OK) {
        return code;
    }
    const struct hy_emulator_options options = {
        .loop = scene->loop,
        .url = scene->options.endpoint,
        .argv = make_words(scene, config),
        .env = scene->options.env,
        .cwd = scene->drill->folder,
        .log_path = hy_arena_printf(&scene->arena, "%s/hydrant.log", scene->folder),
        .on_changed = on_changed,
        .on_gone = on_gone,
        .ctx = scene,
    };
    scene->emulator = options.argv != NULL ? hy_emulator_create(&options) : NULL;
    return scene->emulator != NULL ? HY_OK : no_memory(err);
}

static void on_stub_stopped(void *ctx)
{
    struct hy_scene *scene = ctx;
    if (--scene->stopping == 0) {
        scene->on_changed(scene);
    }
}

void hy_stage_stop(struct hy_scene *scene, void (*done)(struct hy_scene *scene))
{
    scene->on_changed = done;
    scene->stopping = 1;
    for (size_t i = 0; i < scene->stub_count; i++) {
        if (scene->stubs[i].upstream != NULL) {
            scene->stopping++;
            hy_upstream_stop(scene->stubs[i].upstream, STUB_GRACE_MS, on_stub_stopped, scene);
        }
    }
    on_stub_stopped(scene);
}

void hy_stage_clear(struct hy_scene *scene)
{
    for (size_t i = 0; i < scene->stub_count; i++) {
        hy_stub_destroy(scene->stubs[i].stub);
    }
    hy_emulator_destroy(scene->emulator);
}

/* function_word.c - what one word of a command line means as a function.
 *
 * In this order:
 *   http://... https://...            the URL
 *   PLACE:HANDLER                     PLACE is a folder or a .zip
 *   a folder, a .zip                  must hold a `bootstrap`
 *   an executable file                the command
 *   FOLDER/MODULE.NAME, MODULE.NAME   a handler in a folder
 *
 * The runtime is chosen by which file the handler's module turns out to be.
 */
#define _GNU_SOURCE /* realpath with a NULL buffer */
#include "model/function_spec.h"

#include "model/zip_names.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PATH_BYTES_MAX = 4096 };

static const struct language {
    const char *extension, *runtime;
    bool at_first_dot;   /* of the handler: the module ends there, not at the last dot */
    bool dots_are_slashes; /* in the module's name, as Python writes packages */
} languages[] = {
    { ".py", "python3", false, true },
    { ".mjs", "nodejs", false, false },
    { ".js", "nodejs", false, false },
    { ".cjs", "nodejs", false, false },
    { ".rb", "ruby", true, false },
};

/* Where code lies: a folder, or a .zip whose names were read. */
struct place {
    char *path; /* absolute */
    bool is_zip;
    struct hy_zip_names names;
};

static void place_finish(struct place *place)
{
    free(place->path);
    hy_zip_names_finish(&place->names);
}

static bool is_zip_name(hy_sv name)
{
    return name.len > 4 && hy_sv_equal_nocase((hy_sv){ name.ptr + name.len - 4, 4 }, HY_SV(".zip"));
}

/* HY_NOT_FOUND: neither a folder nor a .zip. */
static enum hy_code place_open(struct place *place, hy_sv word, struct hy_err *err)
{
    struct stat status;
    char *name = hy_sv_dup(word);
    *place = (struct place){ 0 };
    if (name == NULL) {
        return hy_fail(err, HY_NO_MEMORY, "out of memory");
    }
    const bool exists = word.len > 0 && stat(name, &status) == 0;
    place->is_zip = exists && S_ISREG(status.st_mode) && is_zip_name(word);
    if (!exists || !(place->is_zip || S_ISDIR(status.st_mode))) {
        free(name);
        return HY_NOT_FOUND;
    }
    place->path = realpath(name, NULL);
    free(name);
    if (place->path == NULL) {
        return hy_fail(err, HY_INVALID, "cannot find %.*s: %s", HY_SV_ARG(word),
                       strerror(errno));
    }
    if (place->is_zip && hy_zip_names_read(place->path, &place->names) != HY_OK) {
        place_finish(place);
        return hy_fail(err, HY_INVALID, "%.*s is not a zip archive", HY_SV_ARG(word));
    }
    return HY_OK;
}

static bool place_has(const struct place *place, const char *name)
{
    if (place->is_zip) {
        return hy_zip_names_has(&place->names, name);
    }
    char path[PATH_BYTES_MAX];
    struct stat status;
    const int length = snprintf(path, sizeof path, "%s/%s", place->path, name);
    return length > 0 && (size_t)length < sizeof path && stat(path, &status) == 0 &&
           S_ISREG(status.st_mode);
}

/* ---- handlers ---- */

/* Where the module ends: at the first or the last dot behind the last slash. */
static size_t module_len(hy_sv handler, bool at_first_dot)
{
    size_t begin = 0, end = handler.len;
    for (size_t i = 0; i < handler.len; i++) {
        if (handler.ptr[i] == '/') {
            begin = i + 1;
        }
    }
    for (size_t i = begin; i < handler.len; i++) {
        if (handler.ptr[i] == '.' && (end == handler.len || !at_first_dot)) {
            end = i;
        }
    }
    return end;
}

static bool has_module(const struct place *place, hy_sv handler, const struct language *language)
{
    char name[PATH_BYTES_MAX];
    const size_t len = module_len(handler, language->at_first_dot);
    if (len == 0 || len == handler.len || len + 8 > sizeof name) {
        return false;
    }
    (void)snprintf(name, sizeof name, "%.*s%s", (int)len, handler.ptr, language->extension);
    if (place_has(place, name)) {
        return true;
    }
    for (size_t i = 0; language->dots_are_slashes && i < len; i++) {
        name[i] = name[i] == '.' ? '/' : name[i];
    }
    return language->dots_are_slashes && place_has(place, name);
}

/* NULL: the module is not there, in no language. */
static const char *runtime_of(const struct place *place, hy_sv handler)
{
    for (size_t i = 0; i < sizeof languages / sizeof languages[0]; i++) {
        if (has_module(place, handler, &languages[i])) {
            return languages[i].runtime;
        }
    }
    return place_has(place, "bootstrap") ? "provided" : NULL;
}

/* Takes the place's path over. `handler` may be empty. */
static enum hy_code set_code(struct hy_function_spec *spec, struct place *place,
                             const char *runtime, hy_sv handler, struct hy_err *err)
{
    char *own_runtime = hy_sv_dup(hy_sv_of(runtime));
    char *own_handler = handler.len == 0 ? NULL : hy_sv_dup(handler);
    if (own_runtime == NULL || (handler.len > 0 && own_handler == NULL)) {
        free(own_runtime);
        free(own_handler);
        return hy_fail(err, HY_NO_MEMORY, "out of memory");
    }
    free(spec->runtime);
    free(spec->handler);
    free(spec->code);
    spec->runtime = own_runtime;
    spec->handler = own_handler;
    spec->code = place->path;
    place->path = NULL;
    return HY_OK;
}

static enum hy_code set_handler(struct hy_function_spec *spec, struct place *place,
                                hy_sv handler, struct hy_err *err)
{
    const char *runtime = runtime_of(place, handler);
    if (runtime != NULL) {
        return set_code(spec, place, runtime, handler, err);
    }
    const hy_sv module = { handler.ptr, module_len(handler, false) };
    if (module.len == handler.len || module.len == 0) {
        return hy_fail(err, HY_INVALID, "%.*s is not a handler: module.function is expected",
                       HY_SV_ARG(handler));
    }
    return hy_fail(err, HY_INVALID,
                   "no %.*s.py, .mjs, .js, .cjs or .rb and no bootstrap in %s",
                   HY_SV_ARG(module), place->path);
}

/* ---- the kinds of words ---- */

/* Each of these: HY_NOT_FOUND when the word is not of the kind. */

static enum hy_code from_url(struct hy_function_spec *spec, hy_sv word, struct hy_err *err)
{
    static const hy_sv schemes[] = { HY_SV_INIT("http://"), HY_SV_INIT("https://") };
    for (size_t i = 0; i < sizeof schemes / sizeof schemes[0]; i++) {
        if (!hy_sv_starts_with(word, schemes[i])) {
            continue;
        }
        if (word.len == schemes[i].len || word.ptr[schemes[i].len] == '/') {
            return hy_fail(err, HY_INVALID, "%.*s names no host", HY_SV_ARG(word));
        }
        char *url = hy_sv_dup(word);
        if (url == NULL) {
            return hy_fail(err, HY_NO_MEMORY, "out of memory");
        }
        free(spec->url);
        spec->url = url;
        return HY_OK;
    }
    return HY_NOT_FOUND;
}

static enum hy_code from_place_and_handler(struct hy_function_spec *spec, hy_sv word,
                                           struct hy_err *err)
{
    /* The first colon behind a place: folders may have one in their name, and so may the
     * handlers of Ruby. */
    for (size_t i = 0; i < word.len; i++) {
        struct place place;
        if (word.ptr[i] != ':') {
            continue;
        }
        enum hy_code code = place_open(&place, (hy_sv){ word.ptr, i }, err);
        if (code == HY_NOT_FOUND) {
            continue;
        }
        if (code == HY_OK) {
            const hy_sv handler = { word.ptr + i + 1, word.len - i - 1 };
            code = set_handler(spec, &place, handler, err);
            place_finish(&place);
        }
        return code;
    }
    return HY_NOT_FOUND;
}

static enum hy_code from_place(struct hy_function_spec *spec, hy_sv word, struct hy_err *err)
{
    struct place place;
    enum hy_code code = place_open(&place, word, err);
    if (code != HY_OK) {
        return code;
    }
    if (place_has(&place, "bootstrap")) {
        code = set_code(spec, &place, "provided", (hy_sv){ 0 }, err);
    } else {
        code = hy_fail(err, HY_INVALID,
                       "no bootstrap in %.*s; for a handler write %.*s:module.function",
                       HY_SV_ARG(word), HY_SV_ARG(word));
    }
    place_finish(&place);
    return code;
}

static enum hy_code set_command(struct hy_function_spec *spec, const char *name,
                                struct hy_err *err)
{
    char **command = calloc(2, sizeof *command);
    if (command != NULL) {
        command[0] = realpath(name, NULL);
    }
    if (command == NULL || command[0] == NULL) {
        free(command);
        return hy_fail(err, HY_INVALID, "cannot find %s: %s", name, strerror(errno));
    }
    for (size_t i = 0; spec->command != NULL && spec->command[i] != NULL; i++) {
        free(spec->command[i]);
    }
    free(spec->command);
    spec->command = command;
    const char *slash = strrchr(name, '/');
    const bool is_bootstrap = strcmp(slash == NULL ? name : slash + 1, "bootstrap") == 0;
    spec->protocol = is_bootstrap ? HY_PROTOCOL_RUNTIME_API : HY_PROTOCOL_AUTO;
    return HY_OK;
}

static enum hy_code from_executable(struct hy_function_spec *spec, hy_sv word,
                                    struct hy_err *err)
{
    struct stat status;
    char *name = hy_sv_dup(word);
    if (name == NULL) {
        return hy_fail(err, HY_NO_MEMORY, "out of memory");
    }
    enum hy_code code = HY_NOT_FOUND;
    if (stat(name, &status) == 0) {
        if (!S_ISREG(status.st_mode)) {
            code = hy_fail(err, HY_INVALID, "%s is neither a file nor a folder", name);
        } else if (access(name, X_OK) != 0) {
            code = hy_fail(err, HY_INVALID,
                           "%s is not executable; chmod +x it, or name a handler in it as"
                           " folder/module.function",
                           name);
        } else {
            code = set_command(spec, name, err);
        }
    }
    free(name);
    return code;
}

static enum hy_code from_folder_and_handler(struct hy_function_spec *spec, hy_sv word,
                                            struct hy_err *err)
{
    size_t slash = word.len;
    for (size_t i = 0; i < word.len; i++) {
        slash = word.ptr[i] == '/' ? i : slash;
    }
    const bool has_slash = slash < word.len;
    const hy_sv handler =
        has_slash ? (hy_sv){ word.ptr + slash + 1, word.len - slash - 1 } : word;
    const hy_sv folder = !has_slash ? HY_SV(".") : slash == 0 ? HY_SV("/")
                                                              : (hy_sv){ word.ptr, slash };
    struct place place;
    if (hy_sv_find(handler, '.') == handler.len) {
        return HY_NOT_FOUND;
    }
    enum hy_code code = place_open(&place, folder, err);
    if (code == HY_OK) {
        code = set_handler(spec, &place, handler, err);
        place_finish(&place);
    }
    return code;
}

enum hy_code hy_function_spec_from_word(struct hy_function_spec *spec, hy_sv word,
                                        struct hy_err *err)
{
    static enum hy_code (*const kinds[])(struct hy_function_spec *, hy_sv, struct hy_err *) = {
        from_url, from_place_and_handler, from_place, from_executable, from_folder_and_handler,
    };
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        const enum hy_code code = kinds[i](spec, word, err);
        if (code != HY_NOT_FOUND) {
            return code;
        }
    }
    return hy_fail(err, HY_INVALID,
                   "%.*s is not there: a URL, a .zip, a folder, folder/module.function or an"
                   " executable file is expected",
                   HY_SV_ARG(word));
}

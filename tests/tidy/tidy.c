/* tidy.c - the architecture and the house's habits, as a test.
 *
 *   tidy ROOT    reads the sources below ROOT, prints every offence as FILE:LINE: what is
 *                wrong, and exits with 1 when there was one
 *
 * The first table is the layered picture of emulator/README.md: an #include that is not in it
 * is a wrong arrow. The second fences libraries and calls in. The rest is measured: columns,
 * tabs, trailing blanks, the length of files and of functions.
 *
 * It reads lines, not C: a function is what stands between a brace in column 0 and the next,
 * and comments and strings are blanked out before a call is looked for.
 */
#include <dirent.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum {
    COLUMNS_MAX = 100,
    FILE_LINES_MAX = 600,
    FUNCTION_LINES_MAX = 70,
    LINE_BYTES = 4096,
    PATH_BYTES = 1024
};

#define ROWS(table) (sizeof(table) / sizeof((table)[0]))

/* The architecture. A folder may include itself and what its row names: nothing else. Every
 * row names only folders further down, so there are no cycles to look for. Folders are named
 * below emulator/; "main" is what lies in emulator/ itself. */
static const struct layer {
    const char *folder, *may_use;
} layers[] = {
    { "main", " app cli " },
    { "app", " http wire services services/cloudwatch services/control services/firehose "
             "services/logs cli pipeline/stream "
             "pipeline/transform pipeline/partition pipeline/delivery pipeline/source pipeline "
             "bucket runtime store io model base " },
    { "cli", " model base " },
    { "http", " wire services/control services io model base " },
    { "wire", " services io base " },
    { "services/cloudwatch", " services/firehose services pipeline/stream pipeline base " },
    { "services/logs", " services pipeline/stream pipeline io model base " },
    { "services/control", " services/firehose services pipeline/stream pipeline bucket store io "
                          "model base " },
    { "services/firehose", " services pipeline/stream pipeline/source pipeline/convert pipeline "
                           "bucket runtime store io model base " },
    { "services", " io base " },
    { "pipeline/stream", " pipeline/source pipeline/transform pipeline/process pipeline/partition "
                         "pipeline/delivery pipeline bucket runtime store io model base " },
    { "pipeline/source", " pipeline store io model base " },
    { "pipeline/transform", " pipeline/process pipeline/partition pipeline/delivery pipeline "
                            "runtime store io model base " },
    { "pipeline/process", " pipeline/partition store model base " },
    { "pipeline/partition", " pipeline/delivery pipeline store io model base " },
    { "pipeline/delivery", " pipeline/convert pipeline bucket store io model base " },
    { "pipeline/convert", " model base " },
    { "pipeline", " bucket runtime store io model base " },
    { "runtime", " io model base " },
    { "bucket", " base " },
    { "store", " io model base " },
    { "io", " base " },
    { "model", " base " },
    { "base", " " },
    { "harness", " io base " },
};

/* A header or a call, and the only folders where it may appear. A word that ends in '(' is
 * looked for as a call, any other in #include lines. */
static const struct fence {
    const char *word, *only_in;
} fences[] = {
    { "<uv.h>", " io app " },
    { "<llhttp.h>", " io " },
    { "<curl/curl.h>", " io " },
    { "<pthread.h>", " io store " },
    { "<sqlite3.h>", " store " },
    { "<zip.h>", " runtime pipeline/delivery " },
    { "<jq.h>", " pipeline/process " },
    { "<libdeflate.h>", " pipeline/delivery pipeline/convert pipeline/process "
                        "harness " },
    { "<snappy-c.h>", " pipeline/delivery pipeline/convert " },
    { "<cjson/cJSON.h>", " cli runtime services services/cloudwatch services/control "
                         "services/firehose services/logs harness " },

    { "uv_now(", " io app " },
    { "uv_hrtime(", " io app " },
    { "time(", " io app " },
    { "gettimeofday(", " io app " },
    { "clock_gettime(", " io app " },
    { "getenv(", " cli harness " },
    { "sleep(", " " },
    { "usleep(", " " },
    { "nanosleep(", " " },
    { "exit(", " " },
    { "system(", " " },
    { "popen(", " " },
    { "rand(", " " },
    { "gets(", " " },
    { "strtok(", " " },
    { "strcpy(", " " },
    { "strcat(", " " },
    { "sprintf(", " " },
    { "vsprintf(", " " },
    { "alloca(", " " },
};

struct file {
    const char *path;   /* below ROOT, for messages */
    const char *folder; /* a row of layers; NULL: not of the products, only measured */
    bool has_own;       /* a header of its name, not yet included: see check_first */
    unsigned line;
    unsigned opened;    /* line of the brace that opened a function; 0: outside */
    bool in_comment;
};

static unsigned offences;
static unsigned files;

__attribute__((format(printf, 2, 3)))
static void offend(const struct file *file, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    (void)printf("%s:%u: ", file->path, file->line);
    (void)vprintf(format, args);
    (void)printf("\n");
    va_end(args);
    offences++;
}

static bool ends_with(const char *text, const char *end)
{
    size_t text_len = strlen(text), end_len = strlen(end);
    return text_len >= end_len && strcmp(text + text_len - end_len, end) == 0;
}

static bool is_c(const char *path)
{
    return ends_with(path, ".c") || ends_with(path, ".h");
}

/* Is `word` one of the words of " a b c "? */
static bool has_word(const char *words, const char *word)
{
    char padded[PATH_BYTES];
    (void)snprintf(padded, sizeof padded, " %s ", word);
    return strstr(words, padded) != NULL;
}

static const struct layer *layer_find(const char *folder)
{
    for (size_t i = 0; i < ROWS(layers); i++) {
        if (strcmp(layers[i].folder, folder) == 0) {
            return &layers[i];
        }
    }
    return NULL;
}

/* Blanks out comments and what stands between quotes, so that only code is left. */
static void scrub(char *line, bool *in_comment)
{
    char quote = 0;
    for (char *at = line; *at != 0; at++) {
        if (*in_comment) {
            if (at[0] == '*' && at[1] == '/') {
                *in_comment = false;
                *at++ = ' ';
            }
            *at = ' ';
        } else if (quote != 0) {
            if (*at == '\\' && at[1] != 0) {
                *at++ = ' ';
            } else if (*at == quote) {
                quote = 0;
            }
            *at = ' ';
        } else if (*at == '"' || *at == '\'') {
            quote = *at;
        } else if (at[0] == '/' && at[1] == '*') {
            *in_comment = true;
            *at = ' ';
        } else if (at[0] == '/' && at[1] == '/') {
            *at = 0;
            return;
        }
    }
}

static bool is_word_char(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

/* `call` is "name(" and must not be the end of a longer name, nor a member. */
static bool calls(const char *code, const char *call)
{
    for (const char *at = code; (at = strstr(at, call)) != NULL; at++) {
        char before = at == code ? ' ' : at[-1];
        if (!is_word_char(before) && before != '.' && before != '>') {
            return true;
        }
    }
    return false;
}

static void check_calls(const struct file *file, const char *code)
{
    for (size_t i = 0; i < ROWS(fences); i++) {
        const struct fence *fence = &fences[i];
        if (ends_with(fence->word, "(") && !has_word(fence->only_in, file->folder) &&
            calls(code, fence->word)) {
            offend(file, "%s) is not for %s/", fence->word, file->folder);
        }
    }
}

/* <header>: may this folder see the library? */
static void check_library(const struct file *file, const char *header)
{
    for (size_t i = 0; i < ROWS(fences); i++) {
        if (strncmp(header, fences[i].word, strlen(fences[i].word)) == 0 &&
            !has_word(fences[i].only_in, file->folder)) {
            offend(file, "%s is not for %s/", fences[i].word, file->folder);
        }
    }
}

/* "folder/noun.h": is there an arrow from this folder to that one? */
static void check_arrow(const struct file *file, const char *header)
{
    char folder[PATH_BYTES];
    (void)snprintf(folder, sizeof folder, "%s", header + 1);
    folder[strcspn(folder, "\"")] = 0;
    char *slash = strrchr(folder, '/');
    if (slash == NULL) {
        offend(file, "\"%s\": include a header by its path", folder);
        return;
    }
    *slash = 0;
    const struct layer *layer = layer_find(file->folder);
    if (strcmp(folder, file->folder) != 0 && !has_word(layer->may_use, folder)) {
        offend(file, "no arrow from %s to %s", file->folder, folder);
    }
}

/* A file with a header includes that first, or an inner header of its folder that does: so we
 * know that the header needs nothing before it. */
static void check_first(const struct file *file, const char *header)
{
    size_t len = strlen(file->folder);
    if (strncmp(header + 1, file->folder, len) != 0 || header[1 + len] != '/') {
        offend(file, "the first include is the file's own header");
    }
}

static void check_include(struct file *file, const char *line)
{
    const char *header = line + strlen("#include");
    header += strspn(header, " ");
    if (file->has_own) {
        check_first(file, header);
        file->has_own = false;
    }
    if (*header == '<') {
        check_library(file, header);
    } else {
        check_arrow(file, header);
    }
}

static void check_function(struct file *file, const char *line)
{
    if (line[0] == '{') {
        file->opened = file->line;
    } else if (line[0] == '}' && file->opened != 0) {
        unsigned lines = file->line - file->opened + 1;
        if (lines > FUNCTION_LINES_MAX) {
            offend(file, "a function of %u lines; at most %d", lines, FUNCTION_LINES_MAX);
        }
        file->opened = 0;
    }
}

/* Characters, not bytes: what continues a UTF-8 sequence takes no column. */
static size_t columns(const char *line)
{
    size_t count = 0;
    for (; *line != 0; line++) {
        count += ((unsigned char)*line & 0xC0) != 0x80;
    }
    return count;
}

static void check_text(const struct file *file, const char *line)
{
    size_t len = strlen(line);
    if (columns(line) > COLUMNS_MAX) {
        offend(file, "%zu columns; at most %d", columns(line), COLUMNS_MAX);
    }
    if (strchr(line, '\t') != NULL) {
        offend(file, "a tab");
    }
    if (strchr(line, '\r') != NULL) {
        offend(file, "a carriage return");
    }
    if (len > 0 && line[len - 1] == ' ') {
        offend(file, "trailing blanks");
    }
    if (strstr(line, "TO" "DO") != NULL || strstr(line, "FIX" "ME") != NULL) {
        offend(file, "work left undone");
    }
}

static void check_line(struct file *file, char *line)
{
    check_text(file, line);
    if (!is_c(file->path)) {
        return;
    }
    check_function(file, line);
    if (file->folder == NULL) {
        return;
    }
    if (strncmp(line, "#include", strlen("#include")) == 0) {
        check_include(file, line);
    } else {
        scrub(line, &file->in_comment);
        check_calls(file, line);
    }
}

static void check_lines(struct file *file, FILE *stream)
{
    char line[LINE_BYTES];
    while (fgets(line, sizeof line, stream) != NULL) {
        file->line++;
        size_t end = strcspn(line, "\n");
        if (line[end] == 0) {
            offend(file, feof(stream) ? "the last line has no end" : "an endless line");
        }
        line[end] = 0;
        check_line(file, line);
    }
    if (file->line > FILE_LINES_MAX) {
        offend(file, "a file of %u lines; at most %d", file->line, FILE_LINES_MAX);
    }
}

/* The row of layers that a file belongs to: "emulator/io/timer.c" to "io". NULL for tests and
 * fixtures; a folder of the products that has no row is an offence. */
static const char *folder_of(struct file *file)
{
    char folder[PATH_BYTES];
    const bool is_emulator = strncmp(file->path, "emulator/", strlen("emulator/")) == 0;
    const bool is_harness = strncmp(file->path, "harness/", strlen("harness/")) == 0;
    if (!(is_emulator || is_harness) || !is_c(file->path)) {
        return NULL;
    }
    (void)snprintf(folder, sizeof folder, "%s",
                   file->path + (is_emulator ? strlen("emulator/") : 0));
    char *slash = strrchr(folder, '/');
    if (slash != NULL) {
        *slash = 0;
    }
    const struct layer *layer = layer_find(slash != NULL ? folder : "main");
    if (layer == NULL) {
        offend(file, "%s has no row in the table of layers", folder);
        return NULL;
    }
    return layer->folder;
}

/* Is there an io/timer.h to this io/timer.c? */
static bool has_header(const char *root, const char *path)
{
    char header[2 * PATH_BYTES];
    struct stat info;
    int stem = (int)strlen(path) - 2;
    (void)snprintf(header, sizeof header, "%s/%.*s.h", root, stem, path);
    return ends_with(path, ".c") && stat(header, &info) == 0;
}

static void check_file(const char *root, const char *path)
{
    char full[2 * PATH_BYTES];
    (void)snprintf(full, sizeof full, "%s/%s", root, path);
    struct file file = { .path = path };
    FILE *stream = fopen(full, "r");
    if (stream == NULL) {
        offend(&file, "cannot be read");
        return;
    }
    file.folder = folder_of(&file);
    file.has_own = has_header(root, path);
    check_lines(&file, stream);
    (void)fclose(stream);
    files++;
}

static bool is_ours(const char *name)
{
    static const char *const kinds[] = { ".c", ".h", ".py", ".sh", ".js", ".mjs", ".cjs", ".rb",
                                         ".lua", ".cmake", "CMakeLists.txt", "Dockerfile" };
    for (size_t i = 0; i < ROWS(kinds); i++) {
        if (ends_with(name, kinds[i])) {
            return true;
        }
    }
    return false;
}

static void check_folder(const char *root, const char *folder);

/* Hidden names are tools'; the examples are the offences that tidy itself is tested with. */
static void check_entry(const char *root, const char *folder, const char *name)
{
    char path[PATH_BYTES], full[2 * PATH_BYTES];
    struct stat info;
    (void)snprintf(path, sizeof path, "%.*s/%s", PATH_BYTES / 2, folder, name);
    if (name[0] == '.' || strcmp(name, "node_modules") == 0 ||
        strcmp(path, "tests/tidy/examples") == 0) {
        return;
    }
    (void)snprintf(full, sizeof full, "%s/%s", root, path);
    if (lstat(full, &info) != 0) {
        return;
    }
    if (S_ISDIR(info.st_mode)) {
        check_folder(root, path);
    } else if (S_ISREG(info.st_mode) && is_ours(name)) {
        check_file(root, path);
    }
}

/* In order of names: the same tree always gives the same report. */
static void check_folder(const char *root, const char *folder)
{
    char full[2 * PATH_BYTES];
    struct dirent **entries;
    (void)snprintf(full, sizeof full, "%s/%s", root, folder);
    int count = scandir(full, &entries, NULL, alphasort);
    for (int i = 0; i < count; i++) {
        check_entry(root, folder, entries[i]->d_name);
        free(entries[i]);
    }
    if (count >= 0) {
        free(entries);
    }
}

int main(int argc, char **argv)
{
    static const char *const folders[] = { "emulator", "harness", "fixtures", "docker", "tests" };
    if (argc != 2 || strlen(argv[1]) >= PATH_BYTES) {
        (void)fprintf(stderr, "usage: tidy ROOT\n");
        return 2;
    }
    for (size_t i = 0; i < ROWS(folders); i++) {
        check_folder(argv[1], folders[i]);
    }
    (void)printf("tidy: %u files, %u offences\n", files, offences);
    return offences == 0 && files > 0 ? 0 : 1;
}

/* run_command.c - `firedrill run`: drills, and what became of them. */
#include "harness/commands.h"
#include "harness/files.h"
#include "harness/report.h"
#include "harness/run.h"

#include <dirent.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { JOBS_MAX = 64, DRILLS_MAX = 100000, PATH_BYTES = 4096 };

struct fields {
    uint64_t jobs;
    const char *junit, *hydrant, *endpoint, *buckets, *temporary;
    bool updates, keeps, is_github, is_coloured;
};

struct session {
    struct fields fields;
    struct hy_drill **drills;
    size_t count, cap;
    struct hy_junit junit;
    size_t passed, failed;
    bool has_no_hydrant;
    char hydrant[PATH_BYTES];
};

/* ---- the drills ---- */

HY_MUST_CHECK
static enum hy_code load(struct session *session, const char *path, struct hy_err *err)
{
    if (session->count == session->cap) {
        size_t cap = session->cap == 0 ? 64 : session->cap * 2;
        struct hy_drill **drills = realloc(session->drills, cap * sizeof(*drills));
        if (drills == NULL || cap > DRILLS_MAX) {
            return hy_fail(err, HY_NO_MEMORY, "%s: too many drills", path);
        }
        session->drills = drills;
        session->cap = cap;
    }
    enum hy_code code = hy_drill_load(path, &session->drills[session->count], err);
    session->count += code == HY_OK;
    return code;
}

static int is_drill_name(const struct dirent *entry)
{
    return entry->d_name[0] != '.' &&
           hy_sv_ends_with(hy_sv_of(entry->d_name), HY_SV(".json"));
}

/* All *.json of the folder, by name. */
HY_MUST_CHECK
static enum hy_code load_folder(struct session *session, const char *folder, struct hy_err *err)
{
    struct dirent **entries;
    int count = scandir(folder, &entries, is_drill_name, alphasort);
    enum hy_code code = count > 0 ? HY_OK
                                  : hy_fail(err, HY_NOT_FOUND, "%s: no drills (*.json)", folder);
    for (int i = 0; i < count; i++) {
        char path[PATH_BYTES];
        (void)snprintf(path, sizeof path, "%s/%s", folder, entries[i]->d_name);
        if (code == HY_OK) {
            code = load(session, path, err);
        }
        free(entries[i]);
    }
    if (count >= 0) {
        free(entries);
    }
    return code;
}

HY_MUST_CHECK
static enum hy_code load_all(struct session *session, const struct hy_arguments *arguments,
                             struct hy_err *err)
{
    enum hy_code code = HY_OK;
    for (size_t i = 0; i < arguments->count && code == HY_OK; i++) {
        const char *path = arguments->items[i];
        code = hy_folder_is(path) ? load_folder(session, path, err) : load(session, path, err);
    }
    return code;
}

/* ---- hydrant ---- */

/* Beside firedrill, as installed, or where the same build puts it. */
static void find_hydrant(struct session *session)
{
    static const char *const places[] = { "%s/hydrant", "%s/../emulator/hydrant" };
    char self[PATH_BYTES / 2];
    ssize_t len = readlink("/proc/self/exe", self, sizeof self - 1);
    if (session->fields.hydrant != NULL) {
        (void)snprintf(session->hydrant, sizeof session->hydrant, "%s", session->fields.hydrant);
        return;
    }
    self[len > 0 ? len : 0] = '\0';
    char *slash = strrchr(self, '/');
    if (slash != NULL) {
        *slash = '\0';
    }
    for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
        const char *tail = strchr(places[i], '/');
        (void)snprintf(session->hydrant, sizeof session->hydrant, "%s%s", self, tail);
        if (access(session->hydrant, X_OK) == 0) {
            return;
        }
    }
    (void)snprintf(session->hydrant, sizeof session->hydrant, "hydrant"); /* of the PATH */
}

/* Drills have their own working directory. */
static void make_absolute(struct session *session)
{
    char *real = strchr(session->hydrant, '/') != NULL ? realpath(session->hydrant, NULL) : NULL;
    if (real != NULL) {
        (void)snprintf(session->hydrant, sizeof session->hydrant, "%s", real);
    }
    free(real);
}

/* ---- results ---- */

static void on_result(void *ctx, size_t index, const struct hy_scene *scene)
{
    struct session *session = ctx;
    session->passed += scene->verdict == HY_PASSED;
    session->failed += scene->verdict != HY_PASSED;
    session->has_no_hydrant = session->has_no_hydrant || scene->verdict == HY_NO_HYDRANT;
    hy_tap_result(stdout, index, scene);
    hy_junit_add(&session->junit, scene);
    if (session->fields.is_github) {
        hy_annotate(stdout, scene);
    }
}

static int fail(const struct hy_err *err, int status)
{
    (void)fprintf(stderr, "firedrill: %s\n", err->text);
    return status;
}

static int sum_up(const struct session *session, uint64_t took_ns)
{
    (void)fprintf(stderr, "%zu drill%s: %zu passed, %zu failed, %llu.%02llu s\n", session->count,
                  session->count == 1 ? "" : "s", session->passed, session->failed,
                  (unsigned long long)(took_ns / 1000000000),
                  (unsigned long long)(took_ns / 10000000 % 100));
    return session->has_no_hydrant ? 3 : session->failed > 0 ? 1 : 0;
}

static int play(struct session *session)
{
    const struct fields *fields = &session->fields;
    const struct hy_run_options options = {
        .drills = session->drills,
        .count = session->count,
        .jobs = fields->endpoint != NULL ? 1 : fields->jobs,
        .scene = {
            .hydrant = session->hydrant,
            .endpoint = fields->endpoint,
            .buckets = fields->buckets,
            .temporary = fields->temporary,
            .env = hy_environment(),
            .updates = fields->updates,
            .keeps = fields->keeps,
            .is_coloured = fields->is_coloured || isatty(STDOUT_FILENO) == 1,
        },
        .on_result = on_result,
        .ctx = session,
    };
    struct hy_err err;
    uint64_t began_ns = hy_loop_nanoseconds();
    (void)signal(SIGPIPE, SIG_IGN);
    hy_junit_init(&session->junit);
    hy_tap_begin(stdout, session->count);
    enum hy_code code = hy_run(&options);
    int status = sum_up(session, hy_loop_nanoseconds() - began_ns);
    if (code != HY_OK) {
        (void)fprintf(stderr, "firedrill: out of memory, not all drills were run\n");
        status = 1;
    }
    if (fields->junit != NULL && hy_junit_write(&session->junit, fields->junit, &err) != HY_OK) {
        status = fail(&err, 1);
    }
    hy_junit_finish(&session->junit);
    return status;
}

static int run(const struct hy_command *command, int argc, char **argv)
{
    struct session session = { .count = 0 };
    struct hy_arguments arguments;
    struct hy_err err;
    int status;
    if (!hy_command_begin(command, argc, argv, &session.fields, &arguments, &status)) {
        return status;
    }
    if (session.fields.endpoint != NULL && session.fields.buckets == NULL) {
        (void)fprintf(stderr, "firedrill: --endpoint needs --buckets: where its objects are\n");
        return 2;
    }
    find_hydrant(&session);
    make_absolute(&session);
    status = load_all(&session, &arguments, &err) == HY_OK ? play(&session) : fail(&err, 2);
    for (size_t i = 0; i < session.count; i++) {
        hy_drill_destroy(session.drills[i]);
    }
    free(session.drills);
    return status;
}

#define FIELD(f) .offset = offsetof(struct fields, f)

static const struct hy_option options[] = {
    { .name = "-j", .arg = "N", .preset = "1", .help = "drills at a time",
      .kind = HY_OPTION_NUMBER, FIELD(jobs), .least = 1, .most = JOBS_MAX },
    { .name = "--junit", .arg = "FILE", .help = "also write a JUnit XML report",
      .kind = HY_OPTION_TEXT, FIELD(junit) },
    { .name = "--update", .arg = "", .help = "rewrite golden files that differ",
      .kind = HY_OPTION_SWITCH, FIELD(updates) },
    { .name = "--keep", .arg = "", .help = "leave the folder of each drill behind",
      .kind = HY_OPTION_SWITCH, FIELD(keeps) },
    { .name = "--hydrant", .arg = "PATH", .help = "the emulator; else the one beside firedrill",
      .kind = HY_OPTION_TEXT, FIELD(hydrant) },
    { .name = "--endpoint", .arg = "URL",
      .help = "use a hydrant that runs already; it is reset before each drill",
      .kind = HY_OPTION_TEXT, FIELD(endpoint) },
    { .name = "--buckets", .arg = "DIR", .help = "with --endpoint: its buckets' folder",
      .kind = HY_OPTION_TEXT, FIELD(buckets) },
    { .name = "--temporary", .arg = "DIR", .preset = "/tmp", .env = "TMPDIR",
      .help = "where drills have their folders", .kind = HY_OPTION_TEXT, FIELD(temporary) },
    { .name = "--github", .arg = "", .env = "GITHUB_ACTIONS",
      .help = "annotations for GitHub Actions", .kind = HY_OPTION_SWITCH, FIELD(is_github) },
    { .name = "--colour", .arg = "", .env = "GITLAB_CI",
      .help = "colours, also when stdout is no terminal", .kind = HY_OPTION_SWITCH,
      FIELD(is_coloured) },
};

#undef FIELD

const struct hy_command hy_run_command = {
    .name = "run",
    .arguments = "FILE...",
    .summary = "run drills: start hydrant, do what a file says, check what arrived",
    .help = "Runs drills, each with a hydrant of its own. A FILE that is a folder stands for all\n"
            "*.json in it. TAP goes to stdout, a summary to stderr. harness/README.md tells what\n"
            "a drill is. A drill that failed leaves its folder behind, and says where.\n",
    .notes = "exit status: 0 all passed, 1 a drill failed, 2 wrong usage or a mistake in a drill,\n"
             "3 hydrant did not start\n",
    .options = options,
    .option_count = sizeof options / sizeof options[0],
    .arguments_min = 1,
    .arguments_max = 100000,
    .run = run,
};

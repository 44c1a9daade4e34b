#include "store/database.h"

#include "base/log.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

enum { VERSION = 2, BUSY_TIMEOUT_MS = 5000, LOCK_PATH_MAX = 4096 };

/* Numbers that are ids or sequence numbers stay below 2^63, so SQLite's signed integers hold
 * and order them. */
static const char schema[] =
    "BEGIN;"
    "CREATE TABLE streams("
    "  id INTEGER PRIMARY KEY, name TEXT NOT NULL, description TEXT NOT NULL);"
    "CREATE TABLE numbers(" /* that are given once and never again */
    "  name TEXT PRIMARY KEY, next INTEGER NOT NULL) WITHOUT ROWID;"
    "INSERT INTO numbers VALUES('stream', 1);"
    "CREATE TABLE deliveries("
    "  id INTEGER PRIMARY KEY, stream_id INTEGER NOT NULL, lane INTEGER NOT NULL,"
    "  bucket TEXT NOT NULL, key TEXT NOT NULL, temporary TEXT NOT NULL,"
    "  content_type TEXT NOT NULL, content_encoding TEXT NOT NULL,"
    "  bytes INTEGER NOT NULL, records INTEGER NOT NULL, made_ms INTEGER NOT NULL,"
    "  last_seq INTEGER NOT NULL, seqs BLOB NOT NULL);"
    "CREATE INDEX deliveries_by_seq ON deliveries(stream_id, lane, last_seq);"
    "CREATE TABLE watermarks("
    "  stream_id INTEGER NOT NULL, lane INTEGER NOT NULL, seq INTEGER NOT NULL,"
    "  PRIMARY KEY(stream_id, lane)) WITHOUT ROWID;"
    "CREATE TABLE objects("
    "  bucket TEXT NOT NULL, key TEXT NOT NULL, content_type TEXT NOT NULL,"
    "  content_encoding TEXT NOT NULL, bytes INTEGER NOT NULL, made_ms INTEGER NOT NULL,"
    "  PRIMARY KEY(bucket, key)) WITHOUT ROWID;"
    "PRAGMA user_version = 1;"
    "COMMIT;";

/* What version 2 has more. */
static const char second_schema[] =
    "BEGIN;"
    "CREATE TABLE checkpoints("
    "  stream_id INTEGER NOT NULL, shard TEXT NOT NULL, position TEXT NOT NULL,"
    "  PRIMARY KEY(stream_id, shard)) WITHOUT ROWID;"
    "PRAGMA user_version = 2;"
    "COMMIT;";

static const char *const texts[HY_SQL_COUNT] = {
    [HY_SQL_BEGIN] = "BEGIN IMMEDIATE",
    [HY_SQL_COMMIT] = "COMMIT",
    [HY_SQL_ROLLBACK] = "ROLLBACK",
    [HY_SQL_SAVE] = "SAVEPOINT one",
    [HY_SQL_RELEASE] = "RELEASE one",
    [HY_SQL_UNDO] = "ROLLBACK TO one",
    [HY_SQL_PUT_STREAM] =
        "INSERT INTO streams(id, name, description) VALUES(?1, ?2, ?3)"
        " ON CONFLICT(id) DO UPDATE SET name = ?2, description = ?3",
    [HY_SQL_RAISE_STREAM_ID] =
        "UPDATE numbers SET next = max(next, ?1 + 1) WHERE name = 'stream'",
    [HY_SQL_TAKE_STREAM_ID] =
        "UPDATE numbers SET next = next + 1 WHERE name = 'stream' RETURNING next - 1",
    [HY_SQL_DELETE_STREAM] = "DELETE FROM streams WHERE id = ?1",
    [HY_SQL_DELETE_DELIVERIES] = "DELETE FROM deliveries WHERE stream_id = ?1",
    [HY_SQL_DELETE_WATERMARKS] = "DELETE FROM watermarks WHERE stream_id = ?1",
    [HY_SQL_DELETE_CHECKPOINTS] = "DELETE FROM checkpoints WHERE stream_id = ?1",
    [HY_SQL_PUT_CHECKPOINT] =
        "INSERT OR REPLACE INTO checkpoints(stream_id, shard, position) VALUES(?1, ?2, ?3)",
    [HY_SQL_LOAD_CHECKPOINTS] =
        "SELECT shard, position FROM checkpoints WHERE stream_id = ?1 ORDER BY shard",
    [HY_SQL_PUT_DELIVERY] =
        "INSERT INTO deliveries(stream_id, lane, bucket, key, temporary, content_type,"
        " content_encoding, bytes, records, made_ms, last_seq, seqs)"
        " VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)",
    [HY_SQL_PUT_OBJECT] =
        "INSERT OR REPLACE INTO objects(bucket, key, content_type, content_encoding, bytes,"
        " made_ms) VALUES(?1, ?2, ?3, ?4, ?5, ?6)",
    [HY_SQL_PRUNE] =
        "DELETE FROM deliveries WHERE stream_id = ?1 AND lane = ?2 AND last_seq <= ?3",
    [HY_SQL_PUT_WATERMARK] =
        "INSERT INTO watermarks(stream_id, lane, seq) VALUES(?1, ?2, ?3)"
        " ON CONFLICT(stream_id, lane) DO UPDATE SET seq = max(seq, ?3)",
    [HY_SQL_LOAD_STREAMS] = "SELECT id, name, description FROM streams ORDER BY id",
    [HY_SQL_LOAD_DELIVERIES] =
        "SELECT lane, bucket, key, temporary, content_type, content_encoding, bytes, records,"
        " made_ms, seqs FROM deliveries WHERE stream_id = ?1 ORDER BY id",
    [HY_SQL_LOAD_WATERMARKS] = "SELECT lane, seq FROM watermarks WHERE stream_id = ?1",
};

/* ---- opening ---- */

static enum hy_code fail(struct hy_database *database, const char *path, struct hy_err *err)
{
    return hy_fail(err, HY_IO, "cannot open the database %s: %s", path,
                   sqlite3_errmsg(database->handle));
}

/* SQLite's own locks come and go with transactions; two processes in one data folder would
 * take turns in the database and tread on each other in the journal. */
static enum hy_code lock(struct hy_database *database, const char *path, struct hy_err *err)
{
    char name[LOCK_PATH_MAX];
    const int length = snprintf(name, sizeof name, "%s.lock", path);
    if (length < 0 || (size_t)length >= sizeof name) {
        return hy_fail(err, HY_INVALID, "the database has too long a name: %s", path);
    }
    database->lock_fd = open(name, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
    if (database->lock_fd < 0) {
        return hy_fail(err, HY_IO, "cannot open %s: %s", name, strerror(errno));
    }
    if (flock(database->lock_fd, LOCK_EX | LOCK_NB) != 0) {
        return hy_fail(err, HY_BUSY, "%s is in use by another process", path);
    }
    return HY_OK;
}

static enum hy_code read_version(struct hy_database *database, int *version)
{
    sqlite3_stmt *statement = NULL;
    enum hy_code code = HY_IO;
    if (sqlite3_prepare_v2(database->handle, "PRAGMA user_version", -1, &statement, NULL) ==
            SQLITE_OK &&
        sqlite3_step(statement) == SQLITE_ROW) {
        *version = sqlite3_column_int(statement, 0);
        code = HY_OK;
    }
    (void)sqlite3_finalize(statement);
    return code;
}

static enum hy_code set_up(struct hy_database *database, const char *path, bool power,
                           struct hy_err *err)
{
    int version = 0;
    const char *modes = power ? "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL"
                              : "PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF";
    if (sqlite3_busy_timeout(database->handle, BUSY_TIMEOUT_MS) != SQLITE_OK ||
        read_version(database, &version) != HY_OK) {
        return fail(database, path, err);
    }
    if (version > VERSION) {
        return hy_fail(err, HY_INVALID,
                       "the database %s has version %d, made by a newer hydrant; this one knows"
                       " versions up to %d",
                       path, version, VERSION);
    }
    if (sqlite3_exec(database->handle, modes, NULL, NULL, NULL) != SQLITE_OK ||
        (version == 0 &&
         sqlite3_exec(database->handle, schema, NULL, NULL, NULL) != SQLITE_OK) ||
        (version < 2 &&
         sqlite3_exec(database->handle, second_schema, NULL, NULL, NULL) != SQLITE_OK)) {
        return fail(database, path, err);
    }
    return HY_OK;
}

static enum hy_code prepare_all(struct hy_database *database, const char *path,
                                struct hy_err *err)
{
    for (size_t i = 0; i < HY_SQL_COUNT; i++) {
        if (sqlite3_prepare_v3(database->handle, texts[i], -1, SQLITE_PREPARE_PERSISTENT,
                               &database->statements[i], NULL) != SQLITE_OK) {
            return fail(database, path, err);
        }
    }
    return HY_OK;
}

enum hy_code hy_database_open(struct hy_database *database, const char *path, bool power,
                              struct hy_err *err)
{
    *database = (struct hy_database){ .lock_fd = -1 };
    enum hy_code code = lock(database, path, err);
    if (code != HY_OK) {
        return code;
    }
    /* NOMUTEX: the ledger lets in one thread at a time. */
    const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX;
    if (sqlite3_open_v2(path, &database->handle, flags, NULL) != SQLITE_OK) {
        return fail(database, path, err);
    }
    code = set_up(database, path, power, err);
    return code == HY_OK ? prepare_all(database, path, err) : code;
}

void hy_database_close(struct hy_database *database)
{
    for (size_t i = 0; i < HY_SQL_COUNT; i++) {
        (void)sqlite3_finalize(database->statements[i]);
    }
    (void)sqlite3_close(database->handle);
    if (database->lock_fd >= 0) {
        (void)close(database->lock_fd);
    }
    *database = (struct hy_database){ .lock_fd = -1 };
}

/* ---- statements ---- */

sqlite3_stmt *hy_database_statement(struct hy_database *database, enum hy_statement which)
{
    return database->statements[which];
}

void hy_bind_u64(sqlite3_stmt *statement, int at, uint64_t number)
{
    assert(number <= INT64_MAX);
    (void)sqlite3_bind_int64(statement, at, (sqlite3_int64)number);
}

/* A view without a pointer is an empty text, not SQL's NULL. */
void hy_bind_text(sqlite3_stmt *statement, int at, hy_sv text)
{
    (void)sqlite3_bind_text64(statement, at, text.ptr == NULL ? "" : text.ptr, text.len,
                              SQLITE_STATIC, SQLITE_UTF8);
}

void hy_bind_blob(sqlite3_stmt *statement, int at, hy_sv bytes)
{
    (void)sqlite3_bind_blob64(statement, at, bytes.ptr == NULL ? "" : bytes.ptr, bytes.len,
                              SQLITE_STATIC);
}

enum hy_code hy_database_next_row(struct hy_database *database, enum hy_statement which)
{
    const int result = sqlite3_step(database->statements[which]);
    if (result == SQLITE_ROW) {
        return HY_OK;
    }
    if (result != SQLITE_DONE) {
        hy_log(HY_LOG_ERROR, "ledger", NULL, "SQLite: %s; in: %s",
               sqlite3_errmsg(database->handle), texts[which]);
    }
    hy_database_end_rows(database, which);
    return result == SQLITE_DONE ? HY_NOT_FOUND : HY_IO;
}

void hy_database_end_rows(struct hy_database *database, enum hy_statement which)
{
    (void)sqlite3_reset(database->statements[which]);
    (void)sqlite3_clear_bindings(database->statements[which]);
}

enum hy_code hy_database_run(struct hy_database *database, enum hy_statement which)
{
    const enum hy_code code = hy_database_next_row(database, which);
    assert(code != HY_OK); /* that statement returns rows */
    return code == HY_NOT_FOUND ? HY_OK : code;
}

hy_sv hy_column_sv(sqlite3_stmt *statement, int at)
{
    const char *ptr = sqlite3_column_blob(statement, at); /* text as well: as it was stored */
    return (hy_sv){ ptr, (size_t)sqlite3_column_bytes(statement, at) };
}

uint64_t hy_column_u64(sqlite3_stmt *statement, int at)
{
    return (uint64_t)sqlite3_column_int64(statement, at);
}

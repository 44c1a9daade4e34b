/* database.h - the SQLite file behind the ledger: its tables, its version, its statements.
 * Private to store/. One thread at a time.
 */
#ifndef HY_STORE_DATABASE_H
#define HY_STORE_DATABASE_H

#include "base/err.h"
#include "base/sv.h"

#include <sqlite3.h>

enum hy_statement {
    HY_SQL_BEGIN,
    HY_SQL_COMMIT,
    HY_SQL_ROLLBACK,
    HY_SQL_SAVE,    /* one of several changes in a transaction may fail alone */
    HY_SQL_RELEASE,
    HY_SQL_UNDO,
    HY_SQL_PUT_STREAM,
    HY_SQL_RAISE_STREAM_ID,
    HY_SQL_TAKE_STREAM_ID,
    HY_SQL_DELETE_STREAM,
    HY_SQL_DELETE_DELIVERIES,
    HY_SQL_DELETE_WATERMARKS,
    HY_SQL_DELETE_CHECKPOINTS,
    HY_SQL_PUT_CHECKPOINT,
    HY_SQL_PUT_DELIVERY,
    HY_SQL_PUT_OBJECT,
    HY_SQL_PRUNE,
    HY_SQL_PUT_WATERMARK,
    HY_SQL_LOAD_STREAMS,
    HY_SQL_LOAD_DELIVERIES,
    HY_SQL_LOAD_WATERMARKS,
    HY_SQL_LOAD_CHECKPOINTS,
    HY_SQL_COUNT
};

struct hy_database {
    sqlite3 *handle;
    sqlite3_stmt *statements[HY_SQL_COUNT];
    int lock_fd;
};

HY_MUST_CHECK
enum hy_code hy_database_open(struct hy_database *database, const char *path, bool power,
                              struct hy_err *err);
void hy_database_close(struct hy_database *database); /* fine after a failed open */

sqlite3_stmt *hy_database_statement(struct hy_database *database, enum hy_statement which);

/* Parameters from 1 on. A failure shows when the statement is run. */
void hy_bind_u64(sqlite3_stmt *statement, int at, uint64_t number);
void hy_bind_text(sqlite3_stmt *statement, int at, hy_sv text); /* lives until the run */
void hy_bind_blob(sqlite3_stmt *statement, int at, hy_sv bytes);

/* Runs a statement that returns no rows, and makes it ready for the next time. HY_IO is
 * logged with SQLite's words. */
HY_MUST_CHECK
enum hy_code hy_database_run(struct hy_database *database, enum hy_statement which);
/* HY_OK: there is a row. HY_NOT_FOUND: there is none (any more), and the statement is ready for
 * the next time. */
HY_MUST_CHECK
enum hy_code hy_database_next_row(struct hy_database *database, enum hy_statement which);
void hy_database_end_rows(struct hy_database *database, enum hy_statement which);

hy_sv hy_column_sv(sqlite3_stmt *statement, int at); /* lives until the next row */
uint64_t hy_column_u64(sqlite3_stmt *statement, int at);

#endif

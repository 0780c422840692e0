/* SPDX-License-Identifier: Apache-2.0 */
/* The store of one user: <folder>/history.db. Write-ahead log and synchronous=FULL: what a call
 * reported as kept is on the disk, and any number of processes may write in turns. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "core/error.h"
#include "core/folder.h"
#include "core/text.h"
#include "store/folder.h"
#include "store/store.h"

#define APPLICATION_ID 0x4d494556 /* "MIEV" */
#define BUSY_WAIT_MS   10000
#define FILE_NAME      "history.db"

/* Step i brings a database of user_version i to i + 1. A step that was released never changes. */
static const char *const migrations[] = {
    "CREATE TABLE studies ("
    " id INTEGER PRIMARY KEY AUTOINCREMENT,"
    " created_unix_s INTEGER NOT NULL,"
    " kept_unix_ms INTEGER NOT NULL,"
    " status TEXT NOT NULL CHECK (status IN ('running', 'finished', 'interrupted', 'failed')),"
    " identity TEXT UNIQUE CHECK (length(identity) = 64)," /* NULL while it runs */
    " name TEXT NOT NULL,"
    " models TEXT NOT NULL,"
    " input TEXT NOT NULL,"
    " schema TEXT NOT NULL,"
    " miev_version TEXT NOT NULL,"
    " imported INTEGER NOT NULL,"
    " bytes INTEGER NOT NULL,"
    " report TEXT NOT NULL"
    ") STRICT;"
    "PRAGMA application_id = 1296647510;",
    /* Another state, and what the server tells beside a report. A CHECK cannot be changed: a new
     * table takes the rows over, and the numbers that were given. */
    "CREATE TABLE studies_next ("
    " id INTEGER PRIMARY KEY AUTOINCREMENT,"
    " created_unix_s INTEGER NOT NULL,"
    " kept_unix_ms INTEGER NOT NULL,"
    " status TEXT NOT NULL CHECK "
    "(status IN ('running', 'queued', 'finished', 'interrupted', 'failed')),"
    " identity TEXT UNIQUE CHECK (length(identity) = 64),"
    " name TEXT NOT NULL,"
    " models TEXT NOT NULL,"
    " input TEXT NOT NULL,"
    " schema TEXT NOT NULL,"
    " miev_version TEXT NOT NULL,"
    " imported INTEGER NOT NULL,"
    " bytes INTEGER NOT NULL,"
    " report TEXT NOT NULL,"
    " input_sha256 TEXT NOT NULL DEFAULT '',"
    " note TEXT NOT NULL DEFAULT '',"
    " repeat_of INTEGER NOT NULL DEFAULT 0"
    ") STRICT;"
    "INSERT INTO sqlite_sequence (name, seq)"
    " SELECT 'studies_next', seq FROM sqlite_sequence WHERE name = 'studies';"
    "INSERT INTO studies_next (id, created_unix_s, kept_unix_ms, status, identity, name, models,"
    " input, schema, miev_version, imported, bytes, report)"
    " SELECT id, created_unix_s, kept_unix_ms, status, identity, name, models, input, schema,"
    " miev_version, imported, bytes, report FROM studies;"
    "DROP TABLE studies;"
    "ALTER TABLE studies_next RENAME TO studies;",
};
#define VERSION ((int)(sizeof(migrations) / sizeof(migrations[0])))

#define COLUMNS                                                                         \
    "id, created_unix_s, kept_unix_ms, status, identity, name, models, input, schema, " \
    "miev_version, imported, bytes, input_sha256, note, repeat_of"
#define REPORT_COLUMN 15

struct sqlite_store {
    sqlite3 *db;
    char folder[PATH_MAX];
    struct miev_store_owners owners;
    sqlite3_stmt *version; /* asked often: prepared once; NULL: not yet */
};

static int path_in(const char *folder, const char *name, char out[PATH_MAX], struct miev_error *err)
{
    int length = snprintf(out, PATH_MAX, "%s/%s", folder, name);
    if (length > 0 && length < PATH_MAX)
        return MIEV_OK;
    return miev_error_set(err, MIEV_ERR_LIMIT, "the path of the history's folder is too long");
}

/* What SQLite says, as a sentence with what to do. */
static int fail(const struct sqlite_store *store, struct miev_error *err)
{
    const char *folder = store->folder;
    int code = store->db ? sqlite3_errcode(store->db) : SQLITE_NOMEM;
    switch (code & 0xff) {
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
        return miev_error_set(err, MIEV_ERR_BROKEN,
                              "%s/" FILE_NAME " is damaged or no database (%s): 'miev history "
                              "set-aside' moves it aside and deletes nothing",
                              folder, sqlite3_errmsg(store->db));
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return miev_error_set(err, MIEV_ERR_TIMEOUT,
                              "another program has held %s/" FILE_NAME " for %d s: try again",
                              folder, BUSY_WAIT_MS / 1000);
    case SQLITE_FULL:
        return miev_error_set(err, MIEV_ERR_LIMIT, "no room on the disk for %s/" FILE_NAME, folder);
    case SQLITE_CANTOPEN:
    case SQLITE_READONLY:
    case SQLITE_PERM:
        return miev_error_set(err, MIEV_ERR_PERMISSION,
                              "%s/" FILE_NAME " cannot be written: MIEV_DATA names another folder",
                              folder);
    case SQLITE_NOMEM:
        return miev_error_set(err, MIEV_ERR_NOMEM, "no memory for the history");
    default:
        return miev_error_set(err, MIEV_ERR_BROKEN, "%s/" FILE_NAME ": %s (SQLite's code %d)",
                              folder, sqlite3_errmsg(store->db),
                              sqlite3_extended_errcode(store->db));
    }
}

static int execute(struct sqlite_store *store, const char *sql, struct miev_error *err)
{
    return sqlite3_exec(store->db, sql, NULL, NULL, NULL) == SQLITE_OK ? MIEV_OK : fail(store, err);
}

static int prepare(struct sqlite_store *store, const char *sql, sqlite3_stmt **out,
                   struct miev_error *err)
{
    return sqlite3_prepare_v2(store->db, sql, -1, out, NULL) == SQLITE_OK ? MIEV_OK
                                                                          : fail(store, err);
}

/* One whole number that a constant statement answers with. */
static int ask_number(struct sqlite_store *store, const char *sql, int64_t *out,
                      struct miev_error *err)
{
    sqlite3_stmt *statement = NULL;
    int rc = prepare(store, sql, &statement, err);
    if (rc != MIEV_OK)
        return rc;
    if (sqlite3_step(statement) == SQLITE_ROW)
        *out = sqlite3_column_int64(statement, 0);
    else
        rc = fail(store, err);
    (void)sqlite3_finalize(statement);
    return rc;
}

/* ---- opening -------------------------------------------------------------------------------- */

/* All three at one moment: another process may be making the tables. */
static int look(struct sqlite_store *store, int64_t *application, int64_t *version, int64_t *tables,
                struct miev_error *err)
{
    int rc = execute(store, "BEGIN", err);
    if (rc != MIEV_OK)
        return rc;
    rc = ask_number(store, "SELECT count(*) FROM sqlite_schema", tables, err);
    if (rc == MIEV_OK)
        rc = ask_number(store, "PRAGMA application_id", application, err);
    if (rc == MIEV_OK)
        rc = ask_number(store, "PRAGMA user_version", version, err);
    (void)sqlite3_exec(store->db, "ROLLBACK", NULL, NULL, NULL);
    return rc;
}

/* Ours, empty, or somebody else's: looked at before anything is changed. */
static int recognise(struct sqlite_store *store, bool create, struct miev_error *err)
{
    int64_t application = 0, version = 0, tables = 0;
    int rc = look(store, &application, &version, &tables, err);
    if (rc != MIEV_OK)
        return rc;
    if (application == 0 && version == 0 && tables == 0)
        return create ? MIEV_OK
                      : miev_error_set(err, MIEV_ERR_UNAVAILABLE, "no study is kept in %s yet",
                                       store->folder);
    if (application != APPLICATION_ID)
        return miev_error_set(err, MIEV_ERR_BROKEN,
                              "%s/" FILE_NAME " is another program's database: 'miev history "
                              "set-aside' moves it aside and deletes nothing",
                              store->folder);
    if (version > VERSION)
        return miev_error_set(err, MIEV_ERR_UNSUPPORTED,
                              "%s/" FILE_NAME " was written by a newer miev (form %lld, this one "
                              "knows %d): update miev, or set MIEV_DATA to another folder",
                              store->folder, (long long)version, VERSION);
    return MIEV_OK;
}

/* Two processes may come here at once: the second finds the work done. */
static int migrate(struct sqlite_store *store, struct miev_error *err)
{
    int64_t version = 0;
    int rc = ask_number(store, "PRAGMA user_version", &version, err);
    if (rc != MIEV_OK || version == VERSION)
        return rc;
    rc = execute(store, "BEGIN IMMEDIATE", err);
    if (rc != MIEV_OK)
        return rc;
    rc = ask_number(store, "PRAGMA user_version", &version, err);
    for (int64_t step = version; rc == MIEV_OK && step < VERSION; step++) {
        char number[64];
        (void)snprintf(number, sizeof(number), "PRAGMA user_version = %lld", (long long)step + 1);
        rc = execute(store, migrations[step], err);
        if (rc == MIEV_OK)
            rc = execute(store, number, err);
    }
    if (rc == MIEV_OK)
        rc = execute(store, "COMMIT", err);
    if (rc != MIEV_OK)
        (void)sqlite3_exec(store->db, "ROLLBACK", NULL, NULL, NULL);
    return rc;
}

/* The change to a write-ahead log asks for the file alone, and does not always wait for it. */
static int use_log(struct sqlite_store *store, struct miev_error *err)
{
    const struct timespec pause = {.tv_nsec = 10000000};
    for (int tries = 0;; tries++) {
        if (sqlite3_exec(store->db, "PRAGMA journal_mode = WAL", NULL, NULL, NULL) == SQLITE_OK)
            return MIEV_OK;
        if ((sqlite3_errcode(store->db) & 0xff) != SQLITE_BUSY || tries == BUSY_WAIT_MS / 10)
            return fail(store, err);
        (void)nanosleep(&pause, NULL);
    }
}

/* What cannot be written can still be read, if it has the present form. */
static int check_readable(struct sqlite_store *store, struct miev_error *err)
{
    int64_t version = 0;
    int rc = ask_number(store, "PRAGMA user_version", &version, err);
    if (rc != MIEV_OK || version == VERSION)
        return rc;
    return miev_error_set(err, MIEV_ERR_PERMISSION,
                          "%s/" FILE_NAME " was written by an older miev and may not be changed: "
                          "make it writable once, so that it can be brought up to date",
                          store->folder);
}

static int set_up(struct sqlite_store *store, bool create, struct miev_error *err)
{
    (void)sqlite3_busy_timeout(store->db, BUSY_WAIT_MS);
    (void)sqlite3_limit(store->db, SQLITE_LIMIT_LENGTH, (int)(2 * MIEV_STORE_REPORT_MAX_BYTES));
    (void)sqlite3_db_config(store->db, SQLITE_DBCONFIG_DEFENSIVE, 1, (int *)NULL);
    (void)sqlite3_db_config(store->db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, (int *)NULL);
    int rc = recognise(store, create, err);
    if (rc != MIEV_OK)
        return rc;
    if (sqlite3_db_readonly(store->db, "main") == 1)
        return check_readable(store, err);
    rc = use_log(store, err);
    if (rc == MIEV_OK)
        rc = execute(store,
                     "PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;"
                     "PRAGMA cell_size_check = ON; PRAGMA journal_size_limit = 4194304",
                     err);
    return rc == MIEV_OK ? migrate(store, err) : rc;
}

/* With the rights that SQLite then gives its other files too. */
static int make_file(const char *folder, const char *path, struct miev_error *err)
{
    int rc = miev_folder_make(folder, "MIEV_DATA", err);
    if (rc != MIEV_OK)
        return rc;
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0)
        return miev_error_errno(err, "cannot open the history %s", path);
    (void)close(fd);
    return MIEV_OK;
}

static void close_database(struct sqlite_store *store)
{
    (void)sqlite3_close_v2(store->db); /* the last one takes the log away */
    store->db = NULL;
}

static void sqlite_close(void *state)
{
    struct sqlite_store *store = state;
    int gate = miev_store_enter(store->folder);
    (void)sqlite3_finalize(store->version);
    close_database(store);
    miev_store_leave(gate);
    miev_store_owners_finish(&store->owners);
}

static int sqlite_open(void *state, const char *folder, bool create, struct miev_error *err)
{
    struct sqlite_store *store = state;
    char path[PATH_MAX];
    store->owners = (struct miev_store_owners)MIEV_STORE_OWNERS_INIT;
    int rc = path_in(folder, FILE_NAME, path, err);
    if (rc != MIEV_OK)
        return rc;
    (void)snprintf(store->folder, sizeof(store->folder), "%s", folder);
    if (create)
        rc = make_file(folder, path, err);
    else if (access(path, F_OK) != 0 && errno == ENOENT)
        rc = miev_error_set(err, MIEV_ERR_UNAVAILABLE, "no study is kept in %s yet", folder);
    if (rc != MIEV_OK)
        return rc;
    int gate = miev_store_enter(folder);
    rc = sqlite3_open_v2(path, &store->db, SQLITE_OPEN_READWRITE, NULL) == SQLITE_OK
             ? set_up(store, create, err)
             : fail(store, err);
    if (rc != MIEV_OK)
        close_database(store);
    miev_store_leave(gate);
    return rc;
}

/* ---- rows ----------------------------------------------------------------------------------- */

static int64_t now_unix_ms(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static int bind_text(sqlite3_stmt *statement, int at, const char *text)
{
    return sqlite3_bind_text(statement, at, text, -1, SQLITE_STATIC);
}

/* NULL for a study that has not ended, so that no two rows share an identity. */
static int bind_identity(sqlite3_stmt *statement, int at, const struct miev_store_row *row)
{
    return *row->identity ? bind_text(statement, at, row->identity)
                          : sqlite3_bind_null(statement, at);
}

/* Step to the end and finalize. */
static int finish(struct sqlite_store *store, sqlite3_stmt *statement, bool bound,
                  struct miev_error *err)
{
    int rc = MIEV_OK;
    if (!bound || sqlite3_step(statement) != SQLITE_DONE)
        rc =
            (sqlite3_extended_errcode(store->db) == SQLITE_CONSTRAINT_UNIQUE)
                ? miev_error_set(err, MIEV_ERR_INVALID, "the same report is in the history already")
                : fail(store, err);
    (void)sqlite3_finalize(statement);
    return rc;
}

static int insert_row(struct sqlite_store *store, struct miev_store_row *row, const char *report,
                      size_t length, struct miev_error *err)
{
    sqlite3_stmt *s = NULL;
    int rc = prepare(store,
                     "INSERT INTO studies (created_unix_s, kept_unix_ms, status, identity, name, "
                     "models, input, schema, miev_version, imported, bytes, report, input_sha256, "
                     "note, repeat_of) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                     &s, err);
    if (rc != MIEV_OK)
        return rc;
    int bad = sqlite3_bind_int64(s, 1, row->created_unix_s);
    bad |= sqlite3_bind_int64(s, 2, row->kept_unix_ms);
    bad |= bind_text(s, 3, miev_store_status_name(row->status));
    bad |= bind_identity(s, 4, row);
    bad |= bind_text(s, 5, row->name);
    bad |= bind_text(s, 6, row->models);
    bad |= bind_text(s, 7, row->input);
    bad |= bind_text(s, 8, row->schema);
    bad |= bind_text(s, 9, row->miev_version);
    bad |= sqlite3_bind_int(s, 10, row->imported);
    bad |= sqlite3_bind_int64(s, 11, (int64_t)length);
    bad |= sqlite3_bind_text64(s, 12, report ? report : "", length, SQLITE_STATIC, SQLITE_UTF8);
    bad |= bind_text(s, 13, row->input_sha256);
    bad |= bind_text(s, 14, row->note);
    bad |= sqlite3_bind_int64(s, 15, row->repeat_of);
    rc = finish(store, s, bad == SQLITE_OK, err);
    if (rc == MIEV_OK)
        row->id = sqlite3_last_insert_rowid(store->db);
    return rc;
}

/* It belongs to a process that is at work on it, or will be. */
static bool is_pending(enum miev_store_status status)
{
    return status == MIEV_STORE_RUNNING || status == MIEV_STORE_QUEUED;
}

/* The lock is held before anyone can see the row, so that a running row never looks cut off. */
static int sqlite_insert(void *state, struct miev_store_row *row, const char *report, size_t length,
                         struct miev_error *err)
{
    struct sqlite_store *store = state;
    int64_t old_id = row->id;
    row->kept_unix_ms = now_unix_ms();
    row->bytes = length;
    int rc = execute(store, "BEGIN IMMEDIATE", err);
    if (rc != MIEV_OK)
        return rc;
    rc = insert_row(store, row, report, length, err);
    bool owned = rc == MIEV_OK && is_pending(row->status);
    if (owned)
        rc = miev_store_own(&store->owners, store->folder, row->id, err);
    if (rc == MIEV_OK)
        rc = execute(store, "COMMIT", err);
    if (rc != MIEV_OK) {
        (void)sqlite3_exec(store->db, "ROLLBACK", NULL, NULL, NULL);
        if (owned)
            miev_store_disown(&store->owners, row->id);
        row->id = old_id;
    }
    return rc;
}

static int sqlite_update(void *state, const struct miev_store_row *row, const char *report,
                         size_t length, struct miev_error *err)
{
    struct sqlite_store *store = state;
    sqlite3_stmt *s = NULL;
    int rc = prepare(store,
                     "UPDATE studies SET kept_unix_ms = ?, status = ?, identity = ?, bytes = ?, "
                     "report = ?, note = ? WHERE id = ?",
                     &s, err);
    if (rc != MIEV_OK)
        return rc;
    int bad = sqlite3_bind_int64(s, 1, now_unix_ms());
    bad |= bind_text(s, 2, miev_store_status_name(row->status));
    bad |= bind_identity(s, 3, row);
    bad |= sqlite3_bind_int64(s, 4, (int64_t)length);
    bad |= sqlite3_bind_text64(s, 5, report ? report : "", length, SQLITE_STATIC, SQLITE_UTF8);
    bad |= bind_text(s, 6, row->note);
    bad |= sqlite3_bind_int64(s, 7, row->id);
    rc = finish(store, s, bad == SQLITE_OK, err);
    if (rc == MIEV_OK && sqlite3_changes(store->db) == 0)
        rc = miev_error_set(err, MIEV_ERR_UNAVAILABLE, "study #%lld is not in the history any more",
                            (long long)row->id);
    if (rc == MIEV_OK && !is_pending(row->status))
        miev_store_disown(&store->owners, row->id);
    return rc;
}

static void copy_text(sqlite3_stmt *statement, int column, char *out, size_t capacity)
{
    const unsigned char *text = sqlite3_column_text(statement, column);
    miev_text_show(out, capacity, text ? (const char *)text : "");
}

static enum miev_store_status status_of(struct sqlite_store *store, int64_t id, const char *word)
{
    for (int s = MIEV_STORE_FINISHED; s <= MIEV_STORE_FAILED; s++)
        if (strcmp(word, miev_store_status_name((enum miev_store_status)s)) == 0)
            return (enum miev_store_status)s;
    if (!miev_store_owned(&store->owners, store->folder, id))
        return MIEV_STORE_CUT_OFF;
    bool queued = strcmp(word, miev_store_status_name(MIEV_STORE_QUEUED)) == 0;
    return queued ? MIEV_STORE_QUEUED : MIEV_STORE_RUNNING;
}

static void read_row(struct sqlite_store *store, sqlite3_stmt *s, struct miev_store_row *row)
{
    char status[32];
    copy_text(s, 3, status, sizeof(status));
    *row = (struct miev_store_row){
        .id = sqlite3_column_int64(s, 0),
        .created_unix_s = sqlite3_column_int64(s, 1),
        .kept_unix_ms = sqlite3_column_int64(s, 2),
        .imported = sqlite3_column_int(s, 10) != 0,
        .bytes = (size_t)sqlite3_column_int64(s, 11),
    };
    row->status = status_of(store, row->id, status);
    copy_text(s, 4, row->identity, sizeof(row->identity));
    copy_text(s, 5, row->name, sizeof(row->name));
    copy_text(s, 6, row->models, sizeof(row->models));
    copy_text(s, 7, row->input, sizeof(row->input));
    copy_text(s, 8, row->schema, sizeof(row->schema));
    copy_text(s, 9, row->miev_version, sizeof(row->miev_version));
    copy_text(s, 12, row->input_sha256, sizeof(row->input_sha256));
    copy_text(s, 13, row->note, sizeof(row->note));
    row->repeat_of = sqlite3_column_int64(s, 14);
}

static int copy_report(struct sqlite_store *store, sqlite3_stmt *s, int64_t id, char **out,
                       struct miev_error *err)
{
    const unsigned char *text = sqlite3_column_text(s, REPORT_COLUMN);
    size_t length = (size_t)sqlite3_column_bytes(s, REPORT_COLUMN);
    if (!text || length > MIEV_STORE_REPORT_MAX_BYTES)
        return miev_error_set(err, MIEV_ERR_BROKEN,
                              "study #%lld of %s/" FILE_NAME " holds no report", (long long)id,
                              store->folder);
    char *copy = malloc(length + 1);
    if (!copy)
        return miev_error_set(err, MIEV_ERR_NOMEM, "no memory for study #%lld", (long long)id);
    memcpy(copy, text, length);
    copy[length] = '\0';
    *out = copy;
    return MIEV_OK;
}

/* A statement's only row, with its report where it is wanted. */
static int take_row(struct sqlite_store *store, sqlite3_stmt *s, const char *what,
                    struct miev_store_row *row, char **report, struct miev_error *err)
{
    int step = sqlite3_step(s), rc = MIEV_OK;
    struct miev_store_row found;
    if (step == SQLITE_DONE)
        rc = miev_error_set(err, MIEV_ERR_UNAVAILABLE,
                            "%s is not in the history: 'miev history' lists what is", what);
    else if (step != SQLITE_ROW)
        rc = fail(store, err);
    else {
        read_row(store, s, &found);
        rc = report ? copy_report(store, s, found.id, report, err) : MIEV_OK;
    }
    if (rc == MIEV_OK)
        *row = found;
    (void)sqlite3_finalize(s);
    return rc;
}

static int sqlite_find(void *state, int64_t id, struct miev_store_row *row, char **report,
                       struct miev_error *err)
{
    struct sqlite_store *store = state;
    sqlite3_stmt *s = NULL;
    char what[48] = "a last study";
    int rc = prepare(store,
                     id == MIEV_STORE_LAST ? "SELECT " COLUMNS
                                             ", report FROM studies ORDER BY id DESC LIMIT 1"
                                           : "SELECT " COLUMNS ", report FROM studies WHERE id = ?",
                     &s, err);
    if (rc != MIEV_OK)
        return rc;
    if (id != MIEV_STORE_LAST) {
        (void)sqlite3_bind_int64(s, 1, id);
        (void)snprintf(what, sizeof(what), "study #%lld", (long long)id);
    }
    return take_row(store, s, what, row, report, err);
}

static int sqlite_find_identity(void *state, const char *identity, struct miev_store_row *row,
                                struct miev_error *err)
{
    struct sqlite_store *store = state;
    sqlite3_stmt *s = NULL;
    int rc = prepare(store, "SELECT " COLUMNS " FROM studies WHERE identity = ?", &s, err);
    if (rc != MIEV_OK)
        return rc;
    (void)bind_text(s, 1, identity);
    return take_row(store, s, "that report", row, NULL, err);
}

static int sqlite_list(void *state, bool (*each)(void *context, const struct miev_store_row *row),
                       void *context, struct miev_error *err)
{
    struct sqlite_store *store = state;
    sqlite3_stmt *s = NULL;
    int rc = prepare(store, "SELECT " COLUMNS " FROM studies ORDER BY id DESC", &s, err);
    if (rc != MIEV_OK)
        return rc;
    int step;
    bool more = true;
    while (more && (step = sqlite3_step(s)) == SQLITE_ROW) {
        struct miev_store_row row;
        read_row(store, s, &row);
        more = each(context, &row);
    }
    if (more && step != SQLITE_DONE)
        rc = fail(store, err);
    (void)sqlite3_finalize(s);
    return rc;
}

static int remove_one(struct sqlite_store *store, int64_t id, struct miev_error *err)
{
    struct miev_store_row row;
    sqlite3_stmt *s = NULL;
    int rc = sqlite_find(store, id, &row, NULL, err);
    if (rc == MIEV_OK && is_pending(row.status))
        rc =
            miev_error_set(err, MIEV_ERR_INVALID, "study #%lld is %s: stop it before it is deleted",
                           (long long)id, miev_store_status_name(row.status));
    if (rc == MIEV_OK)
        rc = prepare(store, "DELETE FROM studies WHERE id = ?", &s, err);
    if (rc != MIEV_OK)
        return rc;
    return finish(store, s, sqlite3_bind_int64(s, 1, id) == SQLITE_OK, err);
}

static int sqlite_remove(void *state, const int64_t *ids, size_t n, struct miev_error *err)
{
    struct sqlite_store *store = state;
    int rc = execute(store, "BEGIN IMMEDIATE", err);
    if (rc != MIEV_OK)
        return rc;
    for (size_t i = 0; rc == MIEV_OK && i < n; i++)
        rc = remove_one(store, ids[i], err);
    if (rc == MIEV_OK)
        rc = execute(store, "COMMIT", err);
    if (rc != MIEV_OK)
        (void)sqlite3_exec(store->db, "ROLLBACK", NULL, NULL, NULL);
    return rc;
}

static int sqlite_rename(void *state, int64_t id, const char *name, struct miev_error *err)
{
    struct sqlite_store *store = state;
    struct miev_store_row row;
    sqlite3_stmt *s = NULL;
    int rc = sqlite_find(store, id, &row, NULL, err);
    if (rc == MIEV_OK)
        rc = prepare(store, "UPDATE studies SET name = ? WHERE id = ?", &s, err);
    if (rc != MIEV_OK)
        return rc;
    miev_text_show(row.name, sizeof(row.name), name);
    int bad = bind_text(s, 1, row.name) | sqlite3_bind_int64(s, 2, id);
    return finish(store, s, bad == SQLITE_OK, err);
}

static int sqlite_mentions(void *state, const char *words, bool *out, struct miev_error *err)
{
    struct sqlite_store *store = state;
    sqlite3_stmt *s = NULL;
    int rc =
        prepare(store, "SELECT EXISTS (SELECT 1 FROM studies WHERE instr(report, ?) > 0)", &s, err);
    if (rc != MIEV_OK)
        return rc;
    if (bind_text(s, 1, words) == SQLITE_OK && sqlite3_step(s) == SQLITE_ROW)
        *out = sqlite3_column_int(s, 0) != 0;
    else
        rc = fail(store, err);
    (void)sqlite3_finalize(s);
    return rc;
}

/* data_version tells what other connections did, and counts up by one at least; this one's own
 * changes stand beside it. */
static int sqlite_changes(void *state, uint64_t *out, struct miev_error *err)
{
    struct sqlite_store *store = state;
    int rc = store->version ? MIEV_OK : prepare(store, "PRAGMA data_version", &store->version, err);
    if (rc != MIEV_OK)
        return rc;
    if (sqlite3_step(store->version) == SQLITE_ROW)
        *out = ((uint64_t)sqlite3_column_int64(store->version, 0) << 32) +
               (uint64_t)sqlite3_total_changes(store->db);
    else
        rc = fail(store, err);
    (void)sqlite3_reset(store->version);
    return rc;
}

/* ---- setting aside -------------------------------------------------------------------------- */

/* The log belongs to the database: both go under one name. */
static int move_with_log(const char *from, const char *to, struct miev_error *err)
{
    static const char *const ends[] = {"", "-wal", "-shm", "-journal"};
    for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
        char old_path[PATH_MAX + 16], new_path[PATH_MAX + 16];
        (void)snprintf(old_path, sizeof(old_path), "%s%s", from, ends[i]);
        (void)snprintf(new_path, sizeof(new_path), "%s%s", to, ends[i]);
        if (renameat2(AT_FDCWD, old_path, AT_FDCWD, new_path, RENAME_NOREPLACE) != 0 &&
            (errno != ENOENT || i == 0))
            return miev_error_errno(err, "cannot move %s to %s", old_path, new_path);
    }
    return MIEV_OK;
}

static int sqlite_set_aside(const char *folder, char *to, struct miev_error *err)
{
    char from[PATH_MAX], name[64], when[32];
    struct tm parts;
    time_t now = time(NULL);
    (void)gmtime_r(&now, &parts);
    (void)strftime(when, sizeof(when), "%Y%m%dT%H%M%SZ", &parts);
    (void)snprintf(name, sizeof(name), "history-aside-%s.db", when);
    int rc = path_in(folder, FILE_NAME, from, err);
    if (rc == MIEV_OK)
        rc = path_in(folder, name, to, err);
    return rc == MIEV_OK ? move_with_log(from, to, err) : rc;
}

const struct miev_store_ops miev_store_sqlite = {
    .name = "sqlite",
    .state_size = sizeof(struct sqlite_store),
    .open = sqlite_open,
    .insert = sqlite_insert,
    .update = sqlite_update,
    .find = sqlite_find,
    .find_identity = sqlite_find_identity,
    .list = sqlite_list,
    .remove = sqlite_remove,
    .rename = sqlite_rename,
    .mentions = sqlite_mentions,
    .changes = sqlite_changes,
    .set_aside = sqlite_set_aside,
    .close = sqlite_close,
};

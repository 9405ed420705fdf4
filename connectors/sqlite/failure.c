#include "sqlite/failure.h"

/* words: instead of SQLite's own, with the file before them; NULL: SQLite's own are the best. */
static const struct {
    int rc;
    enum aorta_error_code code;
    const char *words;
} meanings[] = {
    {SQLITE_BUSY, AORTA_TRANSIENT, "database is locked by another process"},
    {SQLITE_LOCKED, AORTA_TRANSIENT, "database is locked by another statement"},
    {SQLITE_FULL, AORTA_TRANSIENT, "disk is full"},
    {SQLITE_IOERR, AORTA_TRANSIENT, NULL},
    {SQLITE_PROTOCOL, AORTA_TRANSIENT, NULL},
    {SQLITE_SCHEMA, AORTA_TRANSIENT, NULL},
    {SQLITE_NOMEM, AORTA_TRANSIENT, NULL},
    {SQLITE_CONSTRAINT, AORTA_DATA, NULL},
    {SQLITE_MISMATCH, AORTA_DATA, NULL},
    {SQLITE_TOOBIG, AORTA_DATA, NULL},
    {SQLITE_INTERRUPT, AORTA_CANCELED, "canceled"},
    {SQLITE_CORRUPT, AORTA_BROKEN, "database is damaged"},
    {SQLITE_NOTADB, AORTA_BROKEN, "file is not a SQLite database"},
    {SQLITE_INTERNAL, AORTA_BROKEN, NULL},
    {SQLITE_MISUSE, AORTA_BROKEN, NULL},
    {SQLITE_CANTOPEN, AORTA_CONFIG, "cannot open the file"},
    {SQLITE_READONLY, AORTA_CONFIG, "database is read-only"},
    {SQLITE_PERM, AORTA_CONFIG, "no permission"},
};

void failure_fold(struct aorta_error *error)
{
    for (char *p = error->message; *p != '\0'; p++)
        if ((unsigned char)*p < ' ')
            *p = ' ';
}

int failure_set(sqlite3 *db, const char *file, int rc, struct aorta_error *error)
{
    const char *said = db != NULL ? sqlite3_errmsg(db) : sqlite3_errstr(rc);
    enum aorta_error_code code = AORTA_CONFIG;
    const char *words = NULL;

    for (size_t i = 0; i < sizeof meanings / sizeof meanings[0]; i++)
        if (meanings[i].rc == (rc & 0xff)) {
            code = meanings[i].code;
            words = meanings[i].words;
        }
    if (words == NULL)
        aorta_fail(error, code, "%s", said);
    else
        aorta_fail(error, code, "\"%s\": %s", file, words);
    failure_fold(error);
    return -1;
}

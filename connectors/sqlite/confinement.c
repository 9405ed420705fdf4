#include "sqlite/confinement.h"

#include "sqlite/session.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

/* Functions that open files or load code, where somebody has built them in. */
static const char *const refused_functions[] = {"load_extension", "readfile",       "writefile",
                                                "edit",           "fts3_tokenizer", NULL};

/* Pragmas that only describe, whatever they are given. */
static const char *const reading_pragmas[] = {
    "table_info",  "table_xinfo",      "table_list",    "index_list",     "index_info",
    "index_xinfo", "foreign_key_list", "function_list", "collation_list", NULL};

/* How a refusal is called; what is not here would change something. Of functions SQLite itself
 * speaks. */
static const struct {
    int action;
    const char *word;
} words[] = {
    {SQLITE_PRAGMA, "PRAGMA"},         {SQLITE_ATTACH, "ATTACH"},
    {SQLITE_DETACH, "DETACH"},         {SQLITE_TRANSACTION, "a transaction"},
    {SQLITE_SAVEPOINT, "a savepoint"},
};

static bool is_one_of(const char *name, const char *const *names)
{
    for (; name != NULL && *names != NULL; names++)
        if (strcasecmp(*names, name) == 0)
            return true;
    return false;
}

static bool is_allowed(int action, const char *first, const char *second)
{
    switch (action) {
    case SQLITE_SELECT:
    case SQLITE_READ:
    case SQLITE_RECURSIVE: return true;
    case SQLITE_FUNCTION: return !is_one_of(second, refused_functions);
    case SQLITE_PRAGMA: return is_one_of(first, reading_pragmas);
    /* How a table function declares its columns. A statement that does so by itself is no reader. */
    case SQLITE_UPDATE: return strcmp(first, "sqlite_master") == 0;
    default: return false;
    }
}

static int authorize(void *arg, int action, const char *first, const char *second,
                     const char *database, const char *inner)
{
    struct session *session = arg;

    (void)database;
    (void)inner;
    if (session->is_own || is_allowed(action, first, second))
        return SQLITE_OK;
    session->refused_action = action;
    snprintf(session->refused_name, sizeof session->refused_name, "%s",
             action == SQLITE_PRAGMA ? first : "");
    return SQLITE_DENY;
}

int confinement_check(sqlite3_stmt *statement, struct aorta_error *error)
{
    if (sqlite3_stmt_readonly(statement) && sqlite3_column_count(statement) > 0)
        return 0;
    return aorta_fail(error, AORTA_CONFIG,
                      "a query only reads what is in the database: a statement without rows is "
                      "refused");
}

int confinement_fail(const struct session *session, struct aorta_error *error)
{
    const char *word = "a change";

    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (words[i].action == session->refused_action)
            word = words[i].word;
    return aorta_fail(error, AORTA_CONFIG,
                      "a query only reads what is in the database: %s%s%s is refused", word,
                      session->refused_name[0] != '\0' ? " " : "", session->refused_name);
}

int confinement_begin(void *opaque, struct aorta_error *error)
{
    struct session *session = opaque;

    if (session_run(session, "PRAGMA query_only = ON", error) < 0)
        return -1;
    sqlite3_db_config(session->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
    sqlite3_limit(session->db, SQLITE_LIMIT_ATTACHED, 0);
    sqlite3_set_authorizer(session->db, authorize, session);
    session->is_confined = true;
    return 0;
}

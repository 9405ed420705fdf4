#include "sqlite/position.h"

#include "base/json.h"

#include <string.h>

/* No row, or an error, if the text is something else. */
static const char read_sql[] = "SELECT ?1 ->> '$.capture', ?1 ->> '$.lsn' "
                               "WHERE json_type(?1, '$.capture') = 'text' "
                               "AND json_type(?1, '$.lsn') = 'integer'";

int position_read(struct session *session, const char *json, struct position *position,
                  struct aorta_error *error)
{
    struct position found = {.lsn = 0};
    struct aorta_error malformed;
    sqlite3_stmt *statement;
    bool is_one = false;

    if (session_prepare(session, read_sql, &statement, error) < 0)
        return -1;
    sqlite3_bind_text(statement, 1, json, -1, SQLITE_STATIC);
    if (session_step(session, statement, &malformed) == 1) {
        const char *capture = (const char *)sqlite3_column_text(statement, 0);
        is_one = strlen(capture) < sizeof found.capture;
        if (is_one)
            memcpy(found.capture, capture, strlen(capture) + 1);
        found.lsn = sqlite3_column_int64(statement, 1);
    }
    sqlite3_finalize(statement);
    if (!is_one)
        return aorta_fail(error, AORTA_BROKEN, "checkpoint '%.100s' is not one of change capture",
                          json);
    *position = found;
    return 0;
}

bool position_is_of_changes(struct session *session, const char *json)
{
    struct position position;
    struct aorta_error error;

    return position_read(session, json, &position, &error) == 0;
}

void position_write(const struct position *position, struct buf *out)
{
    struct json_writer json;

    buf_reset(out);
    json_writer_init(&json, out);
    json_write_object(&json);
    json_write_key(&json, "capture");
    json_write_str(&json, position->capture);
    json_write_key(&json, "lsn");
    json_write_int(&json, position->lsn);
    json_write_end(&json);
}

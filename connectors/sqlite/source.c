#include "sqlite/source.h"

#include "sqlite/capture.h"
#include "sqlite/reader.h"
#include "sqlite/table.h"

#include <string.h>

/* Ours and the engine's: change capture, state, hidden relations. */
#define RESERVED_PREFIX "_aorta_"

struct discovery {
    struct session *session;
    int (*each)(void *arg, const struct aorta_stream *stream);
    void *arg;
    struct aorta_error *error;
    bool has_failed;
};

static int discover_one(void *arg, const char *name, const char *kind)
{
    struct discovery *discovery = arg;
    struct aorta_stream stream;
    struct arena arena;
    struct table table;
    int stop = 0;

    if (strcmp(kind, "table") != 0 ||
        strncmp(name, RESERVED_PREFIX, sizeof RESERVED_PREFIX - 1) == 0)
        return 0;
    arena_init(&arena);
    int there = table_find(discovery->session, name, &arena, &table, discovery->error);
    if (there == 1) {
        table_stream(&table, &arena, &stream);
        stop = discovery->each(discovery->arg, &stream);
    }
    arena_release(&arena);
    discovery->has_failed = there < 0;
    return there < 0 ? 1 : stop;
}

static int discover(void *connection, int (*each)(void *arg, const struct aorta_stream *stream),
                    void *arg, struct aorta_error *error)
{
    struct discovery discovery = {.each = each, .arg = arg, .error = error};

    if (session_new(connection, &discovery.session, error) < 0)
        return -1;
    int rc = table_list(discovery.session, discover_one, &discovery, error);
    session_free(discovery.session);
    return rc < 0 || discovery.has_failed ? -1 : 0;
}

/* Positions of the other modes hold nothing back in the source. */
static int acknowledge(void *connection, const char *stream, const char *text,
                       struct aorta_error *error)
{
    struct position position;
    struct session *session;
    struct arena arena;
    struct table table = {.name = stream};
    int rc = 0;

    if (session_new(connection, &session, error) < 0)
        return -1;
    arena_init(&arena);
    if (!position_is_of_changes(session, text))
        goto out;
    rc = position_read(session, text, &position, error);
    if (rc == 0)
        rc = table_find(session, stream, &arena, &table, error);
    if (rc >= 0)
        rc = capture_prune(session, table.name, &position, error);
out:
    arena_release(&arena);
    session_free(session);
    return rc;
}

const struct aorta_source sqlite_source = {
    .discover = discover,
    .read_open = reader_open,
    .schema = reader_schema,
    .next = reader_next,
    .position = reader_position,
    .cancel = reader_cancel,
    .read_close = reader_close,
    .ack = acknowledge,
};

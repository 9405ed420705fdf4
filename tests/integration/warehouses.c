#include "warehouses.h"

#include "base/alloc.h"
#include "base/units.h"
#include "model/cell.h"
#include "postgres.h"
#include "postgres_warehouse.h"
#include "test.h"

#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>

const char *const warehouse_names[] = {"duckdb", "sqlite", "postgres", NULL};

/* Long enough for a commit, short enough to wait for in vain. */
enum { BUSY_TIMEOUT_MS = 500 };

static void write_log(enum aorta_log_level level, const char *message)
{
    if (level >= AORTA_LOG_WARN)
        fprintf(stderr, "connector: %s\n", message);
}

static const struct aorta_host host = {
    .abi = AORTA_ABI, .size = sizeof(struct aorta_host), .log = write_log};

static const struct aorta_connector *load_connector(const char *name)
{
    const struct aorta_connector *(*entry)(void);
    char path[512];

    snprintf(path, sizeof path, "%s/%s.so", AORTA_TEST_CONNECTORS, name);
    void *module = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    if (module == NULL)
        test_fail(__FILE__, __LINE__, "%s", dlerror());
    *(void **)&entry = dlsym(module, "aorta_connector");
    if (entry == NULL)
        test_fail(__FILE__, __LINE__, "%s", dlerror());
    return entry();
}

static struct aorta_option_value default_value(const struct aorta_option *option)
{
    struct aorta_option_value value = {.is_set = true, .text = option->default_text};

    if (option->type == AORTA_OPTION_SIZE)
        check(units_parse_size_bytes(value.text, &value.integer));
    else if (strcmp(option->name, "busy_timeout") == 0)
        value.integer = BUSY_TIMEOUT_MS;
    else if (option->type == AORTA_OPTION_DURATION)
        check(units_parse_duration_ms(value.text, &value.integer));
    else if (option->type == AORTA_OPTION_BOOL)
        value.integer = strcmp(value.text, "true") == 0;
    else
        value.integer = strtoll(value.text, NULL, 10);
    return value;
}

int64_t warehouse_memory_bytes;

/* A connection to the file in the test's folder; the other options have their defaults. */
static int open_file(const struct aorta_connector *connector, const char *name, void **connection,
                     struct aorta_error *error)
{
    struct aorta_option_value values[32] = {0};
    char path[512];

    snprintf(path, sizeof path, "%s/%s.db", test_folder(), name);
    for (int i = 0; connector->options[i].name != NULL; i++) {
        const struct aorta_option *option = &connector->options[i];
        if (strcmp(option->name, "path") == 0)
            values[i] = (struct aorta_option_value){.is_set = true, .text = path};
        else if (strcmp(option->name, "memory_limit") == 0 && warehouse_memory_bytes > 0)
            values[i] =
                (struct aorta_option_value){.is_set = true, .integer = warehouse_memory_bytes};
        else if (option->default_text != NULL)
            values[i] = default_value(option);
    }
    return connector->open(&host, values, connection, error);
}

bool warehouse_can_open(const char *name, struct aorta_error *error)
{
    const struct aorta_connector *connector = load_connector(name);
    void *connection;

    if (open_file(connector, name, &connection, error) < 0)
        return false;
    connector->close(connection);
    return true;
}

struct warehouse_under_test warehouse_open(const char *name)
{
    struct warehouse_under_test opened = {.name = name};
    struct aorta_error err;

    if (strcmp(name, "postgres") == 0) {
        opened.warehouse = &postgres_warehouse;
        opened.connection = alloc_strdup(postgres_database());
        opened.close = free;
        return opened;
    }
    const struct aorta_connector *connector = load_connector(name);
    opened.warehouse = connector->warehouse;
    check_ok(open_file(connector, name, &opened.connection, &err));
    opened.close = connector->close;
    return opened;
}

void warehouse_close(struct warehouse_under_test *warehouse)
{
    warehouse->close(warehouse->connection);
    warehouse->connection = NULL;
}

struct session warehouse_session(const struct warehouse_under_test *warehouse)
{
    struct session session;
    struct err err;

    check_ok(session_open(&session, warehouse->warehouse, warehouse->connection, warehouse->name,
                          NULL, &err));
    return session;
}

void run_sql(struct session *session, const char *statements)
{
    char *text = alloc_strdup(statements), *rest = text;
    struct err err;

    while (rest != NULL) {
        char *statement = rest;
        rest = strstr(rest, ";\n");
        if (rest != NULL) {
            *rest = '\0';
            rest += 2;
        }
        if (session_exec(session, statement, &err) < 0)
            test_fail(__FILE__, __LINE__, "%s: %s", statement, err.message);
    }
    free(text);
}

static int add_row(void *arg, const struct aorta_batch *batch, int64_t row, struct err *err)
{
    struct buf *out = arg;

    (void)err;
    for (int32_t i = 0; i < batch->column_count; i++) {
        if (i > 0)
            buf_append_char(out, '|');
        if (!cell_text(batch, row, i, out))
            buf_append_char(out, '-');
    }
    buf_append_char(out, '\n');
    return 0;
}

const char *rows_or_error(struct session *session, const char *sql)
{
    static char *last;
    struct buf out;
    struct err err;

    buf_init(&out);
    if (session_query(session, sql, NULL, 0, add_row, &out, &err) < 0) {
        buf_reset(&out);
        buf_printf(&out, "error: %s", err.message);
    }
    free(last);
    last = alloc_strdup(out.data);
    buf_release(&out);
    return last;
}

const char *rows_of(struct session *session, const char *sql)
{
    const char *rows = rows_or_error(session, sql);

    if (strncmp(rows, "error: ", 7) == 0)
        test_fail(__FILE__, __LINE__, "%s: %s", sql, rows);
    return rows;
}

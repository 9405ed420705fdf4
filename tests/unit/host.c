#include "host.h"

#include "data_show.h"
#include "test.h"

#include "base/units.h"
#include "data/literal.h"

#include <dlfcn.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ------------------------------------------------------------------------- module and options */

static void write_log(enum aorta_log_level level, const char *message)
{
    if (level >= AORTA_LOG_WARN)
        fprintf(stderr, "log: %s\n", message);
}

const struct aorta_host host = {AORTA_ABI, sizeof(struct aorta_host), write_log};

const struct aorta_connector *host_connector(const char *name)
{
    const struct aorta_connector *(*entry)(void) = NULL;
    char path[4096];

    snprintf(path, sizeof path, "%s/%s.so", CONNECTORS_FOLDER, name);
    void *module = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    if (module == NULL)
        test_fail(__FILE__, __LINE__, "%s", dlerror());
    void *symbol = dlsym(module, "aorta_connector");
    if (symbol == NULL)
        test_fail(__FILE__, __LINE__, "%s", dlerror());
    *(void **)&entry = symbol;
    const struct aorta_connector *connector = entry();
    check_int(connector->abi, AORTA_ABI);
    check_int(connector->size, sizeof *connector);
    check_str(connector->name, name);
    return connector;
}

static void set_option(struct aorta_option_value *value, enum aorta_option_type type,
                       const char *text)
{
    value->is_set = true;
    value->text = text;
    switch (type) {
    case AORTA_OPTION_TEXT:
    case AORTA_OPTION_PATH:
    case AORTA_OPTION_PATHS: break;
    case AORTA_OPTION_INTEGER:
    case AORTA_OPTION_TIME: value->integer = strtoll(text, NULL, 10); break;
    case AORTA_OPTION_NUMBER: value->number = strtod(text, NULL); break;
    case AORTA_OPTION_BOOL: value->integer = strcmp(text, "true") == 0; break;
    case AORTA_OPTION_DURATION: check(units_parse_duration_ms(text, &value->integer)); break;
    case AORTA_OPTION_SIZE: check(units_parse_size_bytes(text, &value->integer)); break;
    }
}

static size_t find_option(const struct aorta_option *declared, const char *name)
{
    for (size_t i = 0; declared[i].name != NULL; i++)
        if (strcmp(declared[i].name, name) == 0)
            return i;
    test_fail(__FILE__, __LINE__, "no option %s", name);
}

void host_options(struct aorta_option_value values[HOST_OPTIONS],
                  const struct aorta_option *declared, ...)
{
    va_list settings;
    const char *name;

    memset(values, 0, HOST_OPTIONS * sizeof *values);
    for (size_t i = 0; declared[i].name != NULL; i++) {
        check(i < HOST_OPTIONS);
        if (declared[i].default_text != NULL)
            set_option(&values[i], declared[i].type, declared[i].default_text);
    }
    va_start(settings, declared);
    /* The analyzer of clang 14 does not see va_start. */
    while ((name = va_arg(settings, const char *)) != NULL) { /* NOLINT(clang-analyzer-valist*) */
        size_t i = find_option(declared, name);
        set_option(&values[i], declared[i].type, va_arg(settings, const char *));
    }
    va_end(settings);
}

/* ------------------------------------------------------------------------------------ warehouse */

int64_t host_exec(const struct aorta_warehouse *warehouse, void *session, const char *sql)
{
    struct aorta_error err;
    int64_t affected = -1;

    if (warehouse->exec(session, sql, NULL, 0, &affected, &err) < 0)
        test_fail(__FILE__, __LINE__, "%s: %s", sql, err.message);
    return affected;
}

const char *host_rows(const struct aorta_warehouse *warehouse, void *session, const char *sql)
{
    static struct buf rows;
    struct aorta_batch batch;
    struct aorta_error err;
    void *cursor;
    int more;

    buf_release(&rows); /* of the last call */
    buf_init(&rows);
    if (warehouse->query(session, sql, NULL, 0, &cursor, &err) < 0)
        test_fail(__FILE__, __LINE__, "%s: %s", sql, err.message);
    while ((more = warehouse->next(cursor, &batch, &err)) > 0)
        show_batch(&rows, &batch);
    if (more < 0)
        test_fail(__FILE__, __LINE__, "%s: %s", sql, err.message);
    warehouse->cursor_close(cursor);
    return rows.data;
}

void host_add_row(struct batch *batch, const char *row)
{
    for (int32_t i = 0; i < batch->column_count; i++) {
        size_t size = strcspn(row, "|");
        if (size == 4 && memcmp(row, "null", 4) == 0) {
            column_append_null(&batch->columns[i]);
        } else {
            const char *problem = literal_append(&batch->columns[i], row, size);
            if (problem != NULL)
                test_fail(__FILE__, __LINE__, "%.*s: %s", (int)size, row, problem);
        }
        row += size + (row[size] == '|');
    }
    batch_end_row(batch);
}

void host_load(const struct aorta_warehouse *warehouse, void *session, const char *schema,
               const char *table, struct batch *batch)
{
    struct aorta_batch view = batch_view(batch);
    struct aorta_error err;
    int64_t rows = -1;
    void *load;

    check_ok(
        warehouse->load_begin(session, schema, table, view.fields, view.column_count, &load, &err));
    check_ok(warehouse->load_batch(load, &view, &err));
    check_ok(warehouse->load_end(load, &rows, &err));
    check_int(rows, batch->row_count);
}

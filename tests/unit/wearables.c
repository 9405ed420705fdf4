#include "wearables.h"
#include "test.h"

#include "base/alloc.h"

#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>

static const struct aorta_connector *loaded;

static void host_log(enum aorta_log_level level, const char *message)
{
    (void)level;
    (void)message;
}

static const struct aorta_host host = {AORTA_ABI, sizeof(struct aorta_host), host_log};

const struct aorta_connector *wearables_load(void)
{
    const struct aorta_connector *(*entry)(void) = NULL;

    if (loaded != NULL)
        return loaded;
    void *module = dlopen(CONNECTORS_FOLDER "/wearables.so", RTLD_NOW | RTLD_LOCAL);
    if (module == NULL)
        test_fail(__FILE__, __LINE__, "%s", dlerror());
    *(void **)&entry = dlsym(module, "aorta_connector");
    loaded = entry != NULL ? entry() : NULL;
    check(loaded != NULL);
    return loaded;
}

/* The default, as the engine would read it; -1 for an option that there is not. */
static void set_default(const struct aorta_option *option, struct aorta_option_value *value)
{
    *value = (struct aorta_option_value){.is_set = option->default_text != NULL};
    if (!value->is_set)
        return;
    value->text = option->default_text;
    value->number = strtod(option->default_text, NULL);
    value->integer = option->type == AORTA_OPTION_TIME   ? WEARABLES_START_US
                     : option->type == AORTA_OPTION_BOOL ? strcmp(option->default_text, "true") == 0
                                                         : strtoll(option->default_text, NULL, 10);
}

static struct aorta_option_value *find_value(struct aorta_option_value *values, const char *name)
{
    for (int i = 0; loaded->options[i].name != NULL; i++)
        if (strcmp(loaded->options[i].name, name) == 0)
            return &values[i];
    test_fail(__FILE__, __LINE__, "no option %s", name);
}

static void set_integer(struct aorta_option_value *values, const char *name, int64_t integer)
{
    find_value(values, name)->integer = integer;
    find_value(values, name)->is_set = true;
}

void *wearables_open(const struct wearables_options *options)
{
    const struct aorta_connector *connector = wearables_load();
    struct aorta_option_value values[WEARABLES_OPTIONS_MAX];
    struct aorta_error err;
    void *connection;

    for (int i = 0; connector->options[i].name != NULL; i++)
        set_default(&connector->options[i], &values[i]);
    set_integer(values, "as_of", options->as_of_us);
    if (options->users != 0)
        set_integer(values, "users", options->users);
    if (options->seed != 0)
        set_integer(values, "seed", options->seed);
    if (options->edits != 0)
        set_integer(values, "edits", options->edits < 0 ? 0 : options->edits);
    if (options->sessions_per_day > 0)
        find_value(values, "sessions_per_day")->number = options->sessions_per_day;
    if (options->late_share > 0)
        find_value(values, "late_share")->number = options->late_share;
    if (options->leaves != NULL)
        find_value(values, "leaves")->text = options->leaves;
    if (options->model != NULL)
        find_value(values, "model")->text = options->model;
    check_ok(connector->open(&host, values, &connection, &err));
    return connection;
}

void *wearables_read(void *connection, const char *stream, const char *position)
{
    struct aorta_read_request request = {
        .stream = stream,
        .mode = strcmp(stream, "heart_rates") == 0 ? AORTA_READ_INCREMENTAL : AORTA_READ_CHANGES,
        .position = position,
    };
    struct aorta_error err;
    void *reader;

    check_ok(wearables_load()->source->read_open(connection, &request, &reader, &err));
    return reader;
}

enum { FEED_ROWS = 1000, FEED_COLUMNS = 6, FEED_TEXT_BYTES = 40 };

/* A batch in the making: rows of whole numbers and short texts. */
struct feeding {
    const struct aorta_field *fields;
    int32_t columns, rows;
    int32_t numbers[FEED_COLUMNS][FEED_ROWS];
    int32_t offsets[FEED_COLUMNS][FEED_ROWS + 1];
    char bytes[FEED_COLUMNS][FEED_ROWS * FEED_TEXT_BYTES];
};

static void put_text(struct feeding *feeding, int column, const char *text)
{
    int32_t *offsets = feeding->offsets[column];
    size_t size = strlen(text);

    memcpy(feeding->bytes[column] + offsets[feeding->rows], text, size);
    offsets[feeding->rows + 1] = offsets[feeding->rows] + (int32_t)size;
}

static void feed_batch(struct feeding *feeding, void *reader, const char *input)
{
    struct aorta_column columns[FEED_COLUMNS];
    struct aorta_batch batch = {feeding->rows, feeding->columns, feeding->fields, columns};
    struct aorta_error err;

    for (int32_t i = 0; i < feeding->columns; i++) {
        bool is_text = feeding->fields[i].type == AORTA_TEXT;
        columns[i] = (struct aorta_column){.values = is_text ? (const void *)feeding->bytes[i]
                                                             : feeding->numbers[i],
                                           .offsets = is_text ? feeding->offsets[i] : NULL};
    }
    check_ok(loaded->source->feed(reader, input, &batch, &err));
    feeding->rows = 0;
}

static void feed_users(struct feeding *feeding, void *reader, const struct wearables_user *users,
                       int64_t count)
{
    static const struct aorta_field fields[] = {
        {"user_id", AORTA_INT32}, {"address_country_code", AORTA_TEXT},
        {"sex", AORTA_TEXT},      {"date_of_birth", AORTA_INT32},
        {"height", AORTA_INT32},  {"weight", AORTA_INT32},
    };

    feeding->fields = fields;
    feeding->columns = 6;
    for (int64_t i = 0; i < count; i++) {
        feeding->numbers[0][feeding->rows] = users[i].user_id;
        put_text(feeding, 1, users[i].country);
        put_text(feeding, 2, users[i].sex);
        feeding->numbers[3][feeding->rows] = users[i].date_of_birth;
        feeding->numbers[4][feeding->rows] = users[i].height;
        feeding->numbers[5][feeding->rows] = users[i].weight;
        if (++feeding->rows == FEED_ROWS || i + 1 == count)
            feed_batch(feeding, reader, "users");
    }
}

void wearables_feed(void *reader, const struct wearables_user *users, int64_t user_count,
                    const struct wearables_activity *activities, int64_t activity_count)
{
    static const struct aorta_field fields[] = {{"activity_id", AORTA_INT32},
                                                {"activity_name", AORTA_TEXT}};
    struct feeding *feeding = alloc_zeroed(1, sizeof *feeding);

    feed_users(feeding, reader, users, user_count);
    feeding->fields = fields;
    feeding->columns = 2;
    for (int64_t i = 0; i < activity_count; i++) {
        feeding->numbers[0][feeding->rows] = activities[i].activity_id;
        put_text(feeding, 1, activities[i].name);
        if (++feeding->rows == FEED_ROWS || i + 1 == activity_count)
            feed_batch(feeding, reader, "activities");
    }
    free(feeding);
}

void wearables_rows(void *reader, bool keep,
                    void (*each)(void *arg, const struct aorta_batch *batch, int64_t row),
                    void *arg)
{
    struct aorta_batch batch;
    struct aorta_error err;
    int got;

    while ((got = loaded->source->next(reader, &batch, &err)) == 1)
        for (int64_t row = 0; row < batch.row_count; row++)
            each(arg, &batch, row);
    check_ok(got);
    if (!keep)
        loaded->source->read_close(reader);
}

static const struct aorta_column *find(const struct aorta_batch *batch, const char *name,
                                       enum aorta_type *type)
{
    for (int32_t i = 0; i < batch->column_count; i++) {
        if (strcmp(batch->fields[i].name, name) == 0) {
            *type = batch->fields[i].type;
            return &batch->columns[i];
        }
    }
    test_fail(__FILE__, __LINE__, "no column %s", name);
}

const char *wearables_text(const struct aorta_batch *batch, const char *name, int64_t row)
{
    static char texts[8][512];
    static int turn;
    enum aorta_type type;
    const struct aorta_column *column = find(batch, name, &type);
    char *text = texts[turn++ % 8];

    if (aorta_is_null(column, row))
        return NULL;
    check_int(type, AORTA_TEXT);
    size_t size = (size_t)(column->offsets[row + 1] - column->offsets[row]);
    check(size < sizeof texts[0]);
    memcpy(text, (const char *)column->values + column->offsets[row], size);
    text[size] = '\0';
    return text;
}

int64_t wearables_int(const struct aorta_batch *batch, const char *name, int64_t row)
{
    enum aorta_type type;
    const struct aorta_column *column = find(batch, name, &type);

    check(!aorta_is_null(column, row));
    if (type == AORTA_INT32)
        return ((const int32_t *)column->values)[row];
    return ((const int64_t *)column->values)[row];
}

size_t wearables_index(const struct aorta_batch *batch, const char *name, int64_t row, int64_t low,
                       int64_t high)
{
    int64_t value = wearables_int(batch, name, row);

    check(value >= low && value < high);
    return (size_t)(value - low);
}

bool wearables_is_null(const struct aorta_batch *batch, const char *name, int64_t row)
{
    enum aorta_type type;

    return aorta_is_null(find(batch, name, &type), row);
}

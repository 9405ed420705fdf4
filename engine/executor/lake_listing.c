#include "executor/lake_listing.h"

#include "base/glob.h"
#include "base/utf8.h"
#include "data/batch.h"
#include "executor/key_hour.h"
#include "model/stage.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

enum { POSITION_VERSION = 1 };

enum { FILE_NAME, MODIFIED_AT, SIZE_BYTES, ETAG };

/* One beginning of keys that is listed. */
struct beginning {
    const char *text;
    const char *last;  /* key of it that a pattern matched, or NULL */
    const char *start; /* list behind this; NULL: everything */
};

struct running {
    struct lake_listing *listing;
    struct arena *arena;
    struct beginning *beginnings;
    size_t count;
    struct beginning *current;
    struct batch batch;
    struct stage_load load;
    struct buf last;
    const char *listed_at; /* the last whole listing */
    struct err *err;
    bool has_failed;
};

const char *lake_listing_etag(const struct aorta_object *object, char text[CLOCK_TEXT_SIZE])
{
    if (object->etag != NULL && object->etag[0] != '\0')
        return object->etag;
    return clock_format_iso(text, object->modified_us, 6);
}

/* ------------------------------------------------------------------------------------ beginnings */

static int compare_beginnings(const void *left, const void *right)
{
    const struct beginning *a = left, *b = right;

    return strcmp(a->text, b->text);
}

/* A beginning that another one begins with stands for both, so that no key is listed twice. */
static void find_beginnings(struct running *r)
{
    const struct order *order = r->listing->step->order;
    size_t kept = 0;

    r->beginnings = arena_calloc(r->arena, order->files_count, sizeof *r->beginnings);
    for (size_t i = 0; i < order->files_count; i++)
        r->beginnings[i].text =
            arena_strndup(r->arena, order->files[i], glob_literal_size(order->files[i]));
    qsort(r->beginnings, order->files_count, sizeof *r->beginnings, compare_beginnings);
    for (size_t i = 0; i < order->files_count; i++) {
        const char *before = kept > 0 ? r->beginnings[kept - 1].text : NULL;
        if (before == NULL || strncmp(before, r->beginnings[i].text, strlen(before)) != 0)
            r->beginnings[kept++] = r->beginnings[i];
    }
    r->count = kept;
}

/* -------------------------------------------------------------------------------------- position */

static int read_position(struct running *r, struct err *err)
{
    const char *text = r->listing->position;
    int result = 0;

    if (text == NULL)
        return 0;
    json_t *root = json_loads(text, JSON_REJECT_DUPLICATES, NULL);
    const json_t *last = json_object_get(root, "last");
    const char *listed_at = json_string_value(json_object_get(root, "listed_at"));
    if (json_integer_value(json_object_get(root, "version")) != POSITION_VERSION ||
        listed_at == NULL || !json_is_object(last))
        result = err_set(err, ERR_BROKEN, "a position of files that cannot be read: %.200s", text);
    r->listed_at = arena_strdup(r->arena, listed_at);
    for (size_t i = 0; i < r->count && result == 0; i++)
        r->beginnings[i].last =
            arena_strdup(r->arena, json_string_value(json_object_get(last, r->beginnings[i].text)));
    json_decref(root);
    return result;
}

static const char *write_position(const struct running *r)
{
    struct json_writer json;
    struct buf text;

    buf_init(&text);
    json_writer_init(&json, &text);
    json_write_object(&json);
    json_write_key(&json, "version");
    json_write_int(&json, POSITION_VERSION);
    json_write_key(&json, "listed_at");
    json_write_str(&json, r->listed_at);
    json_write_key(&json, "last");
    json_write_object(&json);
    for (size_t i = 0; i < r->count; i++) {
        if (r->beginnings[i].last == NULL)
            continue;
        json_write_key(&json, r->beginnings[i].text);
        json_write_str(&json, r->beginnings[i].last);
    }
    json_write_end(&json);
    json_write_end(&json);
    const char *copy = arena_strndup(r->arena, text.data, text.size);
    buf_release(&text);
    return copy;
}

/* ----------------------------------------------------------------------------------------- start */

static bool is_whole_one_due(const struct running *r)
{
    const struct order *order = r->listing->step->order;
    bool has_time, has_zone;
    int64_t listed_us;

    if (order->lateness_ms < 0 || r->listed_at == NULL ||
        !clock_parse(r->listed_at, strlen(r->listed_at), &listed_us, &has_time, &has_zone))
        return true;
    int64_t age_us = clock_now_us() - listed_us;
    return age_us < 0 || age_us / 1000 >= order->full_listing_ms;
}

/* Where the listing of a beginning starts: behind the keys that are older than the lateness. */
static int find_start(const struct running *r, struct beginning *beginning, struct err *err)
{
    const struct order *order = r->listing->step->order;
    struct key_hour hour;
    struct buf start;

    if (beginning->last == NULL)
        return 0;
    if (!key_hour_find(beginning->last, &hour) || hour.from > strlen(beginning->text))
        return err_set(err, ERR_CONFIG,
                       "%s: lateness needs keys that are ordered by time, with folders like "
                       "year=2024/month=04/day=01/hour=08 right behind \"%s\"; this one is not: %s",
                       order->file, beginning->text, beginning->last);
    int64_t now_us = clock_now_us();
    int64_t last_us = hour.us < now_us ? hour.us : now_us;
    if (order->lateness_ms > last_us / 1000)
        return 0; /* before 1970: everything, and no number that is too large */
    buf_init(&start);
    key_hour_write(beginning->last, &hour, last_us - order->lateness_ms * 1000, &start);
    beginning->start = arena_strndup(r->arena, start.data, start.size);
    buf_release(&start);
    return 0;
}

static int find_starts(struct running *r, struct err *err)
{
    char now[CLOCK_TEXT_SIZE];

    r->listing->is_whole = is_whole_one_due(r);
    if (r->listing->is_whole) {
        r->listed_at = arena_strdup(r->arena, clock_format_iso(now, clock_now_us(), 6));
        return 0;
    }
    for (size_t i = 0; i < r->count; i++)
        if (find_start(r, &r->beginnings[i], err) < 0)
            return -1;
    return 0;
}

/* ------------------------------------------------------------------------------------------ list */

static bool is_wanted(const struct order *order, const char *key)
{
    for (size_t i = 0; i < order->files_count; i++)
        if (glob_match(order->files[i], key))
            return true;
    return false;
}

/* 1, 0, -1 if that cannot be said. */
static int is_in_window(const struct lake_listing *listing, const char *key, struct err *err)
{
    if (!listing->has_window)
        return 1;
    switch (key_hour_place(key, listing->from_us, listing->until_us)) {
    case KEY_WITHIN: return 1;
    case KEY_OUTSIDE: return 0;
    case KEY_ACROSS: break;
    }
    return err_set(
        err, ERR_CONFIG,
        "%s: its folder is of a whole day, and a partition is a part of that: partitions "
        "= { by = \"day\", … }",
        key);
}

static int flush(struct running *r)
{
    struct aorta_batch view = batch_view(&r->batch);

    if (view.row_count > 0 && stage_load_batch(&r->load, &view, r->err) < 0)
        return -1;
    batch_reset(&r->batch);
    return 0;
}

static void append_object(struct running *r, const struct aorta_object *object)
{
    struct column *columns = r->batch.columns;
    char modified[CLOCK_TEXT_SIZE], etag[CLOCK_TEXT_SIZE];

    column_append_str(&columns[FILE_NAME], object->key);
    column_append_str(&columns[MODIFIED_AT], clock_format_iso(modified, object->modified_us, 6));
    column_append_int(&columns[SIZE_BYTES], object->size_bytes);
    column_append_str(&columns[ETAG], lake_listing_etag(object, etag));
    batch_end_row(&r->batch);
}

static int take_object(struct running *r, const struct aorta_object *object)
{
    const struct step *step = r->listing->step;

    r->listing->total++;
    if (atomic_load(&step->cancel) != 0)
        return err_set(r->err, ERR_CANCELED, "canceled");
    if (!is_wanted(step->order, object->key))
        return 0;
    int within = is_in_window(r->listing, object->key, r->err);
    if (within <= 0)
        return within;
    if (!utf8_is_valid(object->key, strlen(object->key)))
        return err_set(r->err, ERR_DATA,
                       "connection %s: a file below \"%s\" has a name that is no UTF-8",
                       r->listing->connection->name, r->current->text);
    r->listing->found++;
    append_object(r, object);
    if (r->current->last == NULL || strcmp(r->current->last, object->key) < 0) {
        buf_reset(&r->last);
        buf_append_str(&r->last, object->key);
    }
    return batch_is_full(&r->batch) ? flush(r) : 0;
}

static int each_object(void *arg, const struct aorta_object *object)
{
    struct running *r = arg;

    r->has_failed = take_object(r, object) < 0;
    return r->has_failed;
}

static int list_beginning(struct running *r, struct beginning *beginning, struct err *err)
{
    const struct connection *connection = r->listing->connection;
    struct aorta_error error;

    r->current = beginning;
    buf_reset(&r->last);
    if (connection->connector->object_store->list(connection->handle, beginning->text,
                                                  beginning->start, each_object, r, &error) < 0)
        return connection_error(connection, &error, err);
    if (r->has_failed)
        return -1;
    if (r->last.size > 0)
        beginning->last = arena_strndup(r->arena, r->last.data, r->last.size);
    return 0;
}

static int list_all(struct running *r, struct err *err)
{
    struct files *files = r->listing->files;
    int64_t rows;

    if (stage_load_open(&r->load, files->session, &files->listing, files_listing_fields,
                        FILES_LISTING_COLUMNS, err) < 0)
        return -1;
    for (size_t i = 0; i < r->count; i++)
        if (list_beginning(r, &r->beginnings[i], err) < 0)
            return -1;
    if (flush(r) < 0)
        return -1;
    return stage_load_finish(&r->load, &rows, err);
}

int lake_listing_run(struct lake_listing *listing, struct err *err)
{
    struct running r = {.listing = listing, .arena = listing->files->arena, .err = err};
    int result = -1;

    listing->found = listing->total = 0;
    buf_init(&r.last);
    batch_init(&r.batch, files_listing_fields, FILES_LISTING_COLUMNS);
    find_beginnings(&r);
    if (read_position(&r, err) == 0 && find_starts(&r, err) == 0)
        result = list_all(&r, err);
    if (result < 0)
        stage_load_abort(&r.load);
    else
        listing->after = write_position(&r);
    batch_release(&r.batch);
    buf_release(&r.last);
    return result;
}

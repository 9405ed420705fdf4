#include "message/record.h"

#include <jansson.h>
#include <string.h>

/* A pointer and a count that stand together, as TEXTS and MANY have them. */
struct list {
    void *items;
    size_t count;
};

static bool is_unset(const struct record_field *field, const void *at)
{
    switch (field->kind) {
    case RECORD_TEXT:
    case RECORD_JSON: return *(const char *const *)at == NULL;
    case RECORD_INT: return *(const int64_t *)at == 0;
    case RECORD_NUMBER: return *(const double *)at == 0;
    case RECORD_BOOL: return !*(const bool *)at;
    case RECORD_TEXTS:
    case RECORD_MANY: return ((const struct list *)at)->count == 0;
    case RECORD_ONE: return false;
    }
    return true;
}

static void encode_field(struct json_writer *json, const struct record_field *field, const void *at)
{
    const struct list *list = at;

    switch (field->kind) {
    case RECORD_TEXT: json_write_str(json, *(const char *const *)at); return;
    case RECORD_JSON:
        json_write_raw(json, *(const char *const *)at, strlen(*(const char *const *)at));
        return;
    case RECORD_INT: json_write_int(json, *(const int64_t *)at); return;
    case RECORD_NUMBER: json_write_double(json, *(const double *)at); return;
    case RECORD_BOOL: json_write_bool(json, *(const bool *)at); return;
    case RECORD_TEXTS:
        json_write_array(json);
        for (size_t i = 0; i < list->count; i++)
            json_write_str(json, ((const char *const *)list->items)[i]);
        json_write_end(json);
        return;
    case RECORD_ONE: record_encode(json, field->shape, at); return;
    case RECORD_MANY:
        json_write_array(json);
        for (size_t i = 0; i < list->count; i++)
            record_encode(json, field->shape,
                          (const char *)list->items + i * field->shape->size_bytes);
        json_write_end(json);
        return;
    }
}

void record_encode(struct json_writer *json, const struct record_shape *shape, const void *record)
{
    json_write_object(json);
    for (const struct record_field *field = shape->fields; field->name != NULL; field++) {
        const void *at = (const char *)record + field->offset;
        if (is_unset(field, at))
            continue;
        json_write_key(json, field->name);
        encode_field(json, field, at);
    }
    json_write_end(json);
}

static int decode_object(const json_t *object, const struct record_shape *shape,
                         struct arena *arena, void *record, struct err *err);

static int decode_list(const json_t *value, const struct record_field *field, struct arena *arena,
                       struct list *list, struct err *err)
{
    size_t count = json_array_size(value);
    size_t size = field->kind == RECORD_TEXTS ? sizeof(char *) : field->shape->size_bytes;

    if (!json_is_array(value))
        return err_set(err, ERR_BROKEN, "message: %s is not a list", field->name);
    list->items = arena_calloc(arena, count + 1, size);
    list->count = count;
    for (size_t i = 0; i < count; i++) {
        const json_t *item = json_array_get(value, i);
        if (field->kind == RECORD_TEXTS) {
            ((const char **)list->items)[i] = arena_strdup(arena, json_string_value(item));
            if (!json_is_string(item))
                return err_set(err, ERR_BROKEN, "message: %s holds no text", field->name);
        } else if (decode_object(item, field->shape, arena, (char *)list->items + i * size, err) <
                   0) {
            return -1;
        }
    }
    return 0;
}

static int decode_field(const json_t *value, const struct record_field *field, struct arena *arena,
                        void *at, struct err *err)
{
    bool fits = true;

    switch (field->kind) {
    case RECORD_TEXT:
        fits = json_is_string(value);
        *(const char **)at = arena_strdup(arena, json_string_value(value));
        break;
    case RECORD_INT:
        fits = json_is_integer(value);
        *(int64_t *)at = json_integer_value(value);
        break;
    case RECORD_NUMBER:
        fits = json_is_number(value);
        *(double *)at = json_number_value(value);
        break;
    case RECORD_BOOL:
        fits = json_is_boolean(value);
        *(bool *)at = json_is_true(value);
        break;
    case RECORD_JSON: {
        char *text = json_dumps(value, JSON_ENCODE_ANY | JSON_COMPACT);
        *(const char **)at = arena_strdup(arena, text);
        free(text);
        break;
    }
    case RECORD_TEXTS:
    case RECORD_MANY: return decode_list(value, field, arena, at, err);
    case RECORD_ONE: return decode_object(value, field->shape, arena, at, err);
    }
    return fits ? 0 : err_set(err, ERR_BROKEN, "message: %s has the wrong type", field->name);
}

static int decode_object(const json_t *object, const struct record_shape *shape,
                         struct arena *arena, void *record, struct err *err)
{
    if (!json_is_object(object))
        return err_set(err, ERR_BROKEN, "message: not an object");
    for (const struct record_field *field = shape->fields; field->name != NULL; field++) {
        const json_t *value = json_object_get(object, field->name);
        if (value == NULL || json_is_null(value))
            continue;
        if (decode_field(value, field, arena, (char *)record + field->offset, err) < 0)
            return -1;
    }
    return 0;
}

int record_decode(const char *text, size_t size, const struct record_shape *shape,
                  struct arena *arena, void *record, struct err *err)
{
    json_error_t error;
    json_t *root = json_loadb(text, size, JSON_DECODE_ANY | JSON_ALLOW_NUL, &error);

    if (root == NULL)
        return err_set(err, ERR_BROKEN, "message: %s", error.text);
    int result = decode_object(root, shape, arena, record, err);
    json_decref(root);
    return result;
}

#include "web/body.h"

#include "base/limits.h"
#include "base/suggest.h"

#include <jansson.h>
#include <string.h>

enum { FIELDS = 64 };

static const char *kind_name(enum record_kind kind)
{
    switch (kind) {
    case RECORD_TEXT: return "a text";
    case RECORD_INT: return "a whole number";
    case RECORD_NUMBER: return "a number";
    case RECORD_BOOL: return "true or false";
    case RECORD_JSON: return "a value";
    case RECORD_TEXTS: return "a list of texts";
    case RECORD_ONE: return "an object";
    case RECORD_MANY: return "a list of objects";
    }
    return "a value";
}

static bool is_list_of(const json_t *value, bool wants_texts)
{
    size_t index;
    json_t *item;

    if (!json_is_array(value))
        return false;
    json_array_foreach(value, index, item)
    {
        if (wants_texts ? !json_is_string(item) : !json_is_object(item))
            return false;
    }
    return true;
}

static bool fits(const json_t *value, enum record_kind kind)
{
    switch (kind) {
    case RECORD_TEXT: return json_is_string(value);
    case RECORD_INT: return json_is_integer(value);
    case RECORD_NUMBER: return json_is_number(value);
    case RECORD_BOOL: return json_is_boolean(value);
    case RECORD_JSON: return true;
    case RECORD_TEXTS: return is_list_of(value, true);
    case RECORD_ONE: return json_is_object(value);
    case RECORD_MANY: return is_list_of(value, false);
    }
    return false;
}

static const struct record_field *find_field(const struct record_shape *shape, const char *name,
                                             struct err *err)
{
    const char *names[FIELDS];
    size_t count = 0;

    for (const struct record_field *field = shape->fields; field->name != NULL; field++) {
        if (strcmp(field->name, name) == 0)
            return field;
        if (count < FIELDS)
            names[count++] = field->name;
    }
    const char *near = suggest(name, names, count);
    err_set(err, ERR_CONFIG, "unknown field \"%.100s\"%s%s%s", name,
            near != NULL ? ": did you mean \"" : "", near != NULL ? near : "",
            near != NULL ? "\"?" : "");
    return NULL;
}

static int check_object(json_t *object, const struct record_shape *shape, struct err *err);

static int check_value(json_t *value, const struct record_field *field, struct err *err)
{
    size_t index;
    json_t *item;

    if (!fits(value, field->kind))
        return err_set(err, ERR_CONFIG, "field \"%s\" must be %s", field->name,
                       kind_name(field->kind));
    if (field->kind == RECORD_ONE)
        return check_object(value, field->shape, err);
    if (field->kind != RECORD_MANY)
        return 0;
    json_array_foreach(value, index, item)
    {
        if (check_object(item, field->shape, err) < 0)
            return err_wrap(err, "%s[%zu]", field->name, index);
    }
    return 0;
}

static int check_object(json_t *object, const struct record_shape *shape, struct err *err)
{
    const char *name;
    json_t *value;

    json_object_foreach(object, name, value)
    {
        const struct record_field *field = find_field(shape, name, err);
        if (field == NULL)
            return -1;
        if (!json_is_null(value) && check_value(value, field, err) < 0)
            return -1;
    }
    return 0;
}

/* What the parser says of it is for who calls the parser. */
static bool has_nul(const json_error_t *error)
{
    enum json_error_code code = json_error_code(error);

    return code == json_error_null_character || code == json_error_null_byte_in_key;
}

int body_read(const char *text, size_t size, const struct record_shape *shape, struct arena *arena,
              void **record, struct err *err)
{
    json_error_t error;
    json_t *root = json_loadb(text, size, JSON_REJECT_DUPLICATES, &error);
    int result = -1;

    if (root == NULL)
        return err_set(err, ERR_CONFIG, "the body is not JSON: line %d, column %d: %s", error.line,
                       error.column,
                       has_nul(&error) ? "a text may not have the character \\u0000" : error.text);
    *record = arena_alloc(arena, shape->size_bytes);
    if (!json_is_object(root))
        err_set(err, ERR_CONFIG, "the body is JSON, but not an object");
    else if (check_object(root, shape, err) == 0)
        result = record_decode(text, size, shape, arena, *record, err);
    json_decref(root);
    return result;
}

#include "check/check.h"

#include "base/buf.h"
#include "base/suggest.h"
#include "check/vocabulary.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_NAMES = 64, DEFAULT_LIMIT = 5, MAX_LIMIT = 1000 };

/* Keys that every check takes beside its name. */
static const char *const common_keys[] = {"name",    "where",    "row_condition", "severity",
                                          "warn_if", "error_if", "limit"};

enum { COMMON_KEYS = sizeof common_keys / sizeof common_keys[0] };

static bool is_common(const char *key)
{
    for (size_t i = 0; i < COMMON_KEYS; i++)
        if (strcmp(common_keys[i], key) == 0)
            return true;
    return false;
}

/* "…: did you mean …?" at the end of a message, or nothing. */
static const char *hint(struct arena *arena, const char *word, const char *const *names,
                        size_t count)
{
    const char *nearest = suggest(word, names, count);

    return nearest == NULL ? "" : arena_printf(arena, ": did you mean \"%s\"?", nearest);
}

static int unknown_check(struct arena *arena, const char *name, struct err *err)
{
    const char *names[MAX_NAMES];
    size_t count = 0;

    for (const struct check_kind *kind = check_kinds; kind->name != NULL; kind++)
        names[count++] = kind->name;
    return err_set(err, ERR_CONFIG, "there is no check \"%s\"%s", name,
                   hint(arena, name, names, count));
}

/* --------------------------------------------------------------------------------------- values */

static const char *const type_names[] = {
    [CHECK_ARGUMENT_BOOL] = "true or false",
    [CHECK_ARGUMENT_INTEGER] = "a whole number",
    [CHECK_ARGUMENT_SCALAR] = "a number or a text",
    [CHECK_ARGUMENT_TEXT] = "a text",
    [CHECK_ARGUMENT_COLUMN] = "a column's name",
    [CHECK_ARGUMENT_EXPRESSION] = "an SQL expression",
    [CHECK_ARGUMENT_SCALARS] = "a list of numbers or texts",
    [CHECK_ARGUMENT_COLUMNS] = "a list of columns",
    [CHECK_ARGUMENT_KEY] = "a list of columns or expressions",
    [CHECK_ARGUMENT_ASSET] = "an asset's name",
};

static bool is_list(enum check_argument_type type)
{
    return type == CHECK_ARGUMENT_SCALARS || type == CHECK_ARGUMENT_COLUMNS ||
           type == CHECK_ARGUMENT_KEY;
}

/* "ref('country_codes')" as "country_codes". */
static const char *plain_asset(struct arena *arena, const char *text)
{
    char name[256], end;

    if (sscanf(text, " ref ( %*1[\"'] %255[^\"'] %*1[\"'] %c", name, &end) == 2 && end == ')')
        return arena_strdup(arena, name);
    return text;
}

/* A number keeps all its digits; jansson's %g would not. */
static const char *number_text(struct arena *arena, const json_t *json)
{
    char *dumped = json_dumps(json, JSON_ENCODE_ANY);
    const char *text = arena_strdup(arena, dumped);

    free(dumped);
    return text;
}

static int parse_scalar(struct arena *arena, enum check_argument_type type, const json_t *json,
                        struct check_value *value)
{
    value->is_set = true;
    switch (type) {
    case CHECK_ARGUMENT_BOOL:
        value->boolean = json_is_true(json);
        return json_is_boolean(json) ? 0 : -1;
    case CHECK_ARGUMENT_INTEGER:
    case CHECK_ARGUMENT_SCALAR:
    case CHECK_ARGUMENT_SCALARS:
        if (json_is_integer(json) || (json_is_real(json) && type != CHECK_ARGUMENT_INTEGER)) {
            value->is_number = true;
            value->text = number_text(arena, json);
            return 0;
        }
        if (type == CHECK_ARGUMENT_INTEGER)
            return -1;
        break;
    case CHECK_ARGUMENT_TEXT:
    case CHECK_ARGUMENT_COLUMN:
    case CHECK_ARGUMENT_EXPRESSION:
    case CHECK_ARGUMENT_COLUMNS:
    case CHECK_ARGUMENT_KEY:
    case CHECK_ARGUMENT_ASSET: break;
    }
    value->text = arena_strdup(arena, json_string_value(json));
    if (value->text == NULL ||
        (value->text[0] == '\0' && type > CHECK_ARGUMENT_TEXT && type != CHECK_ARGUMENT_SCALARS))
        return -1;
    if (type == CHECK_ARGUMENT_ASSET)
        value->text = plain_asset(arena, value->text);
    return 0;
}

static int parse_value(struct arena *arena, enum check_argument_type type, const json_t *json,
                       struct check_value *value)
{
    if (!is_list(type))
        return parse_scalar(arena, type, json, value);
    value->is_set = true;
    value->count = json_is_array(json) ? json_array_size(json) : 1;
    value->list = arena_calloc(arena, value->count, sizeof *value->list);
    for (size_t i = 0; i < value->count; i++) {
        const json_t *item = json_is_array(json) ? json_array_get(json, i) : json;
        if (parse_scalar(arena, type, item, &value->list[i]) < 0)
            return -1;
    }
    return value->count > 0 ? 0 : -1;
}

static size_t argument_count(const struct check_kind *kind)
{
    size_t count = 0;

    while (kind->arguments[count].name != NULL)
        count++;
    return count;
}

static int set_argument(struct arena *arena, struct check *check, size_t index, const json_t *json,
                        struct err *err)
{
    const struct check_argument *argument = &check->kind->arguments[index];

    if (check->args[index].is_set)
        return err_set(err, ERR_CONFIG, "check %s: \"%s\" is given twice", check->kind->name,
                       argument->name);
    if (parse_value(arena, argument->type, json, &check->args[index]) < 0)
        return err_set(err, ERR_CONFIG, "check %s: \"%s\" must be %s", check->kind->name,
                       argument->name, type_names[argument->type]);
    return 0;
}

/* ----------------------------------------------------------------------------------- common keys */

static int parse_threshold(const json_t *json, struct check_threshold *threshold)
{
    static const char *const operators[] = {">=", "<=", "!=", "<>", ">", "<", "=="};
    const char *text = json_string_value(json), *at;
    char *end;

    if (text == NULL)
        return -1;
    at = text + strspn(text, " ");
    for (size_t i = 0; i < sizeof operators / sizeof operators[0]; i++) {
        size_t size = strlen(operators[i]);
        if (strncmp(at, operators[i], size) != 0)
            continue;
        memcpy(threshold->operator, operators[i], size);
        threshold->number = strtoll(at + size, &end, 10);
        threshold->is_set = true;
        return end == at + size || end[strspn(end, " ")] != '\0' ? -1 : 0;
    }
    return -1;
}

static int bad_key(const struct check *check, const char *key, const char *wanted, struct err *err)
{
    return err_set(err, ERR_CONFIG, "check %s: \"%s\" must be %s", check->kind->name, key, wanted);
}

static int set_common(struct arena *arena, struct check *check, const char *key, const json_t *json,
                      struct err *err)
{
    const char *text = json_string_value(json);

    if (strcmp(key, "limit") == 0) {
        check->limit = json_integer_value(json);
        return json_is_integer(json) && check->limit >= 0 && check->limit <= MAX_LIMIT
                   ? 0
                   : bad_key(check, key, "a whole number from 0 to 1000", err);
    }
    if (strcmp(key, "warn_if") == 0 || strcmp(key, "error_if") == 0)
        return parse_threshold(json, key[0] == 'w' ? &check->warn_if : &check->error_if) == 0
                   ? 0
                   : bad_key(check, key, "a comparison such as \"> 10\"", err);
    if (text == NULL || text[0] == '\0')
        return bad_key(check, key, "a text", err);
    if (strcmp(key, "severity") == 0) {
        check->severity = strcmp(text, "warn") == 0 ? CHECK_WARN : CHECK_ERROR;
        return check->severity == CHECK_WARN || strcmp(text, "error") == 0
                   ? 0
                   : bad_key(check, key, "\"warn\" or \"error\"", err);
    }
    if (strcmp(key, "name") == 0)
        check->name = arena_strdup(arena, text);
    else
        check->where = arena_strdup(arena, text);
    return 0;
}

/* ------------------------------------------------------------------------------------- arguments */

static int set_named(struct arena *arena, struct check *check, const char *key, const json_t *json,
                     struct err *err)
{
    const struct check_argument *arguments = check->kind->arguments;
    const char *names[MAX_NAMES];
    size_t count = 0;

    for (size_t i = 0; arguments[i].name != NULL; i++) {
        if (strcmp(arguments[i].name, key) == 0 ||
            (arguments[i].alias != NULL && strcmp(arguments[i].alias, key) == 0))
            return set_argument(arena, check, i, json, err);
        names[count++] = arguments[i].name;
    }
    if (is_common(key))
        return set_common(arena, check, key, json, err);
    for (size_t i = 0; i < COMMON_KEYS; i++)
        names[count++] = common_keys[i];
    return err_set(err, ERR_CONFIG, "check %s has no argument \"%s\"%s", check->kind->name, key,
                   hint(arena, key, names, count));
}

static int set_all_named(struct arena *arena, struct check *check, const json_t *object,
                         struct err *err)
{
    const char *key;
    json_t *value;

    json_object_foreach((json_t *)(uintptr_t)object, key,
                        value) if (set_named(arena, check, key, value, err) < 0) return -1;
    return 0;
}

/* "country_codes.alpha2": the short form of relationships. */
static int set_reference(struct arena *arena, struct check *check, const char *text,
                         struct err *err)
{
    const char *dot = strrchr(text, '.');

    if (dot == NULL || dot == text || dot[1] == '\0')
        return err_set(err, ERR_CONFIG,
                       "check %s: \"%s\" must be asset.field, or { to = …, field = … }",
                       check->kind->name, text);
    check->args[0] = (struct check_value){.is_set = true,
                                          .text = arena_strndup(arena, text, (size_t)(dot - text))};
    check->args[1] = (struct check_value){.is_set = true, .text = arena_strdup(arena, dot + 1)};
    return 0;
}

/* The value behind the check's name. */
static int set_arguments(struct arena *arena, struct check *check, const json_t *value,
                         struct err *err)
{
    const struct check_argument *arguments = check->kind->arguments;
    size_t count = argument_count(check->kind);

    if (json_is_object(value))
        return set_all_named(arena, check, value, err);
    if (json_is_true(value) && (count == 0 || arguments[0].type != CHECK_ARGUMENT_BOOL))
        return 0;
    if (count == 0)
        return err_set(err, ERR_CONFIG, "check %s takes no arguments: write \"%s\" or true",
                       check->kind->name, check->kind->name);
    if (check->kind->id == CHECK_RELATIONSHIPS && json_is_string(value))
        return set_reference(arena, check, json_string_value(value), err);
    if (!json_is_array(value) || is_list(arguments[0].type))
        return set_argument(arena, check, 0, value, err);
    if (json_array_size(value) > count)
        return err_set(err, ERR_CONFIG, "check %s takes at most %zu arguments", check->kind->name,
                       count);
    for (size_t i = 0; i < json_array_size(value); i++)
        if (set_argument(arena, check, i, json_array_get(value, i), err) < 0)
            return -1;
    return 0;
}

/* What the table of arguments cannot say. */
static int check_combination(const struct check *check, struct err *err)
{
    const struct check_kind *kind = check->kind;
    bool has_any = false;

    for (size_t i = 0; kind->arguments[i].name != NULL; i++) {
        has_any = has_any || check->args[i].is_set;
        if (kind->arguments[i].is_required && !check->args[i].is_set)
            return err_set(err, ERR_CONFIG, "check %s needs \"%s\", %s", kind->name,
                           kind->arguments[i].name, type_names[kind->arguments[i].type]);
    }
    if (check->column == NULL && kind->column == CHECK_COLUMN_REQUIRED)
        return err_set(err, ERR_CONFIG,
                       "check %s belongs to a column: put it under "
                       "[columns.NAME]",
                       kind->name);
    if (check->column != NULL && kind->column == CHECK_COLUMN_NONE)
        return err_set(err, ERR_CONFIG,
                       "check %s belongs to the asset, not to a column: put it "
                       "under checks at the top",
                       kind->name);
    if (kind->id == CHECK_UNIQUE && check->column == NULL && !has_any)
        return err_set(err, ERR_CONFIG,
                       "check unique needs \"columns\", or to be under "
                       "[columns.NAME]");
    if (kind->id == CHECK_CORRECT_SCD_START_END_DATES &&
        (check_argument(check, "changes") == NULL) !=
            (check_argument(check, "deleted_column") == NULL))
        return err_set(err, ERR_CONFIG,
                       "check %s needs \"changes\" and \"deleted_column\" together: the asset "
                       "that has the deletes, and its column that has their time",
                       kind->name);
    if (kind->id == CHECK_BETWEEN && !check->args[0].is_set && !check->args[1].is_set)
        return err_set(err, ERR_CONFIG, "check between needs \"min\" or \"max\"");
    if ((kind->id == CHECK_LENGTH || kind->id == CHECK_ROW_COUNT) && !has_any)
        return err_set(err, ERR_CONFIG, "check %s needs \"value\", \"min\" or \"max\"", kind->name);
    return 0;
}

/* Whether the text is a name, such as a column has, and no more than that. */
static bool is_plain(const char *text)
{
    static const char word[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_";

    return text[strspn(text, word)] == '\0';
}

/* "height_between", "end_date_greater_than_start_date": an asset has several of those. */
static void make_name(struct arena *arena, struct check *check)
{
    const char *name = check->kind->name;

    if (check->name != NULL)
        return;
    if (check->kind->id == CHECK_GREATER_THAN && is_plain(check->args[0].text) &&
        is_plain(check->args[1].text))
        check->name =
            arena_printf(arena, "%s_%s_%s", check->args[0].text, name, check->args[1].text);
    else
        check->name =
            check->column == NULL ? name : arena_printf(arena, "%s_%s", check->column, name);
}

/* The key that is a check's name. */
static int find_kind(struct arena *arena, const json_t *object, struct check *check,
                     const json_t **value, struct err *err)
{
    const char *key, *stray = NULL;
    json_t *item;

    json_object_foreach((json_t *)(uintptr_t)object, key, item)
    {
        const struct check_kind *kind = check_kind_find(key);
        if (kind == NULL) {
            stray = is_common(key) ? stray : key;
            continue;
        }
        if (check->kind != NULL)
            return err_set(err, ERR_CONFIG, "two checks in one table: %s and %s", check->kind->name,
                           kind->name);
        check->kind = kind;
        *value = item;
    }
    if (stray != NULL)
        return unknown_check(arena, stray, err);
    if (check->kind == NULL)
        return err_set(err, ERR_CONFIG, "a check's table needs a check's name as a key");
    return 0;
}

int check_parse(struct arena *arena, const char *column, const json_t *declaration,
                struct check *check, struct err *err)
{
    struct check parsed = {.column = arena_strdup(arena, column), .limit = DEFAULT_LIMIT};
    const json_t *value = NULL;
    const char *key;
    json_t *item;

    if (json_is_string(declaration)) {
        parsed.kind = check_kind_find(json_string_value(declaration));
        if (parsed.kind == NULL)
            return unknown_check(arena, json_string_value(declaration), err);
    } else if (!json_is_object(declaration)) {
        return err_set(err, ERR_CONFIG,
                       "a check is a name, or a table such as "
                       "{ between = [0, 9] }");
    } else if (find_kind(arena, declaration, &parsed, &value, err) < 0) {
        return -1;
    }
    assert(parsed.kind != NULL);
    parsed.args = arena_calloc(arena, argument_count(parsed.kind), sizeof *parsed.args);
    if (value != NULL && set_arguments(arena, &parsed, value, err) < 0)
        return -1;
    json_object_foreach((json_t *)(uintptr_t)declaration, key,
                        item) if (is_common(key) &&
                                  set_common(arena, &parsed, key, item, err) < 0) return -1;
    if (check_combination(&parsed, err) < 0)
        return -1;
    make_name(arena, &parsed);
    parsed.json = number_text(arena, declaration);
    *check = parsed;
    return 0;
}

const struct check_value *check_argument(const struct check *check, const char *name)
{
    for (size_t i = 0; check->kind->arguments[i].name != NULL; i++)
        if (strcmp(check->kind->arguments[i].name, name) == 0)
            return check->args[i].is_set ? &check->args[i] : NULL;
    return NULL;
}

const char *check_reference(const struct check *check)
{
    for (size_t i = 0; check->kind->arguments[i].name != NULL; i++)
        if (check->kind->arguments[i].type == CHECK_ARGUMENT_ASSET && check->args[i].is_set)
            return check->args[i].text;
    return NULL;
}

#include "model/audit_making.h"

#include <string.h>

const char *making_quoted(struct arena *arena, const char *name)
{
    struct buf sql;

    buf_init(&sql);
    relation_quote_name(&sql, name);
    const char *text = arena_strndup(arena, sql.data, sql.size);
    buf_release(&sql);
    return text;
}

const char *making_literal(struct arena *arena, const struct check_value *value)
{
    struct buf sql;

    if (value->is_number)
        return value->text;
    buf_init(&sql);
    relation_quote_text(&sql, value->text, strlen(value->text));
    const char *text = arena_strndup(arena, sql.data, sql.size);
    buf_release(&sql);
    return text;
}

const char *making_column(const struct making *making, const char *name, struct err *err)
{
    int32_t index = relation_column_find(making->audit->columns, name);

    if (index >= 0)
        return making_quoted(making->arena, making->audit->columns->fields[index].name);
    making->sql->misses_column = true;
    relation_no_column(making->audit->columns, name, err);
    return NULL;
}

const char *making_expression(const struct making *making, const char *text, struct err *err)
{
    static const char word[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_ ";

    if (relation_column_find(making->audit->columns, text) >= 0 || text[strspn(text, word)] == '\0')
        return making_column(making, text, err);
    return arena_printf(making->arena, "(%s)", text);
}

const char *making_argument_column(const struct making *making, const char *name, struct err *err)
{
    return making_column(making, check_argument(making->check, name)->text, err);
}

bool making_flag(const struct check *check, const char *name, bool otherwise)
{
    const struct check_value *value = check_argument(check, name);

    return value != NULL ? value->boolean : otherwise;
}

const char *making_pattern(const struct making *making, const char *pattern_sql, const char *first,
                           const char *second, const char *third)
{
    struct buf sql;

    buf_init(&sql);
    relation_pattern(&sql, pattern_sql, first, second, third);
    const char *text = arena_strndup(making->arena, sql.data, sql.size);
    buf_release(&sql);
    return text;
}

const char *making_where(const struct making *making)
{
    return making->check->where == NULL
               ? " WHERE 1 = 1"
               : arena_printf(making->arena, " WHERE (%s)", making->check->where);
}

const char *making_list(const struct making *making, const char *argument, struct err *err)
{
    const struct check_value *value = check_argument(making->check, argument);
    struct buf list;

    buf_init(&list);
    for (size_t i = 0; value != NULL && i < value->count; i++) {
        const char *item = making_expression(making, value->list[i].text, err);
        if (item == NULL) {
            buf_release(&list);
            return NULL;
        }
        buf_printf(&list, "%s%s", i > 0 ? ", " : "", item);
    }
    const char *text = arena_strndup(making->arena, list.data, list.size);
    buf_release(&list);
    return text;
}

bool making_is_increment(const struct audit *audit)
{
    return strcmp(audit->rows, audit->whole) != 0;
}

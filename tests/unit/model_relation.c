#include "model/relation.h"
#include "test.h"

#include <string.h>

static const struct aorta_dialect with_schemas = {
    .has_schemas = true, .identifier_bytes = 40, .current_schema = "main"};
static const struct aorta_dialect without_schemas = {.has_schemas = false,
                                                     .identifier_bytes = 1000};

TEST("a name is quoted, with quotes in it doubled")
{
    struct arena arena;

    arena_init(&arena);
    check_str(relation_sql(&arena, &with_schemas, &(struct relation){"raw", "users"}),
              "\"raw\".\"users\"");
    check_str(relation_sql(&arena, &with_schemas, &(struct relation){"a\"b", "c;--"}),
              "\"a\"\"b\".\"c;--\"");
    check_str(relation_sql(&arena, &with_schemas, &(struct relation){"", "users"}),
              "\"main\".\"users\"");
    arena_release(&arena);
}

TEST("without schemas the schema goes before the name")
{
    struct arena arena;

    arena_init(&arena);
    check_str(relation_sql(&arena, &without_schemas, &(struct relation){"raw", "users"}),
              "\"raw__users\"");
    check_str(relation_sql(&arena, &without_schemas, &(struct relation){"", "users"}), "\"users\"");
    arena_release(&arena);
}

TEST("hidden relations stand beside their relation and are known by their names")
{
    struct relation users = {"raw", "users"}, hidden;
    struct arena arena;

    arena_init(&arena);
    hidden = relation_hidden(&arena, &with_schemas, &users, RELATION_BUILD);
    check_str(relation_sql(&arena, &with_schemas, &hidden), "\"raw\".\"_aorta_build__users\"");
    check(relation_is_hidden(hidden.name));
    hidden = relation_hidden(&arena, &without_schemas, &users, RELATION_REJECTED);
    check_str(relation_sql(&arena, &without_schemas, &hidden), "\"_aorta_rejected__raw__users\"");
    check(relation_is_hidden(hidden.name));
    check(!relation_is_hidden("users"));
    check(!relation_is_hidden("_aorta_state"));
    arena_release(&arena);
}

TEST("a long name is cut between characters, keeps its prefix and stays different from others")
{
    static const char a[] = "a_name_that_is_long_and_ends_in_a_way_ä_of_its_own_1";
    static const char b[] = "a_name_that_is_long_and_ends_in_a_way_ä_of_its_own_2";
    struct relation cut_a, cut_b, hidden;
    struct arena arena;

    arena_init(&arena);
    cut_a = relation_physical(&arena, &with_schemas, &(struct relation){"s", a});
    cut_b = relation_physical(&arena, &with_schemas, &(struct relation){"s", b});
    check(strlen(cut_a.name) <= 40);
    check(strncmp(cut_a.name, a, 23) == 0);
    check(strcmp(cut_a.name, cut_b.name) != 0);
    hidden = relation_hidden(&arena, &with_schemas, &(struct relation){"s", a}, RELATION_STAGE);
    check(strlen(hidden.name) <= 40);
    check(relation_is_hidden(hidden.name));
    /* what is cut once is not cut again */
    check_str(relation_physical(&arena, &with_schemas, &hidden).name, hidden.name);
    arena_release(&arena);
}

TEST("a pattern takes its expressions by number, and two per cent signs are one")
{
    struct buf sql;

    buf_init(&sql);
    relation_pattern(&sql, "f(%2$s, %1$s, '%%Y') || %1$s", "a", "b", NULL);
    check_str(sql.data, "f(b, a, '%Y') || a");
    buf_release(&sql);
}

TEST("a literal is a bare number, a quoted text, or cast to the column's type")
{
    struct aorta_field fields[] = {{"i", AORTA_INT64}, {"t", AORTA_TEXT}, {"at", AORTA_TIMESTAMP}};
    const char *types[] = {"BIGINT", "VARCHAR", "TIMESTAMP"};
    struct relation_columns columns = {true, false, 3, fields, types};
    struct buf sql;

    buf_init(&sql);
    relation_literal(&sql, &columns, 0, "42");
    relation_literal(&sql, &columns, 1, "it's");
    relation_literal(&sql, &columns, 2, "2024-04-01 00:00:00");
    check_str(sql.data, "42'it''s'CAST('2024-04-01 00:00:00' AS TIMESTAMP)");
    buf_release(&sql);
}

TEST("columns are found and compared without regard to case and order")
{
    struct aorta_field ab[] = {{"a", AORTA_INT64}, {"b", AORTA_TEXT}};
    struct aorta_field ba[] = {{"B", AORTA_TEXT}, {"A", AORTA_INT64}};
    const char *ab_types[] = {"BIGINT", "VARCHAR"}, *ba_types[] = {"varchar", "bigint"};
    struct relation_columns one = {true, false, 2, ab, ab_types};
    struct relation_columns other = {true, false, 2, ba, ba_types};
    struct buf list;

    check_int(relation_column_find(&one, "B"), 1);
    check_int(relation_column_find(&one, "c"), -1);
    check(relation_columns_equal(&one, &other));
    ba_types[1] = "integer";
    check(!relation_columns_equal(&one, &other));
    other.count = 1;
    check(!relation_columns_equal(&one, &other));
    buf_init(&list);
    relation_column_list(&list, &one, "t.", "A");
    check_str(list.data, "t.\"b\"");
    buf_release(&list);
}

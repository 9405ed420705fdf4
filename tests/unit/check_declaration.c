#include "check/declaration.h"
#include "test.h"

static struct arena arena;

static const char *text_of(const char *json)
{
    return declaration_text(&arena, json);
}

TEST("a check is written as in an asset's file, its name first")
{
    arena_init(&arena);
    check_str(text_of("\"not_null\""), "not_null");
    check_str(text_of("{\"unique\": [\"id\", \"day\"]}"), "unique = [\"id\", \"day\"]");
    check_str(text_of("{\"severity\": \"warn\", \"limit\": 3, \"between\": [1, 2.5]}"),
              "between = [1, 2.5], severity = \"warn\", limit = 3");
    check_str(text_of("{\"greater_than\": {\"column_A\": \"b\", \"or_equal\": true}}"),
              "greater_than = { column_A = \"b\", or_equal = true }");
    arena_release(&arena);
}

TEST("text of a check is quoted so that it can be read, and never reaches a terminal raw")
{
    arena_init(&arena);
    check_str(text_of("{\"matches\": \"^\\\\d+ \\\"x\\\"$\"}"), "matches = '^\\d+ \"x\"$'");
    check_str(text_of("{\"expression\": \"a = 'b'\"}"), "expression = \"a = 'b'\"");
    check_str(text_of("{\"expression\": \"a = '\\\\'\"}"), "expression = \"a = '\\\\'\"");
    check_str(text_of("{\"matches\": \"\\u001b[2J\\\\\"}"), "matches = \"\\u001b[2J\\\\\"");
    arena_release(&arena);
}

TEST("what is no check is written, too")
{
    arena_init(&arena);
    check_str(text_of("{\"uniqe\": \"x\", \"name\": \"y\"}"), "uniqe = \"x\", name = \"y\"");
    check_str(text_of("{broken"), "{broken");
    arena_release(&arena);
}

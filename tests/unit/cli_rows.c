/* Rows on their way to a person. */
#include "cli/rows.h"

#include "base/buf.h"

#include "test.h"

#include <malloc.h>
#include <stdlib.h>
#include <string.h>

/* One row of a text of that size. */
static void add_row(struct rows *rows, size_t size)
{
    struct buf json;

    buf_init(&json);
    buf_append_str(&json, "[[\"");
    for (size_t i = 0; i < size; i++)
        buf_append_char(&json, 'x');
    buf_append_str(&json, "\"]]");
    rows_add(rows, json.data, json.size);
    buf_release(&json);
}

TEST("a table holds its first thousand rows and no more")
{
    const char *names[] = {"text"};
    FILE *out = fopen("/dev/null", "w");
    struct rows *rows = rows_new(out, ROWS_TABLE);

    rows_begin(rows, names, 1);
    for (int i = 0; i < 1001; i++)
        add_row(rows, 10000);
    size_t before = mallinfo2().uordblks;
    for (int i = 0; i < 1000; i++)
        add_row(rows, 10000);
    check(mallinfo2().uordblks < before + 100000);
    rows_end(rows, true);
    fclose(out);
}

TEST("a table is aligned by its first rows, its numbers to the right")
{
    static const char json[] = "[[\"a\",1],[\"longer\",-25],[null,null]]";
    const char *names[] = {"text", "n"};
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    struct rows *rows = rows_new(out, ROWS_TABLE);

    rows_begin(rows, names, 2);
    rows_add(rows, json, strlen(json));
    rows_end(rows, true);
    fclose(out);
    check_str(text, "text      n\n"
                    "------  ---\n"
                    "a         1\n"
                    "longer  -25\n"
                    "           \n"
                    "(3 rows)\n");
    free(text);
}

/* One row of one column, whose name has a tab in it, is written so. */
static void check_row(enum rows_form form, const char *json, const char *wanted)
{
    const char *names[] = {"a\tname"};
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    struct rows *rows = rows_new(out, form);

    rows_begin(rows, names, 1);
    rows_add(rows, json, strlen(json));
    rows_end(rows, true);
    fclose(out);
    check_str(text, wanted);
    free(text);
}

TEST("in a table a control character is a word, whoever put it into the data")
{
    static const char json[] =
        "[[\"a\\nb\\tc\\r\\u001b[31mred \\u007f \\u009b2J \xc2\x9c \xc3\xbc\"]]";

    check_row(ROWS_TABLE, json,
              "a\\tname\n"
              "---------------------------------------\n"
              "a\\nb\\tc\\r\\x1b[31mred \\x7f \\x9b2J \\x9c \xc3\xbc\n"
              "(1 row)\n");
}

TEST("elsewhere it is itself")
{
    check_row(ROWS_CSV, "[[\"a\\n\\u001bb\"]]",
              "a\tname\n\"a\n\x1b"
              "b\"\n");
    check_row(ROWS_JSON, "[[\"a\\n\\u001bb\"]]", "{\"a\\tname\":\"a\\n\\u001bb\"}\n");
}

/*
 * TOML as a tree, and tables of keys.
 */
#include "test.h"

#include "config/keys.h"
#include "config/toml.h"

#include <string.h>

static struct arena arena;

static const struct toml_node *parse(const char *text)
{
    struct toml_node *root;
    struct err err;

    check_ok(toml_parse(&arena, "f.toml", text, strlen(text), &root, &err));
    return root;
}

static const char *json_of(const char *text)
{
    struct buf out;

    buf_init(&out);
    toml_to_json(parse(text), &out);
    const char *copy = arena_strndup(&arena, out.data, out.size);
    buf_release(&out);
    return copy;
}

TEST("every kind of value becomes JSON, keys in the order of the file")
{
    check_str(json_of("z = 1\na = 'x'\nm = [1, [true, 2.5]]\nt = 2024-04-01T12:30:00Z\n"
                      "d = 2024-04-01\nc = 07:32:00\n[k]\n'a b' = {}\n"),
              "{\"z\":1,\"a\":\"x\",\"m\":[1,[true,2.5]],\"t\":\"2024-04-01T12:30:00Z\","
              "\"d\":\"2024-04-01\",\"c\":\"07:32:00\",\"k\":{\"a b\":{}}}");
    check_str(json_of(""), "{}");
    check_str(json_of("n = nan\ni = -inf\nh = 0xff\n"), "{\"n\":null,\"i\":null,\"h\":255}");
}

TEST("a value stands where its key stands")
{
    const struct toml_node *root = parse("a = 1\n\n  [b.c]\n  d = [\n    1,\n    2 ]\n");
    const struct toml_node *list = toml_find(toml_find(toml_find(root, "b"), "c"), "d");

    check_int(toml_find(root, "a")->line, 1);
    check_int(list->line, 4);
    check_int(list->column, 3);
    check_int(list->items[1]->line, 6);
    check_int(list->items[1]->column, 5);
    check(toml_find(root, "d") == NULL);
}

TEST("scalars have a text, lists and tables none")
{
    const struct toml_node *root = parse("s='x'\ni=-5\nf=0.5\nb=true\nl=[1]\nt={}\nd=2024-04-01\n");

    check_str(toml_as_text(toml_find(root, "s"), &arena), "x");
    check_str(toml_as_text(toml_find(root, "i"), &arena), "-5");
    check_str(toml_as_text(toml_find(root, "f"), &arena), "0.5");
    check_str(toml_as_text(toml_find(root, "b"), &arena), "true");
    check_str(toml_as_text(toml_find(root, "d"), &arena), "2024-04-01");
    check(toml_as_text(toml_find(root, "l"), &arena) == NULL);
    check(toml_as_text(toml_find(root, "t"), &arena) == NULL);
}

TEST("what is no TOML is an error with file, line and column")
{
    static const char *const bad[] = {"a",        "a =",          "a = 'x",         "[a",
                                      "[a]\n[a]", "a = 1\na = 2", "a = 2024-13-01", "a = \"\\q\"",
                                      "a = 01",   "= 1",          "\xff = 1"};
    struct toml_node *root = NULL;
    struct err err;

    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        check_fails(toml_parse(&arena, "f.toml", bad[i], strlen(bad[i]), &root, &err), ERR_CONFIG,
                    "f.toml:");
    check(root == NULL);
}

TEST("deeply nested TOML is refused, not followed")
{
    static char deep[200000] = "a = ";
    struct toml_node *root;
    struct err err;

    memset(deep + 4, '[', sizeof deep - 5);
    check_fails(toml_parse(&arena, "f.toml", deep, sizeof deep - 1, &root, &err), ERR_CONFIG,
                "f.toml:");
}

/* ------------------------------------------------------------------------------------------ keys */

static const char *const colours[] = {"red", "green", NULL};

struct thing {
    const char *name;
    bool is_new;
    int64_t count, wait_ms, size_bytes;
    int colour;
    struct texts tags;
    const struct toml_node *table, *list, *any;
};

static const struct key keys[] = {
    {"name", KEY_TEXT, offsetof(struct thing, name), true, NULL},
    {"new", KEY_BOOL, offsetof(struct thing, is_new), false, NULL},
    {"count", KEY_INTEGER, offsetof(struct thing, count), false, NULL},
    {"wait", KEY_DURATION, offsetof(struct thing, wait_ms), false, NULL},
    {"size", KEY_SIZE, offsetof(struct thing, size_bytes), false, NULL},
    {"colour", KEY_CHOICE, offsetof(struct thing, colour), false, colours},
    {"tags", KEY_TEXTS, offsetof(struct thing, tags), false, NULL},
    {"table", KEY_TABLE, offsetof(struct thing, table), false, NULL},
    {"list", KEY_LIST, offsetof(struct thing, list), false, NULL},
    {"any", KEY_NODE, offsetof(struct thing, any), false, NULL},
    {0},
};

/* The problems of reading the text into the thing, a line each. */
static const char *read_thing(const char *text, struct thing *thing)
{
    const char *lines = "";
    struct problems problems;

    problems_init(&problems, &arena);
    keys_read(parse(text), keys, thing, "f", NULL, &problems);
    problems_sort(&problems);
    for (size_t i = 0; i < problems.count; i++)
        lines = arena_printf(&arena, "%s%s\n", lines, problem_text(&problems.items[i], &arena));
    return lines;
}

TEST("keys of every kind go where they belong")
{
    struct thing thing = {.count = 9};

    check_str(read_thing("name = 'x'\nnew = true\nwait = '30s'\nsize = '1KiB'\ncolour = 'green'\n"
                         "tags = ['a', 'b']\ntable = {}\nlist = []\nany = 3\n",
                         &thing),
              "");
    check_str(thing.name, "x");
    check(thing.is_new);
    check_int(thing.count, 9);
    check_int(thing.wait_ms, 30000);
    check_int(thing.size_bytes, 1024);
    check_int(thing.colour, 1);
    check_int(thing.tags.count, 2);
    check_str(thing.tags.items[1], "b");
    check_int(thing.tags.line, 6);
    check_int(thing.any->integer, 3);
    check_str(read_thing("name = 'x'\ntags = 'one'\nsize = 4096\n", &thing), "");
    check_int(thing.tags.count, 1);
    check_int(thing.size_bytes, 4096);
}

TEST("all that is wrong with a table is said, and what is right is kept")
{
    struct thing thing = {.colour = 7, .wait_ms = 5};

    check_str(read_thing("new = 1\ncount = 'x'\nwait = '30'\nsize = -1\ncolour = 'blue'\n"
                         "tags = ['a', 1]\ntable = 1\nlist = {}\nnmae = 1\nany = {}\n",
                         &thing),
              "f:1:1: name is missing\n"
              "f:1:1: new must be true or false, not an integer\n"
              "f:2:1: count must be an integer, not text\n"
              "f:3:1: wait must be a duration like \"30s\", not \"30\"\n"
              "f:4:1: size must be a size like \"64MiB\", not an integer\n"
              "f:5:1: colour must be one of red, green, not \"blue\"\n"
              "f:6:14: an item must be text, not an integer\n"
              "f:7:1: table must be a table, not an integer\n"
              "f:8:1: list must be a list, not a table\n"
              "f:9:1: unknown key \"nmae\": did you mean \"name\"?\n");
    check_int(thing.colour, 7);
    check_int(thing.wait_ms, 5);
    check(thing.tags.items == NULL);
    check(thing.any != NULL);
}

TEST("keys that others read are handed on in their order")
{
    const struct toml_node **more;
    struct problems problems;
    struct thing thing = {0};

    problems_init(&problems, &arena);
    keys_read(parse("z = 1\nname = 'x'\na = 2\n"), keys, &thing, "f", &more, &problems);
    check_int(problems.count, 0);
    check_str(more[0]->key, "z");
    check_str(more[1]->key, "a");
    check(more[2] == NULL);
}

TEST("problems stand in the order of files, lines and columns; those of no file come first")
{
    struct problems problems;

    problems_init(&problems, &arena);
    for (int i = 40; i > 0; i--)
        problem_add(&problems, "b", i, 1, "line %d", i);
    problem_add(&problems, "a", 2, 9, "later");
    problem_add(&problems, "a", 2, 3, "sooner");
    problem_add(&problems, "a", 0, 0, "whole");
    problem_add(&problems, "a", 7, 0, "line");
    problem_add_err(&problems, &(struct err){.message = "a:2:5: between"});
    problem_add_err(&problems, &(struct err){.message = "no server at 127.0.0.1:80: refused"});
    problems_sort(&problems);
    check_str(problem_text(&problems.items[0], &arena), "no server at 127.0.0.1:80: refused");
    check_str(problem_text(&problems.items[1], &arena), "a: whole");
    check_str(problem_text(&problems.items[2], &arena), "a:2:3: sooner");
    check_str(problem_text(&problems.items[3], &arena), "a:2:5: between");
    check_str(problem_text(&problems.items[4], &arena), "a:2:9: later");
    check_str(problem_text(&problems.items[5], &arena), "a:7: line");
    check_str(problem_text(&problems.items[45], &arena), "b:40:1: line 40");
}

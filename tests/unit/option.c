/*
 * Options of connectors, from text to values.
 */
#include "test.h"

#include "base/file.h"
#include "option/option.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct aorta_option table[] = {
    {"name", AORTA_OPTION_TEXT, .is_required = true, .help = "What it is called"},
    {"port", AORTA_OPTION_INTEGER, .default_text = "5432", .help = "Where it listens"},
    {"share", AORTA_OPTION_NUMBER, .help = "How much of it"},
    {"sync", AORTA_OPTION_BOOL, .default_text = "true", .help = "Whether it waits"},
    {"path", AORTA_OPTION_PATH, .help = "Where it is"},
    {"wait", AORTA_OPTION_DURATION, .help = "How long it waits"},
    {"size", AORTA_OPTION_SIZE, .help = "How large it is"},
    {"start", AORTA_OPTION_TIME, .help = "When it begins"},
    {"folders", AORTA_OPTION_PATHS, .help = "Where it looks"},
    {"password", AORTA_OPTION_TEXT, .is_secret = true, .help = "What nobody sees"},
    {0},
};

enum { NAME, PORT, SHARE, SYNC, PATH, WAIT, SIZE, START, FOLDERS, PASSWORD, COUNT };

static struct arena arena;

static struct aorta_option_value parse(int option, const char *text)
{
    struct aorta_option_value value;
    struct err err;

    check_ok(option_parse(&table[option], text, "/pipeline", &arena, &value, &err));
    check(value.is_set);
    return value;
}

static void refuses(int option, const char *text, const char *part)
{
    struct aorta_option_value value = {.integer = 77};
    struct err err;

    check_fails(option_parse(&table[option], text, "/pipeline", &arena, &value, &err), ERR_CONFIG,
                part);
    check_int(value.integer, 77);
}

TEST("an option is found by its name, in a table that may be none")
{
    check_int(option_count(table), COUNT);
    check_int(option_find(table, "password"), PASSWORD);
    check_int(option_find(table, "Name"), -1);
    check_int(option_find(NULL, "name"), -1);
    check_int(option_count(NULL), 0);
}

TEST("paths are separated by commas, and each is made absolute")
{
    arena_init(&arena);
    check_str(parse(FOLDERS, "lake").text, "/pipeline/lake");
    check_str(parse(FOLDERS, " lake , /srv/a b,c").text, "/pipeline/lake,/srv/a b,/pipeline/c");
    refuses(FOLDERS, "", "must be paths separated by commas, not \"\"");
    refuses(FOLDERS, "a,,b", "must be paths separated by commas");
    refuses(FOLDERS, "a,", "must be paths separated by commas");
    arena_release(&arena);
}

TEST("each type is parsed from text")
{
    check_str(parse(NAME, "").text, "");
    check_int(parse(PORT, "-9223372036854775808").integer, INT64_MIN);
    check(parse(SHARE, "2.5e-1").number == 0.25);
    check_int(parse(SYNC, "true").integer, 1);
    check_int(parse(SYNC, "false").integer, 0);
    check_str(parse(PATH, "data/a.db").text, "/pipeline/data/a.db");
    check_str(parse(PATH, "/data/a.db").text, "/data/a.db");
    check_str(parse(PATH, ":memory:").text, ":memory:");
    check_int(parse(WAIT, "5m").integer, 300000);
    check_int(parse(SIZE, "1MiB").integer, 1048576);
    check_int(parse(START, "1970-01-02").integer, INT64_C(86400000000));
}

TEST("text that is no value of the type says which it must be")
{
    refuses(PORT, "many", "must be an integer, not \"many\"");
    refuses(PORT, "1.5", "must be an integer");
    refuses(PORT, "", "must be an integer");
    refuses(PORT, "9223372036854775808", "must be an integer");
    refuses(SHARE, "half", "must be a number");
    refuses(SYNC, "yes", "must be true or false");
    refuses(PATH, "", "must be a path");
    refuses(WAIT, "5", "must be a duration like \"30s\"");
    refuses(SIZE, "5 MB", "must be a size like \"64MiB\"");
    refuses(START, "yesterday", "must be a time like 2024-04-01T00:00:00Z");
}

TEST("a secret is a reference, which stays one until it is needed")
{
    refuses(PASSWORD, "hunter2", "is a secret");
    check_str(parse(PASSWORD, "env:PASSWORD").text, "env:PASSWORD");
    check_str(parse(PASSWORD, "file:password").text, "file:password");
    check_str(parse(PORT, "env:PORT").text, "env:PORT");
    check(option_is_reference("env:") && option_is_reference("file:x"));
    check(!option_is_reference("environment:x") && !option_is_reference("ENV:x"));
}

TEST("a reference is resolved from the environment or a file, less its last newlines")
{
    const char *value;
    struct err err;
    char path[512];

    setenv("AORTA_TEST_OPTION", "from outside", 1);
    check_ok(option_resolve("env:AORTA_TEST_OPTION", "/", &arena, &value, &err));
    check_str(value, "from outside");
    check_ok(option_resolve("plain", "/", &arena, &value, &err));
    check_str(value, "plain");
    snprintf(path, sizeof path, "%s/secret", test_folder());
    check_ok(file_write_atomic(path, " a\nb \r\n\n", 8, &err));
    check_ok(option_resolve("file:secret", test_folder(), &arena, &value, &err));
    check_str(value, " a\nb ");
    unsetenv("AORTA_TEST_OPTION");
    check_fails(option_resolve("env:AORTA_TEST_OPTION", "/", &arena, &value, &err), ERR_CONFIG,
                "environment variable AORTA_TEST_OPTION is not set");
    check_fails(option_resolve("file:none", test_folder(), &arena, &value, &err), ERR_CONFIG,
                "No such file");
}

TEST("a secret's file has a limit")
{
    static char large[100000];
    const char *value;
    struct err err;
    char path[512];

    memset(large, 'x', sizeof large);
    snprintf(path, sizeof path, "%s/secret", test_folder());
    check_ok(file_write_atomic(path, large, sizeof large, &err));
    check_fails(option_resolve("file:secret", test_folder(), &arena, &value, &err), ERR_CONFIG,
                "larger than");
}

static const char *give(void *arg, const char *name)
{
    const char *const *pairs = arg;

    for (; pairs[0] != NULL; pairs += 2)
        if (strcmp(pairs[0], name) == 0)
            return pairs[1];
    return NULL;
}

TEST("an array of values is filled from what is given, references, and defaults")
{
    const char *pairs[] = {
        "name", "db", "password", "env:AORTA_TEST_OPTION", "share", "env:AORTA_TEST_SHARE", NULL};
    struct aorta_option_value *values;
    struct err err;

    setenv("AORTA_TEST_OPTION", "hunter2", 1);
    setenv("AORTA_TEST_SHARE", "0.5", 1);
    check_ok(option_fill(table, "/", give, pairs, &arena, &values, &err));
    check_str(values[NAME].text, "db");
    check_int(values[PORT].integer, 5432);
    check(values[SHARE].number == 0.5);
    check_int(values[SYNC].integer, 1);
    check(!values[PATH].is_set && !values[WAIT].is_set);
    check_str(values[PASSWORD].text, "hunter2");
}

TEST("what cannot be filled is named, and what is behind a reference is not shown")
{
    const char *none[] = {NULL};
    const char *secret[] = {"name", "db", "port", "env:AORTA_TEST_OPTION", NULL};
    struct aorta_option_value *values;
    struct err err;

    check_fails(option_fill(table, "/", give, none, &arena, &values, &err), ERR_CONFIG,
                "name is missing: What it is called");
    setenv("AORTA_TEST_OPTION", "hunter2", 1);
    check_fails(option_fill(table, "/", give, secret, &arena, &values, &err), ERR_CONFIG,
                "port must be an integer");
    check(strstr(err.message, "hunter2") == NULL);
    unsetenv("AORTA_TEST_OPTION");
    check_fails(option_fill(table, "/", give, secret, &arena, &values, &err), ERR_CONFIG,
                "port: the environment variable AORTA_TEST_OPTION is not set");
}

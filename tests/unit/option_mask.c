/*
 * Values that were given by reference, in words for people.
 */
#include "test.h"

#include <stdio.h>

#include "option/mask.h"

static struct arena arena;

#define check_mask(text, wanted) check_str(mask_text(text, &arena), wanted)

TEST("a noted value is replaced by its reference, wherever it stands")
{
    const char plain[] = "nothing of it";

    arena_init(&arena);
    check(mask_text(NULL, &arena) == NULL);
    check(mask_text(plain, &arena) == plain);
    mask_note("hunter2-and-more", "env:PASSWORD", true);
    check(mask_text(plain, &arena) == plain);
    check_mask("hunter2-and-more", "env:PASSWORD");
    check_mask("login hunter2-and-more: no, hunter2-and-more",
               "login env:PASSWORD: no, env:PASSWORD");
    check_mask("", "");
    arena_release(&arena);
}

TEST("of a URL the password alone is masked, too")
{
    arena_init(&arena);
    mask_note("postgres://ada:s3cr3t@db:5432/w?x=1", "env:WAREHOUSE_URL", false);
    check_mask("connect postgres://ada:s3cr3t@db:5432/w?x=1: timeout",
               "connect env:WAREHOUSE_URL: timeout");
    check_mask("invalid port \"s3cr3t@db\"", "invalid port \"env:WAREHOUSE_URL@db\"");
    mask_note("http://host/path:with@signs", "env:PLAIN", false);
    check_mask("with", "with");
    arena_release(&arena);
}

TEST("a message that was cut in the middle of a value does not end with its beginning")
{
    arena_init(&arena);
    mask_note("0123456789abcdef", "file:key", true);
    check_mask("the key 01234567", "the key file:key");
    check_mask("number 01234", "number 01234");
    arena_release(&arena);
}

TEST("short values are masked if they are secrets, numbers and flags are left readable")
{
    arena_init(&arena);
    mask_note("5432", "env:PORT", false);
    mask_note("abc", "env:PIN", true);
    mask_note("", "env:EMPTY", true);
    check_mask("port 5432, pin abc", "port 5432, pin env:PIN");
    arena_release(&arena);
}

TEST("the longest value wins, and more values than are kept push the short ones out")
{
    char value[64];

    arena_init(&arena);
    mask_note("abcdef", "env:SHORT", true);
    mask_note("abcdefghij", "env:LONG", true);
    check_mask("abcdefghij abcdef", "env:LONG env:SHORT");
    for (int i = 0; i < 300; i++) {
        snprintf(value, sizeof value, "a value of many bytes, number %03d", i);
        mask_note(value, "env:MANY", true);
    }
    check_mask("a value of many bytes, number 007", "env:MANY");
    arena_release(&arena);
}

/*
 * The text of API tokens.
 */
#include "test.h"

#include "base/token.h"

#include <stdio.h>
#include <string.h>

static char text[TOKEN_TEXT_SIZE + 1];

static struct token make(void)
{
    struct token token;
    struct err err;

    check_ok(token_make(&token, text, &err));
    return token;
}

TEST("a token has a prefix, an id, a secret and a checksum, and no two are the same")
{
    char before[sizeof text];
    struct token first = make();
    memcpy(before, text, sizeof before);
    struct token second = make();

    check_int(strlen(text), TOKEN_TEXT_SIZE);
    check_int(strncmp(text, "aorta_", 6), 0);
    check_int(strncmp(text + 6, second.id, TOKEN_ID_SIZE), 0);
    check_int(strspn(text + 19, "0123456789abcdef"), 72);
    check(strcmp(text, before) != 0);
    check(strcmp(first.id, second.id) != 0);
    check(strcmp(first.hash, second.hash) != 0);
    check(!token_is_same(&first, &second));
}

TEST("what was made is read again, and its hash tells nothing of it")
{
    struct token made = make(), read;

    check(token_parse(&read, text, strlen(text)));
    check_str(read.id, made.id);
    check(token_is_same(&read, &made));
    check(strstr(text, made.hash) == NULL);
    for (size_t i = 0; i + 8 <= HASH_HEX_SIZE; i++) {
        char part[9];
        snprintf(part, sizeof part, "%.8s", made.hash + i);
        check(strstr(text, part) == NULL);
    }
}

TEST("every character counts")
{
    struct token made = make(), read;

    for (size_t i = 0; i < TOKEN_TEXT_SIZE; i++) {
        char kept = text[i];
        text[i] = kept == '7' ? '8' : '7';
        check(!token_parse(&read, text, TOKEN_TEXT_SIZE));
        text[i] = kept;
    }
    for (size_t size = 0; size < TOKEN_TEXT_SIZE; size++)
        check(!token_parse(&read, text, size));
    check(token_parse(&read, text, TOKEN_TEXT_SIZE));
    check(token_is_same(&read, &made));
}

/* So that others can look for tokens: the checksum is what every library calls crc32. */
TEST("a token that was written down is known")
{
    static const char known[] =
        "aorta_0123456789ab_00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"
        "f8142b9f";
    struct token read;

    check(token_parse(&read, known, strlen(known)));
    check_str(read.id, "0123456789ab");
    check_str(read.hash, "3f9dc807ce60b632c5ee89014afae5b14f220175d9e824ad92ea2f90d16be73e");
    check(!token_parse(&read, "AORTA_0123456789AB_00", 21));
}

#include "base/token.h"

#include <errno.h>
#include <openssl/crypto.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>

enum { PREFIX_SIZE = 6, SECRET_SIZE = 64, CHECKSUM_SIZE = 8 };

static const char prefix[PREFIX_SIZE + 1] = "aorta_";

/* CRC-32 of RFC 1952, section 8, bit by bit: tokens are short. */
static uint32_t checksum(const char *text, size_t size)
{
    uint32_t crc = 0xffffffffU;

    for (size_t i = 0; i < size; i++) {
        crc ^= (unsigned char)text[i];
        for (int bit = 0; bit < 8; bit++)
            crc = crc & 1 ? (crc >> 1) ^ 0xedb88320U : crc >> 1;
    }
    return ~crc;
}

static void write_hex(char *out, const unsigned char *bytes, size_t count)
{
    static const char digits[] = "0123456789abcdef";

    for (size_t i = 0; i < count; i++) {
        *out++ = digits[bytes[i] >> 4];
        *out++ = digits[bytes[i] & 15];
    }
}

static bool is_hex(const char *text, size_t size)
{
    for (size_t i = 0; i < size; i++)
        if (text[i] == '\0' || strchr("0123456789abcdef", text[i]) == NULL)
            return false;
    return true;
}

/* The id is in the hash too: a hash that was moved to another token is none. */
static void fill(struct token *token, const char *text)
{
    struct hash *hash = hash_new();

    memcpy(token->id, text + PREFIX_SIZE, TOKEN_ID_SIZE);
    token->id[TOKEN_ID_SIZE] = '\0';
    hash_add(hash, token->id, TOKEN_ID_SIZE);
    hash_add(hash, text + PREFIX_SIZE + TOKEN_ID_SIZE + 1, SECRET_SIZE);
    hash_finish(hash, token->hash);
}

int token_make(struct token *token, char text[TOKEN_TEXT_SIZE + 1], struct err *err)
{
    unsigned char chance[TOKEN_ID_SIZE / 2 + SECRET_SIZE / 2];
    const size_t checked = TOKEN_TEXT_SIZE - CHECKSUM_SIZE;
    char *at = text + PREFIX_SIZE;

    if (getrandom(chance, sizeof chance, 0) != (ssize_t)sizeof chance)
        return err_set(err, ERR_TRANSIENT, "no random bytes for a token: %s", strerror(errno));
    memcpy(text, prefix, PREFIX_SIZE);
    write_hex(at, chance, TOKEN_ID_SIZE / 2);
    at[TOKEN_ID_SIZE] = '_';
    write_hex(at + TOKEN_ID_SIZE + 1, chance + TOKEN_ID_SIZE / 2, SECRET_SIZE / 2);
    snprintf(text + checked, CHECKSUM_SIZE + 1, "%08x", checksum(text, checked));
    OPENSSL_cleanse(chance, sizeof chance);
    fill(token, text);
    return 0;
}

bool token_parse(struct token *token, const char *text, size_t size)
{
    const size_t checked = TOKEN_TEXT_SIZE - CHECKSUM_SIZE;
    char sum[CHECKSUM_SIZE + 1];

    if (size != TOKEN_TEXT_SIZE || memcmp(text, prefix, PREFIX_SIZE) != 0 ||
        !is_hex(text + PREFIX_SIZE, TOKEN_ID_SIZE) || text[PREFIX_SIZE + TOKEN_ID_SIZE] != '_' ||
        !is_hex(text + PREFIX_SIZE + TOKEN_ID_SIZE + 1, SECRET_SIZE))
        return false;
    snprintf(sum, sizeof sum, "%08x", checksum(text, checked));
    if (memcmp(text + checked, sum, CHECKSUM_SIZE) != 0)
        return false;
    fill(token, text);
    return true;
}

bool token_is_same(const struct token *token, const struct token *other)
{
    return CRYPTO_memcmp(token->hash, other->hash, HASH_HEX_SIZE) == 0;
}

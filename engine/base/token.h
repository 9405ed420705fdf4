/*
 * The text of an API token:
 *
 *     aorta_0123456789ab_<64 hexadecimal digits><8 hexadecimal digits>
 *           id           secret                  checksum
 *
 * The id finds the token, the secret (256 bits of chance) proves that somebody has it, the checksum
 * (CRC-32, as in gzip, of all before it) tells a typing mistake from a wrong token, and a token in
 * a text from anything else that looks so. What is kept is a hash of the secret: SHA-256, without
 * salt or rounds, because nobody guesses 256 bits.
 */
#ifndef AORTA_BASE_TOKEN_H
#define AORTA_BASE_TOKEN_H

#include "base/err.h"
#include "base/hash.h"

#include <stdbool.h>
#include <stddef.h>

enum { TOKEN_ID_SIZE = 12, TOKEN_TEXT_SIZE = 91 };

struct token {
    char id[TOKEN_ID_SIZE + 1];
    char hash[HASH_HEX_SIZE + 1]; /* of its secret */
};

/* Makes a new one; its text is for whoever will use it. TRANSIENT if the system gives no chance. */
int token_make(struct token *token, char text[TOKEN_TEXT_SIZE + 1], struct err *err);

/* Takes a text from outside apart; false if it is none, or not as it was given. */
bool token_parse(struct token *token, const char *text, size_t size);

/* Whether both have the same secret, in a time that does not tell how much of it. */
bool token_is_same(const struct token *token, const struct token *other);

#endif

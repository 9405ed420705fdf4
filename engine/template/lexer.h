/*
 * The words of a template.
 *
 *     from {{ ref('a') }}  →  TEXT "from "  PRINT_BEGIN  NAME ref  OPEN_ROUND  STRING a  …
 *
 * Outside of {{ }} and {% %} everything is text. The lexer applies `-` (which takes the white space
 * on its side away), drops comments and passes {% raw %} on as text, so that the parser never sees
 * them. It knows brackets: the }} of {{ {'a': {}} }} is found behind the map.
 */
#ifndef AORTA_TEMPLATE_LEXER_H
#define AORTA_TEMPLATE_LEXER_H

#include "base/arena.h"
#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum template_token_kind {
    TOKEN_END, /* of the template */
    TOKEN_TEXT,
    TOKEN_PRINT_BEGIN, /* {{ */
    TOKEN_PRINT_END,
    TOKEN_BLOCK_BEGIN, /* {% */
    TOKEN_BLOCK_END,
    TOKEN_NAME,
    TOKEN_STRING,
    TOKEN_INT,
    TOKEN_DOUBLE,
    TOKEN_ADD,
    TOKEN_SUBTRACT,
    TOKEN_MULTIPLY,
    TOKEN_DIVIDE,
    TOKEN_FLOOR_DIVIDE,
    TOKEN_MODULO,
    TOKEN_POWER,
    TOKEN_EQUAL,
    TOKEN_NOT_EQUAL,
    TOKEN_LESS,
    TOKEN_LESS_EQUAL,
    TOKEN_GREATER,
    TOKEN_GREATER_EQUAL,
    TOKEN_ASSIGN,
    TOKEN_TILDE,
    TOKEN_PIPE,
    TOKEN_DOT,
    TOKEN_COMMA,
    TOKEN_COLON,
    TOKEN_OPEN_ROUND,
    TOKEN_CLOSE_ROUND,
    TOKEN_OPEN_SQUARE,
    TOKEN_CLOSE_SQUARE,
    TOKEN_OPEN_CURLY,
    TOKEN_CLOSE_CURLY,
};

struct template_token {
    enum template_token_kind kind;
    int line; /* both from 1, columns in bytes */
    int column;
    const char *data; /* TEXT, NAME and a decoded STRING: in the template's text or the arena */
    size_t size;
    int64_t integer;
    double real;
};

struct template_lexer {
    struct arena *arena; /* for strings with escapes */
    const char *name;    /* what errors begin with */
    const char *cursor;
    const char *end;
    int line; /* where the cursor is */
    const char *line_start;
    char closing[64]; /* the brackets that are open, as what closes them */
    int depth;
    bool in_tag;    /* between {{ or {% and its end */
    bool is_print;  /* the tag is {{ */
    bool trim_next; /* the last tag ended with `-` */
    bool after_dot; /* the last token was a dot: "1.2" behind it is two indices */
};

/* The text must be UTF-8 and live as long as the tokens. */
void template_lexer_init(struct template_lexer *lexer, struct arena *arena, const char *name,
                         const char *text, size_t size);

/* The next token; TOKEN_END again and again at the end. Errors say name:line:column. */
int template_lexer_next(struct template_lexer *lexer, struct template_token *token,
                        struct err *err);

/* Whether the token is that name. */
bool template_token_is(const struct template_token *token, const char *name);

/* How the token looks in an error message: `"endif"`, `the end of the template`. In the arena. */
const char *template_token_describe(const struct template_token *token, struct arena *arena);

#endif

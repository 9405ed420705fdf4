#include "template/lexer.h"

#include "base/utf8.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { NUMBER_BYTES = 64 }; /* longer is no number that anybody means */

/* Longer ones before those that begin like them. */
static const struct {
    const char *text;
    enum template_token_kind kind;
} operators[] = {
    {"**", TOKEN_POWER},      {"//", TOKEN_FLOOR_DIVIDE}, {"==", TOKEN_EQUAL},
    {"!=", TOKEN_NOT_EQUAL},  {"<=", TOKEN_LESS_EQUAL},   {">=", TOKEN_GREATER_EQUAL},
    {"+", TOKEN_ADD},         {"-", TOKEN_SUBTRACT},      {"*", TOKEN_MULTIPLY},
    {"/", TOKEN_DIVIDE},      {"%", TOKEN_MODULO},        {"<", TOKEN_LESS},
    {">", TOKEN_GREATER},     {"=", TOKEN_ASSIGN},        {"~", TOKEN_TILDE},
    {"|", TOKEN_PIPE},        {".", TOKEN_DOT},           {",", TOKEN_COMMA},
    {":", TOKEN_COLON},       {"(", TOKEN_OPEN_ROUND},    {")", TOKEN_CLOSE_ROUND},
    {"[", TOKEN_OPEN_SQUARE}, {"]", TOKEN_CLOSE_SQUARE},  {"{", TOKEN_OPEN_CURLY},
    {"}", TOKEN_CLOSE_CURLY},
};

void template_lexer_init(struct template_lexer *lexer, struct arena *arena, const char *name,
                         const char *text, size_t size)
{
    *lexer = (struct template_lexer){
        .arena = arena,
        .name = name,
        .cursor = text,
        .end = text + size,
        .line = 1,
        .line_start = text,
    };
}

/* ASCII only: isspace and its kin ask the locale. */
static bool is_space(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_name_start(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || (unsigned char)c >= 0x80;
}

static bool is_name_part(char c)
{
    return is_name_start(c) || is_digit(c);
}

/* At the cursor. */
static int fail(const struct template_lexer *lexer, struct err *err, const char *what)
{
    return err_set(err, ERR_CONFIG, "%s:%d:%d: %s", lexer->name, lexer->line,
                   (int)(lexer->cursor - lexer->line_start) + 1, what);
}

static bool starts_with(const char *from, const char *end, const char *text)
{
    size_t size = strlen(text);

    return (size_t)(end - from) >= size && memcmp(from, text, size) == 0;
}

/* Moves the cursor on, counting lines. */
static void move_to(struct template_lexer *lexer, const char *to)
{
    const char *newline;

    while ((newline = memchr(lexer->cursor, '\n', (size_t)(to - lexer->cursor))) != NULL) {
        lexer->line++;
        lexer->line_start = newline + 1;
        lexer->cursor = newline + 1;
    }
    lexer->cursor = to;
}

static void skip_space(struct template_lexer *lexer)
{
    const char *p = lexer->cursor;

    while (p < lexer->end && is_space(*p))
        p++;
    move_to(lexer, p);
}

static void begin_token(const struct template_lexer *lexer, struct template_token *token,
                        enum template_token_kind kind)
{
    *token = (struct template_token){
        .kind = kind,
        .line = lexer->line,
        .column = (int)(lexer->cursor - lexer->line_start) + 1,
        .data = lexer->cursor,
    };
}

/* ---- outside of tags ------------------------------------------------------------------------- */

/* The next "{{", "{%" or "{#", or the end. */
static const char *find_tag(const char *from, const char *end)
{
    while (from < end && (from = memchr(from, '{', (size_t)(end - from))) != NULL) {
        if (end - from >= 2 && (from[1] == '{' || from[1] == '%' || from[1] == '#'))
            return from;
        from++;
    }
    return end;
}

static int skip_comment(struct template_lexer *lexer, struct err *err)
{
    const char *close =
        memmem(lexer->cursor + 2, (size_t)(lexer->end - lexer->cursor - 2), "#}", 2);

    if (close == NULL)
        return fail(lexer, err, "this comment has no end: close it with \"#}\"");
    lexer->trim_next = close[-1] == '-' && close - lexer->cursor > 2;
    move_to(lexer, close + 2);
    return 0;
}

/* Matches `{% word %}` with any of its trim signs. Returns what follows it, or NULL. */
static const char *match_bare_tag(const char *at, const char *end, const char *word,
                                  bool *trim_before, bool *trim_after)
{
    if (!starts_with(at, end, "{%"))
        return NULL;
    at += 2;
    *trim_before = at < end && *at == '-';
    if (at < end && (*at == '-' || *at == '+'))
        at++;
    while (at < end && is_space(*at))
        at++;
    if (!starts_with(at, end, word))
        return NULL;
    at += strlen(word);
    while (at < end && is_space(*at))
        at++;
    *trim_after = at < end && *at == '-';
    if (at < end && (*at == '-' || *at == '+'))
        at++;
    return starts_with(at, end, "%}") ? at + 2 : NULL;
}

static const char *trim_end(const char *start, const char *end)
{
    while (end > start && is_space(end[-1]))
        end--;
    return end;
}

/* Passes what stands between {% raw %} and {% endraw %} on as text. `body` follows the first. */
static int lex_raw(struct template_lexer *lexer, const char *body, bool trim_body,
                   struct template_token *token, struct err *err)
{
    bool trim_before = false, trim_after = false;
    const char *after = NULL;
    const char *close;

    for (close = body; (close = find_tag(close, lexer->end)) < lexer->end; close++) {
        after = match_bare_tag(close, lexer->end, "endraw", &trim_before, &trim_after);
        if (after != NULL)
            break;
    }
    if (after == NULL)
        return fail(lexer, err, "this raw block has no end: close it with \"{% endraw %}\"");
    move_to(lexer, body);
    if (trim_body)
        while (lexer->cursor < close && is_space(*lexer->cursor))
            move_to(lexer, lexer->cursor + 1);
    begin_token(lexer, token, TOKEN_TEXT);
    token->size = (size_t)((trim_before ? trim_end(token->data, close) : close) - token->data);
    move_to(lexer, after);
    lexer->trim_next = trim_after;
    return 0;
}

static void lex_tag_begin(struct template_lexer *lexer, struct template_token *token)
{
    lexer->is_print = lexer->cursor[1] == '{';
    lexer->in_tag = true;
    lexer->depth = 0;
    begin_token(lexer, token, lexer->is_print ? TOKEN_PRINT_BEGIN : TOKEN_BLOCK_BEGIN);
    lexer->cursor += 2;
    if (lexer->cursor < lexer->end && (*lexer->cursor == '-' || *lexer->cursor == '+'))
        lexer->cursor++;
}

/* Text up to the next tag, or the tag's beginning. */
static int lex_outside(struct template_lexer *lexer, struct template_token *token, struct err *err)
{
    for (;;) {
        bool trim_before = false, trim_after = false;

        if (lexer->trim_next)
            skip_space(lexer);
        lexer->trim_next = false;
        const char *tag = find_tag(lexer->cursor, lexer->end);
        if (tag > lexer->cursor) {
            bool trims = lexer->end - tag >= 3 && tag[2] == '-';
            begin_token(lexer, token, TOKEN_TEXT);
            token->size = (size_t)((trims ? trim_end(token->data, tag) : tag) - token->data);
            move_to(lexer, tag);
            if (token->size > 0)
                return 0;
        }
        if (tag == lexer->end) {
            begin_token(lexer, token, TOKEN_END);
            return 0;
        }
        if (tag[1] == '#') {
            if (skip_comment(lexer, err) < 0)
                return -1;
            continue;
        }
        const char *body = match_bare_tag(tag, lexer->end, "raw", &trim_before, &trim_after);
        if (body != NULL)
            return lex_raw(lexer, body, trim_after, token, err);
        lex_tag_begin(lexer, token);
        return 0;
    }
}

/* ---- inside of tags -------------------------------------------------------------------------- */

static bool lex_tag_end(struct template_lexer *lexer, struct template_token *token)
{
    const char *at = lexer->cursor;
    bool trims = *at == '-';

    if (lexer->depth > 0)
        return false;
    if (trims || (*at == '+' && !lexer->is_print))
        at++;
    if (!starts_with(at, lexer->end, lexer->is_print ? "}}" : "%}"))
        return false;
    begin_token(lexer, token, lexer->is_print ? TOKEN_PRINT_END : TOKEN_BLOCK_END);
    lexer->cursor = at + 2;
    lexer->in_tag = false;
    lexer->trim_next = trims;
    return true;
}

static void lex_name(struct template_lexer *lexer, struct template_token *token)
{
    const char *p = lexer->cursor;

    begin_token(lexer, token, TOKEN_NAME);
    while (p < lexer->end && is_name_part(*p))
        p++;
    token->size = (size_t)(p - token->data);
    lexer->cursor = p;
}

/* The end of digits and single `_` between them. */
static const char *skip_digits(const char *p, const char *end)
{
    while (p < end && (is_digit(*p) || (*p == '_' && end - p >= 2 && is_digit(p[1]))))
        p++;
    return p;
}

/* The end of the number that starts at p; *is_double if it has a fraction or an exponent. */
static const char *skip_number(const struct template_lexer *lexer, const char *p, bool *is_double)
{
    const char *end = lexer->end;

    *is_double = false;
    if (*p == '0' && end - p >= 3 && strchr("xXoObB", p[1]) != NULL) {
        for (p += 2; p < end && is_name_part(*p);)
            p++;
        return p;
    }
    p = skip_digits(p, end);
    if (lexer->after_dot)
        return p;
    if (end - p >= 2 && *p == '.' && is_digit(p[1])) {
        p = skip_digits(p + 1, end);
        *is_double = true;
    }
    if (p < end && (*p == 'e' || *p == 'E')) {
        const char *exponent = p + 1;
        if (exponent < end && (*exponent == '+' || *exponent == '-'))
            exponent++;
        if (exponent < end && is_digit(*exponent)) {
            p = skip_digits(exponent, end);
            *is_double = true;
        }
    }
    return p;
}

static int lex_number(struct template_lexer *lexer, struct template_token *token, struct err *err)
{
    char digits[NUMBER_BYTES];
    size_t size = 0;
    bool is_double;
    const char *after = skip_number(lexer, lexer->cursor, &is_double);
    int base = 10;
    char *stop;

    begin_token(lexer, token, is_double ? TOKEN_DOUBLE : TOKEN_INT);
    for (const char *p = lexer->cursor; p < after; p++) {
        if (size == sizeof digits - 1)
            return fail(lexer, err, "this number is too long");
        if (*p != '_')
            digits[size++] = *p;
    }
    digits[size] = '\0';
    const char *start = digits;
    if (digits[0] == '0' && size > 2 && strchr("xXoObB", digits[1]) != NULL) {
        base = (digits[1] | 32) == 'x' ? 16 : (digits[1] | 32) == 'o' ? 8 : 2;
        start += 2;
    }
    errno = 0;
    if (is_double)
        token->real = strtod(start, &stop);
    else
        token->integer = strtoll(start, &stop, base);
    if (*stop != '\0' || (after < lexer->end && is_name_part(*after)))
        return fail(lexer, err, "this is neither a number nor a name");
    if (errno == ERANGE && !is_double)
        return fail(lexer, err, "this number does not fit 64 bits: write it as text");
    lexer->cursor = after;
    return 0;
}

/* Reads exactly `count` digits of the base. */
static bool read_code(const char *p, const char *end, int count, int base, uint32_t *code)
{
    *code = 0;
    if (end - p < count)
        return false;
    for (int i = 0; i < count; i++) {
        int digit = is_digit(p[i])                             ? p[i] - '0'
                    : (p[i] | 32) >= 'a' && (p[i] | 32) <= 'f' ? (p[i] | 32) - 'a' + 10
                                                               : 16;
        if (digit >= base)
            return false;
        *code = *code * (uint32_t)base + (uint32_t)digit;
    }
    return true;
}

/* Decodes one escape, p behind its backslash, as Python does; an unknown one stands for itself.
 * Returns what follows it, or NULL. */
static const char *decode_escape(const char *p, const char *end, char **out)
{
    static const char letters[] = "ntrabfv\\'\"";
    static const char meanings[] = "\n\t\r\a\b\f\v\\'\"";
    const char *letter = strchr(letters, *p);
    uint32_t code;

    if (*p == '\n')
        return p + 1;
    if (*p != '\0' && letter != NULL) {
        *(*out)++ = meanings[letter - letters];
        return p + 1;
    }
    int hex_digits = *p == 'x' ? 2 : *p == 'u' ? 4 : *p == 'U' ? 8 : 0;
    if (hex_digits > 0) {
        if (!read_code(p + 1, end, hex_digits, 16, &code) || code > 0x10ffff)
            return NULL;
        *out += utf8_encode(code, *out);
        return p + 1 + hex_digits;
    }
    for (int octal_digits = 3; octal_digits > 0; octal_digits--)
        if (read_code(p, end, octal_digits, 8, &code)) {
            *out += utf8_encode(code, *out);
            return p + octal_digits;
        }
    *(*out)++ = '\\';
    return p;
}

static int decode_string(struct template_lexer *lexer, struct template_token *token,
                         const char *end, struct err *err)
{
    /* An escape is never shorter than what it stands for: \\xff is two bytes of UTF-8. */
    char *text = arena_alloc(lexer->arena, (size_t)(end - token->data) + 1);
    char *out = text;

    for (const char *p = token->data; p < end;) {
        if (*p != '\\') {
            *out++ = *p++;
            continue;
        }
        p = decode_escape(p + 1, end, &out);
        if (p == NULL)
            return fail(lexer, err, "this text has a broken escape: write \\\\ for a backslash");
    }
    token->data = text;
    token->size = (size_t)(out - text);
    return 0;
}

static int lex_string(struct template_lexer *lexer, struct template_token *token, struct err *err)
{
    char quote = *lexer->cursor;
    const char *p = lexer->cursor + 1;
    bool has_escape = false;

    begin_token(lexer, token, TOKEN_STRING);
    token->data = p;
    while (p < lexer->end && *p != quote) {
        has_escape |= *p == '\\';
        p += *p == '\\' ? 2 : 1;
    }
    if (p >= lexer->end)
        return fail(lexer, err, "this text has no end: close its quote");
    token->size = (size_t)(p - token->data);
    if (has_escape && decode_string(lexer, token, p, err) < 0)
        return -1;
    move_to(lexer, p + 1);
    return 0;
}

/* Keeps the open brackets, so that a tag's end is not found inside of them. */
static int lex_bracket(struct template_lexer *lexer, enum template_token_kind kind, struct err *err)
{
    char c = *lexer->cursor;

    if (kind == TOKEN_OPEN_ROUND || kind == TOKEN_OPEN_SQUARE || kind == TOKEN_OPEN_CURLY) {
        if (lexer->depth == (int)sizeof lexer->closing)
            return fail(lexer, err, "brackets are nested too deep here");
        lexer->closing[lexer->depth++] = c == '(' ? ')' : c == '[' ? ']' : '}';
    }
    if (kind == TOKEN_CLOSE_ROUND || kind == TOKEN_CLOSE_SQUARE || kind == TOKEN_CLOSE_CURLY) {
        if (lexer->depth == 0 || lexer->closing[lexer->depth - 1] != c)
            return fail(lexer, err, "this bracket closes none that is open");
        lexer->depth--;
    }
    return 0;
}

static int lex_operator(struct template_lexer *lexer, struct template_token *token, struct err *err)
{
    for (size_t i = 0; i < sizeof operators / sizeof *operators; i++) {
        if (*lexer->cursor != *operators[i].text ||
            !starts_with(lexer->cursor, lexer->end, operators[i].text))
            continue;
        if (lex_bracket(lexer, operators[i].kind, err) < 0)
            return -1;
        begin_token(lexer, token, operators[i].kind);
        token->size = strlen(operators[i].text);
        lexer->cursor += token->size;
        return 0;
    }
    return fail(lexer, err, "this character means nothing in a template");
}

static int lex_inside(struct template_lexer *lexer, struct template_token *token, struct err *err)
{
    skip_space(lexer);
    if (lexer->cursor == lexer->end)
        return fail(lexer, err,
                    lexer->is_print ? "the text ends inside of {{: close it with \"}}\""
                                    : "the text ends inside of {%: close it with \"%}\"");
    if (lex_tag_end(lexer, token))
        return 0;
    if (is_digit(*lexer->cursor))
        return lex_number(lexer, token, err);
    if (*lexer->cursor == '\'' || *lexer->cursor == '"')
        return lex_string(lexer, token, err);
    if (!is_name_start(*lexer->cursor))
        return lex_operator(lexer, token, err);
    lex_name(lexer, token);
    return 0;
}

int template_lexer_next(struct template_lexer *lexer, struct template_token *token, struct err *err)
{
    int result = lexer->in_tag ? lex_inside(lexer, token, err) : lex_outside(lexer, token, err);

    if (result == 0)
        lexer->after_dot = token->kind == TOKEN_DOT;
    return result;
}

/* ---- tokens ---------------------------------------------------------------------------------- */

bool template_token_is(const struct template_token *token, const char *name)
{
    return token->kind == TOKEN_NAME && strlen(name) == token->size &&
           memcmp(token->data, name, token->size) == 0;
}

const char *template_token_describe(const struct template_token *token, struct arena *arena)
{
    switch (token->kind) {
    case TOKEN_END: return "the end of the template";
    case TOKEN_TEXT: return "text";
    case TOKEN_PRINT_BEGIN: return "\"{{\"";
    case TOKEN_PRINT_END: return "\"}}\"";
    case TOKEN_BLOCK_BEGIN: return "\"{%\"";
    case TOKEN_BLOCK_END: return "\"%}\"";
    case TOKEN_INT:
    case TOKEN_DOUBLE: return "a number";
    case TOKEN_STRING:
        return arena_printf(arena, "the text '%.*s'", (int)(token->size > 40 ? 40 : token->size),
                            token->data);
    case TOKEN_NAME:
    case TOKEN_ADD:
    case TOKEN_SUBTRACT:
    case TOKEN_MULTIPLY:
    case TOKEN_DIVIDE:
    case TOKEN_FLOOR_DIVIDE:
    case TOKEN_MODULO:
    case TOKEN_POWER:
    case TOKEN_EQUAL:
    case TOKEN_NOT_EQUAL:
    case TOKEN_LESS:
    case TOKEN_LESS_EQUAL:
    case TOKEN_GREATER:
    case TOKEN_GREATER_EQUAL:
    case TOKEN_ASSIGN:
    case TOKEN_TILDE:
    case TOKEN_PIPE:
    case TOKEN_DOT:
    case TOKEN_COMMA:
    case TOKEN_COLON:
    case TOKEN_OPEN_ROUND:
    case TOKEN_CLOSE_ROUND:
    case TOKEN_OPEN_SQUARE:
    case TOKEN_CLOSE_SQUARE:
    case TOKEN_OPEN_CURLY:
    case TOKEN_CLOSE_CURLY: break;
    }
    return arena_printf(arena, "\"%.*s\"", (int)token->size, token->data);
}

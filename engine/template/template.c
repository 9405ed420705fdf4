#include "template/template.h"

#include "base/limits.h"
#include "base/utf8.h"
#include "template/parser.h"

#include <string.h>

/* Line ends become \n wherever the file comes from; the last one is the file's, not the text's. */
static const char *normalize(struct arena *arena, const char *text, size_t *size)
{
    char *copy = arena_alloc(arena, *size + 1);
    size_t length = 0;

    for (size_t i = 0; i < *size; i++) {
        if (text[i] != '\r')
            copy[length++] = text[i];
        else if (i + 1 == *size || text[i + 1] != '\n')
            copy[length++] = '\n';
    }
    if (length > 0 && copy[length - 1] == '\n')
        length--;
    *size = length;
    return copy;
}

static int check_text(const char *name, const char *text, size_t size, struct err *err)
{
    int line = 1;

    if (size > LIMIT_CONFIG_FILE_BYTES)
        return err_set(err, ERR_CONFIG,
                       "%s: %zu bytes are too many for a template, %zu are allowed", name, size,
                       LIMIT_CONFIG_FILE_BYTES);
    if (utf8_is_valid(text, size))
        return 0;
    for (size_t at = 0; at < size;) {
        size_t length = utf8_length(text + at, size - at);
        if (length == 0)
            break;
        line += text[at] == '\n';
        at += length;
    }
    return err_set(err, ERR_CONFIG, "%s:%d: this line is not UTF-8: save the file as UTF-8", name,
                   line);
}

int template_parse(struct arena *arena, const char *name, const char *text, size_t size,
                   struct template **template, struct err *err)
{
    struct template_parser parser;
    struct template *parsed;

    if (check_text(name, text, size, err) < 0)
        return -1;
    parsed = arena_alloc(arena, sizeof *parsed);
    parsed->name = arena_strdup(arena, name);
    parsed->size = size;
    parsed->text = normalize(arena, text, &parsed->size);
    if (template_parser_init(&parser, arena, parsed->name, parsed->text, parsed->size, err) < 0 ||
        template_parse_body(&parser, &parsed->body) < 0)
        return -1;
    *template = parsed;
    return 0;
}

/* Text that comments interrupt is one text: it is gathered until another token comes. */
void template_hash(const struct template *template, struct hash *hash)
{
    struct template_lexer lexer;
    struct template_token token;
    struct arena arena;
    struct buf text;
    struct err err;

    arena_init(&arena);
    buf_init(&text);
    template_lexer_init(&lexer, &arena, template->name, template->text, template->size);
    do {
        /* It cannot fail: the template has been parsed from the same text. */
        if (template_lexer_next(&lexer, &token, &err) < 0)
            break;
        if (token.kind == TOKEN_TEXT) {
            buf_append(&text, token.data, token.size);
            continue;
        }
        const unsigned char kind = (unsigned char)token.kind;
        hash_add(hash, text.data, text.size);
        hash_add(hash, &kind, 1);
        hash_add(hash, token.data, token.size);
        if (token.kind == TOKEN_DOUBLE)
            hash_add(hash, &token.real, sizeof token.real);
        else if (token.kind == TOKEN_INT)
            hash_add(hash, &token.integer, sizeof token.integer);
        buf_reset(&text);
    } while (token.kind != TOKEN_END);
    buf_release(&text);
    arena_release(&arena);
}

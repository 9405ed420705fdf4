#include "template/parser.h"

#include "base/limits.h"

#include <stdarg.h>
#include <stdio.h>

int template_parser_init(struct template_parser *parser, struct arena *arena, const char *name,
                         const char *text, size_t size, struct err *err)
{
    *parser = (struct template_parser){.name = name, .arena = arena, .err = err};
    template_lexer_init(&parser->lexer, arena, name, text, size);
    return template_parser_advance(parser);
}

int template_parser_advance(struct template_parser *parser)
{
    if (!parser->has_ahead)
        return template_lexer_next(&parser->lexer, &parser->token, parser->err);
    parser->token = parser->ahead;
    parser->has_ahead = false;
    return 0;
}

const struct template_token *template_parser_peek(struct template_parser *parser)
{
    if (!parser->has_ahead &&
        template_lexer_next(&parser->lexer, &parser->ahead, parser->err) < 0)
        return NULL;
    parser->has_ahead = true;
    return &parser->ahead;
}

int template_parser_fail(struct template_parser *parser, const struct template_token *at,
                         const char *fmt, ...)
{
    char what[sizeof parser->err->message];
    va_list args;

    va_start(args, fmt);
    vsnprintf(what, sizeof what, fmt, args);
    va_end(args);
    return err_set(parser->err, ERR_CONFIG, "%s:%d:%d: %s", parser->name, at->line, at->column,
                   what);
}

int template_parser_expect(struct template_parser *parser, enum template_token_kind kind,
                           const char *what)
{
    if (parser->token.kind == kind)
        return template_parser_advance(parser);
    return template_parser_fail(parser, &parser->token, "%s is expected here, not %s", what,
                                template_token_describe(&parser->token, parser->arena));
}

int template_parser_expect_name(struct template_parser *parser, const char **name,
                                const char *what)
{
    const struct template_token token = parser->token;

    if (template_parser_expect(parser, TOKEN_NAME, what) < 0)
        return -1;
    *name = arena_strndup(parser->arena, token.data, token.size);
    return 0;
}

int template_parser_enter(struct template_parser *parser)
{
    if (parser->depth == LIMIT_NESTING)
        return template_parser_fail(parser, &parser->token,
                                    "blocks and expressions are nested more than %d deep here: "
                                    "move a part into a macro",
                                    LIMIT_NESTING);
    parser->depth++;
    return 0;
}

void template_parser_leave(struct template_parser *parser)
{
    parser->depth--;
}

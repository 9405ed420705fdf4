#include "executor/reading.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>
#include <strings.h>

/* A word, a literal or a quoted name, or one other character; nothing at the end. */
struct token {
    const char *at;
    size_t size;
};

static const char *const reading[] = {"SELECT",    "FROM",  "WITH",    "VALUES",
                                      "TABLE",     "SHOW",  "DESC",    "DESCRIBE",
                                      "SUMMARIZE", "PIVOT", "UNPIVOT", NULL};

/* What may stand between EXPLAIN and its statement. */
static const char *const explaining[] = {"ANALYZE", "VERBOSE", "QUERY", "PLAN", NULL};
static const char *const explain_options[] = {"ANALYZE", "VERBOSE", "FORMAT", NULL};

/* What may follow the parentheses of a common table expression besides the statement. */
static const char *const between[] = {"AS", "USING", NULL};

static bool is_word_char(char c)
{
    return isalnum((unsigned char)c) || c == '_' || (unsigned char)c >= 0x80;
}

static bool is_word(struct token token)
{
    return token.size > 0 && is_word_char(token.at[0]);
}

static bool is_char(struct token token, char c)
{
    return token.size == 1 && token.at[0] == c;
}

static bool is_one_of(struct token token, const char *const *words)
{
    for (; *words != NULL; words++)
        if (strlen(*words) == token.size && strncasecmp(*words, token.at, token.size) == 0)
            return true;
    return false;
}

/* Comments in stars nest, as in PostgreSQL. */
static const char *skip_comment(const char *at)
{
    int depth = 0;

    if (at[0] == '-')
        return at + strcspn(at, "\n");
    while (*at != '\0') {
        bool begins = at[0] == '/' && at[1] == '*', ends = at[0] == '*' && at[1] == '/';
        depth += begins - ends;
        at += begins || ends ? 2 : 1;
        if (ends && depth == 0)
            break;
    }
    return at;
}

static const char *skip_blanks(const char *at)
{
    for (;;) {
        if (isspace((unsigned char)*at))
            at++;
        else if ((at[0] == '-' && at[1] == '-') || (at[0] == '/' && at[1] == '*'))
            at = skip_comment(at);
        else
            return at;
    }
}

/* $tag$ … $tag$; a parameter ($1) is one character and a word. */
static const char *end_of_dollars(const char *at)
{
    size_t size = 1;

    while (is_word_char(at[size]))
        size++;
    if (at[size++] != '$' || isdigit((unsigned char)at[1]))
        return at + 1;
    for (const char *end = at + size; *end != '\0'; end++)
        if (strncmp(end, at, size) == 0)
            return end + size;
    return at + strlen(at);
}

static const char *end_of_quotes(const char *at)
{
    const char *end = strchr(at + 1, *at);

    return end != NULL ? end + 1 : at + strlen(at);
}

static struct token next_token(const char **sql)
{
    const char *begin = skip_blanks(*sql), *end = begin;

    if (*begin == '\'' || *begin == '"')
        end = end_of_quotes(begin);
    else if (*begin == '$')
        end = end_of_dollars(begin);
    else if (is_word_char(*begin))
        while (is_word_char(*end))
            end++;
    else if (*begin != '\0')
        end++;
    *sql = end;
    return (struct token){begin, (size_t)(end - begin)};
}

/* Behind the parenthesis that closes the one that was just read. */
static void skip_parentheses(const char **sql)
{
    for (int depth = 1; depth > 0;) {
        struct token token = next_token(sql);
        if (token.size == 0)
            return;
        depth += is_char(token, '(') - is_char(token, ')');
    }
}

/* The word that says what WITH … does: the first behind a table's parentheses that is no part of
 * another table. */
static struct token statement_of_with(const char **sql)
{
    bool is_behind = false;
    struct token token;

    while ((token = next_token(sql)).size > 0) {
        if (is_behind && is_word(token) && !is_one_of(token, between))
            break;
        is_behind = is_char(token, '(');
        if (is_behind)
            skip_parentheses(sql);
    }
    return token;
}

/* The word that says what EXPLAIN explains. */
static struct token statement_of_explain(const char **sql)
{
    struct token token = next_token(sql);
    const char *inside = *sql;

    if (is_char(token, '(') && is_one_of(next_token(&inside), explain_options)) {
        skip_parentheses(sql);
        token = next_token(sql);
    }
    while (is_one_of(token, explaining))
        token = next_token(sql);
    return token;
}

static struct token skip_open(struct token token, const char **sql)
{
    while (is_char(token, '('))
        token = next_token(sql);
    return token;
}

int reading_check(const char *sql, struct err *err)
{
    struct token token = skip_open(next_token(&sql), &sql);

    if (is_one_of(token, (const char *const[]){"EXPLAIN", NULL}))
        token = skip_open(statement_of_explain(&sql), &sql);
    if (is_one_of(token, (const char *const[]){"WITH", NULL}))
        token = skip_open(statement_of_with(&sql), &sql);
    if (!is_word(token) || is_one_of(token, reading))
        return 0;
    return err_set(err, ERR_CONFIG,
                   "a query only reads: it begins with SELECT, FROM, WITH, VALUES, SHOW, DESCRIBE, "
                   "SUMMARIZE, PIVOT or EXPLAIN, not with %.*s",
                   (int)(token.size < 40 ? token.size : 40), token.at);
}

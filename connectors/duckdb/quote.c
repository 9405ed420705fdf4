#include "duckdb/quote.h"

#include <string.h>

static void quote(struct buf *out, const char *text, char mark)
{
    buf_append_char(out, mark);
    for (; *text != '\0'; text++) {
        if (*text == mark)
            buf_append_char(out, mark);
        buf_append_char(out, *text);
    }
    buf_append_char(out, mark);
}

void quote_name(struct buf *out, const char *name)
{
    quote(out, name, '"');
}

void quote_name_if_needed(struct buf *out, const char *name)
{
    static const char bare[] = "abcdefghijklmnopqrstuvwxyz_0123456789";

    if (name[0] != '\0' && strchr("0123456789", name[0]) == NULL &&
        name[strspn(name, bare)] == '\0')
        buf_append_str(out, name);
    else
        quote_name(out, name);
}

void quote_text(struct buf *out, const char *text)
{
    quote(out, text, '\'');
}

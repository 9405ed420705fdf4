#include "sqlite/names.h"

#include <sqlite3.h>

void name_quote(struct buf *out, const char *name)
{
    buf_append_char(out, '"');
    for (const char *p = name; *p != '\0'; p++) {
        if (*p == '"')
            buf_append_char(out, '"');
        buf_append_char(out, *p);
    }
    buf_append_char(out, '"');
}

bool name_equal(const char *a, const char *b)
{
    return sqlite3_stricmp(a, b) == 0;
}

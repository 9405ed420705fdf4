#include "sqlite/names.h"

#include <sqlite3.h>
#include <string.h>

void name_join(struct buf *out, const char *schema, const char *name)
{
    if (schema != NULL && schema[0] != '\0') {
        buf_append_str(out, schema);
        buf_append_str(out, NAME_JOIN);
    }
    buf_append_str(out, name);
}

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

const char *name_split(const char *table, const char *prefix)
{
    const size_t join = strlen(NAME_JOIN), wanted = strlen(prefix);

    for (const char *at = strstr(table, NAME_JOIN); at != NULL; at = strstr(at + 1, NAME_JOIN))
        if (at > table && at[join] != '\0' && strncmp(at + join, prefix, wanted) == 0)
            return at + join;
    return strncmp(table, prefix, wanted) == 0 ? table : NULL;
}

bool name_equal(const char *a, const char *b)
{
    return sqlite3_stricmp(a, b) == 0;
}

#include "graph/volatile.h"

#include <ctype.h>
#include <stddef.h>
#include <string.h>
#include <strings.h>

static const char *const words[] = {
    "now",
    "current_date",
    "current_time",
    "current_timestamp",
    "localtime",
    "localtimestamp",
    "transaction_timestamp",
    "statement_timestamp",
    "today",
    "clock_timestamp",
    "get_current_timestamp",
    "random",
    "gen_random_uuid",
    "uuid",
    "uuidv7",
    "randomblob",
    "nextval",
};

static int is_word(char c)
{
    return isalnum((unsigned char)c) || c == '_';
}

/* Behind a comment or a quoted text that begins here, or where it was. */
static const char *skip_quiet(const char *at)
{
    const char *end = NULL;

    if (at[0] == '-' && at[1] == '-')
        end = strchr(at, '\n');
    else if (at[0] == '/' && at[1] == '*')
        end = strstr(at + 2, "*/");
    else if (at[0] == '\'')
        end = strchr(at + 1, '\'');
    else
        return at;
    return end != NULL ? end + 1 : at + strlen(at);
}

static const char *find_word(const char *word, size_t size)
{
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (strlen(words[i]) == size && strncasecmp(words[i], word, size) == 0)
            return words[i];
    return NULL;
}

const char *volatile_find(const char *sql)
{
    const char *at = sql;

    while (*at != '\0') {
        const char *behind = skip_quiet(at);
        if (behind != at) {
            at = behind;
            continue;
        }
        size_t size = 0;
        while (is_word(at[size]))
            size++;
        const char *found = find_word(at, size);
        if (found != NULL)
            return found;
        at += size > 0 ? size : 1;
    }
    return NULL;
}

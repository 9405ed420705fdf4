#include "data/members.h"

#include "base/alloc.h"
#include "base/limits.h"
#include "base/map.h"
#include "data/scan.h"

#include <stdbool.h>
#include <stdlib.h>

struct members {
    struct map map; /* name → struct member_seen */
    struct arena arena;
    struct buf name; /* one without its escapes */
    const char *file;
    int64_t line;
    bool are_too_many;
};

struct members *members_new(void)
{
    struct members *members = alloc_zeroed(1, sizeof *members);

    map_init(&members->map);
    arena_init(&members->arena);
    buf_init(&members->name);
    return members;
}

void members_free(struct members *members)
{
    if (members == NULL)
        return;
    map_release(&members->map);
    arena_release(&members->arena);
    buf_release(&members->name);
    free(members);
}

void members_begin(struct members *members, const char *file)
{
    members->file = arena_strdup(&members->arena, file);
}

bool members_are_too_many(const struct members *members)
{
    return members->are_too_many;
}

const struct member_seen *members_at(const struct members *members, size_t index)
{
    return index < members->map.count ? members->map.entries[index].value : NULL;
}

static unsigned kind_of(const struct scan_value *value)
{
    switch (value->kind) {
    case SCAN_NULL: return INFER_NULL;
    case SCAN_FALSE:
    case SCAN_TRUE: return INFER_BOOLEAN;
    case SCAN_NUMBER: return infer_number(value->text, value->size);
    case SCAN_STRING: return INFER_STRING;
    case SCAN_OBJECT:
    case SCAN_ARRAY: return INFER_OBJECT;
    }
    return INFER_STRING;
}

static struct member_seen *find_or_add(struct members *members, const struct scan_value *name)
{
    buf_reset(&members->name);
    scan_unescape(name, &members->name);
    struct member_seen *seen = map_find_n(&members->map, members->name.data, members->name.size);
    if (seen != NULL)
        return seen;
    if (members->map.count >= LIMIT_COLUMNS) {
        members->are_too_many = true;
        return NULL;
    }
    seen = arena_alloc(&members->arena, sizeof *seen);
    seen->name = arena_strndup(&members->arena, members->name.data, members->name.size);
    map_put(&members->map, seen->name, seen);
    return seen;
}

static bool note(struct members *members, const struct scan_value *name,
                 const struct scan_value *value, struct scan *scan)
{
    struct member_seen *seen = find_or_add(members, name);
    unsigned kind = kind_of(value);

    if (seen == NULL)
        return scan_fail(scan, "more members than a table can have columns");
    seen->kinds |= kind;
    if (kind == INFER_OBJECT && seen->nested_file == NULL) {
        seen->nested_file = members->file;
        seen->nested_line = members->line;
    }
    return true;
}

/* Members are noted in a second pass, once the whole line has proved to be right. */
static bool look_at_member(struct members *members, struct scan *scan, bool notes)
{
    struct scan_value name, value;

    if (*scan->at != '"')
        return scan_fail(scan, "no member name in quotes");
    if (!scan_string(scan, &name))
        return false;
    if (name.has_nul || name.size == 0)
        return scan_fail(scan, "a member name that no column can have");
    scan_blanks(scan);
    if (*scan->at != ':')
        return scan_fail(scan, "no colon after a member name");
    scan->at++;
    scan_blanks(scan);
    if (!scan_value(scan, &value))
        return false;
    scan_blanks(scan);
    return !notes || note(members, &name, &value, scan);
}

static bool look_at_line(struct members *members, struct scan *scan, bool notes)
{
    scan_blanks(scan);
    if (scan->at == scan->end)
        return true;
    if (*scan->at != '{')
        return scan_fail(scan, "a record that is no object");
    scan->depth++;
    scan->at++;
    scan_blanks(scan);
    while (*scan->at != '}') {
        if (!look_at_member(members, scan, notes))
            return false;
        if (*scan->at != ',')
            break;
        scan->at++;
        scan_blanks(scan);
        if (*scan->at == '}')
            return scan_fail(scan, "no member after a comma");
    }
    if (*scan->at != '}')
        return scan_fail(scan, "no comma or } after a member");
    scan->at++;
    scan_blanks(scan);
    return scan->at == scan->end || scan_fail(scan, "something after the record");
}

void members_look(struct members *members, const char *line, const char *end, int64_t number)
{
    struct scan scan = {.at = line, .end = end};

    members->line = number;
    if (!look_at_line(members, &scan, false))
        return;
    scan = (struct scan){.at = line, .end = end};
    look_at_line(members, &scan, true);
}

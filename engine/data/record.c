#include "data/record.h"

#include "base/alloc.h"
#include "base/json.h"
#include "base/limits.h"
#include "data/literal.h"
#include "data/scan.h"

#include <stdlib.h>
#include <string.h>

enum { QUOTED_BYTES = 40, QUOTED_NAME_BYTES = 80 };

/* A member that is a column, or leads to one. */
struct member {
    const char *name;
    size_t name_size;
    const char *pattern; /* the name as it usually stands: "name": */
    size_t pattern_size;
    int32_t column; /* -1: leads to columns only */
    int32_t child_count;
    struct member **children;
    int32_t *order; /* the child that came at this place of the object last time */
};

/* A column's value in the line. */
struct slot {
    int64_t parse; /* it was seen in the parse of this number */
    struct scan_value value;
};

struct record {
    const struct schema *schema;
    struct member *root;
    struct slot *slots; /* one a column */
    int64_t parse;
    bool refuse_unknown;
    const char *line_end;
    struct buf text;    /* a string without its escapes */
    struct buf problem; /* about an unknown member */
    struct arena arena;
};

/* ------------------------------------------------------------------------------------- the tree */

static struct member *member_new(struct arena *arena, const char *name, size_t size)
{
    struct member *member = arena_alloc(arena, sizeof *member);
    struct buf pattern;

    buf_init(&pattern);
    json_escape(&pattern, name, size);
    buf_append_char(&pattern, ':');
    *member = (struct member){
        .name = arena_strndup(arena, name, size),
        .name_size = size,
        .pattern = arena_strndup(arena, pattern.data, pattern.size),
        .pattern_size = pattern.size,
        .column = -1,
    };
    buf_release(&pattern);
    return member;
}

static struct member *find_child(const struct member *parent, const char *name, size_t size,
                                 int32_t *index)
{
    for (int32_t i = 0; i < parent->child_count; i++) {
        struct member *child = parent->children[i];
        if (child->name_size == size && memcmp(child->name, name, size) == 0) {
            *index = i;
            return child;
        }
    }
    return NULL;
}

static struct member *make_child(struct arena *arena, struct member *parent, const char *name,
                                 size_t size)
{
    int32_t index, count = parent->child_count;
    struct member *child = find_child(parent, name, size, &index);

    if (child != NULL)
        return child;
    struct member **children = arena_calloc(arena, (size_t)count + 1, sizeof(struct member *));
    if (count > 0)
        memcpy(children, parent->children, (size_t)count * sizeof(struct member *));
    child = member_new(arena, name, size);
    children[count] = child;
    parent->children = children;
    parent->child_count++;
    parent->order = arena_calloc(arena, (size_t)parent->child_count, sizeof *parent->order);
    for (int32_t i = 0; i < parent->child_count; i++)
        parent->order[i] = i;
    return child;
}

static struct member *follow_path(struct arena *arena, struct member *root,
                                  const struct schema_column *column)
{
    struct member *member = root;

    if (column->path == NULL)
        return make_child(arena, root, column->name, strlen(column->name));
    for (const char *part = column->path; part != NULL;) {
        size_t size = strcspn(part, ".");
        member = make_child(arena, member, part, size);
        part = part[size] == '.' ? part + size + 1 : NULL;
    }
    return member;
}

struct record *record_new(const struct schema *schema)
{
    struct record *record = alloc_zeroed(1, sizeof *record);

    record->schema = schema;
    arena_init(&record->arena);
    buf_init(&record->text);
    buf_init(&record->problem);
    record->slots =
        arena_calloc(&record->arena, (size_t)schema->column_count, sizeof *record->slots);
    record->root = member_new(&record->arena, "", 0);
    for (int32_t i = 0; i < schema->column_count; i++)
        follow_path(&record->arena, record->root, &schema->columns[i])->column = i;
    return record;
}

void record_free(struct record *record)
{
    if (record == NULL)
        return;
    buf_release(&record->text);
    buf_release(&record->problem);
    arena_release(&record->arena);
    free(record);
}

void record_refuse_unknown(struct record *record, bool refuse)
{
    record->refuse_unknown = refuse;
}

/* -------------------------------------------------------------------------------------- parsing */

static bool parse_object(struct record *record, struct member *parent, struct scan *scan);

static bool refuse_member(struct record *record, const char *name, size_t size, struct scan *scan)
{
    size_t shown = size < QUOTED_NAME_BYTES ? size : QUOTED_NAME_BYTES;

    while (shown < size && shown > 0 && ((unsigned char)name[shown] & 0xc0) == 0x80)
        shown--;
    buf_reset(&record->problem);
    buf_printf(&record->problem, "\"%.*s\" is no column", (int)shown, name);
    return scan_fail(scan, record->problem.data);
}

/* The member's name at `at` and its colon. *child is NULL for one that nobody wants. */
static bool parse_name(struct record *record, struct member *parent, int32_t place,
                       struct scan *scan, struct member **child)
{
    struct scan_value string;
    const char *name;
    size_t size;
    int32_t index;

    if (*scan->at != '"')
        return scan_fail(scan, "no member name in quotes");
    if (!scan_string(scan, &string))
        return false;
    name = string.text;
    size = string.size;
    if (string.has_escape) {
        buf_reset(&record->text);
        scan_unescape(&string, &record->text);
        name = record->text.data;
        size = record->text.size;
    }
    *child = find_child(parent, name, size, &index);
    if (*child != NULL && place < parent->child_count)
        parent->order[place] = index;
    if (*child == NULL && parent == record->root && record->refuse_unknown)
        return refuse_member(record, name, size, scan);
    scan_blanks(scan);
    if (*scan->at != ':')
        return scan_fail(scan, "no colon after a member name");
    scan->at++;
    return true;
}

/* The member that came here last time, if it comes again. */
static struct member *expected_child(const struct member *parent, int32_t place,
                                     const struct scan *scan)
{
    if (place >= parent->child_count)
        return NULL;
    struct member *child = parent->children[parent->order[place]];
    bool fits = (size_t)(scan->end - scan->at) >= child->pattern_size;
    return fits && memcmp(scan->at, child->pattern, child->pattern_size) == 0 ? child : NULL;
}

/* What was seen below a member is replaced when the member comes again. */
static void forget_below(struct record *record, const struct member *member)
{
    for (int32_t i = 0; i < member->child_count; i++) {
        const struct member *child = member->children[i];
        if (child->column >= 0)
            record->slots[child->column].parse = 0;
        forget_below(record, child);
    }
}

static bool parse_wanted(struct record *record, struct member *member, struct scan *scan)
{
    struct scan parts = *scan;
    struct scan_value value;

    if (!scan_value(scan, &value))
        return false;
    if (member->child_count > 0) {
        forget_below(record, member);
        /* Once more, for its parts: rare, and so the value's own flags are of the whole of it. */
        if (value.kind == SCAN_OBJECT && !parse_object(record, member, &parts))
            return false;
    }
    if (member->column >= 0)
        record->slots[member->column] = (struct slot){record->parse, value};
    return true;
}

static bool parse_members(struct record *record, struct member *parent, struct scan *scan)
{
    struct scan_value ignored;

    for (int32_t place = 0;; place++) {
        struct member *child = expected_child(parent, place, scan);
        if (child != NULL)
            scan->at += child->pattern_size;
        else if (!parse_name(record, parent, place, scan, &child))
            return false;
        scan_blanks(scan);
        if (child != NULL ? !parse_wanted(record, child, scan) : !scan_value(scan, &ignored))
            return false;
        scan_blanks(scan);
        if (*scan->at != ',')
            return true;
        scan->at++;
        scan_blanks(scan);
    }
}

/* at: the opening brace. */
static bool parse_object(struct record *record, struct member *parent, struct scan *scan)
{
    if (scan->depth >= LIMIT_NESTING)
        return scan_fail(scan, "objects and arrays nested too deep");
    scan->depth++;
    scan->at++;
    scan_blanks(scan);
    if (*scan->at != '}') {
        if (!parse_members(record, parent, scan))
            return false;
        if (*scan->at != '}')
            return scan_fail(scan, "no comma or } after a member");
    }
    scan->at++;
    scan->depth--;
    return true;
}

static bool parse_line(struct record *record, struct scan *scan)
{
    scan_blanks(scan);
    if (*scan->at != '{')
        return scan_fail(scan, "a record that is no object");
    if (!parse_object(record, record->root, scan))
        return false;
    scan_blanks(scan);
    if (scan->at != scan->end)
        return scan_fail(scan, "something after the record");
    return true;
}

bool record_parse(struct record *record, const char *line, const char *end,
                  struct record_problem *problem)
{
    struct scan scan = {.at = line, .end = end};

    record->parse++;
    record->line_end = end;
    if (parse_line(record, &scan))
        return true;
    problem->at = scan.at;
    snprintf(problem->reason, sizeof problem->reason, "%s",
             scan.at == end ? "the line ends too early" : scan.problem);
    return false;
}

/* --------------------------------------------------------------------------------------- values */

/* Says what is wrong with a value, which is quoted, cut where it is long. */
static bool refuse(const struct record *record, int32_t index, const struct scan_value *value,
                   const char *reason, struct record_problem *problem)
{
    size_t size = value->size;
    const char *dots = "";

    if (size > QUOTED_BYTES) {
        size = QUOTED_BYTES;
        dots = "...";
        while (size > 0 && ((unsigned char)value->text[size] & 0xc0) == 0x80)
            size--;
    }
    problem->at = value->text;
    snprintf(problem->reason, sizeof problem->reason, "column \"%.80s\": \"%.*s%s\" %s",
             record->schema->columns[index].name, (int)size, value->text, dots, reason);
    return false;
}

static bool append_missing(const struct record *record, int32_t index, struct column *column,
                           struct record_problem *problem)
{
    const struct schema_column *wanted = &record->schema->columns[index];

    if (wanted->is_required) {
        problem->at = record->line_end;
        snprintf(problem->reason, sizeof problem->reason, "column \"%.80s\" is required and null",
                 wanted->name);
        return false;
    }
    column_append_null(column);
    return true;
}

static const char *append_string(struct record *record, const struct scan_value *value,
                                 struct column *column)
{
    if (column->type == AORTA_JSON) {
        column_append_text(column, value->text - 1, value->size + 2);
        return NULL;
    }
    if (!value->has_escape)
        return literal_append(column, value->text, value->size);
    buf_reset(&record->text);
    scan_unescape(value, &record->text);
    return literal_append(column, record->text.data, record->text.size);
}

bool record_append(struct record *record, int32_t index, struct column *column,
                   struct record_problem *problem)
{
    const struct slot *slot = &record->slots[index];
    const struct scan_value *value = &slot->value;
    const char *reason;

    if (slot->parse != record->parse || value->kind == SCAN_NULL)
        return append_missing(record, index, column, problem);
    bool is_nested = value->kind == SCAN_OBJECT || value->kind == SCAN_ARRAY;
    if (is_nested && column->type != AORTA_JSON)
        return refuse(record, index, value, "is nested and the column is not json", problem);
    if (value->has_nul)
        return refuse(record, index, value, "has a NUL, which databases refuse", problem);
    if (value->kind == SCAN_STRING)
        reason = append_string(record, value, column);
    else
        reason = literal_append(column, value->text, value->size);
    return reason == NULL || refuse(record, index, value, reason, problem);
}

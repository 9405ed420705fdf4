#include "executor/sink_shape.h"

#include <string.h>

void sink_shape_init(struct sink_shape *shape)
{
    *shape = (struct sink_shape){0};
    buf_init(&shape->text);
}

void sink_shape_release(struct sink_shape *shape)
{
    buf_release(&shape->text);
}

static bool is_bracket(char c)
{
    return c == '{' || c == '[';
}

static bool match(const struct sink_shape *shape, struct scan *scan, struct scan_value *time)
{
    const char *text = shape->text.data;
    struct scan_value other;

    for (size_t i = 0; i <= shape->gaps; i++) {
        size_t size = shape->sizes[i];
        if ((size_t)(scan->end - scan->at) < size || memcmp(scan->at, text, size) != 0)
            return false;
        scan->at += size;
        text += size;
        if (i < shape->gaps &&
            (is_bracket(*scan->at) || !scan_value(scan, i == shape->time_gap ? time : &other)))
            return false;
    }
    return scan->at == scan->end;
}

bool sink_shape_match(struct sink_shape *shape, const char *text, size_t size,
                      struct scan_value *time)
{
    struct scan scan = {.at = text, .end = text + size};

    if (!shape->is_known || !match(shape, &scan, time)) {
        shape->misses++;
        return false;
    }
    shape->misses = 0;
    return true;
}

static void add_text(struct sink_shape *shape, const char *start, const char *end)
{
    buf_append(&shape->text, start, (size_t)(end - start));
    shape->sizes[shape->gaps] = (size_t)(end - start);
}

/* False: there are too many gaps. */
static bool learn(struct sink_shape *shape, struct scan *scan, const struct scan_value *time)
{
    const char *start = scan->at; /* of the text before the next gap */
    struct scan_value value;

    while (scan->at < scan->end) {
        const char *at = scan->at;
        if (strchr("{}[],: \t\r", *at) != NULL) {
            scan->at++;
            continue;
        }
        if (shape->gaps == SINK_SHAPE_GAPS || !scan_value(scan, &value))
            return false;
        const char *behind = scan->at;
        scan_blanks(scan);
        if (*scan->at == ':') /* the name of a member */
            continue;
        if (time != NULL && at <= time->text && time->text < behind)
            shape->time_gap = shape->gaps;
        add_text(shape, start, at);
        shape->gaps++;
        start = behind;
    }
    add_text(shape, start, scan->end);
    return true;
}

void sink_shape_learn(struct sink_shape *shape, const char *text, size_t size,
                      const struct scan_value *time)
{
    struct scan scan = {.at = text, .end = text + size};
    bool is_power_of_two = (shape->misses & (shape->misses - 1)) == 0;

    if (!is_power_of_two || size > SINK_SHAPE_BYTES)
        return;
    buf_reset(&shape->text);
    shape->gaps = 0;
    shape->time_gap = SINK_SHAPE_GAPS;
    shape->is_known = learn(shape, &scan, time);
}

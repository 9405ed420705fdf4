/*
 * Answers that are lists: {"runs": [{…}, {…}], "next": "01HTM2…"}.
 *
 *     const struct web_list page = {WEB_LIST("runs", runs, count, write_run),
 *                                   WEB_PAGE(limit, WEB_CURSOR_TEXT, struct store_run, id)};
 *     web_list_answer(exchange, &page);
 *
 * `next` is of the last item what the next page begins behind, null if the page is not full; a list
 * that has no pages has none.
 */
#ifndef AORTA_WEB_LIST_H
#define AORTA_WEB_LIST_H

#include "web/exchange.h"

#include <stddef.h>

enum web_cursor { WEB_CURSOR_NONE, WEB_CURSOR_TEXT, WEB_CURSOR_INT, WEB_CURSOR_TIME };

struct web_list {
    const char *name;
    const void *items;
    size_t count, item_size;
    /* The members of an item's object. */
    void (*write)(struct json_writer *json, const void *item);

    int64_t limit;
    enum web_cursor cursor; /* the kind of `next`, and where an item has it */
    size_t cursor_offset;
};

#define WEB_LIST(list_name, list, list_count, writer)                                         \
    .name = (list_name), .items = (list), .count = (list_count), .item_size = sizeof *(list), \
    .write = (writer)
#define WEB_PAGE(page_limit, kind, type, member) \
    .limit = (page_limit), .cursor = (kind), .cursor_offset = offsetof(type, member)

/* The list, as members of an object that is being written. */
void web_list_write(struct json_writer *json, const struct web_list *list);

/* An answer that is the list and nothing else. */
void web_list_answer(struct web_exchange *exchange, const struct web_list *list);

/* Texts as a list. */
void web_write_texts(struct json_writer *json, const char *key, const char *const *texts,
                     size_t count);

#endif

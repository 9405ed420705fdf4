#include "web/list.h"

static void write_next(struct json_writer *json, const struct web_list *list)
{
    bool is_full = list->count > 0 && (int64_t)list->count == list->limit;
    const char *last =
        is_full ? (const char *)list->items + (list->count - 1) * list->item_size : NULL;
    const void *cursor = last != NULL ? last + list->cursor_offset : NULL;

    switch (list->cursor) {
    case WEB_CURSOR_NONE: return;
    case WEB_CURSOR_TEXT:
        web_write_text(json, "next", cursor != NULL ? *(const char *const *)cursor : NULL);
        return;
    case WEB_CURSOR_INT:
        web_write_count(json, "next", cursor != NULL ? *(const int64_t *)cursor : -1);
        return;
    case WEB_CURSOR_TIME:
        web_write_time(json, "next", cursor != NULL ? *(const int64_t *)cursor : 0);
        return;
    }
}

void web_list_write(struct json_writer *json, const struct web_list *list)
{
    const char *item = list->items;

    json_write_key(json, list->name);
    json_write_array(json);
    for (size_t i = 0; i < list->count; i++, item += list->item_size) {
        json_write_object(json);
        list->write(json, item);
        json_write_end(json);
    }
    json_write_end(json);
    write_next(json, list);
}

void web_list_answer(struct web_exchange *exchange, const struct web_list *list)
{
    struct json_writer *json = web_json(exchange, 200);

    json_write_object(json);
    web_list_write(json, list);
    json_write_end(json);
}

void web_write_texts(struct json_writer *json, const char *key, const char *const *texts,
                     size_t count)
{
    json_write_key(json, key);
    json_write_array(json);
    for (size_t i = 0; i < count; i++)
        json_write_str(json, texts[i]);
    json_write_end(json);
}

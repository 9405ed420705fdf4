#include "graph/settings.h"

#include "base/buf.h"
#include "base/json.h"
#include "config/keys.h"
#include "template/template.h"

#include <string.h>

static void write_text(struct json_writer *json, const char *key, const char *text)
{
    if (text == NULL)
        return;
    json_write_key(json, key);
    json_write_str(json, text);
}

static void write_texts(struct json_writer *json, const char *key, const struct texts *texts)
{
    json_write_key(json, key);
    json_write_array(json);
    for (size_t i = 0; i < texts->count; i++)
        json_write_str(json, texts->items[i]);
    json_write_end(json);
}

/* One that may stand in the asset's file. */
static void write_setting(struct json_writer *json, const struct asset *asset,
                          const struct key *key)
{
    const void *field = (const char *)asset + key->offset;
    const struct texts *texts = field;

    switch (key->kind) {
    case KEY_TEXT: write_text(json, key->name, *(const char *const *)field); return;
    case KEY_CHOICE: write_text(json, key->name, key->choices[*(const int *)field]); return;
    case KEY_TEXTS:
        if (texts->count > 0 || strcmp(key->name, "tags") == 0)
            write_texts(json, key->name, texts);
        return;
    case KEY_BOOL:
    case KEY_INTEGER:
    case KEY_DURATION:
    case KEY_SIZE:
    case KEY_TABLE:
    case KEY_LIST:
    case KEY_NODE: return; /* no model has such a one */
    }
}

const char *settings_json(const struct asset *asset, struct arena *arena)
{
    struct json_writer json;
    struct buf text;

    buf_init(&text);
    json_writer_init(&json, &text);
    json_write_object(&json);
    for (const struct key *key = asset_keys(asset->kind); key->name != NULL; key++)
        write_setting(&json, asset, key);
    if (asset->kind == ASSET_MODEL)
        write_text(&json, "incremental_strategy", asset_strategy_names[asset->strategy]);
    else
        write_text(&json, "materialized", asset_kind_names[asset->kind]);
    write_text(&json, "schema", asset->schema);
    write_text(&json, "alias", asset->table);
    json_write_end(&json);
    const char *result = arena_strndup(arena, text.data, text.size);
    buf_release(&text);
    return result;
}

static int found(void *self, const struct template_site *site, struct err *err)
{
    bool *is_read = self;

    (void)site;
    (void)err;
    *is_read = true;
    return 0;
}

bool settings_are_read(const struct asset *asset, struct arena *arena)
{
    bool is_read = false;
    struct err err;

    /* It was parsed before, so nothing is wrong with it. */
    if (asset->template != NULL)
        template_calls(asset->template, "config.get", arena, found, &is_read, &err);
    return is_read;
}

#include "wearer_list.h"

#include "country.h"
#include "murmur2.h"

#include "base/alloc.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void wearer_list_release(struct wearer_list *list)
{
    free(list->wearers);
    free(list->activities);
    *list = (struct wearer_list){0};
}

/* The column of that name: an id (INT32 or INT64), or a text. NULL with the error. */
static const struct aorta_column *find_column(const struct aorta_batch *batch, const char *input,
                                              const char *name, bool is_id, enum aorta_type *type,
                                              struct aorta_error *error)
{
    for (int32_t i = 0; i < batch->column_count; i++) {
        if (strcmp(batch->fields[i].name, name) != 0)
            continue;
        *type = batch->fields[i].type;
        bool fits = is_id ? *type == AORTA_INT32 || *type == AORTA_INT64 : *type == AORTA_TEXT;
        if (fits)
            return &batch->columns[i];
        aorta_fail(error, AORTA_CONFIG, "input \"%s\": column \"%s\" is no %s", input, name,
                   is_id ? "integer" : "text");
        return NULL;
    }
    aorta_fail(error, AORTA_CONFIG, "input \"%s\" has no column \"%s\"", input, name);
    return NULL;
}

static int64_t id_at(const struct aorta_column *column, enum aorta_type type, int64_t row)
{
    const int32_t *int32s = column->values;
    const int64_t *int64s = column->values;

    return type == AORTA_INT32 ? int32s[row] : int64s[row];
}

static const char *text_at(const struct aorta_column *column, int64_t row, size_t *size)
{
    *size = (size_t)(column->offsets[row + 1] - column->offsets[row]);
    return (const char *)column->values + column->offsets[row];
}

static int check_id(const struct aorta_column *column, enum aorta_type type, int64_t row,
                    const char *name, int32_t *id, struct aorta_error *error)
{
    if (aorta_is_null(column, row))
        return aorta_fail(error, AORTA_DATA, "a %s is null", name);
    int64_t value = id_at(column, type, row);
    if (value < 0 || value > INT32_MAX)
        return aorta_fail(error, AORTA_DATA, "%s %lld is out of range", name, (long long)value);
    *id = (int32_t)value;
    return 0;
}

int wearer_list_add_users(struct wearer_list *list, const struct aorta_batch *batch,
                          int32_t partitions, struct aorta_error *error)
{
    enum aorta_type id_type, type;
    const struct aorta_column *ids = find_column(batch, "users", "user_id", true, &id_type, error);
    const struct aorta_column *codes =
        ids == NULL ? NULL
                    : find_column(batch, "users", "address_country_code", false, &type, error);

    if (codes == NULL)
        return -1;
    for (int64_t row = 0; row < batch->row_count; row++) {
        struct listed_wearer listed = {0};
        size_t size;
        if (check_id(ids, id_type, row, "user_id", &listed.wearer.user_id, error) < 0)
            return -1;
        const char *code = aorta_is_null(codes, row) ? NULL : text_at(codes, row, &size);
        int country = code == NULL ? -1 : country_find(code, size);
        if (country < 0)
            return aorta_fail(error, AORTA_DATA, "user %d lives in country \"%.*s\", which is none",
                              listed.wearer.user_id, code == NULL ? 0 : (int)size,
                              code == NULL ? "" : code);
        listed.wearer.country = (int16_t)country;
        listed.key_size =
            (uint8_t)snprintf(listed.key, sizeof listed.key, "%d", listed.wearer.user_id);
        listed.partition = murmur2_partition(listed.key, listed.key_size, partitions);
        if (list->wearer_count == list->wearer_capacity) {
            list->wearer_capacity = list->wearer_capacity == 0 ? 1024 : list->wearer_capacity * 2;
            list->wearers =
                alloc_resize(list->wearers, (size_t)list->wearer_capacity * sizeof *list->wearers);
        }
        list->wearers[list->wearer_count++] = listed;
    }
    return 0;
}

int wearer_list_add_activities(struct wearer_list *list, const struct aorta_batch *batch,
                               struct aorta_error *error)
{
    enum aorta_type id_type, type;
    const struct aorta_column *ids =
        find_column(batch, "activities", "activity_id", true, &id_type, error);
    const struct aorta_column *names =
        ids == NULL ? NULL : find_column(batch, "activities", "activity_name", false, &type, error);

    if (names == NULL)
        return -1;
    for (int64_t row = 0; row < batch->row_count; row++) {
        struct session_activity activity = {.intensity = INTENSITY_MODERATE};
        if (check_id(ids, id_type, row, "activity_id", &activity.activity_id, error) < 0)
            return -1;
        if (!aorta_is_null(names, row)) {
            size_t size;
            const char *name = text_at(names, row, &size);
            activity.intensity = activity_intensity(name, size);
        }
        if (list->activity_count == list->activity_capacity) {
            list->activity_capacity =
                list->activity_capacity == 0 ? 32 : list->activity_capacity * 2;
            list->activities = alloc_resize(list->activities, (size_t)list->activity_capacity *
                                                                  sizeof *list->activities);
        }
        list->activities[list->activity_count++] = activity;
    }
    return 0;
}

static int compare_wearers(const void *left, const void *right)
{
    const struct listed_wearer *a = left, *b = right;

    return a->wearer.user_id < b->wearer.user_id ? -1 : a->wearer.user_id > b->wearer.user_id;
}

static int compare_activities(const void *left, const void *right)
{
    const struct session_activity *a = left, *b = right;

    return a->activity_id < b->activity_id ? -1 : a->activity_id > b->activity_id;
}

int wearer_list_sort(struct wearer_list *list, struct aorta_error *error)
{
    if (list->wearer_count > 0)
        qsort(list->wearers, (size_t)list->wearer_count, sizeof *list->wearers, compare_wearers);
    if (list->activity_count > 0)
        qsort(list->activities, (size_t)list->activity_count, sizeof *list->activities,
              compare_activities);
    for (int32_t i = 1; i < list->wearer_count; i++)
        if (list->wearers[i].wearer.user_id == list->wearers[i - 1].wearer.user_id)
            return aorta_fail(error, AORTA_DATA, "user %d was fed twice",
                              list->wearers[i].wearer.user_id);
    for (int32_t i = 1; i < list->activity_count; i++)
        if (list->activities[i].activity_id == list->activities[i - 1].activity_id)
            return aorta_fail(error, AORTA_DATA, "activity %d was fed twice",
                              list->activities[i].activity_id);
    return 0;
}

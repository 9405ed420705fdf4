#include "wearer_list.h"

#include "country.h"
#include "intake.h"
#include "murmur2.h"

#include "base/alloc.h"
#include "base/clock.h"

#include <stdio.h>
#include <stdlib.h>

/* What a body can have; beyond it a rate would be a number without a meaning. */
enum { HEIGHT_LEAST = 50, HEIGHT_MOST = 300, WEIGHT_LEAST = 10, WEIGHT_MOST = 700 };

/* The columns of a batch; those after the country only for a model that needs bodies. */
struct columns {
    struct intake user_id, country, birth, sex, height, weight;
};

void wearer_list_release(struct wearer_list *list)
{
    free(list->wearers);
    *list = (struct wearer_list){0};
}

static int find_columns(struct columns *columns, const struct aorta_batch *batch, bool needs_body,
                        struct aorta_error *error)
{
    const struct {
        struct intake *intake;
        const char *name;
        bool is_text, is_of_body;
    } wanted[] = {
        {&columns->user_id, "user_id", false, false},
        {&columns->country, "address_country_code", true, false},
        {&columns->birth, "date_of_birth", false, true},
        {&columns->sex, "sex", true, true},
        {&columns->height, "height", false, true},
        {&columns->weight, "weight", false, true},
    };

    for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++)
        if ((needs_body || !wanted[i].is_of_body) &&
            intake_find(wanted[i].intake, batch, "users", wanted[i].name, wanted[i].is_text,
                        error) < 0)
            return -1;
    return 0;
}

/* YYYYMMDD. */
static int read_birth_day(const struct intake *intake, int64_t row, int32_t *day,
                          struct aorta_error *error)
{
    int64_t date, year;
    int month, day_of_month;

    if (intake_int(intake, row, 18000101, 99991231, &date, error) < 0)
        return -1;
    int64_t days = clock_days_from_civil(date / 10000, (int)(date / 100 % 100), (int)(date % 100));
    clock_civil_from_days(days, &year, &month, &day_of_month);
    if (year * 10000 + month * 100 + day_of_month != date)
        return aorta_fail(error, AORTA_DATA, "date_of_birth %lld is no date", (long long)date);
    *day = (int32_t)days;
    return 0;
}

static int read_body(const struct columns *columns, int64_t row, struct body *body,
                     struct aorta_error *error)
{
    int64_t height, weight;
    size_t size;

    if (read_birth_day(&columns->birth, row, &body->birth_day, error) < 0 ||
        intake_int(&columns->height, row, HEIGHT_LEAST, HEIGHT_MOST, &height, error) < 0 ||
        intake_int(&columns->weight, row, WEIGHT_LEAST, WEIGHT_MOST, &weight, error) < 0)
        return -1;
    const char *sex = intake_text(&columns->sex, row, &size);
    body->sex = size == 1 ? *sex : '?';
    body->height = (int16_t)height;
    body->weight = (int16_t)weight;
    return 0;
}

static int read_wearer(const struct columns *columns, int64_t row, struct wearer *wearer,
                       struct aorta_error *error)
{
    int64_t user_id;
    size_t size;

    if (intake_int(&columns->user_id, row, 0, INT32_MAX, &user_id, error) < 0)
        return -1;
    const char *code = intake_text(&columns->country, row, &size);
    int country = code == NULL ? -1 : country_find(code, size);
    if (country < 0)
        return aorta_fail(error, AORTA_DATA, "user %d lives in country \"%.*s\", which is none",
                          (int)user_id, (int)size, code == NULL ? "" : code);
    wearer->user_id = (int32_t)user_id;
    wearer->country = (int16_t)country;
    return 0;
}

static void append(struct wearer_list *list, const struct wearer *wearer, int32_t partitions)
{
    if (list->count == list->capacity) {
        list->capacity = list->capacity == 0 ? 1024 : list->capacity * 2;
        list->wearers = alloc_resize(list->wearers, (size_t)list->capacity * sizeof *list->wearers);
    }
    struct listed_wearer *listed = &list->wearers[list->count++];
    *listed = (struct listed_wearer){.wearer = *wearer};
    listed->key_size = (uint8_t)snprintf(listed->key, sizeof listed->key, "%d", wearer->user_id);
    listed->partition = murmur2_partition(listed->key, listed->key_size, partitions);
}

int wearer_list_add(struct wearer_list *list, const struct settings *settings,
                    const struct aorta_batch *batch, struct aorta_error *error)
{
    const struct model *model = settings->model;
    struct columns columns;

    if (find_columns(&columns, batch, model->needs_body, error) < 0)
        return -1;
    for (int64_t row = 0; row < batch->row_count; row++) {
        struct wearer wearer = {0};
        if (read_wearer(&columns, row, &wearer, error) < 0)
            return -1;
        if (model->needs_body) {
            if (read_body(&columns, row, &wearer.body, error) < 0)
                return intake_error("user", wearer.user_id, error);
            model->prepare(settings->seed, &wearer);
        }
        append(list, &wearer, settings->partitions);
    }
    return 0;
}

static int compare(const void *left, const void *right)
{
    const struct listed_wearer *a = left, *b = right;

    return a->wearer.user_id < b->wearer.user_id ? -1 : a->wearer.user_id > b->wearer.user_id;
}

int wearer_list_sort(struct wearer_list *list, struct aorta_error *error)
{
    if (list->count > 0)
        qsort(list->wearers, (size_t)list->count, sizeof *list->wearers, compare);
    for (int32_t i = 1; i < list->count; i++)
        if (list->wearers[i].wearer.user_id == list->wearers[i - 1].wearer.user_id)
            return aorta_fail(error, AORTA_DATA, "user %d was fed twice",
                              list->wearers[i].wearer.user_id);
    return 0;
}

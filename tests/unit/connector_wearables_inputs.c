/*
 * The connector "wearables": what a reader of readings is given, and what it refuses.
 */
#include "test.h"
#include "wearables.h"

#include <string.h>

static const struct wearables_user somebody = {10001, "DE", "F", 19800229, 165, 60};
static const struct wearables_activity walking = {20100, "Walk"};

static int feed_row(const struct aorta_field *fields, const char *input, int32_t id,
                    const char *text, struct aorta_error *error)
{
    void *connection = wearables_open(&(struct wearables_options){
        .as_of_us = WEARABLES_START_US + WEARABLES_DAY_US, .model = "reference"});
    void *reader = wearables_read(connection, "heart_rates", NULL);
    const uint8_t none = 0;
    int32_t offsets[] = {0, text == NULL ? 0 : (int32_t)strlen(text)};
    struct aorta_column columns[] = {{.values = &id},
                                     {.validity = text == NULL ? &none : NULL,
                                      .values = text == NULL ? "" : text,
                                      .offsets = offsets}};
    struct aorta_batch batch = {1, 2, fields, columns};
    int result = wearables_load()->source->feed(reader, input, &batch, error);

    if (result == 0 && (result = wearables_load()->source->feed(reader, input, &batch, error)) == 0)
        result = wearables_load()->source->next(reader, &batch, error);
    wearables_load()->source->read_close(reader);
    wearables_load()->close(connection);
    return result;
}

TEST("inputs that do not serve are refused with a reason")
{
    const struct aorta_field good[] = {{"user_id", AORTA_INT32},
                                       {"address_country_code", AORTA_TEXT}};
    const struct aorta_field renamed[] = {{"user_id", AORTA_INT32}, {"country", AORTA_TEXT}};
    const struct aorta_field typed[] = {{"user_id", AORTA_DOUBLE},
                                        {"address_country_code", AORTA_TEXT}};
    struct aorta_error err;

    check_fails(feed_row(renamed, "users", 10001, "DE", &err), AORTA_CONFIG,
                "input \"users\" has no column \"address_country_code\"");
    check_fails(feed_row(typed, "users", 10001, "DE", &err), AORTA_CONFIG,
                "input \"users\": column \"user_id\" is no integer");
    check_fails(feed_row(good, "users", 10001, "XX", &err), AORTA_DATA,
                "user 10001 lives in country \"XX\", which is none");
    check_fails(feed_row(good, "users", 10001, NULL, &err), AORTA_DATA, "lives in country \"\"");
    check_fails(feed_row(good, "users", -1, "DE", &err), AORTA_DATA, "user_id -1 is out of range");
    check_fails(feed_row(good, "users", 10001, "DE", &err), AORTA_DATA, "user 10001 was fed twice");
    check_fails(feed_row(good, "shoes", 10001, "DE", &err), AORTA_CONFIG, "no input \"shoes\"");
}

static int feed_body(const struct wearables_user *user, int32_t columns, bool no_height,
                     struct aorta_error *error)
{
    static const struct aorta_field fields[] = {
        {"user_id", AORTA_INT32},       {"address_country_code", AORTA_TEXT},
        {"date_of_birth", AORTA_INT32}, {"sex", AORTA_TEXT},
        {"height", AORTA_INT32},        {"weight", AORTA_INT32},
    };
    static const uint8_t none = 0;
    static const int32_t two[] = {0, 2}, one[] = {0, 1};
    struct aorta_column values[] = {
        {.values = &user->user_id},
        {.values = user->country, .offsets = two},
        {.values = &user->date_of_birth},
        {.values = user->sex, .offsets = one},
        {.values = &user->height, .validity = no_height ? &none : NULL},
        {.values = &user->weight},
    };
    struct aorta_batch batch = {1, columns, fields, values};
    void *connection = wearables_open(
        &(struct wearables_options){.as_of_us = WEARABLES_START_US + WEARABLES_DAY_US});
    void *reader = wearables_read(connection, "heart_rates", NULL);
    int result = wearables_load()->source->feed(reader, "users", &batch, error);

    wearables_load()->source->read_close(reader);
    wearables_load()->close(connection);
    return result;
}

TEST("bodies that cannot be are refused with a reason")
{
    struct wearables_user user = somebody;
    struct aorta_error err;

    check_ok(feed_body(&somebody, 6, false, &err));
    check_fails(feed_body(&somebody, 2, false, &err), AORTA_CONFIG,
                "input \"users\" has no column \"date_of_birth\"");
    check_fails(feed_body(&somebody, 6, true, &err), AORTA_DATA, "user 10001: a height is null");
    user.height = 49;
    check_fails(feed_body(&user, 6, false, &err), AORTA_DATA,
                "user 10001: height 49 is out of range");
    user = somebody;
    user.weight = 701;
    check_fails(feed_body(&user, 6, false, &err), AORTA_DATA, "weight 701 is out of range");
    user = somebody;
    user.date_of_birth = 19810229;
    check_fails(feed_body(&user, 6, false, &err), AORTA_DATA,
                "user 10001: date_of_birth 19810229 is no date");
    user.date_of_birth = 19801301;
    check_fails(feed_body(&user, 6, false, &err), AORTA_DATA, "19801301 is no date");
}

TEST("users without activities are an error, no users are no records")
{
    struct aorta_batch batch;
    struct aorta_error err;
    void *connection = wearables_open(
        &(struct wearables_options){.as_of_us = WEARABLES_START_US + WEARABLES_DAY_US});
    void *reader = wearables_read(connection, "heart_rates", NULL);

    check_int(wearables_load()->source->next(reader, &batch, &err), 0);
    check_str(wearables_load()->source->position(reader), "{}");
    wearables_load()->source->read_close(reader);
    reader = wearables_read(connection, "heart_rates", NULL);
    wearables_feed(reader, &somebody, 1, NULL, 0);
    check_fails(wearables_load()->source->next(reader, &batch, &err), AORTA_CONFIG,
                "there are users and no activities");
    wearables_load()->source->read_close(reader);
    wearables_load()->close(connection);
}

TEST("a position that is none is refused")
{
    static const char *const positions[] = {
        "",
        "[]",
        "{\"6\":\"1/2/3\"}",
        "{\"0\":\"1/2\"}",
        "{\"0\":1}",
        "{\"0\":\"1/2/3\"} x",
        "{\"0\":\"1/2/3\",}",
        "{\"0\":\"1/-2/3\"}",
        "{\"0\":\"1/2/99999999999\"}",
    };
    void *connection = wearables_open(&(struct wearables_options){.as_of_us = WEARABLES_START_US});
    struct aorta_error err;
    void *reader;

    for (size_t i = 0; i < sizeof positions / sizeof *positions; i++) {
        struct aorta_read_request request = {
            .stream = "heart_rates", .mode = AORTA_READ_INCREMENTAL, .position = positions[i]};
        check_fails(wearables_load()->source->read_open(connection, &request, &reader, &err),
                    AORTA_BROKEN, "is none of 6 partitions' last records");
    }
    wearables_load()->close(connection);
}

TEST("a read that is canceled says so")
{
    void *connection = wearables_open(
        &(struct wearables_options){.as_of_us = WEARABLES_START_US + WEARABLES_DAY_US});
    void *reader = wearables_read(connection, "heart_rates", NULL);
    struct aorta_batch batch;
    struct aorta_error err;

    wearables_feed(reader, &somebody, 1, &walking, 1);
    wearables_load()->source->cancel(reader);
    check_fails(wearables_load()->source->next(reader, &batch, &err), AORTA_CANCELED, "canceled");
    wearables_load()->source->read_close(reader);
    wearables_load()->close(connection);
}

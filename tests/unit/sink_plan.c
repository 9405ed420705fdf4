/*
 * Names in the lake, plans and seals.
 */
#include "test.h"

#include "base/clock.h"
#include "executor/sink_plan.h"

#include <string.h>

static int64_t hour_of(const char *iso)
{
    int64_t us = 0;

    check(clock_parse(iso, strlen(iso), &us, NULL, NULL));
    return us / 1000000 / 3600;
}

TEST("an object's key has topic, hour of event time, partition and the first record's number")
{
    struct sink_object object = {.hour = hour_of("2024-04-18T00:59:59Z"), .first = 4410};
    struct buf key;

    buf_init(&key);
    sink_key_object(&key, "hr-data-topic", 3, &object);
    check_str(key.data, "topics/hr-data-topic/year=2024/month=04/day=18/hour=00/"
                        "hr-data-topic+3+0000004410.json");
    object = (struct sink_object){.hour = hour_of("2023-12-31T23:00:00Z"), .first = 12345678901};
    sink_key_object(&key, "t", 12, &object);
    check_str(key.data, "topics/t/year=2023/month=12/day=31/hour=23/t+12+12345678901.json");
    buf_release(&key);
}

TEST("entries of a chain sort by their place, a seal behind its plan, and do not end in .json")
{
    struct buf ninth, seal, tenth;

    buf_init(&ninth), buf_init(&seal), buf_init(&tenth);
    sink_key_plan(&ninth, "t", 0, 9);
    sink_key_seal(&seal, "t", 0, 9);
    sink_key_plan(&tenth, "t", 0, 10);
    check_str(ninth.data, "topics/t/_plans/0/00000000000000000009.plan");
    check(strcmp(ninth.data, seal.data) < 0);
    check(strcmp(seal.data, tenth.data) < 0);
    sink_key_dead(&tenth, "t", 0, 17);
    check_str(tenth.data, "topics/t/_dead/t+0+0000000017.jsonl");
    buf_release(&ninth), buf_release(&seal), buf_release(&tenth);
}

TEST("a chain's keys are taken apart, and other keys are none")
{
    int32_t partition = -1;
    int64_t sequence = -1;
    bool is_seal = false;

    check(sink_key_parse("topics/t/_plans/12/00000000000000000034.seal", "t", &partition, &sequence,
                         &is_seal));
    check_int(partition, 12);
    check_int(sequence, 34);
    check(is_seal);
    check(sink_key_parse("topics/t/_plans/0/00000000000000000001.plan", "t", &partition, &sequence,
                         &is_seal));
    check(!is_seal);
    static const char *const others[] = {
        "topics/u/_plans/0/00000000000000000001.plan",
        "topics/t/_plans/0/1.plan",
        "topics/t/_plans/0/00000000000000000001.plan.tmp",
        "topics/t/_plans/0/00000000000000000000.plan",
        "topics/t/_plans/-1/00000000000000000001.plan",
        "topics/t/_plans/00000000000000000001.plan",
        "topics/t/year=2024/month=04/day=18/hour=00/t+0+0000000000.json",
    };
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        check(!sink_key_parse(others[i], "t", &partition, &sequence, &is_seal));
}

static struct sink_object objects[] = {
    {.hour = 475932,
     .first = 100,
     .count = 7,
     .bytes = 700,
     .min_us = 1713355200000000,
     .max_us = 1713358799999999},
    {.hour = 475933,
     .first = 103,
     .count = 1,
     .bytes = 99,
     .min_us = 1713358800000000,
     .max_us = 1713358800000000},
};

static struct sink_entry make_flush(void)
{
    return (struct sink_entry){
        .kind = SINK_FLUSH,
        .topic = "hr",
        .partition = 3,
        .sequence = 12,
        .opened = 4,
        .incarnation = "cluster \"x\":hr",
        .base = 90,
        .start = 100,
        .end = 109,
        .token = "{\"lsn\":\"0/16B3748\"}",
        .grouping = {.time_field = "meta.at", .unit = SINK_MILLISECONDS, .earliest_us = 31536},
        .object_count = 2,
        .objects = objects,
        .dead = {.first = 105, .count = 1, .bytes = 140},
    };
}

TEST("a plan comes back as it was written")
{
    struct sink_entry flush = make_flush(), back;
    struct arena arena;
    struct buf text, again;
    struct err err;

    arena_init(&arena);
    buf_init(&text), buf_init(&again);
    sink_plan_encode(&flush, &text);
    check_ok(sink_plan_parse(text.data, text.size, &arena, &back, &err));
    check_str(back.incarnation, flush.incarnation);
    check_str(back.token, flush.token);
    check(sink_grouping_equal(&back.grouping, &flush.grouping));
    check_int(back.object_count, 2);
    check_int(memcmp(back.objects, objects, sizeof objects), 0);
    check_int(back.dead.count, 1);
    sink_plan_encode(&back, &again);
    check_str(again.data, text.data);
    check_contains(text.data, "\"hour\":\"2024-04-17T12\"");
    check_contains(text.data, "\"zone\":\"UTC\"");
    buf_release(&text), buf_release(&again);
    arena_release(&arena);
}

TEST("an opening without a token comes back as it was written")
{
    struct sink_entry open = {
        .kind = SINK_OPEN, .topic = "hr", .sequence = 1, .opened = 1, .incarnation = "k1"};
    struct sink_entry back;
    struct arena arena;
    struct buf text;
    struct err err;

    arena_init(&arena);
    buf_init(&text);
    sink_plan_encode(&open, &text);
    check_ok(sink_plan_parse(text.data, text.size, &arena, &back, &err));
    check_int(back.kind, SINK_OPEN);
    check(back.token == NULL);
    check_int(back.object_count, 0);
    buf_release(&text);
    arena_release(&arena);
}

/* Replaces the first `from` in the plan's text by `to` and expects that parsing fails. */
static void check_refused(const char *from, const char *to, enum err_code code, const char *part)
{
    struct sink_entry flush = make_flush(), back = {.sequence = -7};
    struct arena arena;
    struct buf text, changed;
    struct err err;

    arena_init(&arena);
    buf_init(&text), buf_init(&changed);
    sink_plan_encode(&flush, &text);
    check_contains(text.data, from);
    const char *at = strstr(text.data, from);
    size_t before = (size_t)((at != NULL ? at : text.data) - text.data);
    buf_append(&changed, text.data, before);
    buf_append_str(&changed, to);
    buf_append_str(&changed, text.data + before + strlen(from));
    check_fails(sink_plan_parse(changed.data, changed.size, &arena, &back, &err), code, part);
    check_int(back.sequence, -7);
    buf_release(&text), buf_release(&changed);
    arena_release(&arena);
}

TEST("a plan that is torn, newer or wrong in a member is refused")
{
    check_refused("}\n", "", ERR_BROKEN, "not JSON");
    check_refused("\"version\":1", "\"version\":2", ERR_CONFIG, "version 2");
    check_refused("\"version\":1,", "", ERR_BROKEN, "\"version\"");
    check_refused("\"kind\":\"flush\"", "\"kind\":\"lush\"", ERR_BROKEN, "\"kind\"");
    check_refused("\"partition\":3", "\"partition\":-3", ERR_BROKEN, "\"partition\"");
    check_refused("\"end\":109", "\"end\":99", ERR_BROKEN, "\"end\"");
    check_refused("\"opened\":4", "\"opened\":13", ERR_BROKEN, "\"opened\"");
    check_refused("\"unit\":\"ms\"", "\"unit\":\"h\"", ERR_BROKEN, "\"unit\"");
    check_refused("\"zone\":\"UTC\"", "\"zone\":\"CET\"", ERR_BROKEN, "\"zone\"");
    check_refused("2024-04-17T12", "2024-04-17T1", ERR_BROKEN, "\"hour\"");
    check_refused("\"count\":7", "\"count\":\"7\"", ERR_BROKEN, "\"count\"");
    check_refused("\"dead\":{", "\"dead\":[],\"x\":{", ERR_BROKEN, "\"first\"");
}

TEST("a seal says done or void, and nothing else")
{
    enum sink_outcome outcome = SINK_UNSEALED;
    struct buf text;
    struct err err;

    buf_init(&text);
    sink_seal_encode(SINK_DONE, &text);
    check_ok(sink_seal_parse(text.data, text.size, &outcome, &err));
    check_int(outcome, SINK_DONE);
    buf_reset(&text);
    sink_seal_encode(SINK_VOID, &text);
    check_ok(sink_seal_parse(text.data, text.size, &outcome, &err));
    check_int(outcome, SINK_VOID);
    check_fails(sink_seal_parse("{\"version\":1,\"outcome\":\"gone\"}", 30, &outcome, &err),
                ERR_BROKEN, "neither done nor void");
    check_fails(sink_seal_parse("", 0, &outcome, &err), ERR_BROKEN, "no seal");
    buf_release(&text);
}

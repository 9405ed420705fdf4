#include "daemon/messenger.h"

#include "base/alloc.h"
#include "base/clock.h"
#include "base/log.h"
#include "daemon/delivery.h"
#include "schedule/alerting.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HOUR_US INT64_C(3600000000)
#define KEPT_US (30 * CLOCK_US_PER_DAY) /* alerts that are over, for people who look back */

enum { MAX_ERROR_BYTES = 4000, MAX_SUBJECT_BYTES = 200 };

struct messenger {
    struct journal *journal;
    struct delivery *delivery;
    struct loaded *loaded;
    struct map destinations; /* what each was told */
    struct ulid_source ids;
    int64_t pruned_us;
    int summing; /* summaries that are not committed yet */
    char *link;
};

/* ---- histories ------------------------------------------------------------------------------- */

/* What one destination was told. */
struct destination {
    struct alerting *history;
    char name[];
};

static struct alerting *history_of(struct messenger *messenger, const char *name)
{
    struct destination *destination = map_find(&messenger->destinations, name);

    if (destination != NULL)
        return destination->history;
    destination = alloc_zeroed(1, sizeof *destination + strlen(name) + 1);
    memcpy(destination->name, name, strlen(name) + 1);
    destination->history = alerting_new();
    map_put(&messenger->destinations, destination->name, destination);
    return destination->history;
}

static void free_destinations(struct map *destinations)
{
    for (size_t i = 0; i < destinations->count; i++) {
        struct destination *destination = destinations->entries[i].value;
        alerting_free(destination->history);
        free(destination);
    }
    map_release(destinations);
}

/* False for a name that a newer version wrote. */
static bool kind_from_name(const char *name, enum alert_kind *kind)
{
    for (int i = 0; i < ALERT_KINDS; i++)
        if (strcmp(alert_kind_names[i], name) == 0) {
            *kind = (enum alert_kind)i;
            return true;
        }
    return false;
}

static bool event_of(const struct store_alert *alert, struct alerting_event *event)
{
    *event = (struct alerting_event){
        .subject = alert->subject, .target = alert->target, .at_us = alert->created_us};
    return kind_from_name(alert->kind, &event->kind) && kind_from_name(alert->of_kind, &event->of);
}

static int restore(void *arg, struct store_reader *reader, struct arena *arena, struct err *err)
{
    struct messenger *messenger = arg;
    struct store_alert *told;
    struct alerting_event event;
    size_t count;

    if (store_read_told_alerts(reader, clock_now_us() - HOUR_US, arena, &told, &count, err) < 0)
        return -1;
    for (size_t i = 0; i < count; i++) {
        enum alerting_verdict verdict = strcmp(told[i].state, "held") == 0     ? ALERTING_HOLD
                                        : strcmp(told[i].state, "summed") == 0 ? ALERTING_PASS
                                                                               : ALERTING_SEND;
        if (event_of(&told[i], &event))
            alerting_remember(history_of(messenger, told[i].destination), &event, verdict);
    }
    return 0;
}

/* ---- raising --------------------------------------------------------------------------------- */

static void raised(void *arg)
{
    const struct messenger *messenger = arg;

    delivery_look(messenger->delivery);
}

/* Once a day is enough. */
static void prune(struct messenger *messenger, int64_t now_us)
{
    if (now_us - messenger->pruned_us < CLOCK_US_PER_DAY)
        return;
    messenger->pruned_us = now_us;
    store_alerts_prune(journal_store(messenger->journal), now_us - KEPT_US, STORE_NO_DONE);
}

/* How it is written down: waiting, or held back for a summary. */
struct raising {
    const char *id, *state;
    int64_t now_us;
};

static void raise_as(struct messenger *messenger, const struct alert *to,
                     const struct alert_message *what, struct raising raising)
{
    struct alert_message message = *what;
    char at[CLOCK_TEXT_SIZE];
    struct json_writer json;
    struct buf body;

    message.id = raising.id;
    message.at = clock_format_iso(at, raising.now_us, 3);
    message.pipeline = messenger->loaded->pipeline.name;
    buf_init(&body);
    json_writer_init(&json, &body);
    record_encode(&json, &alert_message_shape, &message);
    const struct store_alert stored = {
        .id = raising.id,
        .destination = to->name,
        .target = message.target,
        .subject = message.subject,
        .kind = message.kind,
        .of_kind = message.of != NULL ? message.of : message.kind,
        .body = body.data,
        .state = raising.state,
        .next_us = raising.now_us,
        .created_us = raising.now_us,
    };
    prune(messenger, raising.now_us);
    store_alert_raise(
        journal_store(messenger->journal), &stored,
        journal_done(messenger->journal, (struct journal_then){raised, messenger, NULL}));
    buf_release(&body);
}

static void raise_alert(struct messenger *messenger, const struct alert *to,
                        const struct alert_message *what, const char *state, int64_t now_us)
{
    char id[ULID_SIZE + 1];

    ulid_next(&messenger->ids, id);
    raise_as(messenger, to, what, (struct raising){id, state, now_us});
}

void messenger_test(struct messenger *messenger, const struct alert *to, const char *text,
                    char id[ULID_SIZE + 1])
{
    char subject[MAX_SUBJECT_BYTES];

    (void)snprintf(subject, sizeof subject, "test:%s", to->name);
    const struct alert_message message = {
        .kind = alert_kind_names[ALERT_FAILURE],
        .subject = subject,
        .target = messenger->loaded->pipeline.target->name,
        .error = text,
        .link = messenger->link,
    };
    ulid_next(&messenger->ids, id);
    raise_as(messenger, to, &message, (struct raising){id, "waiting", clock_now_us()});
}
const char *messenger_keep(struct arena *arena, const char *text, size_t most)
{
    size_t size = text != NULL ? strlen(text) : 0;

    if (size <= most)
        return arena_strdup(arena, text);
    for (size = most; size > 0 && ((unsigned char)text[size] & 0xc0) == 0x80;)
        size--;
    return arena_printf(arena, "%.*s…", (int)size, text);
}

static const char *link_to(const struct messenger *messenger, const struct trouble *trouble,
                           struct arena *arena)
{
    if (messenger->link == NULL)
        return NULL;
    if (trouble->run != NULL)
        return arena_printf(arena, "%s/runs/%s", messenger->link, trouble->run);
    if (trouble->asset != NULL)
        return arena_printf(arena, "%s/assets/%s", messenger->link, trouble->asset);
    return messenger->link;
}

void messenger_tell(struct messenger *messenger, const struct alert *to,
                    const struct trouble *trouble)
{
    struct alerting_event event = {trouble->kind, trouble->of, trouble->subject, trouble->target,
                                   clock_now_us()};
    int64_t repeats;
    enum alerting_verdict verdict =
        alerting_decide(history_of(messenger, to->name), to, &event, &repeats);
    struct arena arena;

    if (verdict == ALERTING_PASS || verdict == ALERTING_REPEAT)
        return;
    arena_init(&arena);
    struct alert_message message = {
        .kind = alert_kind_names[trouble->kind],
        .of = trouble->kind == ALERT_RECOVERY ? alert_kind_names[trouble->of] : NULL,
        .subject = trouble->subject,
        .target = trouble->target,
        .run = trouble->run,
        .asset = trouble->asset,
        .error = messenger_keep(&arena, trouble->error, MAX_ERROR_BYTES),
        .checks = trouble->checks,
        .check_count = trouble->check_count,
        .link = link_to(messenger, trouble, &arena),
        .repeats = repeats,
    };
    raise_alert(messenger, to, &message, verdict == ALERTING_HOLD ? "held" : "waiting",
                event.at_us);
    if (verdict == ALERTING_HOLD)
        log_warn("alert %s: %s of %s is held back: more than %lld in an hour", to->name,
                 message.kind, message.subject, (long long)to->max_per_hour);
    arena_release(&arena);
}

/* ---- delivery's questions -------------------------------------------------------------------- */

static int64_t summary_us(void *arg, const struct alert *alert, int64_t now_us)
{
    const struct messenger *messenger = arg;

    if (messenger->summing > 0)
        return 0; /* the store does not know yet what the last one named */
    return alerting_summary_us(history_of(arg, alert->name), alert, now_us);
}

static void summed(void *arg)
{
    struct messenger *messenger = arg;

    messenger->summing--;
    delivery_look(messenger->delivery);
}

static void sum(void *arg, const struct alert *to, const struct delivery_held *held)
{
    struct messenger *messenger = arg;
    struct alert_line *lines;
    struct arena arena;
    struct err err;
    int64_t now = clock_now_us();

    arena_init(&arena);
    lines = arena_calloc(&arena, held->alert_count, sizeof *lines);
    for (size_t i = 0; i < held->alert_count; i++) {
        struct alert_message message = {0};
        const char *body = held->alerts[i].body;
        if (record_decode(body, strlen(body), &alert_message_shape, &arena, &message, &err) == 0)
            lines[i] =
                (struct alert_line){message.kind, message.subject, message.at, message.error};
    }
    struct alert_message message = {
        .kind = alert_kind_names[ALERT_SUMMARY],
        .subject = arena_printf(&arena, "alert:%s", to->name),
        .target = messenger->loaded->pipeline.target->name,
        .held = held->count,
        .alerts = lines,
        .alert_count = held->alert_count,
        .link = messenger->link,
    };
    raise_alert(messenger, to, &message, "waiting", now);
    messenger->summing++;
    store_alerts_sum(
        journal_store(messenger->journal), to->name, held->last_id, now,
        journal_done(messenger->journal, (struct journal_then){summed, messenger, NULL}));
    alerting_summed(history_of(messenger, to->name), held->count, now);
    arena_release(&arena);
}

static void dropped(void *arg, const struct store_alert *alert)
{
    struct alerting_event event;

    if (event_of(alert, &event) && event.kind != ALERT_SUMMARY)
        alerting_forget(history_of(arg, alert->destination), &event);
}

/* ---- opening and closing --------------------------------------------------------------------- */

struct messenger *messenger_open(uv_loop_t *loop, struct journal *journal, struct err *err)
{
    struct messenger *messenger = alloc_zeroed(1, sizeof *messenger);
    const struct delivery_owner owner = {messenger, summary_us, sum, dropped};

    messenger->journal = journal;
    map_init(&messenger->destinations);
    if (journal_read(messenger->journal, restore, messenger, err) < 0) {
        messenger_close(messenger);
        return NULL;
    }
    messenger->delivery = delivery_open(loop, journal, &owner);
    prune(messenger, clock_now_us());
    return messenger;
}

void messenger_close(struct messenger *messenger)
{
    if (messenger == NULL)
        return;
    delivery_close(messenger->delivery);
    free_destinations(&messenger->destinations);
    loaded_release(messenger->loaded);
    free(messenger->link);
    free(messenger);
}

void messenger_set_link(struct messenger *messenger, const char *link)
{
    free(messenger->link);
    messenger->link = link != NULL ? alloc_strdup(link) : NULL;
}

void messenger_configure(struct messenger *messenger, struct loaded *loaded)
{
    loaded_retain(loaded);
    loaded_release(messenger->loaded);
    messenger->loaded = loaded;
    delivery_configure(messenger->delivery, loaded);
    delivery_look(messenger->delivery);
}

#include "daemon/delivery.h"

#include "base/alloc.h"
#include "base/clock.h"
#include "base/hash.h"
#include "base/log.h"
#include "daemon/curl_library.h"
#include "daemon/parcel.h"
#include "daemon/transfer.h"
#include "schedule/alerting.h"

#include <stdlib.h>
#include <string.h>

enum {
    AT_ONCE = 4,
    MAX_SUMMED = 20,        /* named by a summary; the others are counted */
    LOOK_WITHIN_MS = 60000, /* while something waits: the wall clock may be set */
};

/* One alert that is under way, until the store knows how it went, and until a look that had begun
 * before that is over: it has read that the alert waits. */
struct sending {
    struct sending *next;
    bool is_over;
    struct delivery *delivery;
    struct arena arena;
    struct store_alert alert; /* without its body */
};

/* A look into the store, on the thread pool. */
struct look {
    uv_work_t work;
    struct delivery *delivery;
    struct loaded *loaded;
    struct arena arena;
    int64_t now_us;
    bool *wants_summary; /* by alert of the configuration */

    bool has_failed;
    struct err err;
    struct store_alert *due;
    struct parcel *parcels; /* by alert that is due */
    size_t due_count;
    struct delivery_held *held; /* by alert of the configuration */
    int64_t next_us;
};

struct delivery {
    uv_loop_t *loop;
    struct journal *journal;
    struct store *store; /* the journal's */
    char *store_path;
    struct store_reader *reader; /* of the look under way; opened by the first */
    struct delivery_owner owner;
    struct loaded *loaded;
    struct transfers *transfers; /* NULL before the first delivery */
    struct sending *sendings;
    size_t sending_count;
    uv_timer_t timer;
    bool is_looking;
    bool looks_again; /* something was committed meanwhile */
    bool is_closing;
    bool is_timer_closed;
};

struct delivery *delivery_open(uv_loop_t *loop, struct journal *journal,
                               const struct delivery_owner *owner)
{
    struct delivery *delivery = alloc_zeroed(1, sizeof *delivery);

    delivery->loop = loop;
    delivery->journal = journal;
    delivery->store = journal_store(journal);
    delivery->store_path = alloc_strdup(journal_path(journal));
    delivery->owner = *owner;
    uv_timer_init(loop, &delivery->timer);
    delivery->timer.data = delivery;
    return delivery;
}

void delivery_configure(struct delivery *delivery, struct loaded *loaded)
{
    loaded_retain(loaded);
    loaded_release(delivery->loaded);
    delivery->loaded = loaded;
}

/* ---- closing --------------------------------------------------------------------------------- */

static void free_sending(struct sending *sending)
{
    arena_release(&sending->arena);
    free(sending);
}

/* Forgets those that are no longer under way. */
static void end_sendings(struct delivery *delivery)
{
    struct sending **link = &delivery->sendings;

    while (*link != NULL) {
        struct sending *sending = *link;
        if (!sending->is_over) {
            link = &sending->next;
            continue;
        }
        *link = sending->next;
        delivery->sending_count--;
        free_sending(sending);
    }
}

static void free_when_over(struct delivery *delivery)
{
    if (delivery->is_looking || !delivery->is_timer_closed)
        return;
    for (struct sending *sending = delivery->sendings, *following; sending != NULL;
         sending = following) {
        following = sending->next;
        free_sending(sending);
    }
    store_reader_close(delivery->reader);
    loaded_release(delivery->loaded);
    free(delivery->store_path);
    free(delivery);
}

static void timer_closed(uv_handle_t *handle)
{
    struct delivery *delivery = handle->data;

    delivery->is_timer_closed = true;
    free_when_over(delivery);
}

void delivery_close(struct delivery *delivery)
{
    if (delivery == NULL)
        return;
    delivery->is_closing = true;
    transfers_close(delivery->transfers);
    delivery->transfers = NULL;
    uv_close((uv_handle_t *)&delivery->timer, timer_closed);
}

/* ---- how it went ----------------------------------------------------------------------------- */

/* The store knows: its place is free. */
static void outcome_committed(void *arg)
{
    struct sending *sending = arg;
    struct delivery *delivery = sending->delivery;

    sending->is_over = true;
    if (!delivery->is_looking)
        end_sendings(delivery);
    delivery_look(delivery);
}

static struct store_done after(struct sending *sending)
{
    return journal_done(sending->delivery->journal,
                        (struct journal_then){outcome_committed, sending, NULL});
}

static void drop(struct sending *sending, const char *why)
{
    struct delivery *delivery = sending->delivery;
    const struct store_alert *alert = &sending->alert;

    log_error("alert %s: %s of %s is dropped: %s", alert->destination, alert->kind, alert->subject,
              why);
    delivery->owner.dropped(delivery->owner.arg, alert);
    store_alert_end(delivery->store, alert->id, clock_now_us(), why, after(sending));
}

static void try_later(struct sending *sending, int64_t rest_s, const char *why)
{
    struct delivery *delivery = sending->delivery;
    const struct store_alert *alert = &sending->alert;
    int64_t now = clock_now_us(), tries = alert->tries + 1;
    int64_t next =
        alerting_retry_us(tries, rest_s, alert->created_us, now, hash_mix((uint64_t)uv_hrtime()));
    struct err given_up;

    if (next == 0) {
        err_set(&given_up, ERR_TRANSIENT, "given up after %lld tries: %s", (long long)tries, why);
        drop(sending, given_up.message);
        return;
    }
    log_warn("alert %s: %s of %s is tried again in %lld s: %s", alert->destination, alert->kind,
             alert->subject, (long long)((next - now) / 1000000), why);
    if (rest_s > 0)
        store_alerts_defer(delivery->store, alert->destination, next, STORE_NO_DONE);
    store_alert_retry(delivery->store, alert->id, next, why, after(sending));
}

static void transferred(void *arg, const struct transfer_result *result)
{
    struct sending *sending = arg;

    switch (result->outcome) {
    case TRANSFER_DONE:
        store_alert_end(sending->delivery->store, sending->alert.id, clock_now_us(), NULL,
                        after(sending));
        return;
    case TRANSFER_LATER: try_later(sending, result->rest_s, result->message); return;
    case TRANSFER_REFUSED: drop(sending, result->message); return;
    }
}

/* ---- sending --------------------------------------------------------------------------------- */

static bool is_sending(const struct delivery *delivery, const char *id)
{
    for (const struct sending *s = delivery->sendings; s != NULL; s = s->next)
        if (strcmp(s->alert.id, id) == 0)
            return true;
    return false;
}

static struct sending *add_sending(struct delivery *delivery, const struct store_alert *alert)
{
    struct sending *sending = alloc_zeroed(1, sizeof *sending);

    sending->delivery = delivery;
    arena_init(&sending->arena);
    sending->alert = (struct store_alert){
        .id = arena_strdup(&sending->arena, alert->id),
        .destination = arena_strdup(&sending->arena, alert->destination),
        .target = arena_strdup(&sending->arena, alert->target),
        .subject = arena_strdup(&sending->arena, alert->subject),
        .kind = arena_strdup(&sending->arena, alert->kind),
        .of_kind = arena_strdup(&sending->arena, alert->of_kind),
        .tries = alert->tries,
        .created_us = alert->created_us,
    };
    sending->next = delivery->sendings;
    delivery->sendings = sending;
    delivery->sending_count++;
    return sending;
}

static void send_alert(struct delivery *delivery, const struct look *look, size_t index)
{
    const struct store_alert *alert = &look->due[index];
    struct sending *sending = add_sending(delivery, alert);
    const struct alert *to = alerts_config_find(&look->loaded->pipeline.alerts, alert->destination);
    struct parcel_request request;
    struct err err;

    if (to == NULL) {
        drop(sending, "there is no alert of that name any more");
        return;
    }
    parcel_request_init(&request);
    int result = parcel_pack(&look->parcels[index], to, alert, clock_now_us(), &request, &err);
    if (result == 0 && delivery->transfers == NULL) {
        delivery->transfers = transfers_open(delivery->loop, &err);
        result = delivery->transfers == NULL ? -1 : 0;
    }
    if (result == 0)
        result = transfer_start(delivery->transfers, &request.transfer, transferred, sending, &err);
    parcel_request_release(&request);
    if (result < 0)
        try_later(sending, 0, err.message);
}

/* ---- looking --------------------------------------------------------------------------------- */

static int read_held(struct look *look, struct err *err)
{
    const struct alerts_config *alerts = &look->loaded->pipeline.alerts;
    struct store_reader *reader = look->delivery->reader;

    for (size_t i = 0; i < alerts->count; i++) {
        struct delivery_held *held = &look->held[i];
        struct store_alert *first;
        if (!look->wants_summary[i])
            continue;
        if (store_count_held_alerts(reader, alerts->items[i].name, &held->count, &held->last_id,
                                    &look->arena, err) < 0 ||
            store_read_held_alerts(reader, alerts->items[i].name, MAX_SUMMED, &look->arena, &first,
                                   &held->alert_count, err) < 0)
            return -1;
        held->alerts = first;
    }
    return 0;
}

static int read_due(struct look *look, struct err *err)
{
    struct delivery *delivery = look->delivery;
    const struct pipeline *pipeline = &look->loaded->pipeline;

    if (delivery->reader == NULL &&
        store_reader_open(delivery->store_path, &delivery->reader, err) < 0)
        return -1;
    /* Those that are under way are due, too, as far as the store knows. */
    if (read_held(look, err) < 0 ||
        store_read_due_alerts(delivery->reader, look->now_us, 2 * AT_ONCE, &look->arena, &look->due,
                              &look->due_count, err) < 0 ||
        store_read_next_alert(delivery->reader, look->now_us, &look->next_us, err) < 0)
        return -1;
    look->parcels = arena_calloc(&look->arena, look->due_count, sizeof *look->parcels);
    for (size_t i = 0; i < look->due_count; i++) {
        const struct alert *to = alerts_config_find(&pipeline->alerts, look->due[i].destination);
        if (to != NULL)
            parcel_resolve(&look->parcels[i], to, pipeline->folder, &look->arena);
    }
    return 0;
}

static void look_now(uv_work_t *work)
{
    struct look *look = work->data;

    look->has_failed = read_due(look, &look->err) < 0;
}

static void set_timer(struct delivery *delivery, int64_t next_us);

/* Summaries first: one may be due at once, and says when the next one is. */
static int64_t sum_held(const struct look *look)
{
    const struct delivery_owner *owner = &look->delivery->owner;
    const struct alerts_config *alerts = &look->loaded->pipeline.alerts;
    int64_t first = 0;

    for (size_t i = 0; i < alerts->count; i++) {
        if (look->wants_summary[i] && look->held[i].count > 0)
            owner->sum(owner->arg, &alerts->items[i], &look->held[i]);
        int64_t next = owner->summary_us(owner->arg, &alerts->items[i], clock_now_us());
        if (next > 0 && (first == 0 || next < first))
            first = next;
    }
    return first;
}

static void act(const struct look *look)
{
    struct delivery *delivery = look->delivery;
    int64_t next = look->next_us;

    if (look->has_failed) {
        log_warn("alerts that wait cannot be read: %s", look->err.message);
        set_timer(delivery, clock_now_us() + LOOK_WITHIN_MS * INT64_C(1000));
        return;
    }
    int64_t summary = sum_held(look);
    if (summary > 0 && (next == 0 || summary < next))
        next = summary;
    for (size_t i = 0; i < look->due_count && delivery->sending_count < AT_ONCE; i++)
        if (!is_sending(delivery, look->due[i].id))
            send_alert(delivery, look, i);
    set_timer(delivery, next);
}

static void looked(uv_work_t *work, int status)
{
    struct look *look = work->data;
    struct delivery *delivery = look->delivery;

    (void)status; /* it is not canceled */
    if (!delivery->is_closing) {
        act(look);
        end_sendings(delivery);
    }
    delivery->is_looking = false;
    for (size_t i = 0; i < look->due_count && look->parcels != NULL; i++)
        parcel_wipe(&look->parcels[i]);
    loaded_release(look->loaded);
    arena_release(&look->arena);
    free(look);
    if (delivery->is_closing)
        free_when_over(delivery);
    else if (delivery->looks_again)
        delivery_look(delivery);
}

static void its_time(uv_timer_t *timer)
{
    delivery_look(timer->data);
}

static void set_timer(struct delivery *delivery, int64_t next_us)
{
    int64_t wait_ms = (next_us - clock_now_us()) / 1000 + 1;

    if (next_us == 0) {
        uv_timer_stop(&delivery->timer);
        return;
    }
    if (wait_ms > LOOK_WITHIN_MS)
        wait_ms = LOOK_WITHIN_MS;
    uv_timer_start(&delivery->timer, its_time, wait_ms > 0 ? (uint64_t)wait_ms : 1, 0);
}

void delivery_look(struct delivery *delivery)
{
    struct look *look;

    if (delivery->is_closing || delivery->loaded == NULL)
        return;
    delivery->looks_again = delivery->is_looking;
    if (delivery->is_looking)
        return;
    look = alloc_zeroed(1, sizeof *look);
    arena_init(&look->arena);
    look->work.data = look;
    look->delivery = delivery;
    look->loaded = loaded_retain(delivery->loaded);
    look->now_us = clock_now_us();
    const struct alerts_config *alerts = &look->loaded->pipeline.alerts;
    look->wants_summary = arena_calloc(&look->arena, alerts->count, sizeof(bool));
    look->held = arena_calloc(&look->arena, alerts->count, sizeof *look->held);
    for (size_t i = 0; i < alerts->count; i++) {
        int64_t summary =
            delivery->owner.summary_us(delivery->owner.arg, &alerts->items[i], look->now_us);
        look->wants_summary[i] = summary > 0 && summary <= look->now_us;
    }
    delivery->is_looking = true;
    uv_queue_work(delivery->loop, &look->work, look_now, looked);
}

#include "cli/progress.h"

#include "base/alloc.h"
#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/map.h"
#include "cli/command.h"
#include "cli/history.h"
#include "cli/live.h"
#include "cli/output.h"
#include "cli/table.h"
#include "cli/terminal.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_LIVE_LINES = 12 };

struct line {
    const char *asset, *kind, *state, *message, *note;
    const char *wait; /* of READY: what for, if not just for room */
    int64_t rows, total, table_rows, lag;
    char watermark[CLOCK_TEXT_SIZE];
    double rate;                  /* of a stream: records a second now */
    int64_t rated_us, rated_rows; /* when and of what that was found */
    int64_t said_us;              /* when a plain line said how far it is */
    int64_t passed, warned, failed;
    double seconds;
    int64_t started_us; /* of RUNNING, monotonic */
};

struct progress_view {
    struct arena arena;
    struct map by_asset;
    struct line *lines;
    size_t line_count, capacity;
    bool as_json, is_quiet;
    const char *ending; /* "canceling", "ending"; NULL: not yet */
    struct live *live;  /* NULL: plain lines */
    int64_t drawn_us;
    size_t columns; /* of the terminal, as it was when that was drawn */
    size_t frame;
    struct arena frame_arena; /* of one drawing */
    size_t over_count, failed_count;
    int64_t before;   /* runs that begin before this one; -1: it does not wait for its turn */
    const char *wait; /* what was said last of a ready step that waits */
    int64_t step_total;
    const char *state;
    int64_t started_us;
    int refused; /* the exit status of a request that was refused, else 0 */
};

static void make_way(void *live)
{
    live_clear(live);
}

struct progress_view *progress_new(bool as_json, bool is_quiet)
{
    struct progress_view *view = alloc_zeroed(1, sizeof *view);

    arena_init(&view->arena);
    arena_init(&view->frame_arena);
    map_init(&view->by_asset);
    view->as_json = as_json;
    view->is_quiet = is_quiet;
    view->before = -1;
    view->live = as_json ? NULL : live_new();
    if (view->live != NULL)
        log_set_before(make_way, view->live);
    view->started_us = clock_monotonic_us();
    return view;
}

/* ------------------------------------------------------------------------------ what is running */

enum {
    FRAME_US = 100 * 1000,
    NAME_WIDTH = 32,
    BAR_LEAST = 6, /* columns: a shorter one says less than its percent */
    BAR_MOST = 24,
    BESIDE_BAR = 40,           /* time, percent and rows, and what stands between them */
    BESIDE_BAR_OF_STREAM = 54, /* records and lag instead */
};

/* Adds a part of a line whole, or not at all where the terminal is too narrow for it. */
__attribute__((format(printf, 3, 4))) static void add_part(const struct progress_view *view,
                                                           struct buf *line, const char *fmt, ...)
{
    size_t before = line->size;
    va_list args;

    va_start(args, fmt);
    buf_vprintf(line, fmt, args);
    va_end(args);
    if (line->size >= view->columns)
        buf_truncate(line, before);
}

/* "  [=====>      ]  45%", as wide as there is room; nothing where nobody knows. */
static void describe_share(const struct progress_view *view, const struct line *line,
                           int name_width, struct buf *text)
{
    static const char full[BAR_MOST + 1] = "========================";
    int beside = strcmp(line->kind, "stream") == 0 ? BESIDE_BAR_OF_STREAM : BESIDE_BAR;
    int room = view->columns < 1000 ? (int)view->columns - name_width - beside : BAR_MOST;
    int width = room < BAR_MOST ? room : BAR_MOST;

    if (line->total <= 0 || line->total < line->rows)
        return;
    double share = (double)line->rows / (double)line->total;
    int filled = (int)(share * width);
    bool has_tip = line->rows > 0 && filled < width;
    if (width >= BAR_LEAST)
        add_part(view, text, "  [%.*s%s%*s]", filled, full, has_tip ? ">" : "",
                 width - filled - has_tip, "");
    add_part(view, text, " %3d%%", (int)(share * 100));
}

/* No partition is the stream's yet, or any more: nobody knows. */
static const char *lag_text(char text[static TABLE_TEXT_SIZE], const struct line *line)
{
    return line->lag < 0 ? "unknown" : table_number(text, line->lag);
}

/* "  1,234,567 records  lag 12,345  up to 2024-04-01T12:30:00Z  385,802/s" */
static void describe_stream(const struct progress_view *view, const struct line *line,
                            struct buf *text)
{
    char number[TABLE_TEXT_SIZE];

    add_part(view, text, "  %s records", table_number(number, line->rows));
    add_part(view, text, "  lag %s", lag_text(number, line));
    if (line->watermark[0] != '\0') /* half a time says something, too */
        buf_printf(text, "  up to %s", line->watermark);
    if (line->rate >= 0.5)
        add_part(view, text, "  %s/s", table_number(number, (int64_t)line->rate));
}

static void describe_rows(const struct progress_view *view, const struct line *line, double seconds,
                          struct buf *text)
{
    char number[TABLE_TEXT_SIZE];

    if (line->rows == 0) {
        add_part(view, text, "  %s", line->kind);
        return;
    }
    add_part(view, text, " %12s rows", table_number(number, line->rows));
    if (seconds > 0.2)
        add_part(view, text, "  %s/s",
                 table_number(number, (int64_t)((double)line->rows / seconds)));
}

/* "| raw.heart_rates     3.2s  [=====>      ]  45%    1,234,567 rows  385,802/s" */
static const char *describe_running(struct progress_view *view, const struct line *line,
                                    int name_width)
{
    static const char spinner[] = "|/-\\";
    double seconds = (double)(clock_monotonic_us() - line->started_us) / 1e6;
    struct buf text;

    buf_init(&text);
    buf_printf(&text, "%c %-*.*s %7.1fs", spinner[view->frame % 4], name_width, name_width,
               line->asset, seconds);
    describe_share(view, line, name_width, &text);
    if (strcmp(line->kind, "stream") == 0 && line->rated_us != 0)
        describe_stream(view, line, &text);
    else
        describe_rows(view, line, seconds, &text);
    const char *copy = arena_strndup(&view->frame_arena, text.data, text.size);
    buf_release(&text);
    return copy;
}

static void describe_turn(const struct progress_view *view, struct buf *text)
{
    if (view->before == 0)
        buf_append_str(text, "waiting for its turn: it is the next one");
    else
        buf_printf(text, "waiting for its turn: %lld run%s before it", (long long)view->before,
                   view->before == 1 ? "" : "s");
}

static const char *describe_all(struct progress_view *view, size_t running)
{
    double seconds = (double)(clock_monotonic_us() - view->started_us) / 1e6;
    struct buf text;

    buf_init(&text);
    if (view->ending != NULL)
        buf_printf(&text, "%s, %zu still running; Ctrl-C once more ends at once", view->ending,
                   running);
    else if (view->state != NULL)
        buf_append_str(&text, "done; waiting for what other commands have asked of this process");
    else if (view->before >= 0)
        describe_turn(view, &text);
    else if (view->step_total == 0)
        buf_append_str(&text, "reading the pipeline");
    else
        buf_printf(&text, "%zu of %lld steps done, %zu running", view->over_count,
                   (long long)view->step_total, running);
    if (view->failed_count > 0)
        buf_printf(&text, ", %zu failed", view->failed_count);
    for (size_t i = 0; i < view->line_count; i++)
        if (view->lines[i].wait != NULL) {
            buf_printf(&text, ", %s %s", view->lines[i].asset, view->lines[i].wait);
            break;
        }
    buf_printf(&text, ", %.1fs", seconds);
    const char *copy = arena_strndup(&view->frame_arena, text.data, text.size);
    buf_release(&text);
    return copy;
}

static int name_width_of(const struct progress_view *view)
{
    int width = 0;

    for (size_t i = 0; i < view->line_count; i++) {
        int size = (int)strlen(view->lines[i].asset);
        if (strcmp(view->lines[i].state, "running") == 0 && size > width)
            width = size;
    }
    return width < NAME_WIDTH ? width : NAME_WIDTH;
}

/* At most ten times a second, what stays goes out with what is drawn. */
static void draw(struct progress_view *view)
{
    const char *lines[MAX_LIVE_LINES + 2];
    size_t rows, count = 0, running = 0;
    int64_t now = clock_monotonic_us();

    if (view->live == NULL || now - view->drawn_us < FRAME_US)
        return;
    view->drawn_us = now;
    view->frame++;
    arena_reset(&view->frame_arena);
    live_size(view->live, &view->columns, &rows);
    size_t most = rows > 5 && rows - 5 < MAX_LIVE_LINES ? rows - 5 : MAX_LIVE_LINES;
    int name_width = name_width_of(view);
    for (size_t i = 0; i < view->line_count; i++) {
        if (strcmp(view->lines[i].state, "running") != 0)
            continue;
        if (running++ < most)
            lines[count++] = describe_running(view, &view->lines[i], name_width);
    }
    if (running > most)
        lines[count++] = arena_printf(&view->frame_arena, "  and %zu more", running - most);
    lines[count++] = describe_all(view, running);
    live_draw(view->live, lines, count);
}

void progress_tick(struct progress_view *view)
{
    draw(view);
}

void progress_canceling(struct progress_view *view, bool is_stream)
{
    view->ending = is_stream ? "ending" : "canceling";
    live_clear(view->live);
    fprintf(stderr, "aorta: %s; %s; once more ends at once\n", view->ending,
            is_stream ? "what was read is written" : "what is published stays");
}

/* -------------------------------------------------------------------------------- what stays */

static bool is_over(const char *state)
{
    static const char *const over[] = {"published", "fresh",   "rejected",
                                       "failed",    "skipped", "canceled"};

    for (size_t i = 0; i < sizeof over / sizeof *over; i++)
        if (strcmp(over[i], state) == 0)
            return true;
    return false;
}

/* What a person should know of it, a line each. */
static void print_note(struct live *live, const struct line *line)
{
    const char *at = line->note;

    while (at != NULL && *at != '\0') {
        int size = (int)strcspn(at, "\n");
        live_print(live, "note      %-32s %.*s\n", line->asset, size, at);
        at += at[size] == '\n' ? size + 1 : size;
    }
}

/* A step that is over gets a line that stays. */
static void print_step(struct progress_view *view, const struct line *line)
{
    char rows[TABLE_TEXT_SIZE];

    const char *told = line->message;
    bool is_published = strcmp(line->state, "published") == 0;

    live_print(view->live, "%s%-9s%s %-*s", terminal_colour(line->state), line->state,
               terminal_plain(line->state), is_published || told != NULL ? 32 : 0, line->asset);
    if (is_published)
        live_print(view->live, " %12s rows  %.2fs", table_number(rows, line->rows), line->seconds);
    live_print(view->live, "%s%s\n", told != NULL ? "  " : "", told != NULL ? told : "");
}

static struct line *line_of(struct progress_view *view, const struct event *event)
{
    struct line *line = NULL;
    void *index = map_find(&view->by_asset, event->asset);

    if (index != NULL)
        return &view->lines[(uintptr_t)index - 1];
    if (view->line_count == view->capacity) {
        view->capacity = view->capacity < 32 ? 32 : view->capacity * 2;
        view->lines = alloc_resize(view->lines, view->capacity * sizeof *view->lines);
    }
    line = &view->lines[view->line_count++];
    *line = (struct line){.asset = arena_strdup(&view->arena, event->asset),
                          .kind = arena_strdup(&view->arena, event->kind),
                          .state = ""};
    map_put(&view->by_asset, line->asset, (void *)(uintptr_t)view->line_count);
    return line;
}

static void hear_step(struct progress_view *view, const struct event *event)
{
    struct line *line = line_of(view, event);
    view->before = -1; /* it has begun */
    bool starts = strcmp(event->state, "running") == 0 && strcmp(line->state, "running") != 0;

    line->state = arena_strdup(&view->arena, event->state);
    line->wait = NULL;
    line->message = arena_strdup(&view->arena, event->message);
    line->note = arena_strdup(&view->arena, event->note);
    line->table_rows = event->table_rows;
    line->seconds = event->seconds;
    line->passed = event->checks_passed;
    line->warned = event->checks_warned;
    line->failed = event->checks_failed;
    if (starts) {
        line->started_us = clock_monotonic_us();
        line->rows = 0;
    }
    if (is_over(line->state)) {
        line->rows = event->rows;
        bool has_failed =
            strcmp(line->state, "failed") == 0 || strcmp(line->state, "rejected") == 0;
        view->over_count++;
        view->failed_count += has_failed;
        if (has_failed || !view->is_quiet)
            print_step(view, line);
        print_note(view->live, line);
    } else if (line->message != NULL && strcmp(line->state, "ready") == 0) {
        live_print(view->live, "retry     %-32s %s\n", line->asset, line->message);
    }
}

/* Once where nothing is drawn: how it goes on is of the moment. */
static void hear_queued(struct progress_view *view, const struct event *event)
{
    bool is_first = view->before < 0;
    struct buf text;

    view->before = event->total;
    if (!is_first || view->live != NULL)
        return;
    buf_init(&text);
    describe_turn(view, &text);
    puts(text.data);
    buf_release(&text);
}

/* Likewise: hundreds may wait for the same. */
static void hear_wait(struct progress_view *view, const struct event *event)
{
    struct line *line = line_of(view, event);

    line->wait = arena_strdup(&view->arena, event->message);
    if (line->wait == NULL || (view->wait != NULL && strcmp(view->wait, line->wait) == 0))
        return;
    view->wait = line->wait;
    if (view->live == NULL && !view->is_quiet)
        printf("ready     %-32s %s\n", line->asset, line->wait);
}

static void hear_check(struct progress_view *view, const struct event *event)
{
    const char *name = strcmp(event->state, "fail") == 0 ? "rejected" : "skipped";

    live_print(view->live, "%scheck %s%s  %-32s %s\n", terminal_colour(name), event->state,
               terminal_plain(name), event->asset, event->message);
}

enum { RATE_US = 1000 * 1000, SAY_US = 10 * 1000 * 1000 };

/* A stream may go on for ever: its rate is that of the last second, and where nothing is drawn it
 * says every now and then how far it is. */
static void hear_stream(struct progress_view *view, struct line *line)
{
    int64_t now = clock_monotonic_us();
    char rows[TABLE_TEXT_SIZE], lag[TABLE_TEXT_SIZE];

    if (line->rated_us == 0 || now - line->rated_us >= RATE_US) {
        if (line->rated_us != 0)
            line->rate =
                (double)(line->rows - line->rated_rows) / ((double)(now - line->rated_us) / 1e6);
        line->rated_us = now;
        line->rated_rows = line->rows;
    }
    if (line->said_us == 0)
        line->said_us = now;
    if (view->live != NULL || view->is_quiet || now - line->said_us < SAY_US)
        return;
    line->said_us = now;
    printf("streaming %-32s %12s records, lag %s%s%s\n", line->asset,
           table_number(rows, line->rows), lag_text(lag, line),
           line->watermark[0] != '\0' ? ", up to " : "", line->watermark);
}

/* It was only to be put into the queue. */
static bool is_queued(const struct progress_view *view)
{
    return view->state != NULL && strcmp(view->state, "queued") == 0;
}

void progress_hear(struct progress_view *view, const struct event *event, const char *text,
                   size_t size)
{
    if (view->as_json) {
        printf("%.*s\n", (int)size, text);
        output_flush(); /* whoever reads it acts on it */
    }
    if (strcmp(event->type, "ended") == 0)
        view->state = arena_strdup(&view->arena, event->state);
    if (strcmp(event->type, "ended") == 0 && is_queued(view) && !view->as_json)
        puts(event->run);
    if (strcmp(event->type, "refused") == 0)
        view->refused = command_refused(event);
    if (view->as_json)
        return;
    if (strcmp(event->type, "accepted") == 0)
        view->step_total = event->total;
    else if (strcmp(event->type, "step") == 0)
        hear_step(view, event);
    else if (strcmp(event->type, "queued") == 0)
        hear_queued(view, event);
    else if (strcmp(event->type, "wait") == 0)
        hear_wait(view, event);
    else if (strcmp(event->type, "check") == 0)
        hear_check(view, event);
    else if (strcmp(event->type, "progress") == 0) {
        struct line *line = line_of(view, event);
        line->rows = event->rows;
        line->total = event->total;
        line->lag = event->lag;
        if (event->watermark != NULL)
            snprintf(line->watermark, sizeof line->watermark, "%s", event->watermark);
        if (strcmp(line->kind, "stream") == 0)
            hear_stream(view, line);
    }
    draw(view);
    if (view->live == NULL)
        output_flush();
}

static void print_table(struct progress_view *view)
{
    int asset_width = 5;

    for (size_t i = 0; i < view->line_count; i++) {
        int width = (int)strlen(view->lines[i].asset);
        asset_width = width > asset_width ? width : asset_width;
    }
    printf("\n%-*s  %-9s  %12s  %8s  %s\n", asset_width, "asset", "kind", "rows", "time", "checks");
    for (size_t i = 0; i < view->line_count; i++) {
        const struct line *line = &view->lines[i];
        const char *checks = history_checks(line->passed, line->warned, line->failed, &view->arena);
        char rows[TABLE_TEXT_SIZE] = "-", time[32] = "-";
        if (line->seconds > 0)
            snprintf(time, sizeof time, "%.2fs", line->seconds);
        if (strcmp(line->state, "published") == 0 && line->rows >= 0)
            table_number(rows, line->rows);
        printf("%-*s  %-9s  %12s  %8s  ", asset_width, line->asset, line->kind, rows, time);
        if (strcmp(line->state, "published") != 0)
            printf("%s%s%s%s", terminal_colour(line->state), line->state,
                   terminal_plain(line->state), checks[0] != '\0' ? ", " : "");
        printf("%s\n", checks);
    }
}

int progress_end(struct progress_view *view)
{
    bool succeeded =
        is_queued(view) || (view->state != NULL && strcmp(view->state, "succeeded") == 0);
    int status = view->refused != 0 ? view->refused : succeeded ? EXIT_OK : EXIT_FAILED;

    log_set_before(NULL, NULL);
    live_free(view->live);
    if (!view->as_json && view->line_count > 0) {
        if (!view->is_quiet)
            print_table(view);
        printf("%s%s in %.2fs\n", view->is_quiet ? "" : "\n",
               view->state != NULL ? view->state : "interrupted",
               (double)(clock_monotonic_us() - view->started_us) / 1e6);
    }
    output_flush();
    map_release(&view->by_asset);
    free(view->lines);
    arena_release(&view->frame_arena);
    arena_release(&view->arena);
    free(view);
    return status;
}

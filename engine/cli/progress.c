#include "cli/progress.h"

#include "base/alloc.h"
#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/map.h"
#include "cli/command.h"
#include "cli/output.h"

#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum { MAX_LIVE_LINES = 12 };

struct line {
    const char *asset, *kind, *state, *message, *note;
    int64_t rows, total, table_rows;
    int64_t passed, warned, failed;
    double seconds;
    int64_t started_us; /* of RUNNING, monotonic */
};

struct progress_view {
    struct arena arena;
    struct map by_asset;
    struct line *lines;
    size_t line_count, capacity;
    bool as_json, is_terminal, has_colour;
    int drawn; /* lines of the live part that stand on the terminal */
    const char *state;
    int64_t started_us;
    int refused; /* the exit status of a request that was refused, else 0 */
};

struct progress_view *progress_new(bool as_json)
{
    struct progress_view *view = alloc_zeroed(1, sizeof *view);

    arena_init(&view->arena);
    map_init(&view->by_asset);
    view->as_json = as_json;
    view->is_terminal = !as_json && isatty(STDOUT_FILENO);
    view->has_colour = view->is_terminal && getenv("NO_COLOR") == NULL;
    view->started_us = clock_monotonic_us();
    return view;
}

/* 1234567 as "1,234,567"; a number that is not known (a view's rows) as "-". */
static const char *grouped(int64_t number, char text[32])
{
    char digits[32];
    int size = snprintf(digits, sizeof digits, "%lld", (long long)number);
    int out = 0;

    if (number < 0)
        return "-";

    for (int i = 0; i < size; i++) {
        text[out++] = digits[i];
        int left = size - 1 - i;
        if (left > 0 && left % 3 == 0)
            text[out++] = ',';
    }
    text[out] = '\0';
    return text;
}

static void erase_live(struct progress_view *view)
{
    if (view->drawn > 0)
        printf("\033[%dA\033[J", view->drawn);
    view->drawn = 0;
}

static void draw_bar(const struct line *line)
{
    enum { WIDTH = 20 };
    int64_t filled = line->total > 0 ? line->rows * WIDTH / line->total : 0;

    if (line->total <= 0)
        return;
    fputs("  [", stdout);
    for (int i = 0; i < WIDTH; i++)
        fputs(i < filled ? "=" : " ", stdout);
    fputc(']', stdout);
}

static void draw_running(const struct line *line)
{
    char rows[32], rate[32];
    double seconds = (double)(clock_monotonic_us() - line->started_us) / 1e6;

    printf("  %-32.32s %-9s %6.1fs", line->asset, line->kind, seconds);
    if (line->rows > 0) {
        printf("  %12s rows", grouped(line->rows, rows));
        if (seconds > 0.2)
            printf(" %10s/s", grouped((int64_t)((double)line->rows / seconds), rate));
        draw_bar(line);
    }
    fputc('\n', stdout);
}

static void draw_live(struct progress_view *view)
{
    if (!view->is_terminal)
        return;
    for (size_t i = 0; i < view->line_count && view->drawn < MAX_LIVE_LINES; i++)
        if (strcmp(view->lines[i].state, "running") == 0) {
            draw_running(&view->lines[i]);
            view->drawn++;
        }
    fflush(stdout);
}

static const char *colour(const struct progress_view *view, const char *state)
{
    if (!view->has_colour)
        return "";
    if (strcmp(state, "failed") == 0 || strcmp(state, "rejected") == 0)
        return "\033[31m";
    if (strcmp(state, "skipped") == 0 || strcmp(state, "canceled") == 0)
        return "\033[33m";
    return strcmp(state, "published") == 0 ? "\033[32m" : "\033[2m";
}

static const char *colour_end(const struct progress_view *view)
{
    return view->has_colour ? "\033[0m" : "";
}

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
static void print_note(const struct line *line)
{
    const char *at = line->note;

    while (at != NULL && *at != '\0') {
        int size = (int)strcspn(at, "\n");
        printf("note      %-32s %.*s\n", line->asset, size, at);
        at += at[size] == '\n' ? size + 1 : size;
    }
}

/* A step that is over gets a line that stays. */
static void print_step(struct progress_view *view, const struct line *line)
{
    char rows[32];

    printf("%s%-9s%s %-32s", colour(view, line->state), line->state, colour_end(view), line->asset);
    if (strcmp(line->state, "published") == 0)
        printf(" %12s rows  %.2fs", grouped(line->rows, rows), line->seconds);
    if (line->message != NULL)
        printf("  %s", line->message);
    fputc('\n', stdout);
    print_note(line);
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
    bool starts = strcmp(event->state, "running") == 0 && strcmp(line->state, "running") != 0;

    line->state = arena_strdup(&view->arena, event->state);
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
        print_step(view, line);
    } else if (line->message != NULL && strcmp(line->state, "ready") == 0) {
        printf("retry     %-32s %s\n", line->asset, line->message);
    }
}

static void hear_check(struct progress_view *view, const struct event *event)
{
    const char *name = strcmp(event->state, "fail") == 0 ? "rejected" : "skipped";

    printf("%scheck %s%s  %-32s %s\n", colour(view, name), event->state, colour_end(view),
           event->asset, event->message);
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
    if (strcmp(event->type, "refused") == 0)
        view->refused = command_refused(event);
    if (view->as_json)
        return;
    erase_live(view);
    if (strcmp(event->type, "step") == 0)
        hear_step(view, event);
    else if (strcmp(event->type, "check") == 0)
        hear_check(view, event);
    else if (strcmp(event->type, "progress") == 0) {
        struct line *line = line_of(view, event);
        line->rows = event->rows;
        line->total = event->total;
    }
    draw_live(view);
    output_flush();
}

static void describe_checks(const struct line *line, struct buf *out)
{
    if (line->passed > 0)
        buf_printf(out, "%lld ok", (long long)line->passed);
    if (line->warned > 0)
        buf_printf(out, "%s%lld warned", out->size > 0 ? ", " : "", (long long)line->warned);
    if (line->failed > 0)
        buf_printf(out, "%s%lld failed", out->size > 0 ? ", " : "", (long long)line->failed);
}

static void print_table(const struct progress_view *view)
{
    int asset_width = 5;
    struct buf checks;

    for (size_t i = 0; i < view->line_count; i++) {
        int width = (int)strlen(view->lines[i].asset);
        asset_width = width > asset_width ? width : asset_width;
    }
    printf("\n%-*s  %-9s  %12s  %8s  %s\n", asset_width, "asset", "kind", "rows", "time", "checks");
    buf_init(&checks);
    for (size_t i = 0; i < view->line_count; i++) {
        const struct line *line = &view->lines[i];
        char rows[32] = "-", time[32] = "-";
        if (line->seconds > 0)
            snprintf(time, sizeof time, "%.2fs", line->seconds);
        if (strcmp(line->state, "published") == 0 && line->rows >= 0)
            grouped(line->rows, rows);
        buf_reset(&checks);
        describe_checks(line, &checks);
        printf("%-*s  %-9s  %12s  %8s  ", asset_width, line->asset, line->kind, rows, time);
        if (strcmp(line->state, "published") != 0)
            printf("%s%s%s%s", colour(view, line->state), line->state, colour_end(view),
                   checks.size > 0 ? ", " : "");
        printf("%s\n", checks.data);
    }
    buf_release(&checks);
}

int progress_end(struct progress_view *view)
{
    bool succeeded = view->state != NULL && strcmp(view->state, "succeeded") == 0;
    int status = view->refused != 0 ? view->refused : succeeded ? EXIT_OK : EXIT_FAILED;

    if (!view->as_json && view->line_count > 0) {
        erase_live(view);
        print_table(view);
        printf("\n%s in %.2fs\n", view->state != NULL ? view->state : "interrupted",
               (double)(clock_monotonic_us() - view->started_us) / 1e6);
    }
    output_flush();
    map_release(&view->by_asset);
    free(view->lines);
    arena_release(&view->arena);
    free(view);
    return status;
}

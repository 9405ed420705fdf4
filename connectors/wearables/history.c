#include "history.h"

#include "base/alloc.h"
#include "base/clock.h"

#include <stdlib.h>

struct history {
    const struct subject *subject;
    const struct settings *settings;
    void *self;
    int64_t as_of_us;
    int64_t after;
    int64_t position;
    int64_t number; /* of the last change that was made, given or not */
    int64_t day;    /* of the agenda */
    struct agenda agenda;
    size_t next; /* of the agenda */
};

struct history *history_new(const struct subject *subject, const struct settings *settings,
                            int64_t after, int64_t as_of_us)
{
    struct history *history = alloc_zeroed(1, sizeof *history);

    history->subject = subject;
    history->settings = settings;
    history->self = subject->begin(settings);
    history->as_of_us = as_of_us;
    history->after = after;
    history->position = after;
    history->day = HISTORY_BEFORE;
    subject->plan(history->self, HISTORY_BEFORE, &history->agenda);
    return history;
}

void history_free(struct history *history)
{
    if (history == NULL)
        return;
    history->subject->end(history->self);
    agenda_release(&history->agenda);
    free(history);
}

/* The next edit before as_of, or NULL. Lent until the next call. */
static const struct edit *next_edit(struct history *history)
{
    while (history->next == history->agenda.count) {
        int64_t day = history->day + 1;
        if (history->settings->start_us + day * CLOCK_US_PER_DAY >= history->as_of_us)
            return NULL;
        history->day = day;
        history->next = 0;
        history->agenda.count = 0;
        history->subject->plan(history->self, day, &history->agenda);
        agenda_sort(&history->agenda);
    }
    const struct edit *edit = &history->agenda.edits[history->next];
    if (edit->at_us >= history->as_of_us)
        return NULL;
    history->next++;
    return edit;
}

static void write_change(struct history *history, char change, int32_t who, int64_t at_us,
                         struct rows *rows)
{
    rows_text(rows, 0, &change, 1);
    rows_int(rows, 1, history->number);
    rows_int(rows, 2, at_us);
    if (change == 'D') {
        history->subject->write_key(history->self, who, rows);
        for (int i = HISTORY_CHANGE_COLUMNS + 1; i < rows->column_count; i++)
            rows_null(rows, i);
    } else {
        history->subject->write(history->self, who, at_us, rows);
    }
    rows_end(rows);
}

void history_fill(struct history *history, struct rows *rows)
{
    const struct edit *edit;

    while (!rows_are_full(rows) && (edit = next_edit(history)) != NULL) {
        int32_t who;
        char change = history->subject->apply(history->self, edit, &who);
        if (change == 0)
            continue;
        history->number++;
        if (history->number <= history->after)
            continue;
        write_change(history, change, who, edit->at_us, rows);
        history->position = history->number;
    }
}

int64_t history_position(const struct history *history)
{
    return history->position;
}

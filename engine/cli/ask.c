#include "cli/ask.h"

#include "cli/output.h"
#include "daemon/daemon.h"

#include <string.h>

/* What becomes of the rows: they are printed, or kept. */
struct asking {
    struct listener listener;
    struct rows *rows; /* NULL: they go into `list` */
    json_t *list;
    int status;
    bool has_more; /* the limit left rows out */
    int64_t row_count;
};

static void keep_rows(struct asking *asking, const struct frame *frame)
{
    json_t *rows = json_loadb(frame->text, frame->size, JSON_ALLOW_NUL, NULL);

    json_array_extend(asking->list, rows);
    json_decref(rows);
}

static void hear(struct listener *listener, const struct frame *frame)
{
    struct asking *asking = (struct asking *)listener;
    struct event event = {0};
    struct arena arena;
    struct err err;

    if (frame->kind == MESSAGE_ROWS && asking->rows == NULL) {
        keep_rows(asking, frame);
        return;
    }
    if (frame->kind == MESSAGE_ROWS) {
        rows_add(asking->rows, frame->text, frame->size);
        listener->wants_no_more = !output_flush();
        return;
    }
    arena_init(&arena);
    if (record_decode(frame->text, frame->size, &event_shape, &arena, &event, &err) == 0) {
        if (strcmp(event.type, "fields") == 0 && asking->rows != NULL) {
            rows_begin(asking->rows, event.lines, event.line_count);
        } else if (strcmp(event.type, "ended") == 0) {
            asking->status = EXIT_OK;
            asking->row_count = event.rows;
            asking->has_more = event.has_more;
        } else if (strcmp(event.type, "refused") == 0 && !listener->wants_no_more) {
            asking->status = command_refused(&event);
        }
    }
    arena_release(&arena);
}

static int send(const struct arguments *arguments, struct asking *asking)
{
    struct err err;

    if (daemon_request(arguments->state_folder, &arguments->request, &asking->listener, &err) < 0)
        asking->status = command_fail(EXIT_FAILED, "%s", err.message);
    return asking->status;
}

/* After the table, on standard error. */
static void tell_more(int64_t shown)
{
    output_flush();
    fprintf(stderr, "aorta: there are more rows than the first %lld: --limit N for more\n",
            (long long)shown);
}

int ask(const struct arguments *arguments, enum rows_form form)
{
    struct asking asking = {
        .listener = {.hear = hear}, .rows = rows_new(stdout, form), .status = EXIT_FAILED};

    send(arguments, &asking);
    rows_end(asking.rows, asking.status == EXIT_OK);
    if (asking.has_more && form == ROWS_TABLE)
        tell_more(asking.row_count);
    return asking.status;
}

json_t *ask_for_rows(const struct arguments *arguments, int *status)
{
    struct asking asking = {
        .listener = {.hear = hear}, .list = json_array(), .status = EXIT_FAILED};

    *status = send(arguments, &asking);
    if (*status == EXIT_OK)
        return asking.list;
    json_decref(asking.list);
    return NULL;
}

#include "cli/live.h"

#include "base/alloc.h"
#include "base/buf.h"
#include "cli/output.h"
#include "cli/terminal.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum { MOST_LINES = 64, LEAST_COLUMNS = 20 };

struct live {
    struct buf out;            /* what the next write holds */
    size_t widths[MOST_LINES]; /* of the lines that are drawn */
    size_t drawn;
};

struct live *live_new(void)
{
    const char *term = getenv("TERM");

    if (!isatty(STDOUT_FILENO) || term == NULL || term[0] == '\0' || strcmp(term, "dumb") == 0)
        return NULL;
    struct live *live = alloc_zeroed(1, sizeof *live);
    setvbuf(stdout, NULL, _IOFBF, BUFSIZ * 8); /* a drawing is one write */
    buf_init(&live->out);
    return live;
}

void live_size(const struct live *live, size_t *columns, size_t *lines)
{
    struct winsize size = {0};

    (void)live;
    *columns = 80;
    *lines = 24;
    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 && size.ws_row > 0) {
        *columns = size.ws_col;
        *lines = size.ws_row;
    }
    *columns = *columns < LEAST_COLUMNS ? LEAST_COLUMNS : *columns;
}

/* To the first of the drawn lines, each of which takes as many rows as it wraps to now. They go
 * away at once, or stand until they are written over. */
static void go_up(struct live *live, bool erases)
{
    size_t columns, lines, rows = 0;

    live_size(live, &columns, &lines);
    for (size_t i = 0; i < live->drawn; i++)
        rows += live->widths[i] == 0 ? 1 : (live->widths[i] + columns - 1) / columns;
    if (rows > 0)
        buf_printf(&live->out, "\033[%zuA\r%s", rows, erases ? "\033[J" : "");
    live->drawn = 0;
}

static void flush(struct live *live)
{
    if (live->out.size > 0)
        fwrite(live->out.data, 1, live->out.size, stdout);
    output_flush();
    buf_reset(&live->out);
}

/* The first `columns` of the text: code points, as terminal_text_width counts them. */
static size_t cut(const char *text, size_t columns)
{
    size_t size = 0;

    for (size_t width = 0; text[size] != '\0'; size++) {
        width += ((unsigned char)text[size] & 0xc0) != 0x80;
        if (width > columns)
            break;
    }
    return size;
}

void live_print(struct live *live, const char *fmt, ...)
{
    va_list args;

    va_start(args, fmt);
    if (live == NULL) {
        vprintf(fmt, args);
    } else {
        go_up(live, true);
        buf_vprintf(&live->out, fmt, args);
    }
    va_end(args);
}

void live_draw(struct live *live, const char *const *lines, size_t count)
{
    size_t columns, room;

    if (live == NULL)
        return;
    bool overwrites = live->drawn > 0;
    go_up(live, false);
    live_size(live, &columns, &room);
    count = count < MOST_LINES ? count : MOST_LINES;
    count = count < room ? count : room - 1; /* the cursor stands below them */
    for (size_t i = 0; i < count; i++) {
        size_t size = cut(lines[i], columns - 1);
        buf_append(&live->out, lines[i], size);
        buf_append_str(&live->out, overwrites ? "\033[K\n" : "\n");
        size_t width = terminal_text_width(lines[i]);
        live->widths[i] = width < columns - 1 ? width : columns - 1;
    }
    if (overwrites)
        buf_append_str(&live->out, "\033[J");
    live->drawn = count;
    flush(live);
}

void live_clear(struct live *live)
{
    if (live == NULL)
        return;
    go_up(live, true);
    flush(live);
}

void live_free(struct live *live)
{
    if (live == NULL)
        return;
    live_clear(live);
    buf_release(&live->out);
    free(live);
}

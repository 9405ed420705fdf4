#include "cli/table.h"

#include "base/alloc.h"
#include "base/arena.h"
#include "base/clock.h"
#include "cli/terminal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LEAST_WIDTH = 8, GAP = 2 };

struct table {
    struct arena arena;
    const struct table_column *columns;
    size_t *widths;
    size_t column_count;
    const char **cells; /* row by row */
    size_t row_count, capacity;
};

struct table *table_new(const struct table_column *columns, size_t count)
{
    struct table *table = alloc_zeroed(1, sizeof *table);

    arena_init(&table->arena);
    table->columns = columns;
    table->column_count = count;
    table->widths = arena_calloc(&table->arena, count, sizeof *table->widths);
    for (size_t i = 0; i < count; i++)
        table->widths[i] = terminal_text_width(columns[i].name);
    return table;
}

void table_add(struct table *table, const char *const *cells)
{
    size_t count = table->column_count;

    if (table->row_count == table->capacity) {
        table->capacity = table->capacity < 32 ? 32 : table->capacity * 2;
        table->cells = alloc_resize(table->cells, table->capacity * count * sizeof *table->cells);
    }
    for (size_t i = 0; i < count; i++) {
        const char *cell = arena_strdup(&table->arena, cells[i] != NULL ? cells[i] : "");
        size_t width = terminal_text_width(cell);
        table->cells[table->row_count * count + i] = cell;
        if (width > table->widths[i])
            table->widths[i] = width;
    }
    table->row_count++;
}

/* Cuts the widest column that may be cut, until the line fits or none is left. */
static void fit(struct table *table, size_t available)
{
    size_t total = GAP * (table->column_count - 1);

    for (size_t i = 0; i < table->column_count; i++)
        total += table->widths[i];
    for (; total > available; total--) {
        size_t widest = SIZE_MAX;
        for (size_t i = 0; i < table->column_count; i++)
            if (table->columns[i].shrinks && table->widths[i] > LEAST_WIDTH &&
                (widest == SIZE_MAX || table->widths[i] > table->widths[widest]))
                widest = i;
        if (widest == SIZE_MAX)
            return;
        table->widths[widest]--;
    }
}

/* The first `count` code points. */
static int bytes_of(const char *text, size_t count)
{
    const char *at = text;

    for (; *at != '\0'; at++)
        if (((unsigned char)*at & 0xc0) != 0x80 && count-- == 0)
            break;
    return (int)(at - text);
}

static void print_cell(const struct table *table, size_t column, const char *text, bool is_header,
                       bool is_last)
{
    const struct table_column *how = &table->columns[column];
    bool coloured = how->is_state && !is_header;
    size_t width = table->widths[column], has = terminal_text_width(text);
    bool is_cut = has > width;
    int pad = is_cut ? 0 : (int)(width - has);

    printf("%*s%s%.*s%s%s%*s", how->is_right ? pad : 0, "", coloured ? terminal_colour(text) : "",
           bytes_of(text, is_cut ? width - 1 : has), text, is_cut ? "…" : "",
           coloured ? terminal_plain(text) : "", how->is_right || is_last ? 0 : pad, "");
    fputs(is_last ? "\n" : "  ", stdout);
}

/* One line, without blanks behind its last cell. */
static void print_line(const struct table *table, const char *const *cells, bool is_header)
{
    size_t count = table->column_count;

    while (count > 1 && cells[count - 1][0] == '\0')
        count--;
    for (size_t i = 0; i < count; i++)
        print_cell(table, i, cells[i], is_header, i + 1 == count);
}

static void print_header(struct table *table)
{
    const char **names = arena_calloc(&table->arena, table->column_count, sizeof *names);

    for (size_t i = 0; i < table->column_count; i++)
        names[i] = table->columns[i].name;
    print_line(table, names, true);
}

void table_end(struct table *table)
{
    size_t available = terminal_width();

    if (available > 0)
        fit(table, available);
    if (table->row_count > 0)
        print_header(table);
    for (size_t row = 0; row < table->row_count; row++)
        print_line(table, table->cells + row * table->column_count, false);
    free(table->cells);
    arena_release(&table->arena);
    free(table);
}

const char *table_number(char text[TABLE_TEXT_SIZE], int64_t number)
{
    char digits[TABLE_TEXT_SIZE];
    int size = snprintf(digits, sizeof digits, "%lld", (long long)number);
    int out = 0;

    if (number < 0)
        return "-";
    for (int i = 0; i < size; i++) {
        text[out++] = digits[i];
        if (i + 1 < size && (size - 1 - i) % 3 == 0)
            text[out++] = ',';
    }
    text[out] = '\0';
    return text;
}

const char *table_time(char text[TABLE_TEXT_SIZE], int64_t us)
{
    return us == 0 ? "-" : clock_format_iso(text, us, 0);
}

const char *table_duration(char text[TABLE_TEXT_SIZE], int64_t started_us, int64_t ended_us)
{
    int64_t seconds = (ended_us - started_us) / CLOCK_US_PER_SECOND;

    if (started_us == 0 || ended_us == 0)
        return "-";
    if (seconds < 60)
        snprintf(text, TABLE_TEXT_SIZE, "%.2fs", (double)(ended_us - started_us) / 1e6);
    else if (seconds < 3600)
        snprintf(text, TABLE_TEXT_SIZE, "%lldm %02llds", (long long)seconds / 60,
                 (long long)seconds % 60);
    else
        snprintf(text, TABLE_TEXT_SIZE, "%lldh %02lldm", (long long)seconds / 3600,
                 (long long)seconds / 60 % 60);
    return text;
}

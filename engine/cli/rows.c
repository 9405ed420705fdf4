#include "cli/rows.h"

#include "base/alloc.h"
#include "base/arena.h"
#include "base/json.h"
#include "cli/terminal.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

enum { ALIGNED_ROWS = 1000, MAX_WIDTH = 60 };

struct rows {
    FILE *out;
    enum rows_form form;
    const char **names;
    size_t column_count;
    struct arena arena; /* of names and widths, and of a table's cells */
    struct arena line;  /* of one row */
    const char **held;  /* cells of the first rows of a table */
    bool *is_number;    /* a column */
    size_t *widths;
    size_t held_count; /* rows */
    bool is_aligned;   /* widths are decided, the header is written */
    size_t row_count;
};

struct rows *rows_new(FILE *out, enum rows_form form)
{
    struct rows *rows = alloc_zeroed(1, sizeof *rows);

    rows->out = out;
    rows->form = form;
    arena_init(&rows->arena);
    arena_init(&rows->line);
    return rows;
}

/* What is left of the text. */
struct rest {
    const char *at, *end;
};

/* One value: its JSON as it stands, so that no number loses a digit on its way. */
struct cell {
    const char *json;
    size_t size;
};

static bool take(struct rest *rest, char c)
{
    if (rest->at == rest->end || *rest->at != c)
        return false;
    rest->at++;
    return true;
}

static void skip_string(struct rest *rest)
{
    for (rest->at++; rest->at < rest->end && *rest->at != '"'; rest->at++)
        rest->at += *rest->at == '\\' && rest->at + 1 < rest->end;
    take(rest, '"');
}

static struct cell take_value(struct rest *rest)
{
    const char *begin = rest->at;
    int depth = 0;

    while (rest->at < rest->end) {
        char c = *rest->at;
        if (depth == 0 && (c == ',' || c == ']'))
            break;
        if (c == '"') {
            skip_string(rest);
            continue;
        }
        depth += (c == '[' || c == '{') - (c == ']' || c == '}');
        rest->at++;
    }
    return (struct cell){begin, (size_t)(rest->at - begin)};
}

static bool is_string(const struct cell *cell)
{
    return cell->size > 0 && cell->json[0] == '"';
}

/* An empty text is quoted: an empty field without quotes is null. */
static void write_csv_field(FILE *out, const char *text)
{
    if (text[0] != '\0' && strpbrk(text, ",\"\r\n") == NULL) {
        fputs(text, out);
        return;
    }
    fputc('"', out);
    for (; *text != '\0'; text++) {
        if (*text == '"')
            fputc('"', out);
        fputc(*text, out);
    }
    fputc('"', out);
}

void rows_begin(struct rows *rows, const char *const *names, size_t count)
{
    rows->column_count = count;
    rows->names = arena_calloc(&rows->arena, count, sizeof *rows->names);
    rows->widths = arena_calloc(&rows->arena, count, sizeof *rows->widths);
    rows->is_number = arena_calloc(&rows->arena, count, sizeof *rows->is_number);
    rows->held = arena_calloc(&rows->arena, count * ALIGNED_ROWS + 1, sizeof *rows->held);
    for (size_t i = 0; i < count; i++) {
        rows->names[i] = arena_strdup(&rows->arena, rows->form == ROWS_TABLE
                                                        ? terminal_text(names[i], &rows->arena)
                                                        : names[i]);
        rows->widths[i] = terminal_text_width(rows->names[i]);
        rows->is_number[i] = true;
        if (rows->form == ROWS_CSV) {
            fputs(i > 0 ? "," : "", rows->out);
            write_csv_field(rows->out, names[i]);
        }
    }
    if (rows->form == ROWS_CSV)
        fputc('\n', rows->out);
}

static bool is_null(const struct cell *cell)
{
    return cell->size == 4 && memcmp(cell->json, "null", 4) == 0;
}

/* The cell as text: strings without quotes, null empty. */
static const char *cell_text(struct arena *arena, const struct cell *cell)
{
    const char *text;

    if (is_null(cell))
        return "";
    if (!is_string(cell))
        return arena_strndup(arena, cell->json, cell->size);
    json_t *string = json_loadb(cell->json, cell->size, JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL);
    text = arena_strdup(arena, json_string_value(string));
    json_decref(string);
    return text != NULL ? text : "";
}

static void write_cell(struct rows *rows, size_t column, const char *text)
{
    int pad = (int)rows->widths[column] - (int)terminal_text_width(text);

    pad = pad > 0 ? pad : 0;
    fputs(column > 0 ? "  " : "", rows->out);
    if (rows->is_number[column])
        fprintf(rows->out, "%*s%s", pad, "", text);
    else
        fprintf(rows->out, "%s%*s", text, column + 1 < rows->column_count ? pad : 0, "");
}

static void write_line(struct rows *rows, const char *const *cells)
{
    for (size_t i = 0; i < rows->column_count; i++)
        write_cell(rows, i, cells[i]);
    fputc('\n', rows->out);
}

static void write_held(struct rows *rows)
{
    if (rows->is_aligned)
        return;
    rows->is_aligned = true;
    write_line(rows, rows->names);
    for (size_t i = 0; i < rows->column_count; i++) {
        fputs(i > 0 ? "  " : "", rows->out);
        for (size_t j = 0; j < rows->widths[i]; j++)
            fputc('-', rows->out);
    }
    fputc('\n', rows->out);
    for (size_t i = 0; i < rows->held_count; i++)
        write_line(rows, rows->held + i * rows->column_count);
}

static void add_to_table(struct rows *rows, const struct cell *row)
{
    struct arena *arena = rows->is_aligned ? &rows->line : &rows->arena;
    const char **cells = rows->is_aligned ? arena_calloc(arena, rows->column_count, sizeof *cells)
                                          : rows->held + rows->held_count * rows->column_count;

    for (size_t i = 0; i < rows->column_count; i++) {
        cells[i] = terminal_text(cell_text(arena, &row[i]), arena);
        size_t width = terminal_text_width(cells[i]);
        if (rows->is_aligned)
            continue;
        if (width > rows->widths[i])
            rows->widths[i] = width < MAX_WIDTH ? width : MAX_WIDTH;
        rows->is_number[i] = rows->is_number[i] && !is_string(&row[i]);
    }
    if (rows->is_aligned)
        write_line(rows, cells);
    else if (++rows->held_count == ALIGNED_ROWS)
        write_held(rows);
}

static void add_to_csv(struct rows *rows, const struct cell *row)
{
    for (size_t i = 0; i < rows->column_count; i++) {
        fputs(i > 0 ? "," : "", rows->out);
        if (!is_null(&row[i]))
            write_csv_field(rows->out, cell_text(&rows->line, &row[i]));
    }
    fputc('\n', rows->out);
}

static void add_to_json(struct rows *rows, const struct cell *row)
{
    struct buf line;

    buf_init(&line);
    for (size_t i = 0; i < rows->column_count; i++) {
        buf_append_char(&line, i > 0 ? ',' : '{');
        json_escape(&line, rows->names[i], strlen(rows->names[i]));
        buf_append_char(&line, ':');
        buf_append(&line, row[i].json, row[i].size);
    }
    buf_append_str(&line, "}\n");
    fwrite(line.data, 1, line.size, rows->out);
    buf_release(&line);
}

static void add_row(struct rows *rows, const struct cell *row)
{
    rows->row_count++;
    if (rows->form == ROWS_TABLE)
        add_to_table(rows, row);
    else if (rows->form == ROWS_CSV)
        add_to_csv(rows, row);
    else
        add_to_json(rows, row);
}

void rows_add(struct rows *rows, const char *json, size_t size)
{
    struct rest rest = {json, json + size};

    take(&rest, '[');
    while (take(&rest, '[')) {
        struct cell *row = arena_calloc(&rows->line, rows->column_count + 1, sizeof *row);
        for (size_t i = 0; i < rows->column_count; i++) {
            row[i] = take_value(&rest);
            take(&rest, ',');
        }
        take(&rest, ']');
        take(&rest, ',');
        add_row(rows, row);
        arena_reset(&rows->line);
    }
}

void rows_end(struct rows *rows, bool is_complete)
{
    if (rows == NULL)
        return;
    if (rows->form == ROWS_TABLE && is_complete) {
        write_held(rows);
        fprintf(rows->out, "(%zu row%s)\n", rows->row_count, rows->row_count == 1 ? "" : "s");
    }
    arena_release(&rows->line);
    arena_release(&rows->arena);
    free(rows);
}

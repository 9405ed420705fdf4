#include "cli/comparison.h"

#include "base/map.h"
#include "cli/history.h"
#include "cli/table.h"

#include <string.h>

static const struct table_column run_columns[] = {
    {.name = " "},
    {.name = "run"},
    {.name = "started"},
    {.name = "took", .is_right = true},
    {.name = "state", .is_state = true},
    {.name = "selection", .shrinks = true},
};

static const struct table_column asset_columns[] = {
    {.name = "asset", .shrinks = true},
    {.name = "kind"},
    {.name = "rows 1", .is_right = true},
    {.name = "time 1", .is_right = true},
    {.name = "rows 2", .is_right = true},
    {.name = "time 2", .is_right = true},
    {.name = "checks"},
};

/* What one run did with an asset. */
struct side {
    const struct store_step *step; /* NULL: nothing */
    int64_t passed, warned, failed;
};

struct row {
    const char *asset, *kind;
    struct side sides[2];
};

/* ------------------------------------------------------------------------------------- reading */

static struct row *row_of(struct map *rows, const struct store_step *step, struct arena *arena)
{
    struct row *row = map_find(rows, step->asset);

    if (row == NULL) {
        row = arena_calloc(arena, 1, sizeof *row);
        *row = (struct row){.asset = step->asset, .kind = step->kind};
        map_put(rows, step->asset, row);
    }
    return row;
}

static int add_run(struct map *rows, struct store_reader *reader, const struct store_run *run,
                   size_t number, struct arena *arena, struct err *err)
{
    struct store_check_result *checks = NULL;
    struct store_step *steps = NULL;
    size_t step_count = 0, check_count = 0;

    if (store_read_steps(reader, run->id, arena, &steps, &step_count, err) < 0 ||
        store_read_check_results(reader, run->id, arena, &checks, &check_count, err) < 0)
        return -1;
    for (size_t i = 0; i < step_count; i++)
        row_of(rows, &steps[i], arena)->sides[number].step = &steps[i];
    for (size_t i = 0; i < check_count; i++) {
        struct row *row = map_find(rows, checks[i].asset);
        if (row == NULL)
            continue;
        struct side *side = &row->sides[number];
        bool passed = strcmp(checks[i].status, "pass") == 0;
        bool warned = strcmp(checks[i].status, "warn") == 0;
        *(passed ? &side->passed : warned ? &side->warned : &side->failed) += 1;
    }
    return 0;
}

/* ------------------------------------------------------------------------------------ printing */

static void add_head(struct table *table, const char *number, const struct store_run *run,
                     bool is_live)
{
    char started[TABLE_TEXT_SIZE], took[TABLE_TEXT_SIZE];

    table_add(table, (const char *[]){
                         number,
                         run->id,
                         table_time(started, run->created_us),
                         table_duration(took, run->created_us, run->ended_us),
                         history_run_word(run->state, is_live),
                         history_selection(run),
                     });
}

static const char *rows_of(char text[TABLE_TEXT_SIZE], const struct side *side, bool is_live)
{
    if (side->step == NULL)
        return "-";
    if (side->step->state != STATE_SUCCEEDED)
        return history_step_word(side->step->state, is_live);
    return table_number(text, side->step->rows);
}

static const char *time_of(char text[TABLE_TEXT_SIZE], const struct side *side)
{
    return side->step == NULL ? "-"
                              : table_duration(text, side->step->started_us, side->step->ended_us);
}

/* Of two runs that say the same, or one of which asked nothing, it is said once. */
static const char *checks_of(const struct row *row, struct arena *arena)
{
    const char *said[2];

    for (size_t i = 0; i < 2; i++)
        said[i] =
            history_checks(row->sides[i].passed, row->sides[i].warned, row->sides[i].failed, arena);
    if (said[0][0] == '\0' || strcmp(said[0], said[1]) == 0)
        return said[1];
    return said[1][0] == '\0' ? said[0] : arena_printf(arena, "%s, then %s", said[0], said[1]);
}

static void add_row(struct table *table, const struct row *row, bool is_live, struct arena *arena)
{
    char rows[2][TABLE_TEXT_SIZE], times[2][TABLE_TEXT_SIZE];

    table_add(table, (const char *[]){
                         row->asset,
                         row->kind,
                         rows_of(rows[0], &row->sides[0], is_live),
                         time_of(times[0], &row->sides[0]),
                         rows_of(rows[1], &row->sides[1], is_live),
                         time_of(times[1], &row->sides[1]),
                         checks_of(row, arena),
                     });
}

int comparison_print(struct store_reader *reader, const struct store_run *first,
                     const struct store_run *second, bool is_live, struct arena *arena,
                     struct err *err)
{
    struct table *table;
    struct map rows;
    int result = -1;

    map_init(&rows);
    if (add_run(&rows, reader, first, 0, arena, err) < 0 ||
        add_run(&rows, reader, second, 1, arena, err) < 0)
        goto out;
    table = table_new(run_columns, sizeof run_columns / sizeof *run_columns);
    add_head(table, "1", first, is_live);
    add_head(table, "2", second, is_live);
    table_end(table);
    puts("");
    table = table_new(asset_columns, sizeof asset_columns / sizeof *asset_columns);
    for (size_t i = 0; i < rows.count; i++)
        add_row(table, rows.entries[i].value, is_live, arena);
    table_end(table);
    result = 0;
out:
    map_release(&rows);
    return result;
}

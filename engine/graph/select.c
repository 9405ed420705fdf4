#include "graph/select.h"

#include "graph/meaning.h"

#include <ctype.h>
#include <stdint.h>
#include <string.h>

/* How far a walk goes: levels of parents or children. */
enum { NOTHING = 0, NOWHERE = INT32_MAX, EVERYTHING = INT32_MAX - 1 };

/* One atom: what it means and how far from there. */
struct atom {
    struct meaning meaning;
    int32_t above, below; /* levels */
    bool at;              /* "@" */
};

struct selecting {
    const struct graph *graph;
    struct arena *arena;
    const char *text;   /* the whole argument, for messages */
    bool is_one;        /* it has one atom only: places say nothing */
    int32_t *up, *down; /* by asset->order: how far from what the atom means; NOWHERE: not */
    bool *of_atom;
    bool *of_term;
};

/* ------------------------------------------------------------------------------------- reading */

/* Digits as a number of levels; none: all of them. */
static int32_t read_levels(const char *digits, const char *end)
{
    int64_t levels = 0;

    if (digits == end)
        return EVERYTHING;
    for (; digits < end && levels < EVERYTHING; digits++)
        levels = levels * 10 + (*digits - '0');
    return levels < EVERYTHING ? (int32_t)levels : EVERYTHING;
}

static int read_atom(struct selecting *s, const char *begin, const char *end, struct atom *atom,
                     struct err *err)
{
    const char *whole = begin, *whole_end = end, *digits = begin;

    *atom = (struct atom){.at = begin < end && *begin == '@'};
    if (atom->at)
        digits = ++begin;
    while (digits < end && isdigit((unsigned char)*digits))
        digits++;
    if (digits < end && *digits == '+') {
        atom->above = read_levels(begin, digits);
        begin = digits + 1;
    }
    digits = end;
    while (digits > begin && isdigit((unsigned char)digits[-1]))
        digits--;
    if (digits > begin && digits[-1] == '+') {
        atom->below = read_levels(digits, end);
        end = digits - 1;
    }
    if (atom->at && (atom->above != NOTHING || atom->below != NOTHING))
        return err_set(err, ERR_CONFIG,
                       "\"%s\": \"@\" means all below and all above that: leave out the \"+\"",
                       arena_strndup(s->arena, whole, (size_t)(whole_end - whole)));
    if (begin == end && whole != whole_end)
        return err_set(err, ERR_CONFIG,
                       "\"%s\": a name is missing, as in +NAME, 2+NAME, NAME+, NAME+2 or @NAME",
                       arena_strndup(s->arena, whole, (size_t)(whole_end - whole)));
    const char *word = arena_strndup(s->arena, begin, (size_t)(end - begin));
    return meaning_read(&atom->meaning, word, s->arena, err);
}

/* ----------------------------------------------------------------------------------- meaning */

static int32_t next_level(int32_t level, int32_t at_most)
{
    return level < at_most ? level + 1 : NOWHERE;
}

/* Parents come first in the order, so one pass each way finds the shortest distances. */
static void walk_up(const struct graph *graph, int32_t *levels, int32_t at_most)
{
    for (size_t i = graph->count; i-- > 0;)
        for (size_t j = 0; levels[i] < at_most && j < graph->assets[i]->parent_count; j++) {
            int32_t *parent = &levels[graph->assets[i]->parents[j]->order];
            int32_t level = next_level(levels[i], at_most);
            *parent = level < *parent ? level : *parent;
        }
}

static void walk_down(const struct graph *graph, int32_t *levels, int32_t at_most)
{
    for (size_t i = 0; i < graph->count; i++)
        for (size_t j = 0; levels[i] < at_most && j < graph->assets[i]->child_count; j++) {
            int32_t *child = &levels[graph->assets[i]->children[j]->order];
            int32_t level = next_level(levels[i], at_most);
            *child = level < *child ? level : *child;
        }
}

static int mean_atom(struct selecting *s, const struct atom *atom, struct err *err)
{
    const struct graph *graph = s->graph;
    bool any = false;

    for (size_t i = 0; i < graph->count; i++) {
        bool fits = meaning_fits(&atom->meaning, graph, graph->assets[i]);
        s->up[i] = s->down[i] = fits ? 0 : NOWHERE;
        any = any || fits;
    }
    if (!any)
        return meaning_is_nothing(&atom->meaning, graph, s->arena, err);
    walk_down(graph, s->down, atom->at ? EVERYTHING : atom->below);
    for (size_t i = 0; atom->at && i < graph->count; i++)
        s->up[i] = s->down[i] != NOWHERE ? 0 : NOWHERE;
    walk_up(graph, s->up, atom->at ? EVERYTHING : atom->above);
    for (size_t i = 0; i < graph->count; i++)
        s->of_atom[i] = s->up[i] != NOWHERE || s->down[i] != NOWHERE;
    return 0;
}

/* -------------------------------------------------------------------------------- the grammar */

/* Says where in the argument: columns are characters, from 1. */
static int add_place(const struct selecting *s, const char *at, struct err *err)
{
    int column = 1;

    if (s->is_one)
        return -1;
    for (const char *c = s->text; c < at; c++)
        column += ((unsigned char)*c & 0xc0) != 0x80;
    return err_wrap(err, "selection \"%s\", column %d", s->text, column);
}

static int select_atom(struct selecting *s, const char *begin, const char *end, struct err *err)
{
    struct atom atom;

    if (begin == end && !s->is_one) {
        err_set(err, ERR_CONFIG, "a name is missing");
        return add_place(s, begin, err);
    }
    if (read_atom(s, begin, end, &atom, err) < 0 || mean_atom(s, &atom, err) < 0)
        return add_place(s, begin, err);
    return 0;
}

/* Atoms that are joined by commas: what all of them mean. */
static int select_term(struct selecting *s, const char *begin, const char *end, bool *selected,
                       struct err *err)
{
    size_t count = s->graph->count, atoms = 0;
    bool any = false;

    for (const char *at = begin;; atoms++) {
        const char *comma = memchr(at, ',', (size_t)(end - at));
        const char *stop = comma != NULL ? comma : end;
        if (select_atom(s, at, stop, err) < 0)
            return -1;
        for (size_t i = 0; i < count; i++)
            s->of_term[i] = s->of_atom[i] && (atoms == 0 || s->of_term[i]);
        if (comma == NULL)
            break;
        at = comma + 1;
    }
    for (size_t i = 0; i < count; i++) {
        any = any || s->of_term[i];
        selected[i] = selected[i] || s->of_term[i];
    }
    if (any)
        return 0;
    return err_set(err, ERR_CONFIG,
                   "no asset is meant by \"%.*s\": each part means some, but none is meant by all "
                   "of them",
                   (int)(end - begin), begin);
}

/* Terms between blanks: what any of them means. */
static int select_text(struct selecting *s, const char *text, bool *selected, struct err *err)
{
    s->text = text;
    s->is_one = strpbrk(text, ", ") == NULL;
    const char *at = text + strspn(text, " ");
    do {
        const char *end = at + strcspn(at, " ");
        if (select_term(s, at, end, selected, err) < 0)
            return -1;
        at = end + strspn(end, " ");
    } while (*at != '\0');
    return 0;
}

static int exclude(struct selecting *s, const struct selection *selection, bool *selected,
                   struct err *err)
{
    size_t count = s->graph->count, left = 0;
    bool *excluded = arena_calloc(s->arena, count + 1, sizeof *excluded);

    for (size_t i = 0; i < selection->excluded_count; i++)
        if (select_text(s, selection->excluded[i], excluded, err) < 0)
            return err_wrap(err, "exclude");
    for (size_t i = 0; i < count; i++) {
        selected[i] = selected[i] && !excluded[i];
        left += selected[i];
    }
    if (left > 0 || selection->excluded_count == 0)
        return 0;
    return err_set(err, ERR_CONFIG, "nothing is left: exclude takes away all that is selected");
}

int select_assets(const struct graph *graph, const struct selection *selection, struct arena *arena,
                  bool *selected, struct err *err)
{
    struct selecting s = {
        .graph = graph,
        .arena = arena,
        .up = arena_calloc(arena, graph->count + 1, sizeof *s.up),
        .down = arena_calloc(arena, graph->count + 1, sizeof *s.down),
        .of_atom = arena_calloc(arena, graph->count + 1, sizeof(bool)),
        .of_term = arena_calloc(arena, graph->count + 1, sizeof(bool)),
    };

    for (size_t i = 0; selection->count == 0 && i < graph->count; i++)
        selected[i] = true;
    for (size_t i = 0; i < selection->count; i++)
        if (select_text(&s, selection->texts[i], selected, err) < 0)
            return -1;
    return exclude(&s, selection, selected, err);
}

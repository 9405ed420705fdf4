#include "graph/question.h"

#include "base/file.h"
#include "base/limits.h"
#include "base/suggest.h"
#include "base/utf8.h"
#include "graph/depend.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

struct reading {
    const struct pipeline *pipeline;
    struct problems *problems;
    struct questions *questions;
    size_t capacity;
};

static struct question *add_question(struct reading *r)
{
    struct questions *questions = r->questions;

    if (questions->count == r->capacity) {
        size_t capacity = r->capacity < 16 ? 16 : r->capacity * 2;
        struct question *items = arena_calloc(r->pipeline->arena, capacity, sizeof *items);
        if (questions->count > 0)
            memcpy(items, questions->items, questions->count * sizeof *items);
        questions->items = items;
        r->capacity = capacity;
    }
    return &questions->items[questions->count++];
}

/* Takes the next line off the text if it is a comment: what it says, without blanks around it. */
static const char *take_comment(struct arena *arena, const char **text)
{
    const char *at = *text, *end;

    while (*at == ' ' || *at == '\t')
        at++;
    if (at[0] != '-' || at[1] != '-')
        return NULL;
    at += strspn(at, "-");
    end = at + strcspn(at, "\n");
    *text = *end == '\n' ? end + 1 : end;
    while (at < end && isspace((unsigned char)*at))
        at++;
    while (end > at && isspace((unsigned char)end[-1]))
        end--;
    return arena_strndup(arena, at, (size_t)(end - at));
}

static void read_head(struct question *question, struct arena *arena)
{
    const char *text = question->body + strspn(question->body, " \t\r\n");
    const char *line = take_comment(arena, &text);

    question->title = line != NULL ? line : "";
    question->description = "";
    while (line != NULL && (line = take_comment(arena, &text)) != NULL)
        question->description = question->description[0] == '\0'
                                    ? line
                                    : arena_printf(arena, "%s\n%s", question->description, line);
}

struct naming {
    struct question *question;
    struct arena *arena;
};

static int found_variable(void *self, const struct template_site *site, struct err *err)
{
    const struct naming *naming = self;
    struct question *question = naming->question;
    const struct template_value *name = site->arg_count > 0 ? site->args[0].value : NULL;
    const struct template_value *otherwise = site->arg_count > 1 ? site->args[1].value : NULL;
    struct question_variable variable = {0};
    struct buf text;
    int result = 0;

    if (name == NULL || name->kind != TEMPLATE_STRING ||
        question_has_variable(question, name->string.data, name->string.size))
        return 0;
    variable.is_required = site->arg_count == 1;
    variable.name = arena_strndup(naming->arena, name->string.data, name->string.size);
    buf_init(&text);
    if (otherwise != NULL && (result = template_print(*otherwise, &text, err)) == 0)
        variable.otherwise = arena_strndup(naming->arena, text.data, text.size);
    buf_release(&text);
    struct question_variable *grown =
        arena_calloc(naming->arena, question->variable_count + 1, sizeof *grown);
    if (question->variable_count > 0)
        memcpy(grown, question->variables, question->variable_count * sizeof *grown);
    grown[question->variable_count++] = variable;
    question->variables = grown;
    return result;
}

/* The file's text, and what it says of itself. */
static void read_question(struct reading *r, const char *path, const char *name, size_t name_size)
{
    struct arena *arena = r->pipeline->arena;
    struct question *question = add_question(r);
    struct naming naming = {question, arena};
    struct buf text;
    const char *bad;
    struct err err;
    int line;

    *question = (struct question){.name = arena_strndup(arena, name, name_size),
                                  .file = path,
                                  .title = "",
                                  .description = "",
                                  .body = ""};
    buf_init(&text);
    const char *whole = arena_printf(arena, "%s/%s", r->pipeline->folder, path);
    if (file_read(whole, LIMIT_CONFIG_FILE_BYTES, &text, &err) < 0) {
        problem_add(r->problems, path, 0, 0, "%s", err.message);
        goto out;
    }
    bad = utf8_find_bad(text.data, text.size, &line);
    if (bad != NULL) {
        problem_add(r->problems, path, line, 0, "byte 0x%02x is no text: the file must be UTF-8",
                    (unsigned char)*bad);
        goto out;
    }
    question->body = arena_strndup(arena, text.data, text.size);
    read_head(question, arena);
    if (template_parse(arena, path, question->body, text.size, &question->template, &err) < 0 ||
        template_calls(question->template, "var", arena, found_variable, &naming, &err) < 0) {
        question->template = NULL;
        problem_add_err(r->problems, &err);
    } else if (template_is_blank(question->template)) {
        problem_add(r->problems, path, 1, 1,
                    "there is no SQL in it: write the SELECT that answers %s", question->name);
    }
out:
    buf_release(&text);
}

static bool is_name(const char *text, size_t size)
{
    for (size_t i = 0; i < size; i++)
        if (!isalnum((unsigned char)text[i]) && text[i] != '_' && text[i] != '-')
            return false;
    return size > 0;
}

static void read_entry(struct reading *r, const char *folder, const char *entry)
{
    struct arena *arena = r->pipeline->arena;
    const char *path = arena_printf(arena, "%s/%s", folder, entry);
    const char *whole = arena_printf(arena, "%s/%s", r->pipeline->folder, path);
    const char *dot = strrchr(entry, '.');
    struct stat stat_buf;

    if (stat(whole, &stat_buf) < 0)
        return;
    if (S_ISDIR(stat_buf.st_mode))
        problem_add(r->problems, path, 0, 0,
                    "a folder among the questions: they stand side by side in %s", folder);
    else if (dot != NULL && strcmp(dot, ".toml") == 0)
        problem_add(r->problems, path, 0, 0,
                    "a question is a .sql alone, and %s is the folder of questions: move an asset "
                    "into another",
                    folder);
    else if (dot == NULL || strcmp(dot, ".sql") != 0)
        return; /* notes, say */
    else if (!is_name(entry, (size_t)(dot - entry)))
        problem_add(r->problems, path, 0, 0,
                    "the name of a question has letters, digits, \"_\" and \"-\" only");
    else if (r->questions->count == LIMIT_QUESTIONS)
        problem_add(r->problems, path, 0, 0, "more than %d questions", LIMIT_QUESTIONS);
    else
        read_question(r, path, entry, (size_t)(dot - entry));
}

static int compare_names(const void *left, const void *right)
{
    const struct question *a = left, *b = right;

    return strcmp(a->name, b->name);
}

void questions_read(struct questions *questions, const struct pipeline *pipeline,
                    struct problems *problems)
{
    struct reading r = {pipeline, problems, questions, 0};
    const char *folder = arena_printf(pipeline->arena, "%s/%s", pipeline->assets, QUESTION_FOLDER);
    DIR *dir = opendir(arena_printf(pipeline->arena, "%s/%s", pipeline->folder, folder));

    *questions = (struct questions){0};
    if (dir == NULL) {
        if (errno != ENOENT)
            problem_add(problems, folder, 0, 0, "%s", strerror(errno));
        return;
    }
    for (struct dirent *entry; (entry = readdir(dir)) != NULL;)
        if (entry->d_name[0] != '.')
            read_entry(&r, folder, entry->d_name);
    closedir(dir);
    if (questions->count > 0)
        qsort(questions->items, questions->count, sizeof *questions->items, compare_names);
}

void question_link(struct question *question, struct graph *graph, struct problems *problems)
{
    if (question->template != NULL)
        question->inputs = depend_find(graph, question->template, &question->input_count, problems);
}

struct question *questions_find(const struct questions *questions, const char *name)
{
    for (size_t i = 0; i < questions->count; i++)
        if (strcmp(questions->items[i].name, name) == 0)
            return &questions->items[i];
    return NULL;
}

const char *questions_unknown(const struct questions *questions, const char *name,
                              const struct pipeline *pipeline)
{
    struct arena *arena = pipeline->arena;
    const char **names = arena_calloc(arena, questions->count + 1, sizeof *names);

    for (size_t i = 0; i < questions->count; i++)
        names[i] = questions->items[i].name;
    const char *near = suggest(name, names, questions->count);
    if (near != NULL)
        return arena_printf(arena, "there is no question \"%s\": did you mean \"%s\"?", name, near);
    if (questions->count > 0)
        return arena_printf(arena, "there is no question \"%s\": aorta query lists them", name);
    return arena_printf(arena, "there is no question \"%s\": save one as %s/%s/%s.sql", name,
                        pipeline->assets, QUESTION_FOLDER, name);
}

bool question_has_variable(const struct question *question, const char *name, size_t size)
{
    for (size_t i = 0; i < question->variable_count; i++)
        if (strncmp(question->variables[i].name, name, size) == 0 &&
            question->variables[i].name[size] == '\0')
            return true;
    return false;
}

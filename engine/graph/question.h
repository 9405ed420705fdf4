/*
 * Saved questions: queries that are kept beside the assets and asked by name.
 *
 *     -- assets/questions/top.sql, asked by `aorta query @top --var least=3`
 *
 *     -- The countries that buy most
 *     -- Cents are of all orders that were ever placed.
 *     select country, cents from {{ ref('sales') }}
 *     where orders >= {{ var('least', 1) }}
 *     order by cents desc
 *
 * The comment lines that it begins with are its title (the first) and its description (the
 * others). Its SQL is a template with ref, source, var and target; var's second argument is the
 * value without --var or [vars]. A question is no asset: nothing depends on it, no run builds it,
 * and one that is wrong hinders only who asks it and `aorta check`.
 *
 * Everything lives in the pipeline's arena and is never changed after loading.
 */
#ifndef AORTA_GRAPH_QUESTION_H
#define AORTA_GRAPH_QUESTION_H

#include "graph/graph.h"

/* The folder, below that of the assets. */
#define QUESTION_FOLDER "questions"

struct question_variable {
    const char *name;
    const char *otherwise; /* its default as text; NULL: none, or known only when rendered */
    bool is_required;      /* it has no default */
};

struct question {
    const char *name;
    const char *file;                /* relative to the pipeline's folder */
    const char *title, *description; /* "" if there is none */
    const char *body;
    struct template *template; /* NULL: it cannot be read */
    struct question_variable *variables;
    size_t variable_count;
    struct asset **inputs; /* filled in by question_link */
    size_t input_count;
};

struct questions {
    struct question *items; /* by name */
    size_t count;
};

/* Reads all questions of the pipeline; no folder, no questions. What is wrong with one goes to
 * problems, under its file's name. */
void questions_read(struct questions *questions, const struct pipeline *pipeline,
                    struct problems *problems);

/* Finds the assets that the question's SQL refers to; unknown ones are problems. */
void question_link(struct question *question, struct graph *graph, struct problems *problems);

/* By name, or NULL. */
struct question *questions_find(const struct questions *questions, const char *name);

/* "there is no question …", with what may have been meant, in the arena. */
const char *questions_unknown(const struct questions *questions, const char *name,
                              const struct pipeline *pipeline);

/* Whether the question's SQL asks for the variable. */
bool question_has_variable(const struct question *question, const char *name, size_t size);

#endif

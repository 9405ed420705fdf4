/*
 * A parsed template: statements that hold expressions. Made by the parser in the template's arena,
 * never changed after that.
 *
 *     {% if n > 1 %}many{% endif %}
 *
 *     STMT_IF ─ branches ─ condition: EXPR_COMPARE ─ EXPR_NAME n, "> 1"
 *                          body: STMT_TEXT "many"
 */
#ifndef AORTA_TEMPLATE_TREE_H
#define AORTA_TEMPLATE_TREE_H

#include "template/builtin.h"
#include "template/value.h"

enum template_operator {
    OPERATOR_OR,
    OPERATOR_AND,
    OPERATOR_NOT,
    OPERATOR_ADD,
    OPERATOR_SUBTRACT,
    OPERATOR_CONCAT,
    OPERATOR_MULTIPLY,
    OPERATOR_DIVIDE,
    OPERATOR_FLOOR_DIVIDE,
    OPERATOR_MODULO,
    OPERATOR_POWER,
    OPERATOR_NEGATE,
    OPERATOR_PLUS,
    OPERATOR_EQUAL,
    OPERATOR_NOT_EQUAL,
    OPERATOR_LESS,
    OPERATOR_LESS_EQUAL,
    OPERATOR_GREATER,
    OPERATOR_GREATER_EQUAL,
    OPERATOR_IN,
    OPERATOR_NOT_IN,
};

enum template_expr_kind {
    EXPR_CONSTANT,  /* value */
    EXPR_NAME,      /* name */
    EXPR_LIST,      /* items */
    EXPR_MAP,       /* items: key, value, key, value, … */
    EXPR_ATTRIBUTE, /* left.name */
    EXPR_INDEX,     /* left[items[0]] */
    EXPR_SLICE,     /* left[items[0]:items[1]:items[2]], each may be NULL */
    EXPR_CALL,      /* left(arguments) */
    EXPR_FILTER,    /* left | builtin(arguments) */
    EXPR_TEST,      /* left is builtin(arguments) */
    EXPR_UNARY,     /* operator left */
    EXPR_BINARY,    /* left operator items[0] */
    EXPR_COMPARE,   /* left operators[0] items[0] operators[1] items[1] … */
    EXPR_CONDITION, /* items[0] if left else items[1], which may be NULL */
};

struct template_expr_argument {
    const char *keyword; /* NULL: positional; keywords come last */
    const struct template_expr *value;
};

struct template_expr {
    enum template_expr_kind kind;
    int line;
    int column;
    int height; /* levels below it, and itself */
    enum template_operator op;
    bool is_tuple; /* of EXPR_LIST */
    const char *name;
    struct template_value value;
    const struct template_expr *left;
    const struct template_expr **items;
    size_t item_count;
    const enum template_operator *operators;
    const struct template_builtin *builtin;
    const struct template_expr_argument *arguments;
    size_t argument_count;
};

enum template_stmt_kind {
    STMT_TEXT,  /* text */
    STMT_PRINT, /* {{ expr }} */
    STMT_IF,    /* branches */
    STMT_FOR,   /* for targets in expr if condition: body, else otherwise */
    STMT_SET,   /* targets, or name.attribute, = expr; without expr the rendered body */
    STMT_MACRO, /* name, parameters, body */
    STMT_CALL,  /* expr is the call, parameters and body are its caller() */
    STMT_DO,    /* expr, for its effect */
};

struct template_branch {
    const struct template_expr *condition; /* NULL: else */
    const struct template_stmt *body;
    const struct template_branch *next;
};

struct template_parameter {
    const char *name;
    const struct template_expr *value; /* the default, or NULL */
};

struct template_stmt {
    enum template_stmt_kind kind;
    int line;
    int column;
    const struct template_stmt *next;
    const struct template_expr *expr;
    const struct template_stmt *body;
    union {
        struct {
            const char *data;
            size_t size;
        } text;
        const struct template_branch *branches;
        struct {
            const char **targets;
            size_t target_count;
            const char *attribute; /* of targets[0], which is a namespace */
            const struct template_expr *condition;
            const struct template_stmt *otherwise;
        } assign; /* STMT_SET and STMT_FOR */
        struct {
            const char *name;
            const struct template_parameter *parameters;
            size_t parameter_count;
        } macro; /* STMT_MACRO and STMT_CALL */
    };
};

struct template
{
    const char *name;
    const char *text; /* line ends made \n, the last one dropped */
    size_t size;
    const struct template_stmt *body;
};

/* The expression as a person would say it: "this.schema" for names and attributes, else "the
 * value". In the arena. */
const char *template_expr_describe(const struct template_expr *expr, struct arena *arena);

#endif

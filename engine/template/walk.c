#include "template/walk.h"

#include <string.h>

/* ---- doubt ----------------------------------------------------------------------------------- */

static bool is_of_run(const char *name)
{
    return strcmp(name, "is_incremental") == 0 || strcmp(name, "loop") == 0;
}

/* Counts the names in it, and sets *others if one of them is not of the run. */
static int count_names(const struct template_expr *expr, bool *others)
{
    int count = 0;

    if (expr == NULL)
        return 0;
    if (expr->kind == EXPR_NAME) {
        *others = *others || !is_of_run(expr->name);
        return 1;
    }
    count += count_names(expr->left, others);
    for (size_t i = 0; i < expr->item_count; i++)
        count += count_names(expr->items[i], others);
    for (size_t i = 0; i < expr->argument_count; i++)
        count += count_names(expr->arguments[i].value, others);
    return count;
}

/* Whether it may be that the condition never holds, or always does. */
static bool is_doubtful(const struct template_expr *condition)
{
    bool others = false;

    return condition != NULL && (count_names(condition, &others) == 0 || others);
}

/* ---- the walk -------------------------------------------------------------------------------- */

static int walk_expr(struct template_walk *walk, const struct template_expr *expr);

static int walk_doubtful(struct template_walk *walk, const struct template_expr *expr, bool doubt)
{
    walk->doubts += doubt;
    int result = walk_expr(walk, expr);
    walk->doubts -= doubt;
    return result;
}

static int walk_items(struct template_walk *walk, const struct template_expr *expr)
{
    bool is_condition = expr->kind == EXPR_CONDITION; /* its `then` stands before its `if` */
    bool is_logic =
        expr->kind == EXPR_BINARY && (expr->op == OPERATOR_AND || expr->op == OPERATOR_OR);
    bool doubt = (is_condition || is_logic) && is_doubtful(expr->left);

    if ((is_condition && walk_doubtful(walk, expr->items[0], doubt) < 0) ||
        walk_expr(walk, expr->left) < 0)
        return -1;
    for (size_t i = is_condition; i < expr->item_count; i++)
        if (walk_doubtful(walk, expr->items[i], doubt) < 0)
            return -1;
    return 0;
}

static int walk_expr(struct template_walk *walk, const struct template_expr *expr)
{
    if (expr == NULL)
        return 0;
    if (walk->expr != NULL && walk->expr(walk, expr) < 0)
        return -1;
    if (expr->kind == EXPR_NAME || expr->kind == EXPR_CONSTANT)
        return 0; /* most are */
    if (walk_items(walk, expr) < 0)
        return -1;
    for (size_t i = 0; i < expr->argument_count; i++)
        if (walk_expr(walk, expr->arguments[i].value) < 0)
            return -1;
    return 0;
}

static int walk_branches(struct template_walk *walk, const struct template_branch *branch)
{
    int before = walk->doubts, result = 0;

    for (; branch != NULL && result == 0; branch = branch->next) {
        result = walk_expr(walk, branch->condition);
        walk->doubts += is_doubtful(branch->condition); /* and so are all that follow */
        if (result == 0)
            result = template_walk(walk, branch->body);
    }
    walk->doubts = before;
    return result;
}

static int walk_parameters(struct template_walk *walk, const struct template_stmt *stmt)
{
    for (size_t i = 0; i < stmt->macro.parameter_count; i++)
        if (walk_expr(walk, stmt->macro.parameters[i].value) < 0)
            return -1;
    return 0;
}

static int walk_stmt(struct template_walk *walk, const struct template_stmt *stmt)
{
    bool has_parameters = stmt->kind == STMT_MACRO || stmt->kind == STMT_CALL;
    bool has_assign = stmt->kind == STMT_FOR || stmt->kind == STMT_SET;

    if ((walk->stmt != NULL && walk->stmt(walk, stmt) < 0) ||
        (has_parameters && walk_parameters(walk, stmt) < 0) || walk_expr(walk, stmt->expr) < 0)
        return -1;
    if (stmt->kind == STMT_IF)
        return walk_branches(walk, stmt->branches);
    if ((has_assign && walk_expr(walk, stmt->assign.condition) < 0) ||
        template_walk(walk, stmt->body) < 0)
        return -1;
    return has_assign ? template_walk(walk, stmt->assign.otherwise) : 0;
}

static int walk_rounds(struct template_walk *walk, const struct template_stmt *stmt)
{
    bool doubt = walk->doubts_rounds &&
                 (stmt->kind == STMT_FOR || stmt->kind == STMT_MACRO || stmt->kind == STMT_CALL);

    walk->doubts += doubt;
    int result = walk_stmt(walk, stmt);
    walk->doubts -= doubt;
    return result;
}

int template_walk(struct template_walk *walk, const struct template_stmt *body)
{
    for (; body != NULL; body = body->next)
        if (body->kind != STMT_TEXT && walk_rounds(walk, body) < 0)
            return -1;
    return 0;
}

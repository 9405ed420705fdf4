#include "template/tree.h"

const char *template_expr_describe(const struct template_expr *expr, struct arena *arena)
{
    if (expr->kind == EXPR_NAME)
        return expr->name;
    if (expr->kind == EXPR_CALL)
        return arena_printf(arena, "%s(…)", template_expr_describe(expr->left, arena));
    if (expr->kind == EXPR_ATTRIBUTE)
        return arena_printf(arena, "%s.%s", template_expr_describe(expr->left, arena), expr->name);
    if (expr->kind != EXPR_INDEX)
        return "the value";
    const struct template_expr *index = expr->items[0];
    const char *left = template_expr_describe(expr->left, arena);
    if (index->kind == EXPR_CONSTANT && index->value.kind == TEMPLATE_INT)
        return arena_printf(arena, "%s[%lld]", left, (long long)index->value.integer);
    if (index->kind == EXPR_CONSTANT && index->value.kind == TEMPLATE_STRING)
        return arena_printf(arena, "%s['%.*s']", left, (int)index->value.string.size,
                            index->value.string.data);
    return arena_printf(arena, "%s[%s]", left, template_expr_describe(index, arena));
}

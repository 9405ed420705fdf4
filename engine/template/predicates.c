#include "template/predicates.h"

#include "template/collection.h"
#include "template/operators.h"

#include <string.h>

/* Each is one line of sense: what it says of the subject. */
#define PREDICATE(name, condition)                                                          \
    static int is_##name(const struct template_operands *in, struct template_value *result, \
                         struct err *err)                                                   \
    {                                                                                       \
        (void)err;                                                                          \
        *result = template_bool(condition);                                                 \
        return 0;                                                                           \
    }

static bool is_text_where(struct template_value value, bool (*holds)(char c))
{
    bool has_letter = false;

    if (value.kind != TEMPLATE_STRING)
        return false;
    for (size_t i = 0; i < value.string.size; i++) {
        char c = value.string.data[i];
        bool is_letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        if (is_letter && !holds(c))
            return false;
        has_letter |= is_letter;
    }
    return has_letter;
}

static bool is_lower_letter(char c)
{
    return c >= 'a';
}

static bool is_upper_letter(char c)
{
    return c <= 'Z';
}

PREDICATE(defined, in->subject.kind != TEMPLATE_UNDEFINED)
PREDICATE(undefined, in->subject.kind == TEMPLATE_UNDEFINED)
PREDICATE(none, in->subject.kind == TEMPLATE_NONE)
PREDICATE(boolean, in->subject.kind == TEMPLATE_BOOL)
PREDICATE(true, in->subject.kind == TEMPLATE_BOOL && in->subject.boolean)
PREDICATE(false, in->subject.kind == TEMPLATE_BOOL && !in->subject.boolean)
PREDICATE(integer, in->subject.kind == TEMPLATE_INT)
PREDICATE(float, in->subject.kind == TEMPLATE_DOUBLE)
PREDICATE(number, in->subject.kind == TEMPLATE_INT || in->subject.kind == TEMPLATE_DOUBLE ||
                      in->subject.kind == TEMPLATE_BOOL)
PREDICATE(string, in->subject.kind == TEMPLATE_STRING)
PREDICATE(mapping, in->subject.kind == TEMPLATE_MAP)
PREDICATE(sequence, in->subject.kind == TEMPLATE_LIST || in->subject.kind == TEMPLATE_STRING ||
                        in->subject.kind == TEMPLATE_MAP)
PREDICATE(callable, in->subject.kind == TEMPLATE_FUNCTION ||
                        (in->subject.kind == TEMPLATE_MAP && in->subject.map->function != NULL))
PREDICATE(lower, is_text_where(in->subject, is_lower_letter))
PREDICATE(upper, is_text_where(in->subject, is_upper_letter))

static int remainder_of(const struct template_operands *in, int64_t divisor, int64_t *rest,
                        struct err *err)
{
    struct template_value value;

    if (template_operate(OPERATOR_MODULO, in->subject, template_int(divisor), in->call->arena,
                         &value, err) < 0)
        return -1;
    *rest = value.kind == TEMPLATE_INT ? value.integer : -1;
    return 0;
}

static int is_even(const struct template_operands *in, struct template_value *result,
                   struct err *err)
{
    int64_t rest;

    if (remainder_of(in, 2, &rest, err) < 0)
        return -1;
    *result = template_bool(rest == 0);
    return 0;
}

static int is_odd(const struct template_operands *in, struct template_value *result,
                  struct err *err)
{
    int64_t rest;

    if (remainder_of(in, 2, &rest, err) < 0)
        return -1;
    *result = template_bool(rest == 1);
    return 0;
}

static int is_divisible_by(const struct template_operands *in, struct template_value *result,
                           struct err *err)
{
    int64_t rest;

    if (in->args[0].kind != TEMPLATE_INT)
        return err_set(err, ERR_CONFIG, "it wants an int");
    if (remainder_of(in, in->args[0].integer, &rest, err) < 0)
        return -1;
    *result = template_bool(rest == 0);
    return 0;
}

/* The same object, where there are objects; the same value elsewhere. */
static int is_same_as(const struct template_operands *in, struct template_value *result,
                      struct err *err)
{
    struct template_value a = in->subject, b = in->args[0];
    bool same = a.kind == b.kind && template_equal(a, b);

    (void)err;
    if (same && a.kind == TEMPLATE_LIST)
        same = a.list == b.list;
    if (same && a.kind == TEMPLATE_MAP)
        same = a.map == b.map;
    *result = template_bool(same);
    return 0;
}

#define COMPARISON(name, op)                                                                 \
    static int is_##name(const struct template_operands *in, struct template_value *result,  \
                         struct err *err)                                                    \
    {                                                                                        \
        return template_operate(op, in->subject, in->args[0], in->call->arena, result, err); \
    }

COMPARISON(eq, OPERATOR_EQUAL)
COMPARISON(ne, OPERATOR_NOT_EQUAL)
COMPARISON(lt, OPERATOR_LESS)
COMPARISON(le, OPERATOR_LESS_EQUAL)
COMPARISON(gt, OPERATOR_GREATER)
COMPARISON(ge, OPERATOR_GREATER_EQUAL)
COMPARISON(in, OPERATOR_IN)

const struct template_builtin template_predicates[] = {
    {"boolean", {NULL}, 0, is_boolean, false, false},
    {"callable", {NULL}, 0, is_callable, false, false},
    {"defined", {NULL}, 0, is_defined, true, false},
    {"divisibleby", {"num"}, 1, is_divisible_by, false, false},
    {"eq", {"other"}, 1, is_eq, false, false},
    {"equalto", {"other"}, 1, is_eq, false, false},
    {"even", {NULL}, 0, is_even, false, false},
    {"false", {NULL}, 0, is_false, false, false},
    {"float", {NULL}, 0, is_float, false, false},
    {"ge", {"other"}, 1, is_ge, false, false},
    {"gt", {"other"}, 1, is_gt, false, false},
    {"greaterthan", {"other"}, 1, is_gt, false, false},
    {"in", {"seq"}, 1, is_in, false, false},
    {"integer", {NULL}, 0, is_integer, false, false},
    {"iterable", {NULL}, 0, is_sequence, false, false},
    {"le", {"other"}, 1, is_le, false, false},
    {"lessthan", {"other"}, 1, is_lt, false, false},
    {"lower", {NULL}, 0, is_lower, false, false},
    {"lt", {"other"}, 1, is_lt, false, false},
    {"mapping", {NULL}, 0, is_mapping, false, false},
    {"ne", {"other"}, 1, is_ne, false, false},
    {"none", {NULL}, 0, is_none, false, false},
    {"number", {NULL}, 0, is_number, false, false},
    {"odd", {NULL}, 0, is_odd, false, false},
    {"sameas", {"other"}, 1, is_same_as, false, false},
    {"sequence", {NULL}, 0, is_sequence, false, false},
    {"string", {NULL}, 0, is_string, false, false},
    {"true", {NULL}, 0, is_true, false, false},
    {"undefined", {NULL}, 0, is_undefined, true, false},
    {"upper", {NULL}, 0, is_upper, false, false},
};

const size_t template_predicate_count = sizeof template_predicates / sizeof *template_predicates;

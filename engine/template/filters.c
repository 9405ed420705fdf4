#include "template/filters.h"

#include "base/limits.h"
#include "template/collection.h"
#include "template/json.h"
#include "template/operators.h"
#include "template/sequence.h"
#include "template/text.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool is_given(struct template_value value)
{
    return value.kind != TEMPLATE_UNDEFINED && value.kind != TEMPLATE_NONE;
}

/* ---- values ---------------------------------------------------------------------------------- */

/* What is undefined, or with boolean=true whatever is false, becomes the argument. */
static int apply_default(const struct template_operands *in, struct template_value *result,
                         struct err *err)
{
    bool all_false = is_given(in->args[1]) && template_is_true(in->args[1]);
    struct template_value instead =
        in->args[0].kind == TEMPLATE_UNDEFINED ? template_string("") : in->args[0];

    (void)err;
    *result = in->subject;
    if (in->subject.kind == TEMPLATE_UNDEFINED || (all_false && !template_is_true(in->subject)))
        *result = instead;
    return 0;
}

static int apply_string(const struct template_operands *in, struct template_value *result,
                        struct err *err)
{
    return template_to_text(in->subject, in->call->arena, result, err);
}

/* ---- numbers --------------------------------------------------------------------------------- */

/* The whole text, but for white space around it, as a number. */
static bool parse_double(struct template_value text, double *real)
{
    char copy[64];
    char *end;

    if (text.string.size == 0 || text.string.size >= sizeof copy)
        return false;
    memcpy(copy, text.string.data, text.string.size);
    copy[text.string.size] = '\0';
    *real = strtod(copy, &end);
    return end != copy && end[strspn(end, " \t\n\r\f\v")] == '\0' &&
           strlen(copy) == text.string.size;
}

static bool parse_integer(struct template_value text, int base, int64_t *integer)
{
    char copy[80];
    char *end;

    if (text.string.size == 0 || text.string.size >= sizeof copy)
        return false;
    memcpy(copy, text.string.data, text.string.size);
    copy[text.string.size] = '\0';
    errno = 0;
    *integer = strtoll(copy, &end, base);
    return end != copy && errno == 0 && end[strspn(end, " \t\n\r\f\v")] == '\0' &&
           strlen(copy) == text.string.size;
}

static bool fits_integer(double real)
{
    return real >= -9223372036854775808.0 && real < 9223372036854775808.0; /* 2^63 */
}

/* A number cut at its point, a text read as one; the default, 0, for what is neither. */
static int apply_int(const struct template_operands *in, struct template_value *result,
                     struct err *err)
{
    int base = in->args[1].kind == TEMPLATE_INT ? (int)in->args[1].integer : 10;
    int64_t integer;
    double real = (double)NAN;

    if (base != 0 && (base < 2 || base > 36))
        return err_set(err, ERR_CONFIG, "a base is 2 to 36");
    *result = is_given(in->args[0]) ? in->args[0] : template_int(0);
    if (in->subject.kind == TEMPLATE_INT)
        *result = in->subject;
    else if (in->subject.kind == TEMPLATE_BOOL)
        *result = template_int(in->subject.boolean);
    else if (in->subject.kind == TEMPLATE_DOUBLE)
        real = in->subject.real;
    else if (in->subject.kind == TEMPLATE_STRING && parse_integer(in->subject, base, &integer))
        *result = template_int(integer);
    else if (in->subject.kind == TEMPLATE_STRING && !parse_double(in->subject, &real))
        return 0;
    if (fits_integer(real))
        *result = template_int((int64_t)real);
    return 0;
}

static int apply_float(const struct template_operands *in, struct template_value *result,
                       struct err *err)
{
    double real;

    (void)err;
    *result = is_given(in->args[0]) ? in->args[0] : template_double(0);
    if (in->subject.kind == TEMPLATE_DOUBLE)
        *result = in->subject;
    else if (in->subject.kind == TEMPLATE_INT)
        *result = template_double((double)in->subject.integer);
    else if (in->subject.kind == TEMPLATE_BOOL)
        *result = template_double(in->subject.boolean);
    else if (in->subject.kind == TEMPLATE_STRING && parse_double(in->subject, &real))
        *result = template_double(real);
    return 0;
}

static int check_number(struct template_value value, struct err *err)
{
    if (value.kind == TEMPLATE_INT || value.kind == TEMPLATE_DOUBLE || value.kind == TEMPLATE_BOOL)
        return 0;
    return err_set(err, ERR_CONFIG, "it wants a number, not %s", template_kind_name(value));
}

static int apply_abs(const struct template_operands *in, struct template_value *result,
                     struct err *err)
{
    if (check_number(in->subject, err) < 0)
        return -1;
    if (in->subject.kind == TEMPLATE_DOUBLE) {
        *result = template_double(fabs(in->subject.real));
        return 0;
    }
    *result = in->subject;
    if (in->subject.kind != TEMPLATE_INT || in->subject.integer >= 0)
        return 0;
    return template_operate(OPERATOR_SUBTRACT, template_int(0), in->subject, in->call->arena,
                            result, err);
}

/* Python's round works on the decimal digits of the double (2.675 is below 2.675), and so does
 * printf; a tie goes to the even digit. */
static double round_common(double real, int precision)
{
    char digits[400];

    if (precision < 0) {
        double unit = pow(10, -precision);
        return nearbyint(real / unit) * unit;
    }
    snprintf(digits, sizeof digits, "%.*f", precision, real);
    return strtod(digits, NULL);
}

static int apply_round(const struct template_operands *in, struct template_value *result,
                       struct err *err)
{
    int64_t precision = in->args[0].kind == TEMPLATE_INT ? in->args[0].integer : 0;
    struct template_value method = in->args[1];

    if (check_number(in->subject, err) < 0)
        return -1;
    if (precision < -20 || precision > 20)
        return err_set(err, ERR_CONFIG, "a precision is -20 to 20");
    bool is_common = !is_given(method) || template_is_text(method, "common");
    bool is_whole = in->subject.kind != TEMPLATE_DOUBLE;
    if (is_common && is_whole && precision >= 0) {
        *result = in->subject;
        return 0;
    }
    double real = is_whole ? (double)in->subject.integer : in->subject.real;
    double unit = pow(10, (double)precision);
    if (is_common)
        *result = template_double(round_common(real, (int)precision));
    else if (template_is_text(method, "ceil"))
        *result = template_double(ceil(real * unit) / unit);
    else if (template_is_text(method, "floor"))
        *result = template_double(floor(real * unit) / unit);
    else
        return err_set(err, ERR_CONFIG, "a method is 'common', 'ceil' or 'floor'");
    if (is_common && is_whole)
        *result = template_int((int64_t)result->real);
    return 0;
}

/* ---- JSON ------------------------------------------------------------------------------------ */

static int apply_to_json(const struct template_operands *in, struct template_value *result,
                         struct err *err)
{
    struct buf text;

    buf_init(&text);
    int outcome = template_to_json(in->subject, &text, err);
    if (outcome == 0)
        *result =
            template_string_n(arena_strndup(in->call->arena, text.data, text.size), text.size);
    buf_release(&text);
    return outcome;
}

static int apply_from_json(const struct template_operands *in, struct template_value *result,
                           struct err *err)
{
    if (in->subject.kind != TEMPLATE_STRING)
        return err_set(err, ERR_CONFIG, "it wants a string, not %s",
                       template_kind_name(in->subject));
    return template_from_json(in->subject.string.data, in->subject.string.size, in->call->arena,
                              result, err);
}

/* ---- the table ------------------------------------------------------------------------------- */

const struct template_builtin template_filters[] = {
    {"abs", {NULL}, 0, apply_abs, false, false},
    {"batch", {"linecount", "fill_with"}, 1, template_sequence_batch, false, false},
    {"capitalize", {NULL}, 0, template_text_capitalize, false, false},
    {"count", {NULL}, 0, template_sequence_length, false, false},
    {"d", {"default_value", "boolean"}, 0, apply_default, true, false},
    {"default", {"default_value", "boolean"}, 0, apply_default, true, false},
    {"dictsort", {"case_sensitive", "by", "reverse"}, 0, template_sequence_dictsort, false, false},
    {"first", {NULL}, 0, template_sequence_first, false, false},
    {"float", {"default"}, 0, apply_float, false, false},
    {"format", {NULL}, 0, template_text_format, false, true},
    {"fromjson", {NULL}, 0, apply_from_json, false, false},
    {"indent", {"width", "first", "blank"}, 0, template_text_indent, false, false},
    {"int", {"default", "base"}, 0, apply_int, false, false},
    {"items", {NULL}, 0, template_sequence_items, false, false},
    {"join", {"d", "attribute"}, 0, template_sequence_join, false, false},
    {"last", {NULL}, 0, template_sequence_last, false, false},
    {"length", {NULL}, 0, template_sequence_length, false, false},
    {"list", {NULL}, 0, template_sequence_list, false, false},
    {"lower", {NULL}, 0, template_text_lower, false, false},
    {"map", {NULL}, 0, template_sequence_map, false, true},
    {"max", {"case_sensitive", "attribute"}, 0, template_sequence_max, false, false},
    {"min", {"case_sensitive", "attribute"}, 0, template_sequence_min, false, false},
    {"reject", {NULL}, 0, template_sequence_reject, false, true},
    {"rejectattr", {NULL}, 0, template_sequence_rejectattr, false, true},
    {"replace", {"old", "new", "count"}, 2, template_text_replace, false, false},
    {"reverse", {NULL}, 0, template_sequence_reverse, false, false},
    {"round", {"precision", "method"}, 0, apply_round, false, false},
    {"select", {NULL}, 0, template_sequence_select, false, true},
    {"selectattr", {NULL}, 0, template_sequence_selectattr, false, true},
    {"sort", {"reverse", "case_sensitive", "attribute"}, 0, template_sequence_sort, false, false},
    {"string", {NULL}, 0, apply_string, false, false},
    {"sum", {"attribute", "start"}, 0, template_sequence_sum, false, false},
    {"title", {NULL}, 0, template_text_title, false, false},
    {"tojson", {NULL}, 0, apply_to_json, false, false},
    {"trim", {"chars"}, 0, template_text_strip, false, false},
    {"unique", {"case_sensitive", "attribute"}, 0, template_sequence_unique, false, false},
    {"upper", {NULL}, 0, template_text_upper, false, false},
};

const size_t template_filter_count = sizeof template_filters / sizeof *template_filters;

/*
 * What templates do beyond Jinja2's own answers (template_cases.c): functions and things of the
 * host, errors with their place and their way out, limits.
 */
#include "test.h"

#include "base/clock.h"
#include "template/template.h"

#include <stdio.h>
#include <string.h>

/* One template with its context, freed with its test's process; leaks are looked for there too. */
struct fixture {
    struct arena arena;
    struct template_context *context;
    struct buf out;
};

static void setup(struct fixture *fixture)
{
    arena_init(&fixture->arena);
    buf_init(&fixture->out);
    fixture->context = template_context_new(&fixture->arena);
}

static void teardown(struct fixture *fixture)
{
    buf_release(&fixture->out);
    arena_release(&fixture->arena);
}

static int render(struct fixture *fixture, const char *text, struct err *err)
{
    struct template *template;

    buf_reset(&fixture->out);
    if (template_parse(&fixture->arena, "a.sql", text, strlen(text), &template, err) < 0)
        return -1;
    return template_render(template, fixture->context, &fixture->arena, &fixture->out, err);
}

/* A text that does not parse or does not render, and all of what is said about it. */
static void check_error(struct fixture *fixture, const char *text, const char *wanted)
{
    struct err err;

    if (render(fixture, text, &err) == 0)
        test_fail(__FILE__, __LINE__, "no error in: %s", text);
    check_int(err.code, ERR_CONFIG);
    check_str(err.message, wanted);
    check_int(fixture->out.size, 0);
}

/* ---- things of the host ---------------------------------------------------------------------- */

static int call_ref(void *self, const struct template_call *call, struct template_value *result,
                    struct err *err)
{
    const char *name = NULL, *version = "latest";

    if (template_call_check(call, "name version", 1, err) < 0 ||
        template_call_text(call, 0, "name", &name, err) < 0 ||
        template_call_text(call, 1, "version", &version, err) < 0)
        return -1;
    if (strcmp(name, "missing") == 0)
        return err_set(err, ERR_TRANSIENT, "no asset \"%s\"", name);
    *result =
        template_string(arena_printf(call->arena, "%s.%s@%s", (const char *)self, name, version));
    return 0;
}

static char schema[] = "core";

static int call_config(void *self, const struct template_call *call, struct template_value *result,
                       struct err *err)
{
    (void)self;
    (void)call;
    (void)err;
    *result = template_string("");
    return 0;
}

TEST("a function of the host gets positional and named arguments")
{
    struct fixture f;
    struct err err;

    setup(&f);
    template_context_set_function(f.context, "ref", call_ref, schema);
    check_ok(
        render(&f, "{{ ref('a') }} {{ ref('b', '2') }} {{ ref(version='3', name='c') }}", &err));
    check_str(f.out.data, "core.a@latest core.b@2 core.c@3");
    teardown(&f);
}

TEST("an error of a function keeps its code and says where the call stands")
{
    struct fixture f;
    struct err err;

    setup(&f);
    template_context_set_function(f.context, "ref", call_ref, schema);
    check_fails(render(&f, "select\n  {{ ref('missing') }}", &err), ERR_TRANSIENT,
                "a.sql:2:6: no asset \"missing\"");
    check_error(&f, "{{ ref() }}", "a.sql:1:4: ref wants 1 argument (name version), not 0");
    check_error(&f, "{{ ref(1) }}", "a.sql:1:4: argument 1 of ref is a string, not an int");
    check_error(&f, "{{ ref('a', 'b', 'c') }}", "a.sql:1:4: ref takes at most 2 arguments, not 3");
    check_error(&f, "{{ ref('a', v='b') }}",
                "a.sql:1:4: ref has no argument \"v\": it has name version");
    check_error(&f, "{{ ref('a', name='b') }}", "a.sql:1:4: ref gets its argument \"name\" twice");
    check_error(&f, "{{ ref(nam) }}", "a.sql:1:4: \"nam\" is not defined");
    teardown(&f);
}

TEST("a map of the host prints as its text, is called as its function and shows its parts")
{
    struct fixture f;
    struct err err;

    setup(&f);
    struct template_map *this = template_map_new(&f.arena);
    this->text = "\"core\".\"users\"";
    this->function = template_function_new(&f.arena, "this", call_ref, schema);
    template_map_put(this, "schema", template_string("core"));
    template_map_put(
        this, "get",
        template_function_value(template_function_new(&f.arena, "get", call_ref, schema)));
    template_context_set(f.context, "this", template_map_value(this));
    check_ok(render(&f,
                    "{{ this }} {{ this.schema | upper }} {{ this('x') }} {{ this.get('y') }} "
                    "{{ this ~ '!' }} {{ 'yes' if this }} {{ this.other is defined }}",
                    &err));
    check_str(f.out.data, "\"core\".\"users\" CORE core.x@latest core.y@latest "
                          "\"core\".\"users\"! yes False");
    teardown(&f);
}

TEST("what a context holds cannot be changed by a template")
{
    struct fixture f;
    struct err err;

    setup(&f);
    struct template_list *list = template_list_new(&f.arena);
    struct template_map *map = template_map_new(&f.arena);
    template_list_append(list, template_int(1));
    template_map_put(map, "inner", template_list_value(list));
    template_context_set(f.context, "m", template_map_value(map));
    check_error(&f, "{% do m.update(a=1) %}",
                "a.sql:1:7: method \"update\": a map of the context cannot be changed: copy it, "
                "with + or dict");
    check_error(&f, "{% do m.inner.append(1) %}",
                "a.sql:1:7: method \"append\": a list of the context cannot be changed: copy it, "
                "with + or dict");
    check_error(&f, "{% for x in [1] %}{% do loop.pop('cycle') %}{% endfor %}",
                "a.sql:1:25: method \"pop\": a map of the context cannot be changed: copy it, "
                "with + or dict");
    check_ok(render(&f, "{% set l = m.inner + [2] %}{% do l.append(3) %}{{ l }}{{ m }}", &err));
    check_str(f.out.data, "[1, 2, 3]{'inner': [1]}");
    teardown(&f);
}

TEST("macros of another template are called by name and fail with both places")
{
    struct fixture f;
    struct template *macros;
    struct err err;
    static const char text[] =
        "{% macro cents(c, digits=2) %}\n"
        "round({{ c }} / 100, {{ digits }}){{ bad(c) }}\n"
        "{%- endmacro %}\n"
        "{% macro bad(c) %}{% if c == 'x' %}{{ c.y }}{% endif %}{% endmacro %}";

    setup(&f);
    check_ok(template_parse(&f.arena, "macros.sql", text, strlen(text), &macros, &err));
    template_context_add_macros(f.context, macros);
    check_ok(render(&f, "{{ cents('a', digits=0) }}", &err));
    check_str(f.out.data, "\nround(a / 100, 0)");
    check_error(
        &f, "\n{{ cents('x') }}",
        "a.sql:2:4: in macro \"cents\": macros.sql:2:38: in macro \"bad\": macros.sql:4:39: \"c.y\" is not defined");
    check_error(&f, "{{ cents() }}",
                "a.sql:1:4: in macro \"cents\": macros.sql:2:10: \"c\" is not "
                "defined");
    check_error(&f, "{{ cents(1, 2, 3) }}",
                "a.sql:1:4: macro \"cents\" takes at most 2 arguments, not 3");
    check_error(&f, "{{ cents(1, place=3) }}",
                "a.sql:1:4: macro \"cents\" has no argument \"place\"");
    check_error(&f, "{{ cents(1, c=3) }}",
                "a.sql:1:4: macro \"cents\" gets its argument \"c\" twice");
    teardown(&f);
}

TEST("one template renders with different contexts")
{
    struct arena arena;
    struct template *template;
    struct buf out;
    struct err err;

    arena_init(&arena);
    buf_init(&out);
    check_ok(template_parse(&arena, "a", "{{ x }};", 8, &template, &err));
    for (int i = 0; i < 3; i++) {
        struct arena scratch;
        arena_init(&scratch);
        struct template_context *context = template_context_new(&scratch);
        template_context_set(context, "x", template_int(i));
        check_ok(template_render(template, context, &scratch, &out, &err));
        arena_release(&scratch);
    }
    check_str(out.data, "0;1;2;");
    buf_release(&out);
    arena_release(&arena);
}

TEST("JSON goes in and out")
{
    struct fixture f;
    struct err err;

    setup(&f);
    check_ok(render(
        &f,
        "{% set v = fromjson('{\"a\": [1, 2.5, true, null, \"\\\\u00e9\\\\ud83d\\\\ude00\"]}') %}"
        "{{ v.a[4] }} {{ tojson(v) }} {{ '[1]' | fromjson | first }}",
        &err));
    check_str(f.out.data, "é😀 {\"a\": [1, 2.5, true, null, \"é😀\"]} 1");
    check_error(&f, "{{ fromjson('{\"a\" 1}') }}",
                "a.sql:1:4: this is not JSON: no \":\" at byte 6");
    check_error(&f, "{{ fromjson('[1, 2') }}", "a.sql:1:4: this is not JSON: no \"]\" at byte 6");
    check_error(&f, "{{ fromjson('1 2') }}",
                "a.sql:1:4: this is not JSON: something behind the value at byte 3");
    check_error(&f, "{{ fromjson('') }}",
                "a.sql:1:4: this is not JSON: neither a value nor a number that fits at byte 1");
    teardown(&f);
}

/* ---- errors ---------------------------------------------------------------------------------- */

TEST("what is not defined is named, with what may have been meant")
{
    struct fixture f;

    setup(&f);
    template_context_set(f.context, "as_of", template_string("2024"));
    template_context_set(f.context, "m", template_map_value(template_map_new(&f.arena)));
    check_error(&f, "{{ as_off }}",
                "a.sql:1:4: \"as_off\" is not defined: did you mean \"as_of\"?");
    check_error(&f, "{% if xyz %}{% endif %}", "a.sql:1:7: \"xyz\" is not defined");
    check_error(&f, "{{ xyz.upper() }}", "a.sql:1:4: \"xyz\" is not defined");
    check_error(&f, "{{ m.a }}", "a.sql:1:4: \"m.a\" is not defined");
    check_error(&f, "{{ m.a.b }}", "a.sql:1:4: \"m.a\" is not defined");
    check_error(&f, "{{ m['a'] ~ 'b' }}", "a.sql:1:4: \"m['a']\" is not defined");
    check_error(&f, "{{ [1][3] }}", "a.sql:1:4: \"the value[3]\" is not defined");
    check_error(&f, "{{ xyz == 1 }}", "a.sql:1:4: \"xyz\" is not defined");
    check_error(&f, "{{ [xyz] }}", "a.sql:1:5: \"xyz\" is not defined");
    check_error(&f, "{{ xyz | upper }}", "a.sql:1:4: \"xyz\" is not defined");
    check_error(&f, "{{ 'a' | replace(xyz, 'b') }}", "a.sql:1:10: \"xyz\" is not defined");
    check_error(&f, "{{ [] | first }}", "a.sql:1:9: \"first of an empty list\" is not defined");
    check_error(&f, "{% for x in xyz %}{% endfor %}", "a.sql:1:13: \"xyz\" is not defined");
    check_error(&f, "{% set x = xyz %}", "a.sql:1:12: \"xyz\" is not defined");
    teardown(&f);
}

TEST("what does not parse is refused with its place and a way out")
{
    static const char *const cases[][2] = {
        {"{{ 1", "a.sql:1:5: the text ends inside of {{: close it with \"}}\""},
        {"a\n{% if 1 %}b", "a.sql:2:4: this block has no end: close it with \"{% endif %}\""},
        {"{% for x in y %}{% else %}",
         "a.sql:1:4: this block has no end: close it with \"{% endfor %}\""},
        {"{% endif %}", "a.sql:1:4: \"endif\" has nothing to belong to here"},
        {"{% fro x in y %}", "a.sql:1:4: there is no statement \"fro\": did you mean \"for\"?"},
        {"{% include 'x' %}",
         "a.sql:1:4: there is no statement \"include\": there are if, for, set, "
         "macro, call, do and raw"},
        {"{# x", "a.sql:1:1: this comment has no end: close it with \"#}\""},
        {"{% raw %}x", "a.sql:1:1: this raw block has no end: close it with \"{% endraw %}\""},
        {"{{ 'x }}", "a.sql:1:4: this text has no end: close its quote"},
        {"{{ '\\xZZ' }}", "a.sql:1:4: this text has a broken escape: write \\\\ for a backslash"},
        {"{{ }}", "a.sql:1:4: an expression is expected here, not \"}}\""},
        {"{{ 1 + }}", "a.sql:1:8: an expression is expected here, not \"}}\""},
        {"{{ 1 2 }}", "a.sql:1:6: \"}}\" is expected here, not a number"},
        {"{{ (1 }}", "a.sql:1:7: this bracket closes none that is open"},
        {"{{ 1) }}", "a.sql:1:5: this bracket closes none that is open"},
        {"{{ [1, 2 %} }}", "a.sql:1:11: this bracket closes none that is open"},
        {"{{ a ! b }}", "a.sql:1:6: this character means nothing in a template"},
        {"{{ 1x }}", "a.sql:1:4: this is neither a number nor a name"},
        {"{{ 99999999999999999999 }}",
         "a.sql:1:4: this number does not fit 64 bits: write it as text"},
        {"{{ x | uper }}", "a.sql:1:8: there is no filter \"uper\": did you mean \"upper\"?"},
        {"{{ x is strin }}", "a.sql:1:9: there is no test \"strin\": did you mean \"string\"?"},
        {"{{ f(*x) }}",
         "a.sql:1:6: \"*\" and \"**\" arguments are not supported: write them one by "
         "one"},
        {"{{ f(a=1, 2) }}", "a.sql:1:12: arguments without a name go before those with one"},
        {"{{ if }}", "a.sql:1:4: an expression is expected here, not \"if\""},
        {"{{ a not b }}", "a.sql:1:10: \"not\" behind a value wants an \"in\" behind it"},
        {"{{ x[] }}", "a.sql:1:6: an index is expected here"},
        {"{% set 1 = 2 %}", "a.sql:1:8: a name is expected here, not a number"},
        {"{% set a b %}", "a.sql:1:10: \"=\" is expected here, not \"b\""},
        {"{% for x y %}", "a.sql:1:10: \"in\" is expected here, not \"y\""},
        {"{% for x in y recursive %}",
         "a.sql:1:15: recursive loops are not supported: use a macro"},
        {"{% macro m %}", "a.sql:1:12: \"(\" is expected here, not \"%}\""},
        {"{% macro m(a=1, b) %}",
         "a.sql:1:18: parameters without a default go before those with one"},
        {"{% call 1 %}{% endcall %}", "a.sql:1:9: the call of a macro is expected here"},
        {"{% if 1 %}{% else %}{% elif 1 %}{% endif %}",
         "a.sql:1:24: \"elif\" has nothing to belong to here"},
        {"x\n\xff", "a.sql:2: this line is not UTF-8: save the file as UTF-8"},
    };
    struct fixture f;

    setup(&f);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        check_error(&f, cases[i][0], cases[i][1]);
    teardown(&f);
}

TEST("what cannot be computed is refused with its place")
{
    static const char *const cases[][2] = {
        {"{{ 1 // 0 }}", "a.sql:1:6: division by zero"},
        {"{{ 1 % 0 }}", "a.sql:1:6: division by zero"},
        {"{{ 1.5 / 0 }}", "a.sql:1:8: division by zero"},
        {"{{ 0 ** -1 }}", "a.sql:1:6: zero has no negative power"},
        {"{{ 9223372036854775807 + 1 }}",
         "a.sql:1:24: 9223372036854775807 + 1 does not fit 64 bits"},
        {"{{ (-9223372036854775807 - 1) // -1 }}",
         "a.sql:1:31: -9223372036854775808 // -1 does not fit 64 bits"},
        {"{{ 10 ** 19 }}", "a.sql:1:7: 10 ** 19 does not fit 64 bits"},
        {"{{ 'a' + 1 }}",
         "a.sql:1:8: \"+\" does not go between a string and an int: \"~\" joins any values as text"},
        {"{{ [] - 1 }}", "a.sql:1:7: \"-\" does not go between a list and an int"},
        {"{{ 1 < 'a' }}", "a.sql:1:6: an int and a string have no order"},
        {"{{ 1 in 2 }}", "a.sql:1:6: \"in\" does not go between an int and an int"},
        {"{{ -'a' }}", "a.sql:1:4: a sign goes before a number, not a string"},
        {"{{ {[]: 1} }}", "a.sql:1:5: a list cannot be a key"},
        {"{{ 'a'.nope() }}", "a.sql:1:4: a string has no method \"nope\""},
        {"{{ 1() }}", "a.sql:1:4: an int cannot be called"},
        {"{{ range }}", "a.sql:1:4: \"range\" is a function: call it, \"range(…)\""},
        {"{% for x in 1 %}{% endfor %}", "a.sql:1:13: an int has no items to go through"},
        {"{% for a, b in [1] %}{% endfor %}",
         "a.sql:1:4: 2 names want a list of as many items, not an int of 1"},
        {"{% set a = {} %}{% set a.b = 1 %}",
         "a.sql:1:20: \"a\" is a map: only what namespace() made can be set part by part"},
        {"{{ 'a' | replace('x') }}", "a.sql:1:10: filter \"replace\" wants its argument \"new\""},
        {"{{ 'a' | upper(1) }}", "a.sql:1:10: filter \"upper\" takes at most 0 arguments, not 1"},
        {"{{ 'a' | trim(char='x') }}", "a.sql:1:10: filter \"trim\" has no argument \"char\""},
        {"{{ ['b', 1] | sort }}", "a.sql:1:15: filter \"sort\": a string and an int have no order"},
        {"{{ [{}] | map(attribute='x') | list }}",
         "a.sql:1:11: filter \"map\": an item has no attribute \"x\""},
        {"{{ [1] | map('nope') }}", "a.sql:1:10: filter \"map\": there is no filter \"nope\""},
        {"{{ 'x' | abs }}", "a.sql:1:10: filter \"abs\": it wants a number, not a string"},
        {"{{ '%d' % 'x' }}", "a.sql:1:9: %d wants a number, not a string"},
        {"{{ '%s' % (1, 2) }}", "a.sql:1:9: the format uses only 1 of 2 values"},
        {"{{ '%s %s' % 1 }}", "a.sql:1:12: the format asks for more values than the 1 given"},
        {"{{ '%n' % 1 }}", "a.sql:1:9: there is no conversion \"%n\": write %% for a percent"},
        {"{{ '{:5}'.format(1) }}",
         "a.sql:1:4: method \"format\": there is no argument for \"{:5}\": for a specification use '%5.2f' | format(x)"},
        {"{{ [1].pop(5) }}", "a.sql:1:4: method \"pop\": there is no such item in a list of 1"},
        {"{{ {}.pop('a') }}",
         "a.sql:1:4: method \"pop\": the key is not in the map: give a default"},
        {"{{ tojson(range) }}", "a.sql:1:4: \"range\" is a function: call it, \"range(…)\""},
    };
    struct fixture f;

    setup(&f);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        check_error(&f, cases[i][0], cases[i][1]);
    teardown(&f);
}

/* ---- limits ---------------------------------------------------------------------------------- */

static void check_limit(const char *text, const char *part)
{
    struct fixture f;
    struct err err;

    setup(&f);
    check_fails(render(&f, text, &err), ERR_CONFIG, part);
    teardown(&f);
}

TEST("loops, texts, ranges and memory have a limit")
{
    check_limit("{% for i in range(1001) %}{% for j in range(1000) %}{% endfor %}{% endfor %}",
                "the loops of this template go round more than 1000000 times");
    check_limit("{{ range(10000000) }}", "a range has at most 1000000 items");
    check_limit("{{ 'x' * 100000000 }}", "the text grows past 16777216 bytes");
    check_limit("{% set ns = namespace(s='0123456789') %}"
                "{% for i in range(100) %}{% set ns.s = ns.s ~ ns.s %}{% endfor %}",
                "the text grows past 16777216 bytes");
    check_limit("{% for i in range(1000000) %}{{ 'a text of some length' }}{% endfor %}",
                "the text grows past 16777216 bytes");
    check_limit("{% for i in range(100000) %}{% set x = 'x' * 10000 %}{% endfor %}",
                "this template takes more than 256 MiB of memory");
}

TEST("nesting has a limit, in the source and at work")
{
    struct fixture f;
    struct err err;
    struct buf text;

    check_limit("{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}",
                "macros call each other more than 64 deep: does \"m\" end?");
    check_limit("{% set l = [] %}{% do l.append(l) %}{{ l }}", "nested more than 64 deep");
    setup(&f);
    buf_init(&text);
    for (int i = 0; i < 65; i++)
        buf_append_str(&text, "{% if 1 %}");
    check_fails(render(&f, text.data, &err), ERR_CONFIG, "nested more than 64 deep");
    buf_reset(&text);
    buf_append_str(&text, "{{ 1");
    for (int i = 0; i < 300; i++)
        buf_append_str(&text, " + 1");
    buf_append_str(&text, "}}");
    check_fails(render(&f, text.data, &err), ERR_CONFIG, "this expression is too long");
    buf_release(&text);
    check_ok(render(&f,
                    "{% set a = [] %}{% do a.append(a) %}{% set b = [] %}{% do b.append(b) %}"
                    "{{ a == b }} {{ a == a }}",
                    &err));
    check_str(f.out.data, "False True");
    teardown(&f);
}

/* ---- speed ----------------------------------------------------------------------------------- */

static const char model[] =
    "{{ config(materialized='incremental', unique_key=['user_id', 'event_time'], tags=['mart']) }}\n"
    "{#- One row a reading, with its neighbours in the same session. -#}\n"
    "{% set measures = ['heart_rate', 'steps', 'calories', 'distance'] %}\n"
    "{% set keys = {'user_id': 'user_key', 'activity_id': 'activity_key'} %}\n"
    "{% macro cents(column, digits=2) %}round({{ column }} / 100.0, {{ digits }}){% endmacro %}\n"
    "with readings as (\n"
    "    select\n"
    "        user_id,\n"
    "        activity_id,\n"
    "        cast(event_time as timestamp) as event_time,\n"
    "        latitude,\n"
    "        longitude,\n"
    "        {%- for m in measures %}\n"
    "        {{ m }},\n"
    "        avg({{ m }}) over w as avg_{{ m }},\n"
    "        max({{ m }}) over w as max_{{ m }}\n"
    "        {%- if not loop.last %},{% endif %}\n"
    "        {%- endfor %}\n"
    "    from {{ ref('stg_heart_rates') }}\n"
    "    {% if is_incremental -%}\n"
    "    where extracted_at > timestamp '{{ as_of }}'\n"
    "      and heart_rate between {{ limits.low | default(30) }} and {{ limits.high }}\n"
    "    {%- endif %}\n"
    "    window w as (partition by user_id, activity_id order by event_time)\n"
    "),\n"
    "users as (\n"
    "    select\n"
    "        user_key,\n"
    "        user_id,\n"
    "        start_date,\n"
    "        end_date\n"
    "    from {{ ref('dim_users') }}\n"
    "),\n"
    "activities as (\n"
    "    select\n"
    "        activity_key,\n"
    "        activity_id,\n"
    "        start_date,\n"
    "        end_date\n"
    "    from {{ ref('dim_activities') }}\n"
    ")\n"
    "select\n"
    "    {% for id, key in keys.items() -%}\n"
    "    coalesce({{ key }}, '{{ '0' * 32 }}') as {{ key }},\n"
    "    {% endfor -%}\n"
    "    cast(event_time as date) as event_date,\n"
    "    cast(event_time as time) as event_time,\n"
    "    {{ measures | join(', ') }},\n"
    "    {{ cents('price') }} as price,\n"
    "    {{ cents('tax', digits=4) }} as tax,\n"
    "    latitude,\n"
    "    longitude\n"
    "from readings as r\n"
    "left join users as u\n"
    "    on u.user_id = r.user_id\n"
    "   and u.start_date <= r.event_time and r.event_time < u.end_date\n"
    "left join activities as a\n"
    "    on a.activity_id = r.activity_id\n"
    "   and a.start_date <= r.event_time and r.event_time < a.end_date\n"
    "where r.heart_rate is not null\n"
    "  {{ \"and r.user_id > 0\" if limits.strict else '' }}\n"
    "order by event_date, event_time\n";

TEST("a model of sixty lines is parsed and rendered in microseconds (for information)")
{
    struct fixture f;
    struct err err;
    enum { ROUNDS = 200 };

    int64_t start = clock_monotonic_us();
    for (int i = 0; i < ROUNDS; i++) {
        setup(&f);
        struct template_map *limits = template_map_new(&f.arena);
        template_map_put(limits, "high", template_int(300));
        template_map_put(limits, "strict", template_bool(true));
        template_context_set(f.context, "limits", template_map_value(limits));
        template_context_set(f.context, "as_of", template_string("2024-04-01 00:00:00"));
        template_context_set(f.context, "is_incremental", template_bool(true));
        template_context_set_function(f.context, "ref", call_ref, schema);
        template_context_set_function(f.context, "config", call_config, NULL);
        check_ok(render(&f, model, &err));
        check_contains(f.out.data, "max(distance) over w as max_distance\n    from core.stg_");
        teardown(&f);
    }
    int64_t took = clock_monotonic_us() - start;
    printf("      %.1f us each\n", (double)took / ROUNDS);
    check(took < 1000 * ROUNDS); /* a hundred times what it should be, for slow machines */
}

/*
 * What can be known of a template without rendering it: the calls in it, and whether it changed.
 */
#include "test.h"

#include "template/json.h"
#include "template/template.h"

#include <string.h>

static void describe_site(const struct template_site *site, struct buf *out)
{
    struct err err;

    buf_printf(out, "%s(", site->function);
    for (size_t i = 0; i < site->arg_count; i++) {
        const struct template_argument *argument = &site->args[i];
        if (i > 0)
            buf_append_str(out, ", ");
        if (argument->keyword != NULL)
            buf_printf(out, "%s=", argument->keyword);
        if (argument->value != NULL)
            check_ok(template_to_json(*argument->value, out, &err));
        else if (argument->call != NULL)
            describe_site(argument->call, out);
        else
            buf_append_str(out, "?");
    }
    buf_append_str(out, ")");
}

static int note_site(void *self, const struct template_site *site, struct err *err)
{
    struct buf *out = self;

    if (strcmp(site->function, "forbidden") == 0)
        return err_set(err, ERR_CONFIG, "%s:%d:%d: forbidden", site->file, site->line,
                       site->column);
    describe_site(site, out);
    buf_printf(out, "@%d:%d ", site->line, site->column);
    return 0;
}

static void check_calls(const char *text, const char *function, const char *wanted)
{
    struct arena arena;
    struct template *template;
    struct buf out;
    struct err err;

    arena_init(&arena);
    buf_init(&out);
    check_ok(template_parse(&arena, "a.sql", text, strlen(text), &template, &err));
    check_ok(template_calls(template, function, &arena, note_site, &out, &err));
    check_str(out.data, wanted);
    buf_release(&out);
    arena_release(&arena);
}

TEST("calls are found in every branch, loop, macro and argument")
{
    check_calls("{{ ref('a') }}\n{% if x %}{{ ref('b') }}{% elif ref('c') %}{% else %}{{ ref('d') "
                "}}{% endif %}",
                "ref", "ref(\"a\")@1:4 ref(\"b\")@2:14 ref(\"c\")@2:33 ref(\"d\")@2:57 ");
    check_calls(
        "{% for i in ref('a') if ref('b') %}{{ ref('c') }}{% else %}{{ ref('d') }}{% endfor %}",
        "ref", "ref(\"a\")@1:13 ref(\"b\")@1:25 ref(\"c\")@1:39 ref(\"d\")@1:63 ");
    check_calls(
        "{% macro m(a=ref('a')) %}{{ ref('b') }}{% endmacro %}{% call m(ref('c')) %}"
        "{{ ref('d') }}{% endcall %}{% do f(ref('e')) %}{% set s %}{{ ref('f') }}{% endset %}",
        "ref",
        "ref(\"a\")@1:14 ref(\"b\")@1:29 ref(\"c\")@1:64 ref(\"d\")@1:79 ref(\"e\")@1:111 ref(\"f\")@1:137 ");
    check_calls(
        "{{ [ref('a'), {'k': ref('b')}][0].x | replace(ref('c'), 'd') if ref('e') is eq ref('f')"
        " and not -ref('g') < ref('h') }}{{ x[ref('i'):] }}",
        "ref",
        "ref(\"a\")@1:5 ref(\"b\")@1:21 ref(\"c\")@1:47 ref(\"e\")@1:65 ref(\"f\")@1:80 ref(\"g\")@1:98 ref(\"h\")@1:109 ref(\"i\")@1:125 ");
    check_calls("{# {{ ref('a') }} #}{% raw %}{{ ref('b') }}{% endraw %} ref('c')", "ref", "");
}

TEST("arguments are literals, calls, or known only when rendered")
{
    check_calls("{{ source('raw', 'users') }}{{ source(name, 'x' ~ 'y') }}", "source",
                "source(\"raw\", \"users\")@1:4 source(?, ?)@1:32 ");
    check_calls("{{ new_rows(ref('a', v=2), 'x') }}", "new_rows",
                "new_rows(ref(\"a\", v=2), \"x\")@1:4 ");
    check_calls(
        "{{ config(materialized='table', tags=['a', 'b'], meta={'n': -1.5, 'o': none}, "
        "x=[y]) }}{{ config.get('z') }}",
        "config",
        "config(materialized=\"table\", tags=[\"a\", \"b\"], meta={\"n\": -1.5, \"o\": null}, "
        "x=?)@1:4 ");
    check_calls("{{ a(b(c.d(1))) }}{{ x.y.z() }}{{ x()() }}", NULL,
                "a(b(c.d(1)))@1:4 b(c.d(1))@1:6 c.d(1)@1:8 x()@1:35 ");
}

/* "name@line:column " of each that nothing in the template gives a meaning; a variable's with "=". */
static int note_use(void *self, const struct template_use *use, struct err *err)
{
    (void)err;
    if (!template_use_is_known(use))
        buf_printf(self, "%s%s%s%s@%d:%d ", use->is_variable ? "=" : "", use->name,
                   use->attribute != NULL ? "." : "", use->attribute != NULL ? use->attribute : "",
                   use->line, use->column);
    return 0;
}

static void check_uses(const char *text, const char *wanted)
{
    struct arena arena;
    struct template *template;
    struct buf out;
    struct err err;

    arena_init(&arena);
    buf_init(&out);
    check_ok(template_parse(&arena, "a.sql", text, strlen(text), &template, &err));
    check_ok(template_uses(template, &arena, note_use, &out, &err));
    check_str(out.data, wanted);
    buf_release(&out);
    arena_release(&arena);
}

TEST("names that nobody gives a meaning are found, wherever they are rendered")
{
    check_uses("{{ a }}\n {{ b.c[d] | upper }}{{ f(g, h=i) }}",
               "a@1:4 b.c@2:5 b@2:5 d@2:9 f@2:25 g@2:27 i@2:32 ");
    check_uses("{% for i in a %}{{ i }}{{ b }}{{ loop.index }}{% else %}{{ c }}{% endfor %}",
               "a@1:13 b@1:27 c@1:60 ");
    check_uses("{% set x = a %}{% set y %}{{ b }}{% endset %}{{ x ~ y ~ c }}{% do d %}",
               "a@1:12 b@1:30 c@1:57 d@1:67 ");
    check_uses("{% macro m(p, q=a) %}{{ p ~ q ~ b ~ caller() }}{% endmacro %}"
               "{% call(r) m(1) %}{{ r ~ c }}{% endcall %}",
               "a@1:17 b@1:33 c@1:87 ");
    check_uses("{% if is_incremental() %}{{ a }}{% else %}{{ b }}{% endif %}"
               "{{ c if not loop.last else d }}{{ is_incremental() and e }}",
               "is_incremental@1:7 a@1:29 b@1:46 c@1:64 d@1:88 is_incremental@1:95 e@1:116 ");
    check_uses("{{ range(3) }}{{ dict(a=1) }}{{ true }}{{ None }}{# {{ b }} #}", "");
    check_uses("{{ var('x') }}{{ var('x', 'y') }}{{ var('z') }}{{ var(n) }}",
               "var@1:4 var@1:18 =z@1:37 var@1:37 var@1:51 n@1:55 ");
}

TEST("a name that may be given a meaning, or need none, is let pass")
{
    check_uses("{% if x %}{% set a = 1 %}{% endif %}{{ a }}", "x@1:7 ");
    check_uses("{{ a }}{% set a = 1 %}{% for b in [] %}{% endfor %}{{ b }}", "");
    check_uses("{% if a is defined %}{{ a }}{% endif %}{{ b | default('c') }}{{ b }}", "");
    check_uses("{{ a.b is undefined }}{{ a }}", "");
    check_uses(
        "{% if target.type == 'x' %}{{ a() }}{% elif b %}{{ c }}{% else %}{{ d }}{% endif %}",
        "target.type@1:7 target@1:7 ");
    check_uses("{% if is_incremental() and x %}{{ a }}{% endif %}{% if false %}{{ b }}{% endif %}",
               "is_incremental@1:7 x@1:28 ");
    check_uses("{{ a if x else b }}{{ x and c }}{{ x or d }}", "x@1:9 x@1:23 x@1:36 ");
    check_uses("{% if target.type == 'x' %}{{ var('y') }}{% endif %}",
               "target.type@1:7 target@1:7 ");
}

static void note_failure(void *self, const struct err *err)
{
    buf_printf(self, "%s\n", err->message);
}

static void check_constants(const char *text, const char *wanted)
{
    struct arena arena;
    struct template *template;
    struct buf out;
    struct err err;

    arena_init(&arena);
    buf_init(&out);
    buf_append_str(&out, "");
    check_ok(template_parse(&arena, "a.sql", text, strlen(text), &template, &err));
    template_constants(template, note_failure, &out);
    check_str(out.data, wanted);
    buf_release(&out);
    arena_release(&arena);
}

TEST("what goes wrong whatever it is given is found, once each, wherever it is rendered")
{
    check_constants("{{ 1 / 0 }}\n{% set x = 2 + (1 // 0) %}",
                    "a.sql:1:6: division by zero\na.sql:2:19: division by zero\n");
    check_constants("{{ [1][5] }}{{ {'a': 1}.b }}{{ 'a' + 1 }}{{ x + 1 / 0 }}",
                    "a.sql:1:4: \"the value[5]\" is not defined\n"
                    "a.sql:1:16: \"the value.b\" is not defined\n"
                    "a.sql:1:36: \"+\" does not go between a string and an int: \"~\" joins any "
                    "values as text\n"
                    "a.sql:1:51: division by zero\n");
    check_constants("{% if 'a' < 1 %}{% endif %}",
                    "a.sql:1:11: a string and an int have no order\n");
    check_constants("{{ [1][0] + 2 }}{{ 'a' | upper }}{{ [1][5] | default(1) }}{{ 1 / x }}", "");
    check_constants("{% for x in [] %}{{ 1 / 0 }}{% else %}1{% endfor %}", "");
    check_constants("{% for x in [1] %}1{% else %}{{ 1 / 0 }}{% endfor %}", "");
    check_constants("{% macro fail(x = 1 / 0) %}{{ 1 / 0 }}{% endmacro %}", "");
    check_constants("{{ 1 / 0 if x else 2 }}{% if x %}{{ 1 / 0 }}{% endif %}{{ x and 1 / 0 }}", "");
}

static bool is_blank(const char *text)
{
    struct arena arena;
    struct template *template;
    struct err err;

    arena_init(&arena);
    check_ok(template_parse(&arena, "a.sql", text, strlen(text), &template, &err));
    bool result = template_is_blank(template);
    arena_release(&arena);
    return result;
}

TEST("a template is blank if all that it comes to is blanks and comments")
{
    check(is_blank(""));
    check(is_blank(" \n;\t"));
    check(is_blank("-- a\n/* b; */ -- c"));
    check(is_blank("/* a"));
    check(is_blank("{# a #}{% set x = 1 %}{% macro m() %}select 1{% endmacro %}\n"));
    check(!is_blank("select 1"));
    check(!is_blank("-- a\nselect 1"));
    check(!is_blank("{{ x }}"));
    check(!is_blank("-- {{ x }}"));
    check(!is_blank("{% if x %}select 1{% endif %}"));
    check(!is_blank("- -"));
    check(!is_blank("/"));
}

TEST("an error of the one who is told stops the search")
{
    struct arena arena;
    struct template *template;
    struct buf out;
    struct err err;
    static const char text[] = "{{ a() }}\n{{ forbidden() }}{{ b() }}";

    arena_init(&arena);
    buf_init(&out);
    check_ok(template_parse(&arena, "a.sql", text, strlen(text), &template, &err));
    check_fails(template_calls(template, NULL, &arena, note_site, &out, &err), ERR_CONFIG,
                "a.sql:2:4: forbidden");
    check_str(out.data, "a()@1:4 ");
    buf_release(&out);
    arena_release(&arena);
}

static void hash_text(const char *text, char hex[HASH_HEX_SIZE + 1])
{
    struct arena arena;
    struct template *template;
    struct err err;
    struct hash *hash = hash_new();

    arena_init(&arena);
    check_ok(template_parse(&arena, "a.sql", text, strlen(text), &template, &err));
    template_hash(template, hash);
    hash_finish(hash, hex);
    arena_release(&arena);
}

static bool hashes_equal(const char *a, const char *b)
{
    char hex_a[HASH_HEX_SIZE + 1], hex_b[HASH_HEX_SIZE + 1];

    hash_text(a, hex_a);
    hash_text(b, hex_b);
    return strcmp(hex_a, hex_b) == 0;
}

TEST("comments and spaces between tokens leave the hash alone")
{
    check(hashes_equal("select {{ ref('a') }}", "select {{ref( \"a\" )}}"));
    check(hashes_equal("a{# x #}b", "ab"));
    check(hashes_equal("a {#- x -#} b", "ab"));
    check(hashes_equal("a\r\nb", "a\nb\n"));
    check(hashes_equal("{% if\n x %}1{% endif %}", "{%if x%}1{%endif%}"));
    check(hashes_equal("{{ 1_000 }}", "{{ 1000 }}"));
}

TEST("whatever may change what is rendered changes the hash")
{
    check(!hashes_equal("select 1", "select  1"));
    check(!hashes_equal("select 1 -- a", "select 1 -- b"));
    check(!hashes_equal("{{ ref('a') }}", "{{ ref('b') }}"));
    check(!hashes_equal("{{ ref('a') }}", "{{ ref(a) }}"));
    check(!hashes_equal("a {{- x }}", "a {{ x }}"));
    check(!hashes_equal("{{ 1 }}", "{{ 1.0 }}"));
    check(!hashes_equal("{{ a }}{{ b }}", "{{ a ~ b }}"));
    check(!hashes_equal("{% raw %}{{ a }}{% endraw %}", "{{ a }}"));
}

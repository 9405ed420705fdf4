#!/usr/bin/env python3
"""Writes template_cases.jsonl: what Jinja2 itself makes of the templates below.

The test (template_cases.c) reads the file that is committed; this needs Jinja2 and is run by hand
when a case is added: python3 tests/unit/template_cases.py
"""

import json
import pathlib

import jinja2

USERS = [
    {"name": "Ada", "age": 36, "team": {"name": "b"}},
    {"name": "bob", "age": 7, "team": {"name": "a"}},
    {"name": "Cy", "age": 64, "team": {"name": "b"}},
]
COLUMNS = ["id", "name", "created_at"]

# Templates that need nothing, one a line of sense.
PLAIN = [
    # expressions
    '',
    'plain text',
    'two\nlines\n',
    'ends with two\n\n',
    'a\r\nb\rc\n',
    '{{ 1 }}',
    '{{ -1 }}',
    '{{ +1 }}',
    '{{ 1.5 }}',
    '{{ 1e3 }}',
    '{{ 1.5e-7 }}',
    '{{ 1e16 }}',
    '{{ 123456789012345680.0 }}',
    '{{ 0.1 + 0.2 }}',
    '{{ 1/3 }}',
    '{{ 100.0 }}',
    '{{ 1e22 }}',
    '{{ 5e-324 }}',
    '{{ 1.7976931348623157e308 }}',
    '{{ 2.5e-5 }}',
    '{{ 0.0001 }}',
    '{{ 1_000 }}',
    '{{ 0xff }} {{ 0o17 }} {{ 0b101 }}',
    '{{ true }} {{ True }} {{ false }} {{ none }} {{ None }}',
    '{{ \'a\' }}{{ "b" }}',
    "{{ 'a' 'b' }}",
    "{{ 'tab\\there\\nline' }}",
    "{{ 'quote\\'s' }}",
    "{{ '\\x41\\u00e9\\101\\q\\\\' }}",
    "{{ 'é✓' }}",
    "{{ 'a{{b}}' }}",
    "{{ '%}' }}",
    '{% raw %}{{ x }}{% endraw %}',
    'a {%- raw -%} {{ y }} {%- endraw -%} b',
    'a{# comment #}b',
    'a {#- trimmed -#} b',
    '{# {{ x }} #}',
    '{{ [] }} {{ {} }} {{ () }}',
    "{{ [1, 'a', none, true, 1.0] }}",
    '{{ (1,) }} {{ (1, 2) }}',
    "{{ {'a': 1, 'b': [1, {'c': 'd'}]} }}",
    "{{ {1: 'x', none: 2, true: 3} }}",
    '{{ 1, 2 }}',
    '{{ ["it\'s", \'say "hi"\', "both \' and \\""] }}',
    "{{ ['a\\nb\\\\c'] }}",
    "{{ {'a': {'b': {}}} }}",
    '{{ 1 + 2 * 3 }}',
    '{{ (1 + 2) * 3 }}',
    '{{ 7 // 2 }} {{ -7 // 2 }} {{ 7 // -2 }}',
    '{{ 7 % 3 }} {{ -7 % 3 }} {{ 7 % -3 }}',
    '{{ 7.5 // 2 }} {{ -7.5 // 2 }} {{ 7.5 % -2 }}',
    '{{ 6 / 3 }} {{ 7 / 2 }}',
    '{{ 2 ** 10 }} {{ 2 ** -1 }} {{ 2.0 ** 3 }} {{ (-2) ** 3 }}',
    '{{ 2 ** 3 ** 2 }}',
    '{{ -2 ** 2 }}',
    '{{ 10 - 3 - 2 }}',
    '{{ 100 / 10 / 2 }}',
    '{{ 1 - -1 }}',
    "{{ 'a' + 'b' }}",
    "{{ 'a' ~ 1 ~ none ~ 1.0 ~ true }}",
    "{{ 'ab' * 3 }}",
    "{{ 3 * 'ab' }}",
    "{{ 'x' * -1 }}",
    '{{ [1] + [2] }}',
    '{{ [0] * 3 }}',
    '{{ (1,) + (2,) }}',
    '{{ true + true }}',
    '{{ 1 ~ 2 * 3 }}',
    '{{ 1 < 2 }} {{ 2 <= 2 }} {{ 3 > 4 }} {{ 3 >= 4 }} {{ 1 == 1.0 }} {{ 1 != 2 }}',
    '{{ 1 < 2 < 3 }} {{ 1 < 3 < 2 }} {{ 3 > 2 > 1 == 1 }}',
    "{{ 'a' < 'b' }} {{ 'Z' < 'a' }} {{ 'a' < 'aa' }}",
    '{{ [1, 2] < [1, 3] }} {{ [1] < [1, 0] }} {{ [1, 2] == [1, 2] }} {{ [1] == (1,) }}',
    "{{ {'a': 1} == {'a': 1.0} }} {{ {'a': 1} == {'b': 1} }}",
    '{{ none == none }} {{ none == false }}',
    ("{{ 1 in [1, 2] }} {{ 3 not in [1, 2] }} {{ 'b' in 'abc' }} {{ 'k' in {'k': 1} }} {{ '' in "
     "'a' }}"),
    '{{ not true }} {{ not not 1 }} {{ not 1 == 2 }}',
    "{{ 1 and 2 }} {{ 0 and 2 }} {{ 0 or 'x' }} {{ 1 or 2 }}",
    "{{ '' or none or 0 or [] }}",
    '{{ true and false or true }}',
    '{{ not false and false }}',
    "{{ 'y' if 1 else 'n' }} {{ 'y' if 0 else 'n' }}",
    "{{ 'a' if false else 'b' if false else 'c' }}",
    "{{ 'ab'[0] }}{{ 'ab'[-1] }}{{ 'é✓x'[1] }}",
    '{{ [1, 2, 3][-1] }}',
    "{{ {'a': 1}['a'] }} {{ {'a': 1}.a }}",
    '{{ [[1, 2], [3]][0][1] }}',
    '{{ [1, 2].0 }}',
    '{{ [[1, 2], 3].0.1 }}',
    '{{ [1, 2, 3, 4][1:3] }} {{ [1, 2, 3][:-1] }} {{ [1, 2, 3][::-1] }} {{ [1, 2, 3, 4][::2] }}',
    "{{ 'hello'[1:3] }} {{ 'hello'[-3:] }} {{ 'hello'[::-1] }} {{ 'hello'[10:] }}|{{ 'é✓x'[1:] }}",
    '{{ (1, 2, 3)[:2] }} {{ [1, 2, 3][5:1] }} {{ [1, 2, 3][-100:100] }} {{ [1, 2, 3][2:0:-1] }}',
    # filters
    ('{{ \'Ab\' | upper }} {{ \'Ab\' | lower }} {{ \'aB cD\' | capitalize }} {{ "it\'s a-b (c) '
     'd" | title }}'),
    "[{{ '  x ' | trim }}] [{{ 'xxaxx' | trim('x') }}] [{{ 42 | upper }}]",
    ("{{ [1, 2, 3] | join }} {{ [1, 'a', none] | join(', ') }} {{ 'abc' | join('-') }} {{ [] | "
     "join(',') }}"),
    ("{{ 'aXbXc' | replace('X', '-') }} {{ 'aXbXc' | replace('X', '-', 1) }} {{ 'ab' | "
     "replace('', '.') }}"),
    "{{ [1, 2] | length }} {{ 'é✓' | length }} {{ {'a': 1} | count }} {{ [] | length }}",
    "{{ [1, 2] | first }} {{ [1, 2] | last }} {{ 'abc' | first }} {{ {'k': 1} | first }}",
    ("{{ none | default('d') }} {{ '' | default('d', true) }} {{ 0 | d('d', boolean=true) }} {{ "
     '1 | d(2) }}'),
    "{{ 'abc' | list }} {{ (1, 2) | list }} {{ {'a': 1} | list }}",
    ("{{ [3, 1, 2] | sort }} {{ ['b', 'A', 'c'] | sort }} {{ ['b', 'A', 'c'] | "
     'sort(case_sensitive=true) }}'),
    ("{{ [3, 1, 2] | sort(reverse=true) }} {{ [1, 2.5, true] | sort }} {{ ['a', 'A', 'b', 'B'] | "
     'sort(true) }}'),
    ("{{ [1, 2, 1, 3, 2] | unique | list }} {{ ['a', 'A', 'b'] | unique | list }} {{ ['a', 'A'] "
     '| unique(true) | list }}'),
    ("{{ ['a', 'b'] | map('upper') | list }} {{ [1.26, 2.71] | map('round', 1) | join(',') }} {{ "
     "['1', '2'] | map('int') | sum }}"),
    ("{{ [1, 2, 3, 4] | select('even') | list }} {{ [1, 2, 3] | reject('odd') | list }} {{ [0, "
     "1, '', 'a'] | select | list }}"),
    "{{ [1, 2, 3] | select('gt', 1) | list }} {{ ['a', 'b'] | reject('in', ['a']) | list }}",
    ("{{ '42' | int }} {{ '4.7' | int }} {{ 'x' | int }} {{ 'x' | int(-1) }} {{ 4.9 | int }} {{ "
     '-4.9 | int }} {{ none | int }} {{ true | int }}'),
    "{{ 'ff' | int(0, 16) }} {{ ' 12 ' | int }}",
    ("{{ '1.5' | float }} {{ 'x' | float }} {{ 2 | float }} {{ 'x' | float(0.5) }} {{ '1e3' | "
     'float }}'),
    '{{ 1 | string }}{{ 1.0 | string }}{{ none | string }}',
    '{{ -3 | abs }} {{ -3.5 | abs }} {{ 3 | abs }}',
    ('{{ 2.5 | round }} {{ 3.5 | round }} {{ 2.675 | round(2) }} {{ 42.55 | round(1) }} {{ 42.55 '
     "| round(1, 'floor') }} {{ 42.51 | round(1, 'ceil') }}"),
    ('{{ 42 | round }} {{ 1234.5 | round(-2) }} {{ 1234 | round(-2) }} {{ -2.5 | round }} {{ '
     '1e20 | round }}'),
    '{{ [1, 2, 3] | sum }} {{ [] | sum }} {{ [1.5, 2] | sum(start=10) }}',
    "{{ [3, 1, 2] | min }} {{ [3, 1, 2] | max }} {{ ['b', 'A'] | min }}",
    "{{ 'abc' | reverse }} {{ [1, 2, 3] | reverse | list }}",
    "{{ {'b': 1, 'a': 2} | dictsort }} {{ {'b': 1, 'a': 2} | dictsort(by='value') }}",
    "{{ {'b': 1, 'A': 2} | dictsort(true) }} {{ {'a': 1, 'b': 2} | dictsort(false, 'key', true) }}",
    "{{ {'a': 1} | items | list }}",
    '{{ [1, 2, 3] | batch(2) | list }} {{ [1, 2, 3] | batch(2, 0) | list }}',
    '{{ {\'a\': [1, 2.0, none, true, \'x"y\\n\']} | tojson }}',
    "{{ 'é' | tojson }} {{ 1.5 | tojson }} {{ [] | tojson }}",
    "{{ '%s-%d-%05.2f' | format('a', 3, 2.5) }}",
    "{{ '%5s|%-5s|%%' | format('a', 'b') }}",
    ("{{ '%s' % 'x' }} {{ '%s %s' % ('a', 1) }} {{ '%03d' % 7 }} {{ '%r' % 'q' }} {{ '%x %X %o' "
     "% (255, 255, 8) }} {{ '%.3s' % 'abcdef' }} {{ '%+d % d' % (1, 2) }} {{ '%e' % 12345.678 }} "
     "{{ '%g' % 0.0001 }}"),
    ("{{ 'a\nb\n\nc' | indent }}|{{ 'a\nb' | indent(2, true) }}|{{ 'a\n\nb' | indent(2, "
     "blank=true) }}|{{ 'a\nb' | indent(2, first=true) }}"),
    "{{ -1 | abs }} {{ 'a' ~ 'b' | upper }} {{ ('a' ~ 'b') | upper }}",
    "{{ 'x' | upper | lower | upper }}",
    # tests
    ('{{ x is defined }} {{ x is undefined }} {{ x is not defined }} {{ none is none }} {{ 0 is '
     'none }}'),
    ('{{ 1 is number }} {{ 1.0 is float }} {{ 1 is integer }} {{ true is integer }} {{ true is '
     "boolean }} {{ 'a' is string }}"),
    ("{{ [] is sequence }} {{ {} is mapping }} {{ 'a' is iterable }} {{ 1 is iterable }} {{ {} "
     'is iterable }}'),
    '{{ 2 is even }} {{ 3 is odd }} {{ 9 is divisibleby 3 }} {{ 9 is divisibleby(2) }}',
    "{{ 'ab' is lower }} {{ 'AB' is upper }} {{ 'aB' is lower }}",
    ('{{ 1 is eq 1 }} {{ 1 is ne 2 }} {{ 1 is lt 2 }} {{ 2 is ge 2 }} {{ 1 is in [1] }} {{ 1 is '
     'not in [1] }}'),
    '{{ true is true }} {{ 1 is true }} {{ false is false }} {{ none is sameas none }}',
    '{{ 1 is defined and 2 is defined }}',
    "{{ x | default('d') }} {{ x | d }}| {{ x.y | default('e') if x is defined else 'f' }}",
    # methods
    ("{{ 'Ab'.upper() }} {{ 'Ab'.lower() }} {{ ' a '.strip() }}| {{ 'xax'.lstrip('x') }} {{ "
     "'xax'.rstrip('x') }} {{ 'ab cd'.capitalize() }}"),
    ("{{ 'a-b'.replace('-', '+') }} {{ ','.join(['a', 'b']) }} {{ 'a b  c'.split() }} {{ "
     "'a,b,c'.split(',') }} {{ 'a,b,c'.split(',', 1) }} {{ ' a b c'.split(none, 1) }}"),
    ("{{ 'abc'.startswith('a') }} {{ 'abc'.endswith(('x', 'bc')) }} {{ 'abc'.find('c') }} {{ "
     "'abc'.find('x') }} {{ 'aab'.count('a') }} {{ '12'.isdigit() }} {{ 'é✓x'.find('x') }}"),
    "{{ 'a{}b{}'.format(1, 'x') }} {{ '{0}{1}{0}'.format('a', 'b') }} {{ '{n} {{}}'.format(n=1) }}",
    "{{ 'a\nb\r\nc'.splitlines() }} {{ ''.split() }} {{ ''.split(',') }}",
    ('{% set l = [1] %}{% do l.append(2) %}{% do l.extend([3, 4]) %}{% do l.insert(0, 0) %}{{ l '
     '}} {{ l.pop() }} {{ l.pop(0) }} {{ l.index(2) }} {{ l.count(1) }}{% do l.remove(1) %} {{ l '
     '}}'),
    ("{% set m = {'a': 1} %}{% do m.update({'b': 2}) %}{% do m.update(c=3) %}{{ m }} {{ "
     "m.get('a') }} {{ m.get('x') }} {{ m.get('x', 0) }} {{ m.pop('a') }} {{ m.keys() | list }} "
     "{{ m.values() | list }} {{ m.setdefault('z', 9) }} {{ m.items() | list }}"),
    "{% set x = 'a' %}{{ x.upper() ~ x.upper().lower() }}",
    # statements
    '{% if 1 %}a{% endif %}{% if 0 %}b{% endif %}',
    '{% if 0 %}a{% elif 1 %}b{% else %}c{% endif %}',
    '{% if 0 %}a{% elif 0 %}b{% else %}c{% endif %}',
    ("{% if [] %}t{% else %}f{% endif %}{% if 'a' %}t{% endif %}{% if 0.0 %}t{% else %}f{% endif "
     '%}{% if {} %}t{% else %}f{% endif %}'),
    '{% for i in [1, 2, 3] %}{{ i }}{% if not loop.last %}, {% endif %}{% endfor %}',
    '{% for i in [] %}x{% else %}empty{% endfor %}',
    ("{% for c in 'abc' %}{{ loop.index }}{{ loop.index0 }}{{ loop.revindex }}{{ loop.revindex0 "
     '}}{{ loop.first }}{{ loop.last }}{{ loop.length }} {% endfor %}'),
    "{% for k, v in {'a': 1, 'b': 2}.items() %}{{ k }}={{ v }};{% endfor %}",
    "{% for k in {'a': 1} %}{{ k }}{% endfor %}",
    '{% for (a, b) in [(1, 2), (3, 4)] %}{{ a + b }} {% endfor %}',
    ('{% for i in range(3) %}{{ i }}{% endfor %} {% for i in range(1, 10, 3) %}{{ i }}{% endfor '
     '%} {% for i in range(3, 0, -1) %}{{ i }}{% endfor %}'),
    '{% for i in [1, 2, 3, 4] if i is even %}{{ i }}/{{ loop.length }} {% endfor %}',
    '{% for i in [1] if i > 1 %}x{% else %}none{% endfor %}',
    '{% for i in 1, 2 %}{{ i }}{% endfor %}',
    ("{% for a in [1, 2] %}{% for b in 'xy' %}{{ a }}{{ b }}{{ loop.index }} {% endfor %}{{ "
     'loop.index }}|{% endfor %}'),
    "{% for i in [1, 2, 3] %}{{ loop.cycle('odd', 'even') }} {% endfor %}",
    ("{% for i in [1, 2, 3] %}{{ loop.previtem | default('-') }}{{ loop.nextitem | default('-') "
     '}} {% endfor %}'),
    '{% set x = 1 %}{% for i in [1, 2] %}{% set x = x + i %}{{ x }} {% endfor %}{{ x }}',
    ('{% set ns = namespace(n=0) %}{% for i in [1, 2, 3] %}{% set ns.n = ns.n + i %}{% endfor '
     '%}{{ ns.n }}'),
    '{% set a, b = 1, 2 %}{{ b }}{{ a }}',
    '{% set a %}block {{ 1 + 1 }}{% endset %}[{{ a }}]',
    '{% set a = 1 %}{% if true %}{% set a = 2 %}{% endif %}{{ a }}',
    '{% set x = [1, 2] %}{% for i in x %}{% set y = i %}{% endfor %}{{ y is defined }}',
    '{% set t = 1, 2 %}{{ t }}',
    ("{% macro m(a, b=2, c='x') %}{{ a }}{{ b }}{{ c }}{% endmacro %}{{ m(1) }} {{ m(1, 3) }} {{ "
     "m(1, c='z') }} {{ m(a=0) }}"),
    '{% macro m() %}x{% endmacro %}{{ m() | upper }} {{ m() ~ m() }}',
    '{% macro m(a) %}{{ a is defined }}{% endmacro %}{{ m() }} {{ m(1) }}',
    ('{% macro f(n) %}{% if n <= 1 %}1{% else %}{{ n * (f(n - 1) | int) }}{% endif %}{% endmacro '
     '%}{{ f(5) }}'),
    "{% set g = 'global' %}{% macro m() %}{{ g }}{% endmacro %}{{ m() }}",
    '{% macro m(a, b=a) %}{{ a }}{{ b }}{% endmacro %}{{ m(1) }}',
    '{% macro wrap() %}<{{ caller() }}>{% endmacro %}{% call wrap() %}in{{ 1 }}{% endcall %}',
    ('{% macro each(xs) %}{% for x in xs %}{{ caller(x) }};{% endfor %}{% endmacro %}{% call(v) '
     'each([1, 2]) %}[{{ v }}]{% endcall %}'),
    '{% macro m() %} {{- 1 -}} {% endmacro %}[{{ m() }}]',
    '{% do [1].append(2) %}done',
    "{{ dict(a=1, b='x') }} {{ dict({'z': 1}, y=2) }}",
    # white space
    'a\n  {%- if 1 %}\n  b\n  {%- endif %}\nc',
    'a {{- 1 -}} b',
    'a  {%- if true -%}  b  {%- endif -%}  c',
    '  {%+ if true %} x {% endif %}',
    '{{ 1 }}\n{{ 2 }}\n',
    '{% if 1 %}\na\n{% endif %}\n',
    'x\n\n{%- set a = 1 -%}\n\ny{{ a }}',
    '{{\n  1\n  +\n  2\n}}',
    '{%\n if 1\n%}a{%\nendif\n%}',
    '{{- 1 }}',
    '{{ 1 -}}   ',
    'a{#- c -#}   b',
    "{{ {'a': {'b': 1}} }}",
    "{{ {'a': 1}['a'] }}}",
    '{ { } } % { #',
    "{{ '{{' }} }} %} #}",
    '{{ 1 if true }}',
    "{% for x in [[1, [2, 3]], [4, [5]]] %}{{ x.0 }}:{{ x.1 | join('+') }} {% endfor %}",
    "{{ ('a', 'b') | join(', ') }} in {{ ('a', 'b') }}",
    '{{ not (1 in [1] and 2 in [1]) }}',
    "{{ [1, 2, 3] | map('string') | join }}",
    '{{ (1 if false else 2) + 1 }}',
    "{{ 'a' in ['a', 'b'] and 'c' not in ['a'] }}",
]

# Templates with a context.
WITH_CONTEXT = [
    ('hello {{ name }}', {'name': 'world'}),
    ("{{ a.b.c }} {{ a['b'].c }} {{ a.b['c'] }}", {'a': {'b': {'c': 1}}}),
    ('{{ x }} {{ y }} {{ z }} {{ w }}', {'x': None, 'y': True, 'z': 1.0, 'w': [1, 'a']}),
    ('{{ users[1].name }}', {'users': USERS}),
    ("{{ users | map(attribute='name') | join(', ') }}", {'users': USERS}),
    ("{{ users | map(attribute='team.name') | unique | list }}", {'users': USERS}),
    ("{{ users | sort(attribute='age') | map(attribute='name') | list }}", {'users': USERS}),
    ("{{ users | sort(attribute='name') | map(attribute='name') | list }}", {'users': USERS}),
    ("{{ users | sort(attribute='team.name', reverse=true) | map(attribute='name') | list }}",
     {'users': USERS}),
    ("{{ users | selectattr('age', 'gt', 10) | map(attribute='name') | list }}", {'users': USERS}),
    ("{{ users | rejectattr('team.name', 'equalto', 'b') | map(attribute='name') | list }}",
     {'users': USERS}),
    (("{{ users | sum(attribute='age') }} {{ (users | max(attribute='age')).name }} {{ (users | "
      "min(attribute='age')).name }}"),
     {'users': USERS}),
    ("{{ users | map(attribute='email', default='-') | join }}", {'users': USERS}),
    ("{{ users | join(', ', attribute='name') }}", {'users': USERS}),
    ("{{ users | selectattr('age') | list | length }}", {'users': USERS}),
    (('select\n{%- for c in columns %}\n  {{ c }}{% if not loop.last %},{% endif %}\n{%- endfor '
      '%}\nfrom t'),
     {'columns': COLUMNS}),
    ("select {{ columns | join(', ') }} from {{ schema }}.{{ table | lower }}",
     {'columns': COLUMNS, 'schema': 'raw', 'table': 'USERS'}),
    ('{% if incremental %}where t > (select max(t) from {{ this }}){% endif %}',
     {'incremental': True, 'this': 'a.b'}),
    ('{% if incremental %}where{% endif %}x', {'incremental': False}),
    (("{% set cols = [] %}{% for c in columns if c != 'id' %}{% do cols.append('max(' ~ c ~ ') "
      "as ' ~ c) %}{% endfor %}{{ cols | join(',\n') }}"),
     {'columns': COLUMNS}),
    (("{% for u in users %}{{ u.name | upper }}:{{ '%03d' | format(u.age) }}{{ ', ' if not "
      "loop.last else '' }}{% endfor %}"),
     {'users': USERS}),
    (('{%- macro cents(column, precision=2) -%}\n({{ column }} / 100)::numeric(16, {{ precision '
      "}})\n{%- endmacro -%}\nselect {{ cents('amount') }}, {{ cents('tax', precision=4) }} from "
      '{{ t }}'),
     {'t': 'orders'}),
    (('{% for team, members in groups.items() %}{{ team }}: {{ members | length }}{% for m in '
      'members %} {{ loop.index }}.{{ m }}{% endfor %};{% endfor %}'),
     {'groups': {'a': ['x', 'y'], 'b': []}}),
    ("{{ target.name == 'prod' and 'p' or 'd' }} {{ target['schema'] }}",
     {'target': {'name': 'dev', 'schema': 's'}}),
    ("{{ var.missing is defined }} {{ var.missing | default(3) }} {{ var['x'] is undefined }}",
     {'var': {'y': 1}}),
    ('{{ n + 1 }} {{ n // 2 }} {{ n / 2 }} {{ -n }} {{ n * 2 }}', {'n': 9007199254740993}),
    ('{{ big == big2 }} {{ big > f }}',
     {'big': 9007199254740993, 'big2': 9007199254740992, 'f': 9007199254740992.0}),
    ('{{ s | replace("\'", "\'\'") }}', {'s': "it's"}),
    ("{{ m | dictsort | map('first') | join(',') }}", {'m': {'z': 1, 'a': 2}}),
    ("{{ m | length }} {{ 'z' in m }} {{ m.items() | length }}", {'m': {'z': 1, 'a': 2}}),
    ("{% for row in rows %}({{ row | join(', ') }}){{ ',' if not loop.last else '' }}{% endfor %}",
     {'rows': [[1, 2], [3, 4]]}),
    ('{{ rows[0][1] }}{{ rows[-1][0] }}{{ rows[1].0 }}', {'rows': [[1, 2], [3, 4]]}),
    ("{{ d.get('a', {}).get('b', 'none') }}", {'d': {}}),
    ("{{ (x | string).startswith('1') }}", {'x': 12}),
    ('{% set x = x or 5 %}{{ x }}', {'x': 0}),
    ("{{ x.a if x else 'no' }}", {'x': {}}),
    (('{% set q %}select {% for c in columns %}{{ c }}{% if not loop.last %}, {% endif %}{% '
      'endfor %}{% endset %}{{ q | length }}:{{ q }}'),
     {'columns': COLUMNS}),
    ('{{ text | upper }}|{{ text | length }}|{{ text | trim | length }}', {'text': ' a\tb\n'}),
    ('{{ values | sort | first }} {{ values | sort | last }} {{ values | unique | list | length }}',
     {'values': [3, 1, 2, 3]}),
    (('-- {{ a }}\n{# a note\n   of two lines #}\nselect 1 -- {% if b %}yes{% else %}no{% endif '
      '%}\n'),
     {'a': 1, 'b': 0}),
    ("{{ l | batch(2) | map('join', '-') | join(' ') }}", {'l': ['a', 'b', 'c']}),
    ('{{ many | length }} {{ many.k17 }} {{ many | last }}',
     {'many': {f"k{i}": i for i in range(40)}}),
    ('{{ many == many2 }}',
     {'many': {f"k{i}": i for i in range(20)}, 'many2': {f"k{i}": i for i in reversed(range(20))}}),
]


def main():
    # Three choices of ours are told to Jinja: undefined is an error, JSON is not made safe for
    # HTML, and a condition without an else gives nothing.
    env = jinja2.Environment(undefined=jinja2.StrictUndefined, extensions=["jinja2.ext.do"])
    env.filters["tojson"] = lambda value: json.dumps(value, ensure_ascii=False)
    cases = [(template, {}) for template in PLAIN] + WITH_CONTEXT
    path = pathlib.Path(__file__).with_suffix(".jsonl")
    with path.open("w") as out:
        for template, context in cases:
            try:
                output = env.from_string(template).render(**context)
            except Exception as error:
                raise SystemExit(f"{template}: {error}")
            case = {"template": template, "context": context, "output": output}
            out.write(json.dumps(case, ensure_ascii=False) + "\n")
    print(f"{path.name}: {len(cases)} cases")


main()

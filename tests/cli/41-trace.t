What is sent to the warehouse, statement by statement, for whoever wonders what takes so long.

    $ AORTA_TRACE_SQL=$PWD/sql.jsonl aorta run +sales >/dev/null
    $ stat -c %a sql.jsonl
    600
    $ python3 -c 'import json; lines = [json.loads(line) for line in open("sql.jsonl")]
    > print(len({l["session"] for l in lines}), {l["connection"] for l in lines})
    > print(sorted(l["relation"] for l in lines if l.get("call") == "load"))
    > made = [l for l in lines if "CREATE TABLE \"marts\"" in l.get("sql", "")]
    > print(len(made), made[0]["us"] > 0, "error" in made[0])
    > mine = [l for l in lines if l["session"] == made[0]["session"]]
    > words = [l["sql"].split()[0] for l in mine if "sql" in l]
    > print(words.count("BEGIN"), words[-1])
    > put = [l for l in mine if l.get("sql", "").startswith("INSERT INTO")][-1]
    > print(put["params"][0], put["params"][2])'
    5 {'warehouse'}
    ['_aorta_build__countries', '_aorta_stage__customers', '_aorta_stage__orders']
    1 True False
    1 COMMIT
    marts.sales 1

A statement that fails has the database's words.

    $ echo "select nothing from {{ ref('stg_orders') }}" > assets/marts/sales.sql
    $ AORTA_TRACE_SQL=$PWD/sql.jsonl aorta run sales >/dev/null
    [1]
    $ grep -c '"error":"connection warehouse: Binder Error: Referenced column' sql.jsonl
    1

A file that cannot be written to is said so, and keeps nobody from working.

    $ AORTA_TRACE_SQL=/nowhere/sql aorta run countries --force
    <any>warn  AORTA_TRACE_SQL: "/nowhere/sql": No such file or directory
    published seeds.countries                             3 rows <seconds>
    asset            kind               rows      time  checks
    seeds.countries  seed                  3 <seconds>  2 ok
    succeeded in <seconds>

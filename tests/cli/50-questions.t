Questions that are kept with the pipeline: listed, asked by name.

    $ aorta query
    question  title                        variables
    @buyer    What one buyer has ordered   name
    @top      The countries that buy most  least=1
    $ aorta query --json
    {"name":"buyer","title":"What one buyer has ordered","description":"","file":"assets/questions/buyer.sql","variables":{"name":null}}
    {"name":"top","title":"The countries that buy most","description":"Cents are of all orders that were ever placed, in the order of what they come to.","file":"assets/questions/top.sql","variables":{"least":"1"}}
    $ aorta query --csv
    name,title,description,file,variables
    buyer,What one buyer has ordered,"",assets/questions/buyer.sql,name
    top,The countries that buy most,"Cents are of all orders that were ever placed, in the order of what they come to.",assets/questions/top.sql,least=1
    $ aorta query --csv --json @top
    aorta: query prints CSV or JSON: --csv and --json exclude each other
    [2]
    $ aorta run >/dev/null
    $ aorta query @top
    country         cents
    --------------  -----
    France           2500
    United Kingdom   2000
    Germany           100
    (3 rows)
    $ aorta query @top --var least=2 --csv
    country,cents
    United Kingdom,2000
    $ aorta query @buyer --var name=Ada --json
    {"id":10,"cents":1200}
    {"id":11,"cents":800}

A variable may be missing, or unknown; a question too.

    $ aorta query @buyer
    assets/questions/buyer.sql: question buyer needs a variable: give it with --var name=VALUE
    [2]
    $ aorta query @buyer --var nmae=Ada
    aorta: question buyer has no variable "nmae": did you mean "name"?
    assets/questions/buyer.sql: question buyer needs a variable: give it with --var name=VALUE
    [2]
    $ aorta query @top --var name=Ada
    aorta: question top has no variable "name"
    [2]
    $ aorta query @tpo
    aorta: there is no question "tpo": did you mean "top"?
    [2]
    $ aorta query @nothing-like-it
    aorta: there is no question "nothing-like-it": aorta query lists them
    [2]
    $ aorta query --var least=2 "select 1"
    aorta: the pipeline has no variable "least": declare it under [vars] in pipeline.toml
    [2]

They only read, and what is wrong with one is said with its file. It hinders no run.

    $ echo "delete from {{ ref('sales') }}" >assets/questions/empty.sql
    $ aorta query @empty
    aorta: assets/questions/empty.sql: a query only reads: it begins with SELECT, FROM, WITH, VALUES, SHOW, DESCRIBE, SUMMARIZE, PIVOT or EXPLAIN, not with delete
    [1]
    $ echo "select nothing from {{ ref('sales') }}" >assets/questions/empty.sql
    $ aorta query @empty
    aorta: assets/questions/empty.sql: connection warehouse: Binder Error: Referenced column "nothing" not found in FROM clause! Candidate bindings: "cents", "country" (line 1: select nothing from "marts"."sales")
    [1]
    $ echo "select * from {{ new_rows(ref('sales')) }}" >assets/questions/empty.sql
    $ aorta query @empty
    assets/questions/empty.sql:1:18: "new_rows" is not defined
    [2]
    $ echo "select * from {{ ref('slaes') }}, {{ ref('countries') }}" >assets/questions/empty.sql
    $ echo "select {{ 1 + }}" >assets/questions/torn.sql
    $ touch assets/questions/top.toml "assets/questions/my top.sql" assets/questions/README.md
    $ mkdir assets/questions/more
    $ aorta query @torn
    assets/questions/torn.sql:1:15: an expression is expected here, not "}}"
    [2]
    $ aorta query @top --csv
    country,cents
    France,2500
    United Kingdom,2000
    Germany,100
    $ aorta run stg_orders
    fresh     staging.stg_orders
    asset               kind               rows      time  checks
    staging.stg_orders  model                 - <seconds>  fresh
    succeeded in <seconds>
    $ aorta check
    assets/questions/empty.sql:1:18: there is no asset "slaes": did you mean "sales"?
    assets/questions/more: a folder among the questions: they stand side by side in assets/questions
    assets/questions/my top.sql: the name of a question has letters, digits, "_" and "-" only
    assets/questions/top.toml: a question is a .sql alone, and assets/questions is the folder of questions: move an asset into another
    assets/questions/torn.sql:1:15: an expression is expected here, not "}}"
    [2]
    $ aorta query
    question  title                        variables
    @buyer    What one buyer has ordered   name
    @empty
    @top      The countries that buy most  least=1
    @torn

A pipeline without any.

    $ rm -r assets/questions
    $ aorta query
    there is no saved question: save one as assets/questions/NAME.sql
    $ aorta query @top
    aorta: there is no question "top": save one as assets/questions/top.sql
    [2]
    $ aorta check
    shop: 5 assets, 6 checks, target dev: ok

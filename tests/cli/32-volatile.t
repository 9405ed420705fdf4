SQL that asks for the time, for chance, or for a table that somebody else makes is never fresh; the
word in a comment or a text does not make it so.

    $ rm -r assets/marts assets/staging
    $ mkdir assets/marts
    $ printf 'materialized = "table"\n' | tee assets/marts/a.toml assets/marts/b.toml assets/marts/c.toml >/dev/null
    $ echo "select current_date as today, count(*) as n from {{ ref('countries') }}" > assets/marts/a.sql
    $ echo "select 'now or random()' as word, count(*) as n from {{ ref('countries') }} -- uuid" > assets/marts/b.sql
    $ printf 'kind = "external"\n' > assets/raw/rates.toml
    $ echo "select count(*) as n from {{ ref('rates') }}" > assets/marts/c.sql
    $ aorta run countries >/dev/null
    $ echo "select 1 as rate" > assets/raw/theirs.sql
    $ printf 'materialized = "table"\n' > assets/raw/theirs.toml
    $ sed -i "s/ref('rates')/ref('theirs')/" assets/marts/c.sql
    $ aorta run countries theirs a b c >/dev/null
    $ aorta run a b
    ~ published marts.a                                     1 rows <seconds>
    ~ fresh     marts.b
    asset    kind               rows      time  checks
    marts.a  model                 1 <seconds>
    marts.b  model                 - <seconds>  fresh
    succeeded in <seconds>

An external table is one that a run does not make.

    $ sed -i "s/ref('theirs')/ref('rates')/" assets/marts/c.sql
    $ rm assets/raw/theirs.toml assets/raw/theirs.sql
    $ printf 'kind = "external"\ninto = "raw.theirs"\n' > assets/raw/rates.toml
    $ aorta run c >/dev/null
    $ aorta run c
    published marts.c                                     1 rows <seconds>
    asset    kind               rows      time  checks
    marts.c  model                 1 <seconds>
    succeeded in <seconds>

A checkpoint means something only where it came from. A source that is told to read elsewhere, or
in another way, does not go on from the old place.

    $ sqlite3 shop.db "create table returns (id integer primary key, cents integer); insert into returns values (1, 300), (2, 450)"
    $ printf 'kind = "source"\nfrom = { connection = "shop", table = "orders", mode = "incremental_append", cursor = "id" }\ninto = "raw.moves"\n' > assets/raw/moves.toml
    $ aorta run moves >/dev/null
    $ aorta query --json "select count(*) as n, max(id) as last from raw.moves"
    {"n":4,"last":13}
    $ sed -i 's/"orders"/"returns"/' assets/raw/moves.toml
    $ aorta run moves
    failed    raw.moves                         asset raw.moves: assets/raw/moves.toml: what is published was read from elsewhere (connection, table, mode or cursor have changed): read it again with --full-refresh, or give the asset another name
    asset      kind               rows      time  checks
    raw.moves  source                - <seconds>  failed
    failed in <seconds>
    [1]
    $ aorta query --json "select count(*) as n, max(id) as last from raw.moves"
    {"n":4,"last":13}
    $ aorta run --full-refresh --discard-history moves >/dev/null
    $ aorta query --json "select id, cents from raw.moves order by id"
    {"id":1,"cents":300}
    {"id":2,"cents":450}

The same table read in another mode is another reading, too.

    $ sed -i 's/mode = "incremental_append", cursor = "id"/mode = "append_all"/' assets/raw/moves.toml
    $ aorta run moves >/dev/null
    [1]
    $ aorta query --json "select count(*) as n from raw.moves"
    {"n":2}

Two assets whose names differ by capital letters are one table for most databases.

    $ rm assets/raw/moves.toml
    $ echo "select 1 as a" > assets/staging/Extra.sql
    $ echo "select 2 as a" > assets/staging/extra.sql
    $ aorta check
    assets/staging/extra.sql:1:1: staging.extra differs from staging.Extra only by capital letters: most databases take them for one
    [2]

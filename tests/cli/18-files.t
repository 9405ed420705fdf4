What a source of files may say, and what is wrong with it, each where it stands.

    $ cat >>pipeline.toml <<'END'
    > [target.dev.connection.lake]
    > connector = "file"
    > path = "lake"
    > END
    $ cat >assets/raw/events.toml <<'END'
    > kind = "source"
    > bad_lines = "ignore"
    > new_colums = "evolve"
    > [from]
    > connection = "lake"
    > files = ["/events/*.json", "a/b**/c", "e/{a,b}.json"]
    > changed_files = "replace"
    > lateness = "2 hours"
    > ful_listing = "1d"
    > partition_columns = "yes"
    > END
    $ aorta check
    assets/raw/events.toml:2:1: bad_lines must be one of fail, skip, emit, not "ignore"
    assets/raw/events.toml:3:1: unknown key "new_colums": did you mean "new_columns"?
    assets/raw/events.toml:6:1: files: "/events/*.json" begins with a slash: names are relative to the connection
    assets/raw/events.toml:6:1: files: "a/b**/c" has ** beside other characters: it stands alone between slashes
    assets/raw/events.toml:6:1: files: "e/{a,b}.json" has a bracket, a brace or a backslash: only *, ? and ** are wildcards; more patterns go into the list
    assets/raw/events.toml:7:1: changed_files must be one of fail, reload, append, not "replace"
    assets/raw/events.toml:8:1: lateness must be a duration like "30s", not "2 hours"
    assets/raw/events.toml:9:1: unknown key "ful_listing": did you mean "full_listing"?
    assets/raw/events.toml:10:1: partition_columns must be true or false, not text
    [2]
    $ cat >assets/raw/events.toml <<'END'
    > kind = "source"
    > new_columns = "freeze"
    > [from]
    > connection = "lake"
    > topic = "events"
    > changed_files = "reload"
    > lateness = "2h"
    > full_listing = "1d"
    > partition_columns = true
    > END
    $ aorta check
    assets/raw/events.toml:3:2: changed_files needs files
    assets/raw/events.toml:3:2: full_listing needs files
    assets/raw/events.toml:3:2: lateness needs files
    assets/raw/events.toml:3:2: new_columns needs files
    assets/raw/events.toml:3:2: partition_columns needs files
    [2]
    $ cat >assets/raw/events.toml <<'END'
    > kind = "source"
    > from = { connection = "lake", files = [], topic = "a", cursor = "b", full_listing = "1d", mode = "cdc_append" }
    > END
    $ aorta check
    assets/raw/events.toml:2:1: a source of files has no cursor: it knows each file that it has read
    assets/raw/events.toml:2:1: files have no changes to capture: the mode is incremental_append, append_all or full_refresh
    assets/raw/events.toml:2:1: from has either files, or a table, a stream or a topic
    assets/raw/events.toml:2:1: full_listing needs lateness: without it every listing is a full one
    assets/raw/events.toml:2:31: files needs a pattern
    [2]
    $ cat >assets/raw/events.toml <<'END'
    > kind = "source"
    > bad_lines = "skip"
    > from = { connection = "shop", table = "orders", mode = "full_refresh" }
    > END
    $ aorta check
    assets/raw/events.toml:3:1: bad_lines is for sources that read an object store
    [2]
    $ cat >assets/raw/events.toml <<'END'
    > kind = "source"
    > from = { connection = "shop", files = "a" }
    > END
    $ aorta check
    assets/raw/events.toml:2:1: a source needs cursor in from for the mode incremental_append
    assets/raw/events.toml:2:1: files are what a source reads from an object store
    [2]
    $ cat >assets/raw/events.toml <<'END'
    > kind = "source"
    > from = { connection = "lake", files = "events/*.json" }
    > END
    $ aorta run events
    failed    raw.events                        asset raw.events: assets/raw/events.toml: a source of files declares its columns
    asset       kind               rows      time  checks
    raw.events  source                - <seconds>  failed
    failed in <seconds>
    [1]

New members are left out, unless they make a line a bad one.

    $ mkdir -p lake/events; printf '{"id":1}\n{"id":2,"who":"a"}\n' >lake/events/a.json
    $ cat >>assets/raw/events.toml <<'END'
    > [columns.id]
    > type = "bigint"
    > END
    $ aorta run events
    published raw.events                                  2 rows <seconds>
    asset       kind               rows      time  checks
    raw.events  source                2 <seconds>
    succeeded in <seconds>
    $ sed -i '1a new_columns = "freeze"' assets/raw/events.toml
    $ printf '{"id":3}\n{"id":4,"who":"a"}\n' >lake/events/b.json
    $ aorta run events
    failed    raw.events                        asset raw.events: events/b.json:2: "who" is no column near column 14
    asset       kind               rows      time  checks
    raw.events  source                - <seconds>  failed
    failed in <seconds>
    [1]
    $ sed -i '1a bad_lines = "skip"' assets/raw/events.toml
    $ aorta run events
    published raw.events                                  1 rows <seconds>
    note      raw.events                       1 line could not be read: see "raw"."_aorta_quarantine__events"
    asset       kind               rows      time  checks
    raw.events  source                1 <seconds>
    succeeded in <seconds>
    $ aorta query --json "select id from raw.events order by id"
    {"id":1}
    {"id":2}
    {"id":3}
    $ aorta query --json "select file, line, reason, raw from raw._aorta_quarantine__events"
    {"file":"events/b.json","line":2,"reason":"\"who\" is no column near column 14","raw":"{\"id\":4,\"who\":\"a\"}"}
    $ aorta clean
    schema  name
    ------  ----
    (0 rows)
    $ aorta clean --rejected
    schema  name
    ------  -------------------------
    raw     _aorta_quarantine__events
    (1 row)

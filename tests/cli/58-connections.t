What the target is connected to, and whether it answers.

    $ aorta connections
    connection  connector  assets  summary
    shop        sqlite          2  SQLite database files: a warehouse, and a source with change capture by triggers
    warehouse   duckdb          5  DuckDB, an embedded warehouse in one file
    $ aorta names connections
    shop
    warehouse

A file that a run will make is no failure, and looking does not make it.

    $ aorta connections test
    connection  connector  state    took  message
    shop        sqlite     ok     <seconds>
    warehouse   duckdb     absent <seconds>  nothing is there yet: the first run makes it
    $ ls warehouse.duckdb
    ls: cannot access 'warehouse.duckdb': No such file or directory
    [2]

What the other side says is told as it says it. The others are asked all the same.

    $ echo this is no database, however long it may be > shop.db
    $ aorta connections test
    connection  connector  state    took  message
    shop        sqlite     failed <seconds>  connection shop: "<folder>/shop.db": file is not a SQLite database
    warehouse   duckdb     absent <seconds>  nothing is there yet: the first run makes it
    [1]
    $ aorta connections test shop --json
    {"connection":"shop","connector":"sqlite","state":"failed","code":"broken","message":"connection shop: \"<folder>/shop.db\": file is not a SQLite database","seconds":<any>}
    [1]
    $ aorta connections test warehose
    aorta: target dev has no connection warehose: did you mean warehouse?
    [2]
    $ aorta connections tset
    aorta: connections wants "test" or nothing, not "tset"
    [2]

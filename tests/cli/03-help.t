Every command says what it does.

    $ aorta --help
    aorta keeps a graph of data assets up to date.
    usage: aorta COMMAND [ARGUMENTS]
      init        Writes a small pipeline that runs at once, as a beginning of your own
      check       Reads the whole pipeline and reports everything that is wrong with it, and where
      plan        Shows what a run would do, in order, and why
      run         Brings assets up to date: all of them, or those that are selected
      rerun       Runs again what a former run was asked for, as the files are now
      cancel      Cancels a run that is queued or running
      serve       Stays: runs what is asked for, one after another, until it is told to end
      schedules   Lists the schedules, or shows one: when it ticks, and what became of its ticks
      sensors     Lists the sensors, or shows one: what it looks at, has seen and has asked for
      pause       Pauses a schedule, a sensor, a stream or an asset's automation, until it is resumed
      resume      Resumes a schedule, a sensor, a stream or an asset's automation that is paused
      tick        Makes a schedule or a sensor have its run now, paused or not
      backfill    Makes many partitions, a run each, by aorta serve
      backfills   Lists backfills and how far each is, or the partitions of one
      stream      Runs streams, from a topic into a lake, until they are told to end
      ls          Lists assets: kind, rows, whether they are up to date, how their last step ended
      show        Shows an asset, or a saved question: what it is, and its SQL as a run would send it
      query       Asks the warehouse and prints the rows; @NAME is a saved question
      runs        Lists the runs, or shows one: its steps, and the checks that did not pass
      logs        Tells what happened in a run, line by line
      alerts      Lists who was told of what, or tells one of them that this is a test
      audit       Lists who has changed what, by commands and by the API
      state       Shows what the warehouse itself knows of its assets: versions, positions, checkpoints
      connections Lists the target's connections, or tests them
      connectors  Lists the connectors, or shows all that can be set of one
      help        Says what a command does and what can be said to it; man: the manual page
      completion  Prints a script that makes a shell complete commands, flags and names
      token       Makes tokens for the HTTP API, lists and revokes them
      clean       Drops the hidden tables that interrupted steps have left in the warehouse
      prune       Forgets old runs, events, ticks and audit entries, as [retention] says
      trigger     Asks a daemon, here or elsewhere, for a run: for CI
      aorta COMMAND --help says more. A command looks for pipeline.toml here and above.
    Exit status: 0 done, 1 something failed, 2 usage or configuration.
    $ aorta help
    aorta keeps a graph of data assets up to date.
    usage: aorta COMMAND [ARGUMENTS]
      init        Writes a small pipeline that runs at once, as a beginning of your own
      check       Reads the whole pipeline and reports everything that is wrong with it, and where
      plan        Shows what a run would do, in order, and why
      run         Brings assets up to date: all of them, or those that are selected
      rerun       Runs again what a former run was asked for, as the files are now
      cancel      Cancels a run that is queued or running
      serve       Stays: runs what is asked for, one after another, until it is told to end
      schedules   Lists the schedules, or shows one: when it ticks, and what became of its ticks
      sensors     Lists the sensors, or shows one: what it looks at, has seen and has asked for
      pause       Pauses a schedule, a sensor, a stream or an asset's automation, until it is resumed
      resume      Resumes a schedule, a sensor, a stream or an asset's automation that is paused
      tick        Makes a schedule or a sensor have its run now, paused or not
      backfill    Makes many partitions, a run each, by aorta serve
      backfills   Lists backfills and how far each is, or the partitions of one
      stream      Runs streams, from a topic into a lake, until they are told to end
      ls          Lists assets: kind, rows, whether they are up to date, how their last step ended
      show        Shows an asset, or a saved question: what it is, and its SQL as a run would send it
      query       Asks the warehouse and prints the rows; @NAME is a saved question
      runs        Lists the runs, or shows one: its steps, and the checks that did not pass
      logs        Tells what happened in a run, line by line
      alerts      Lists who was told of what, or tells one of them that this is a test
      audit       Lists who has changed what, by commands and by the API
      state       Shows what the warehouse itself knows of its assets: versions, positions, checkpoints
      connections Lists the target's connections, or tests them
      connectors  Lists the connectors, or shows all that can be set of one
      help        Says what a command does and what can be said to it; man: the manual page
      completion  Prints a script that makes a shell complete commands, flags and names
      token       Makes tokens for the HTTP API, lists and revokes them
      clean       Drops the hidden tables that interrupted steps have left in the warehouse
      prune       Forgets old runs, events, ticks and audit entries, as [retention] says
      trigger     Asks a daemon, here or elsewhere, for a run: for CI
      aorta COMMAND --help says more. A command looks for pipeline.toml here and above.
    Exit status: 0 done, 1 something failed, 2 usage or configuration.
    $ aorta check --help
    usage: aorta check
    Reads the whole pipeline and reports everything that is wrong with it, and where.
    Each problem is a line, FILE:LINE:COLUMN: what is wrong, and what may have been meant; saved
    questions are read too. Nothing is connected to and nothing is changed.
      --json                  one JSON object a problem: file, line, column, message; 0: not known
      --project DIR           folder of pipeline.toml (default: this one, or above)
      --target NAME           which target of pipeline.toml
      --var NAME=VALUE        sets a variable of pipeline.toml; may be repeated
    $ aorta plan --help
    usage: aorta plan [SELECT…]
    Shows what a run would do, in order, and why.
    The destination is asked what it has; nothing is changed. Sources, streams and generators are
    not asked: whether they have news is seen when they run. If the destination cannot be asked
    the run store says what it knows.
    SELECT is a name or key, or tag:, group:, kind:, path: with a value; * stands for anything.
    +a also means all that a depends on, a+ all that depends on it, 2+a and a+2 so many levels,
    @a what a+ means and all that those depend on. Several are a union; tag:daily,kind:model is
    what is both.
      --full-refresh          as if run were given it
      --partition KEY         of what is made in partitions, or FROM..TO; repeatable
      --discard-history       as if run were given it
      --force                 as if run were given it
      --offline               asks no destination, only the run store
      --json                  one JSON object a step
      --exclude SELECT        leaves out what it means; may be repeated
      --project DIR           folder of pipeline.toml (default: this one, or above)
      --target NAME           which target of pipeline.toml
      --var NAME=VALUE        sets a variable of pipeline.toml; may be repeated
    $ aorta run --help
    usage: aorta run [SELECT…]
    Brings assets up to date: all of them, or those that are selected.
    SELECT is a name or key, or tag:, group:, kind:, path: with a value; * stands for anything.
    +a also means all that a depends on, a+ all that depends on it, 2+a and a+2 so many levels,
    @a what a+ means and all that those depend on. Several are a union; tag:daily,kind:model is
    what is both.
    Ctrl-C cancels: what has been published stays, exit status 1. Once more ends at once, 130.
      --full-refresh          builds incremental assets from nothing
      --partition KEY         of what is made in partitions, or FROM..TO; repeatable
      --discard-history       with --full-refresh: also what cannot be read again
      --force                 builds also what is fresh
      --fail-fast             starts nothing more after the first failure
      --threads N             steps at once (default: 4 an executor); 1: in the order of plan
      --detach                prints the run's id, and leaves it to aorta serve
      --quiet                 says only what goes wrong, and how it ends
      --json                  one JSON object an event
      --exclude SELECT        leaves out what it means; may be repeated
      --project DIR           folder of pipeline.toml (default: this one, or above)
      --target NAME           which target of pipeline.toml
      --var NAME=VALUE        sets a variable of pipeline.toml; may be repeated
    $ aorta stream --help
    usage: aorta stream SELECT…
    Runs streams, from a topic into a lake, until they are told to end.
    Records are written when one of the stream's flush limits is reached. Several processes share
    the partitions of a topic. Ctrl-C writes what was read, and ends; once more ends at once: what
    was not written then is read again, and nothing is there twice.
      --until-idle            ends when it has caught up with the topic
      --for TIME              ends after so long: 30s, 5m, 2h
      --json                  one JSON object an event
      --exclude SELECT        leaves out what it means; may be repeated
      --project DIR           folder of pipeline.toml (default: this one, or above)
      --target NAME           which target of pipeline.toml
      --var NAME=VALUE        sets a variable of pipeline.toml; may be repeated
    $ aorta ls --help
    usage: aorta ls [SELECT…]
    Lists assets: kind, rows, whether they are up to date, how their last step ended.
    Assets stand in the order in which a run builds them. Their state, by what the runs from
    this folder did:
      fresh     nothing that it reads was published since it was last brought up to date
      stale     something was, or something that it reads is stale itself
      failed    its last step failed; what is published is older
      never     it has not been published yet
      running   a run is at work on it
      late      it is older than its freshness allows
      external  made by somebody else
    Edited files, and changes behind a source, are found by the run itself.
    SELECT is a name or key, or tag:, group:, kind:, path: with a value; * stands for anything.
    +a also means all that a depends on, a+ all that depends on it, 2+a and a+2 so many levels,
    @a what a+ means and all that those depend on. Several are a union; tag:daily,kind:model is
    what is both.
      --exclude SELECT        leaves out what it means; may be repeated
      --partitions            which partitions are present, stale, failed, running or missing
      --json                  one JSON object an asset, or a partition
      --project DIR           folder of pipeline.toml (default: this one, or above)
      --target NAME           which target of pipeline.toml
      --var NAME=VALUE        sets a variable of pipeline.toml; may be repeated
    $ aorta query --help
    usage: aorta query [SQL | @NAME]
    Asks the warehouse and prints the rows; @NAME is a saved question.
    The query is one statement that only reads, beside whatever else is running. It reaches what is
    in the warehouse and files in the folders that the connection names, nothing else.
    A question is saved as questions/NAME.sql in the folder of assets, its title in a comment at
    the top; it may use ref('asset') and var('name', default). Without argument: lists them,
    with --csv or --json in that form.
      --json                  one JSON object a line
      --csv                   CSV with a header
      --limit ROWS            not more rows than that
      --timeout TIME          ends the query after that time: 30s, 5m
      --project DIR           folder of pipeline.toml (default: this one, or above)
      --target NAME           which target of pipeline.toml
      --var NAME=VALUE        sets a variable of pipeline.toml; may be repeated
    $ aorta clean -h
    usage: aorta clean
    Drops the hidden tables that interrupted steps have left in the warehouse.
    The rows that a blocking check refused stay for a person to look at, unless --rejected is
    given. Prints what it dropped.
      --rejected              drops also the rows that checks refused
      --project DIR           folder of pipeline.toml (default: this one, or above)
      --target NAME           which target of pipeline.toml
      --var NAME=VALUE        sets a variable of pipeline.toml; may be repeated
    $ for command in init show runs logs state connectors completion; do aorta $command --help; done
    usage: aorta init [DIR]
    Writes a small pipeline that runs at once, as a beginning of your own.
    A seed, a model, a check, a question, and pipeline.toml with a word on each setting. No file is
    overwritten: if one is in the way, nothing is written.
    usage: aorta show ASSET | @NAME
    Shows an asset, or a saved question: what it is, and its SQL as a run would send it.
    The SQL is rendered: ref() is the table's name, and an incremental model is shown as the rows
    that would be added now. Nothing is run and nothing is changed.
      --sql                   only the SQL
      --full-refresh          the SQL of an incremental model that is built from nothing
      --partition KEY         of what is made in partitions, or FROM..TO; repeatable
      --json                  one JSON object
      --project DIR           folder of pipeline.toml (default: this one, or above)
      --target NAME           which target of pipeline.toml
      --var NAME=VALUE        sets a variable of pipeline.toml; may be repeated
    usage: aorta runs [RUN [RUN]]
    Lists the runs, or shows one: its steps, and the checks that did not pass.
    RUN is the beginning of a run's id, or last, or previous: the one before the last. Two stand
    beside each other: what each did with an asset. Of a run, ok counts the steps that were
    published or fresh, skipped also those that were canceled. With --target only that
    target's runs count: else those of all.
      --limit N               how many, the newest first (default: 20)
      --state STATE           only those that are queued, running, succeeded, failed, canceled, interrupted
      --json                  one JSON object a run
      --project DIR           folder of pipeline.toml (default: this one, or above)
      --target NAME           which target of pipeline.toml
      --var NAME=VALUE        sets a variable of pipeline.toml; may be repeated
    usage: aorta logs RUN
    Tells what happened in a run, line by line.
    RUN is the beginning of a run's id, or last. With --follow the exit status is the run's.
      --follow                goes on until the run is over, and ends as it did
      --step ASSET            only what concerns this asset
      --json                  one JSON object an event
      --project DIR           folder of pipeline.toml (default: this one, or above)
      --target NAME           which target of pipeline.toml
      --var NAME=VALUE        sets a variable of pipeline.toml; may be repeated
    usage: aorta state [SELECT…]
    Shows what the warehouse itself knows of its assets: versions, positions, checkpoints.
    This is the table _aorta_state, from which every run goes on; whatever else is lost, it is
    stored with the rows that it is about. Assets that are not published in the warehouse
    (generators, lakes) have no state there.
    SELECT is a name or key, or tag:, group:, kind:, path: with a value; * stands for anything.
    +a also means all that a depends on, a+ all that depends on it, 2+a and a+2 so many levels,
    @a what a+ means and all that those depend on. Several are a union; tag:daily,kind:model is
    what is both.
      --exclude SELECT        leaves out what it means; may be repeated
      --json                  one JSON object an asset, with its checkpoint
      --project DIR           folder of pipeline.toml (default: this one, or above)
      --target NAME           which target of pipeline.toml
      --var NAME=VALUE        sets a variable of pipeline.toml; may be repeated
    usage: aorta connectors [CONNECTOR]
    Lists the connectors, or shows all that can be set of one.
    What is shown comes from the modules themselves. They are looked for in $AORTA_CONNECTORS, or
    beside the program.
      --json                  one JSON object a connector, with all its options
    usage: aorta completion bash|zsh|fish
    Prints a script that makes a shell complete commands, flags and names.
    Now, and whenever a shell begins:
      bash  source <(aorta completion bash)          the same line in ~/.bashrc
      zsh   aorta completion zsh >~/.zfunc/_aorta    a folder of $fpath, before compinit
      fish  aorta completion fish >~/.config/fish/completions/aorta.fish
    $ aorta help state | head -1
    usage: aorta state [SELECT…]
    $ aorta help man | head -2
    .TH AORTA 1 "" "aorta 0.1.0" "User Commands"
    .SH NAME
    $ aorta help stat
    aorta: there is no command stat: did you mean state?
    [2]

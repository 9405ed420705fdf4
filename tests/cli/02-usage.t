What is typed wrongly is said in one line and changes nothing; the exit status is 2.

    $ aorta
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
    [2]
    $ aorta rnu
    aorta: there is no command rnu: did you mean run?
    [2]
    $ aorta frobnicate
    aorta: there is no command frobnicate: see aorta --help
    [2]
    $ aorta run --fource
    aorta: run has no flag --fource: did you mean --force?
    [2]
    $ aorta run --force=yes
    aorta: --force takes no value
    [2]
    $ aorta run --target
    aorta: --target needs a value: NAME
    [2]
    $ aorta check everything
    aorta: check takes no argument: "everything"
    [2]
    $ aorta clean marts.sales
    aorta: clean takes no argument: "marts.sales"
    [2]
    $ aorta query
    question  title                        variables
    @buyer    What one buyer has ordered   name
    @top      The countries that buy most  least=1
    $ aorta query "select 1" "select 2"
    aorta: query wants one SQL text: aorta query "SELECT …"
    [2]
    $ aorta run -t 2
    aorta: run has no flag -t: see aorta run --help
    [2]
    $ aorta run --discard-history
    aorta: --discard-history says what --full-refresh may do: give both
    [2]
    $ aorta --version
    aorta 0.1.0

There is no pipeline here, nor above.

    $ shop=$PWD; cd $(mktemp -d)
    $ aorta run
    aorta: no pipeline.toml in . or above it: aorta init writes one
    [2]
    $ aorta ls --project nowhere
    aorta: there is no folder nowhere
    [2]
    $ rmdir $PWD; cd $shop

Below the pipeline's folder is as good as in it.

    $ cd assets/raw; aorta check; cd ../..
    shop: 5 assets, 6 checks, target dev: ok
    $ aorta check --project assets
    shop: 5 assets, 6 checks, target dev: ok
    $ aorta check --project=assets
    shop: 5 assets, 6 checks, target dev: ok

What the pipeline does not know is said by all that look at it.

    $ aorta run --target prod
    pipeline.toml: there is no target "prod"; there is only dev
    [2]
    $ aorta query --target prod "select 1"
    pipeline.toml: there is no target "prod"; there is only dev
    [2]
    $ aorta run --var least=3
    aorta: the pipeline has no variable "least": declare it under [vars] in pipeline.toml
    [2]
    $ aorta run --var least_cents
    aorta: --var wants NAME=VALUE, not "least_cents"
    [2]
    $ aorta run stg_order
    aorta: no asset is meant by "stg_order": did you mean "stg_orders"?
    [2]
    $ aorta plan tag:nightly
    aorta: no asset is meant by "tag:nightly": aorta ls shows what there is
    [2]
    $ aorta run -- --json
    aorta: no asset is meant by "--json": aorta ls shows what there is
    [2]
    $ ls -A
    .aorta
    assets
    pipeline.toml
    shop.db
    shop.sql

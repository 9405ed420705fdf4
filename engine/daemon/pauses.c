#include "daemon/pauses.h"

#include "base/alloc.h"
#include "base/clock.h"
#include "base/fault.h"
#include "base/log.h"
#include "base/map.h"
#include "daemon/automation.h"
#include "daemon/sensors.h"
#include "daemon/streams.h"
#include "daemon/subject.h"
#include "daemon/timetable.h"
#include "daemon/verbs.h"
#include "daemon/work.h"
#include "store/schedules.h"

#include <stdlib.h>

/* What stands in the map: which of the two was said last. */
static char paused, resumed;

struct pauses {
    struct arena arena; /* of the keys; there are as many as there are things to pause */
    struct map by_subject;
};

static void set(struct pauses *pauses, const char *subject, bool is_paused)
{
    const char *key = map_find(&pauses->by_subject, subject) != NULL
                          ? subject
                          : arena_strdup(&pauses->arena, subject);

    map_put(&pauses->by_subject, key, is_paused ? &paused : &resumed);
}

static int read_known(void *arg, struct store_reader *reader, struct arena *arena, struct err *err)
{
    struct store_pause *items;
    size_t count;

    if (store_read_pauses(reader, arena, &items, &count, err) < 0)
        return -1;
    for (size_t i = 0; i < count; i++)
        set(arg, items[i].subject, items[i].is_paused);
    return 0;
}

int pauses_open(const struct daemon *daemon, struct pauses **pauses, struct err *err)
{
    struct pauses *opened = alloc_zeroed(1, sizeof *opened);

    arena_init(&opened->arena);
    map_init(&opened->by_subject);
    int result = journal_read(daemon->journal, read_known, opened, err);
    if (result == 0)
        *pauses = opened;
    else
        pauses_close(opened);
    return result;
}

void pauses_close(struct pauses *pauses)
{
    if (pauses == NULL)
        return;
    map_release(&pauses->by_subject);
    arena_release(&pauses->arena);
    free(pauses);
}

bool pauses_hold(const struct pauses *pauses, const char *subject, bool is_paused_in_files)
{
    const char *said = pauses != NULL ? map_find(&pauses->by_subject, subject) : NULL;

    return said != NULL ? said == &paused : is_paused_in_files;
}

static void write_pause(struct job *job, bool is_paused)
{
    struct daemon *daemon = job->daemon;
    const struct event accepted = {.type = "accepted"};
    const struct store_pause pause = {
        .subject = job->request->subject,
        .is_paused = is_paused,
        .actor = job->request->actor,
        .at_us = clock_now_us(),
    };

    work_tell(job, &accepted);
    fault_point("daemon.pause.before");
    store_pause_put(journal_store(daemon->journal), &pause, STORE_NO_DONE);
    log_info("%s is %s", pause.subject, is_paused ? "paused" : "resumed");
    const char *schedule = subject_schedule(pause.subject), *stream = subject_stream(pause.subject);
    if (is_paused && schedule != NULL) /* what falls due meanwhile is not caught up */
        store_schedule_forget(journal_store(daemon->journal), schedule, STORE_NO_DONE);
    if (daemon->pauses != NULL) {
        set(daemon->pauses, pause.subject, is_paused);
        timetable_look(daemon->timetable);
        automation_wake(daemon->automation);
        sensors_wake(daemon->sensors);
    }
    if (daemon->streams != NULL && stream != NULL)
        streams_set_paused(daemon->streams, stream, is_paused);
    verbs_end_committed(job);
}

static void pause_it(struct job *job, struct loaded *loaded)
{
    (void)loaded;
    write_pause(job, true);
}

static void resume_it(struct job *job, struct loaded *loaded)
{
    (void)loaded;
    write_pause(job, false);
}

void pauses_begin_pause(struct job *job)
{
    subject_find(job, pause_it);
}

void pauses_begin_resume(struct job *job)
{
    subject_find(job, resume_it);
}

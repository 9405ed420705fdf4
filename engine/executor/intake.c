#include "executor/intake.h"

int intake_error(const struct intake *intake, const struct aorta_error *error, struct err *err)
{
    return connection_error(intake->connection, error, err);
}

int intake_open(struct intake *intake, struct step *step, const struct intake_load *load,
                struct err *err)
{
    *intake = (struct intake){
        .step = step, .arena = &step->arena, .load = *load, .workers = 1, .failed_at = INT64_MAX};
    pthread_mutex_init(&intake->lock, NULL);
    intake->metadata.extracted_at_us = load->extracted_at_us;
    buf_init(&intake->notes);
    quarantine_open(&intake->quarantine, load->session, &load->target, load->extracted_at_us,
                    intake->arena);
    if (step_connect(step, step->order->from.connection, &intake->connection, err) < 0)
        return -1;
    const struct aorta_connector *connector = intake->connection->connector;
    if (connector->source != NULL)
        intake->kind = &intake_of_source;
    else if (connector->object_store != NULL)
        intake->kind = step->order->files_count > 0 ? &intake_of_files
                       : load->window != NULL       ? &intake_of_hours
                                                    : &intake_of_lake;
    else
        return err_set(err, ERR_CONFIG, "connection %s: nothing can be read from connector %s",
                       intake->connection->name, connector->name);
    return intake->kind->open(intake, err);
}

/* A guess may be taken back; what has been told is not. */
static void tell_progress(struct intake *intake, int64_t rows)
{
    const double not_yet = 0.999;
    double share = intake->kind->share(intake);

    share = share < not_yet ? share : not_yet;
    intake->share = share > intake->share ? share : intake->share;
    step_progress(intake->step, rows, intake->share);
}

int intake_next(struct intake *intake, int32_t worker, struct aorta_batch *batch)
{
    if (intake->kind->next(intake, worker, batch) == 0)
        return 0;
    int64_t rows = atomic_fetch_add(&intake->rows, batch->row_count) + batch->row_count;
    if (pthread_mutex_trylock(&intake->lock) == 0) { /* or else somebody tells it soon */
        tell_progress(intake, rows);
        pthread_mutex_unlock(&intake->lock);
    }
    return 1;
}

int intake_fail(struct intake *intake, int64_t place, const struct err *err)
{
    pthread_mutex_lock(&intake->lock);
    if (place < intake->failed_at) {
        intake->failed_at = place;
        intake->failure = *err;
    }
    pthread_mutex_unlock(&intake->lock);
    return 0;
}

bool intake_is_over(struct intake *intake, int64_t place)
{
    pthread_mutex_lock(&intake->lock);
    bool is_over = place >= intake->failed_at;
    pthread_mutex_unlock(&intake->lock);
    return is_over;
}

int intake_finish(const struct intake *intake, struct err *err)
{
    if (intake->failed_at == INT64_MAX) {
        step_progress(intake->step, intake->rows, 1);
        return 0;
    }
    *err = intake->failure;
    return -1;
}

int intake_take_back(struct intake *intake, struct err *err)
{
    return intake->kind->take_back != NULL ? intake->kind->take_back(intake, err) : 0;
}

/* Lines in quarantine go with the rows that they came beside. */
static int settle_quarantine(struct intake *intake, struct err *err)
{
    struct quarantine *quarantine = &intake->quarantine;

    if (intake->load.replaces && quarantine_forget(quarantine, NULL, err) < 0)
        return -1;
    if (intake->replaced_lines != NULL &&
        quarantine_forget(quarantine, intake->replaced_lines, err) < 0)
        return -1;
    if (quarantine_write(quarantine, err) < 0)
        return -1;
    return intake->left_lines != NULL ? quarantine_take_back(quarantine, intake->left_lines, err)
                                      : 0;
}

int intake_settle(struct intake *intake, bool is_published, struct err *err)
{
    if (is_published && settle_quarantine(intake, err) < 0)
        return -1;
    return intake->kind->settle != NULL ? intake->kind->settle(intake, is_published, err) : 0;
}

const char *intake_position(struct intake *intake)
{
    return intake->kind->position(intake);
}

int intake_ack(struct intake *intake, const char *position, struct err *err)
{
    return intake->kind->ack(intake, position, err);
}

void intake_close(struct intake *intake)
{
    if (intake->step == NULL)
        return; /* was never opened */
    if (intake->kind != NULL)
        intake->kind->close(intake);
    quarantine_close(&intake->quarantine);
    buf_release(&intake->notes);
    hours_release(&intake->hours);
    connection_release(intake->connection);
    pthread_mutex_destroy(&intake->lock);
}

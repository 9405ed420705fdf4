/*
 * Forgets what is older than [retention] says: when the daemon begins, and every hour.
 *
 *     a page of the oldest runs (thread pool) ─▶ their events, a thousand each at a time
 *                       ▲                        ─▶ those that may go ─▶ committed ─┐
 *                       └──────────────────────────────────────────────────────────┘
 *     ─▶ ticks, audit log, keys, …, what is remembered of assets that have been gone for long
 *
 * Each batch is a commit of some milliseconds, and the next one waits for it, so whoever else writes
 * is never kept for longer. Dying between two of them loses nothing: the next round goes on.
 * What a run has to be so that it may go is said in store/retention.h.
 */
#ifndef AORTA_DAEMON_PRUNER_H
#define AORTA_DAEMON_PRUNER_H

struct daemon;
struct job;
struct pruner;

/* For a daemon that stays. */
struct pruner *pruner_open(struct daemon *daemon);

/* To be called when the store is about to be closed, and nothing more is reaped. */
void pruner_close(struct pruner *pruner);

/* The verb prune: a round at once, by what the job's plan says; told when it is over. */
void pruner_begin(struct job *job);

#endif

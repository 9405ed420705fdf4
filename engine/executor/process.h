/*
 * What a process that the daemon starts may do, settled before anything of a connector is loaded and
 * any thread exists.
 *
 * It gains no privileges, leaves no core (there are secrets in its memory), and has a bounded number
 * of descriptors, of which it was given five: nothing on its standard input, its words on standard
 * error, the two sockets of the daemon (daemon/child.c closes the others). How much memory it takes
 * is the business of the databases' own limits: one for the address space would end threads of
 * theirs that only reserve it.
 *
 * Other processes of the same user may look into it, as a debugger does: they could as well read the
 * secrets where it has them from.
 */
#ifndef AORTA_EXECUTOR_PROCESS_H
#define AORTA_EXECUTOR_PROCESS_H

void process_confine(void);

#endif

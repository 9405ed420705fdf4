/*
 * A relation that stands in an asset's place though the table of states has never heard of the
 * asset: somebody else's, or one whose state was lost. Its rows are nobody's to add to, which would
 * have them twice, nor to throw away. So the first publication of an asset finds its place free, or
 * is told to take it: full_refresh.
 */
#ifndef AORTA_MODEL_FOREIGN_H
#define AORTA_MODEL_FOREIGN_H

#include "model/relation.h"
#include "model/state.h"

struct foreign {
    const struct relation *relation;      /* the asset's place */
    const struct relation_columns *there; /* what stands in it */
    const struct state *own;              /* what is known of the asset */
    bool full_refresh;
    bool keeps_history; /* a full refresh of it needs --discard-history, too */
};

/* ERR_CONFIG with the ways out if what stands there is foreign and not to be replaced. */
int foreign_check(const struct session *session, const struct foreign *foreign, struct arena *arena,
                  struct err *err);

#endif

#include "model/foreign.h"

#include "model/session.h"

int foreign_check(const struct session *session, const struct foreign *foreign, struct arena *arena,
                  struct err *err)
{
    if (foreign->own->version > 0 || !foreign->there->is_there || foreign->full_refresh)
        return 0;
    return err_set(err, ERR_CONFIG,
                   "%s %s is there already, and nothing in _aorta_state says that Aorta made it: "
                   "move it away, give the asset another name, or have it replaced with "
                   "--full-refresh%s",
                   foreign->there->is_view ? "view" : "table",
                   relation_sql(arena, session->dialect, foreign->relation),
                   foreign->keeps_history ? " --discard-history" : "");
}

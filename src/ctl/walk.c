#include "walk.h"

#include <errno.h>
#include <fts.h>
#include <string.h>

static int by_name(const FTSENT **left, const FTSENT **right)
{
        return strcmp((*left)->fts_name, (*right)->fts_name);
}

static const char *kind_of(const struct stat *status)
{
        return S_ISSOCK(status->st_mode)   ? "is a socket"
               : S_ISFIFO(status->st_mode) ? "is a pipe"
               : S_ISBLK(status->st_mode)  ? "is a block device"
               : S_ISCHR(status->st_mode)  ? "is a character device"
                                           : "is no file";
}

static void tell(const walk_visitor *visitor, const FTSENT *entry, const char *reason, bool failure)
{
        if (visitor->other)
                visitor->other(entry->fts_path, reason, failure, visitor->data);
}

static bool visit(const walk_visitor *visitor, const FTSENT *entry)
{
        switch (entry->fts_info) {
        case FTS_F:
                return visitor->file(entry->fts_path, entry->fts_statp, visitor->data);
        case FTS_DEFAULT:
                /* Whoever names one expects something of it. */
                tell(visitor, entry, kind_of(entry->fts_statp), entry->fts_level == FTS_ROOTLEVEL);
                return true;
        case FTS_SL:
                tell(visitor, entry, "is a symbolic link", false);
                return true;
        case FTS_SLNONE:
                tell(visitor, entry, "is a symbolic link to nothing", true);
                return true;
        case FTS_DC:
                tell(visitor, entry, "is a folder inside itself", false);
                return true;
        case FTS_NS:
        case FTS_DNR:
        case FTS_ERR:
                tell(visitor, entry, strerror(entry->fts_errno), true);
                return true;
        default: /* a folder, before or after what is in it */
                return true;
        }
}

bool walk(char *const paths[], const walk_visitor *visitor)
{
        bool going = true;
        FTS *tree = fts_open(paths, FTS_PHYSICAL | FTS_COMFOLLOW | FTS_NOCHDIR, by_name);
        if (!tree) {
                if (visitor->other)
                        visitor->other(paths[0], strerror(errno), true, visitor->data);
                return true;
        }
        for (const FTSENT *entry; going && (entry = fts_read(tree)) != NULL;)
                going = visit(visitor, entry);
        fts_close(tree);
        return going;
}

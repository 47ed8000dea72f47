/* Private to `ingest`: the files under some paths, in order of name. Symbolic links are followed where they are named
 * on the command line and nowhere else, so there are no loops. */
#ifndef CTL_WALK_H
#define CTL_WALK_H

#include <stdbool.h>
#include <sys/stat.h>

typedef struct walk_visitor {
        bool (*file)(const char *path, const struct stat *status, void *data); /* false ends the walk */
        /* Something that is no file: `failure` where it should have been one (named itself, not there, no permission),
         * else skipped. */
        void (*other)(const char *path, const char *reason, bool failure, void *data); /* may be NULL */
        void *data;
} walk_visitor;

/* `paths` ends with NULL. False where a visit ended it. */
bool walk(char *const paths[], const walk_visitor *visitor);

#endif

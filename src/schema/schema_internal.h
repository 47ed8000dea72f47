/* Private to the schema library: the table of migrations, and a database's canonical description. */
#ifndef SCHEMA_INTERNAL_H
#define SCHEMA_INTERNAL_H

#include <hartonomous/schema.h>

typedef struct migration {
        int number;
        const char *name;
        const hart_pg_statement *script;
} migration;

extern const migration migrations[];
extern const size_t migration_count;

/* Runs one migration and records it, in a transaction of its own; fills state and time in *status. The table of
 * migrations exists. */
hart_code migration_apply(hart_pg *pg, const migration *one, hart_migration_status *status, hart_error *err);

/* Every object of some schemas as two texts: who it is and all that can be said about it. Zeroed is empty. */
typedef struct description_entry {
        char *object;
        char *definition;
} description_entry;

struct description {
        description_entry *entries;
        size_t count, capacity;
};

void description_done(struct description *description);
void description_add(struct description *description, const char *object, const char *definition);
/* By object, then definition, in byte order. */
void description_sort(struct description *description);

/* The names of the schemas of a database that holds nothing but ours; elements are borrowed from *holder. */
hart_code description_schemas(hart_pg *pg, hart_pg_result **holder, hart_pg_bytes **names, size_t *count,
                              hart_error *err);
/* Describes those schemas in one snapshot, sorted. No transaction may be open. */
hart_code description_read(hart_pg *pg, const hart_pg_bytes *schemas, size_t count, struct description *into,
                           hart_error *err);

typedef void (*difference_function)(const char *kind, const char *object, const char *expected, const char *found,
                                    void *data);
/* Calls `difference` for each object that is not the same in both, which must be sorted; returns how many. Pure. */
size_t description_compare(const struct description *expected, const struct description *found,
                           difference_function difference, void *data);

/* The connection settings with another database name; `conninfo` is keywords or a URI. free() */
char *conninfo_with_database(const char *conninfo, const char *database);

#endif

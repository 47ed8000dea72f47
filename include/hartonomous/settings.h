/* Settings: a table is the parser, the defaults, the range check, the help and the example file at once.
 *
 * Files are INI like systemd's own: `[section]`, `key = value`, comments start a line with # or ;. A file NAME
 * is read from DIR/NAME.conf, then DIR/NAME.conf.d (all *.conf) in order of name; a later value replaces an earlier
 * one. A missing file means defaults; a missing DIR does so only where it is HART_CONFIG_DIR. An unknown section or
 * key, a bad value, a NUL or a line that is none of these is refused (HART_CONFIG) with file, line, name and what is
 * allowed. */
#ifndef HARTONOMOUS_SETTINGS_H
#define HARTONOMOUS_SETTINGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <hartonomous/error.h>
#include <hartonomous/memory.h>

typedef enum hart_setting_kind {
        HART_SETTING_TEXT,  /* char *, owned by the struct; min and max bound its length in bytes */
        HART_SETTING_COUNT, /* int64_t; plain decimal */
        HART_SETTING_TIME, /* uint64_t microseconds; 10s, 500ms, 20us, 2min, 1h, 1d, "0"; min and max in microseconds */
        HART_SETTING_SIZE, /* uint64_t bytes; 512, 64K, 64M, 2G, 1T (powers of 1024) */
        HART_SETTING_FLAG, /* bool; yes/no, true/false, on/off, 1/0 */
        HART_SETTING_NUMBER, /* double */
        HART_SETTING_CHOICE  /* int, index into choices */
} hart_setting_kind;

/* A row of this key takes whatever key comes: for a section that another reader of the same file checks. */
#define HART_SETTING_ANY_KEY "*"

typedef struct hart_setting {
        const char *section;
        const char *key;
        hart_setting_kind kind;
        size_t offset;             /* offsetof() in the caller's struct */
        const char *default_value; /* as it would stand in a file; NULL leaves the value zero */
        int64_t min, max; /* inclusive; in the kind's unit; both 0: no bounds; of a text max 0: no upper bound */
        const char *const *choices; /* NULL-terminated; HART_SETTING_CHOICE only */
        const char *help;           /* one sentence, no full stop needed; printed above the key in the example file */
} hart_setting;

/* Sections with a name, [model "all-MiniLM-L6-v2"]: as many as there are names, each with all keys of the rows. An
 * item has its defaults from the moment it is named. A section whose name comes again, in a later file too, goes on
 * setting the same item. A name has 1 to 200 bytes, no quote and no control character. */
typedef struct hart_settings_list {
        char **names;
        void *items; /* count structs of item_size bytes, in the order of their first mention */
        size_t count;
} hart_settings_list;

/* In the default of a group's text: the item's name. */
#define HART_SETTING_NAME "%n"

typedef struct hart_settings_group {
        const char *section;      /* "model" */
        const hart_setting *rows; /* their `section` is the group's, their offsets are within an item */
        size_t count, item_size;
        size_t offset; /* of a hart_settings_list in the caller's struct */
        const char
                *default_name; /* there is one item of this name, with defaults, where no file names any; NULL: none */
} hart_settings_group;

typedef struct hart_settings_schema {
        const char *file;  /* "hartonomous", "ingestion", … : the NAME of DIR/NAME.conf */
        const char *title; /* first comment of the example file */
        const hart_setting *rows;
        size_t count;
        const hart_settings_group *groups; /* may be NULL */
        size_t group_count;
} hart_settings_schema;

#define HART_CONFIG_DIR "/etc/hartonomous"

/* One file may be shared by several tables, each filling a struct of its own: the worker skeleton's [worker] rows and a
 * daemon's rows. No two parts may have the same key in the same section. */
typedef struct hart_settings_part {
        const hart_setting *rows;
        size_t count;
        void *into; /* may be NULL where only an example is printed */
        const hart_settings_group *groups;
        size_t group_count;
} hart_settings_part;

hart_settings_part hart_settings_part_of(const hart_settings_schema *schema, void *into);

/* As the functions below, for the parts of one file. `directory` NULL is HART_CONFIG_DIR. */
hart_code hart_settings_load_parts(const char *directory, const char *file, const hart_settings_part *parts,
                                   size_t count, hart_error *err);
void hart_settings_done_parts(const hart_settings_part *parts, size_t count);
void hart_settings_print_example_parts(const char *title, const hart_settings_part *parts, size_t count, FILE *out);
hart_code hart_settings_parse_parts(const hart_settings_part *parts, size_t count, const char *name, const char *text,
                                    size_t size, hart_error *err);

/* Fills the caller's zeroed struct with defaults, then with what the files say. On failure the struct is
 * empty again. */
hart_code hart_settings_load(const hart_settings_schema *schema, const char *directory, void *into, hart_error *err);
/* The same for a command that reads a daemon's file for the schema's part of it: section `other` is passed over, it
 * is its reader's affair. */
hart_code hart_settings_load_beside(const hart_settings_schema *schema, const char *directory, const char *other,
                                    void *into, hart_error *err);
/* Frees the texts and empties the lists; zeroes nothing else. */
void hart_settings_done(const hart_settings_schema *schema, void *settings);
/* The example file: every key commented out with its default, its help, range or choices above. */
void hart_settings_print_example(const hart_settings_schema *schema, FILE *out);
/* The parser of one file's text, for tests and the fuzzer: sets what the text names and nothing else. `name` is used in
 * messages. Where it fails, lines before the bad one have been taken. */
hart_code hart_settings_parse(const hart_settings_schema *schema, const char *name, const char *text, size_t size,
                              void *into, hart_error *err);

/* What every program reads: hartonomous.conf. */
typedef struct hart_common_settings {
        char *conninfo;           /* [database] conninfo: libpq's, without a password */
        uint64_t connect_timeout; /* [database] connect_timeout, microseconds */
        int log_level;            /* [logging] level: index into err, warning, notice, info, debug */
        bool telemetry;           /* [telemetry] enabled */
        char *telemetry_listen;   /* [telemetry] listen: directory of the Unix sockets NAME.sock, or "host:port" */
} hart_common_settings;
extern const hart_settings_schema hart_common_settings_schema;

/* A secret: $CREDENTIALS_DIRECTORY/NAME (systemd's LoadCredential=), else DIRECTORY/credentials/NAME. One
 * trailing newline is removed. HART_EMPTY where neither exists, where it is empty (or lies in a folder that may not be
 * looked into); HART_CONFIG where it is there but cannot be read. *ret is owned by the caller. */
hart_code hart_credential_read(const char *directory, const char *name, char **ret, hart_error *err);

#endif

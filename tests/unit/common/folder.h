/* A folder of the test's own, with files in it. */
#ifndef UNIT_FOLDER_H
#define UNIT_FOLDER_H

#include <stddef.h>

/* Set-up and tear-down: *state is the folder's path; it is removed with all that is in it. */
int folder_make(void **state);
int folder_remove(void **state);
#define IN_FOLDER(test) cmocka_unit_test_setup_teardown(test, folder_make, folder_remove)

void folder_put(const char *folder, const char *name, const char *text);
void folder_put_bytes(const char *folder, const char *name, const char *bytes, size_t size);
void folder_put_folder(const char *folder, const char *name);
/* Runs `what` in a child that is no longer root, since root may read everything; gives its result. */
int folder_as_nobody(int (*what)(const char *folder), const char *folder);

#endif

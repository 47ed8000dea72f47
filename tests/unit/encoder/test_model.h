/* Where the tests find the real model, and whole files. */
#ifndef TEST_MODEL_H
#define TEST_MODEL_H

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <hartonomous/encoder.h>
#include <hartonomous/memory.h>

/* The folder scripts/install-model made, or $HARTONOMOUS_TEST_MODEL. */
static inline const char *test_model(void)
{
        static char *folder;
        const char *named = getenv("HARTONOMOUS_TEST_MODEL"), *cache = getenv("XDG_CACHE_HOME"), *home = getenv("HOME");

        if (folder != NULL)
                return folder;
        if (named != NULL)
                folder = hart_duplicate(named);
        else if (access(HART_MODEL_DIR "/model.safetensors", R_OK) == 0)
                folder = hart_duplicate(HART_MODEL_DIR);
        else
                folder = cache != NULL ? hart_format("%s/hartonomous/models/all-MiniLM-L6-v2", cache)
                                       : hart_format("%s/.cache/hartonomous/models/all-MiniLM-L6-v2", home);
        if (access(folder, R_OK) != 0) {
                fprintf(stderr, "%s: the model is not installed; run scripts/install-model\n", folder);
                exit(1);
        }
        return folder;
}

static inline void test_read(const char *path, hart_buffer *out)
{
        FILE *file = fopen(path, "rb");
        size_t got;

        if (file == NULL) {
                perror(path);
                exit(1);
        }
        while ((got = fread(hart_buffer_reserve(out, 65536), 1, 65536, file)) > 0)
                out->size += got;
        fclose(file);
        hart_buffer_byte(out, 0);
        out->size--;
}

#endif

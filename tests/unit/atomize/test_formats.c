/* Every format in the real sandbox: each file of the fuzz targets' corpora, twice. An atomizer that makes a system call
 * which the sandbox forbids, opens a file late, or says the same thing in two ways, fails here. */
#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>
#include <hartonomous/clock.h>

#include "documents.h"

static const atomize_options options = {.program = ATOMIZE_PROGRAM,
                                        .timeout = 20 * HART_SECOND,
                                        .memory = UINT64_C(256) << 20,
                                        .windows_per_child = 500};

struct tour {
        atomize_client client;
        size_t files, failures;
};

static void read_file(const char *path, hart_buffer *ret)
{
        FILE *file = fopen(path, "rb");
        assert_non_null(file);
        size_t got;
        hart_buffer_clear(ret);
        do {
                got = fread(hart_buffer_reserve(ret, 65536), 1, 65536, file);
                ret->size += got;
        } while (got > 0);
        fclose(file);
}

/* Folders are named after fuzz targets: "json", or "json_document" beside it. */
static const hart_atomizer *atomizer_of_folder(const char *folder)
{
        const hart_atomizer *found = NULL;
        size_t length = 0;
        for (size_t i = 0; i < hart_atomizer_count; i++) {
                size_t size = strlen(hart_atomizers[i]->name);
                if (size > length && strncmp(folder, hart_atomizers[i]->name, size) == 0 &&
                    (folder[size] == '\0' || folder[size] == '_')) {
                        found = hart_atomizers[i];
                        length = size;
                }
        }
        return found;
}

static void complain(struct tour *tour, const char *path, const hart_atomizer *atomizer, const char *what)
{
        print_error("%s by %s: %s\n", path, atomizer != NULL ? atomizer->name : "choice", what);
        tour->failures++;
}

static void visit_with(struct tour *tour, const char *path, const hart_atomizer *atomizer, const char *type,
                       const hart_buffer *bytes)
{
        struct outcome outcomes[2];
        tour->files++;
        for (unsigned turn = 0; turn < 2; turn++) {
                run_document(&tour->client, atomizer, type, bytes->data, bytes->size, turn == 1, &outcomes[turn]);
                if (outcomes[turn].code != HART_OK) {
                        complain(tour, path, atomizer, outcomes[turn].err.text);
                        return;
                }
        }
        if (memcmp(outcomes[0].digest, outcomes[1].digest, sizeof outcomes[0].digest) != 0)
                complain(tour, path, atomizer, "other events the second time");
}

/* With the atomizer that the folder is for, and with the one that would be chosen. */
static void visit(struct tour *tour, const char *folder, const char *path)
{
        HART_CLEANUP(hart_buffer_done) hart_buffer bytes = {0}, type = {0};
        const hart_atomizer *own = atomizer_of_folder(folder), *chosen = NULL;
        hart_error err = {0};
        read_file(path, &bytes);
        const atomize_question question = {.head = bytes.data, .size = bytes.size, .name = path, .tenant = 1};
        if (atomize_client_identify(&tour->client, &question, &type, &chosen, &err) != HART_OK) {
                complain(tour, path, NULL, err.text);
                return;
        }
        if (own != NULL && own->way != HART_WINDOWS)
                visit_with(tour, path, own, own == chosen ? (const char *)type.data : own->content_types[0], &bytes);
        if (chosen != own && chosen->way != HART_WINDOWS)
                visit_with(tour, path, chosen, (const char *)type.data, &bytes);
}

static void visit_folder(struct tour *tour, const char *folder)
{
        HART_CLEANUP(hart_free_p) char *path = hart_format("%s/%s", CORPUS, folder);
        DIR *listing = opendir(path);
        assert_non_null(listing);
        for (struct dirent *entry; (entry = readdir(listing)) != NULL;) {
                HART_CLEANUP(hart_free_p) char *file = hart_format("%s/%s", path, entry->d_name);
                if (entry->d_name[0] != '.')
                        visit(tour, folder, file);
        }
        closedir(listing);
}

static void test_every_file(void **unused)
{
        (void)unused;
        struct tour tour = {0};
        DIR *listing = opendir(CORPUS);
        assert_non_null(listing);
        atomize_client_init(&tour.client, &options);
        for (struct dirent *entry; (entry = readdir(listing)) != NULL;) {
                if (entry->d_name[0] != '.')
                        visit_folder(&tour, entry->d_name);
        }
        closedir(listing);
        atomize_client_done(&tour.client);
        print_message("%zu documents\n", tour.files);
        assert_true(tour.files > 0);
        assert_int_equal(tour.failures, 0);
}

int main(void)
{
        const struct CMUnitTest tests[] = {cmocka_unit_test(test_every_file)};
        return cmocka_run_group_tests(tests, NULL, NULL);
}

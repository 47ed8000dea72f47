/* Archives, mails and what is neither, each in a process that would be killed for opening a file: libmagic's rules,
 * charsets, time zones and locales are all there before. */
#include <glob.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>
#include <hartonomous/json.h>

#include "record.h"
#include "seal.h"

static void find_type(const char *unused, const hart_buffer *bytes)
{
        HART_CLEANUP(hart_buffer_done) hart_buffer type = {0};
        (void)unused;
        hart_content_type(bytes->data, bytes->size, NULL, NULL, &type);
}

static void run(const char *atomizer, const hart_buffer *bytes)
{
        struct record record;
        record_run(&record, atomizer, bytes->data, bytes->size, NULL, NULL, NULL);
        record_done(&record);
}

static void open_file(const char *unused, const hart_buffer *bytes)
{
        (void)unused, (void)bytes;
        FILE *file = fopen("/etc/passwd", "r");
        if (file != NULL)
                (void)fclose(file);
}

typedef void (*task)(const char *atomizer, const hart_buffer *bytes);

static int status_of(task work, const char *atomizer, const hart_buffer *bytes)
{
        pid_t child = fork();
        if (child == 0) {
                if (!seal())
                        _exit(2);
                work(atomizer, bytes);
                _exit(0);
        }
        int status = -1;
        assert_int_equal(waitpid(child, &status, 0), child);
        return status;
}

static void check_folder(task work, const char *atomizer, const char *pattern)
{
        glob_t files = {0};
        assert_int_equal(glob(pattern, 0, NULL, &files), 0);
        assert_true(files.gl_pathc > 5);
        for (size_t i = 0; i < files.gl_pathc; i++) {
                HART_CLEANUP(hart_buffer_done) hart_buffer bytes = {0};
                record_read_file(files.gl_pathv[i], &bytes);
                int status = status_of(work, atomizer, &bytes);
                if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
                        fail_msg("%s: status %x", files.gl_pathv[i], (unsigned)status);
        }
        globfree(&files);
}

static int open_all(void **unused)
{
        hart_error err = {0};
        HART_CLEANUP(hart_json_close_p) hart_json *seeded = NULL;
        (void)unused;
        if (hart_atomizers_open(&err) != HART_OK)
                return 1;
        /* The recorder checks metadata with a library that asks for random bytes once. */
        return hart_json_parse("{}", 2, &seeded, &err) == HART_OK ? 0 : 1;
}

static int close_all(void **unused)
{
        (void)unused;
        hart_atomizers_close();
        return 0;
}

static void test_types(void **unused)
{
        static const unsigned char java[] = "\xCA\xFE\xBA\xBE\0\0\0\x34\0\x1D\x0A\0\6\0\x0F";
        HART_CLEANUP(hart_buffer_done) hart_buffer bytes = {0};
        (void)unused;
        hart_buffer_append(&bytes, java, sizeof java - 1);
        assert_int_equal(status_of(find_type, NULL, &bytes), 0);
        check_folder(find_type, NULL, TEST_DATA "/archive/*");
}

static void test_archives(void **unused)
{
        (void)unused;
        check_folder(run, "archive", TEST_DATA "/archive/*");
}

static void test_mail(void **unused)
{
        (void)unused;
        check_folder(run, "mail", TEST_DATA "/mail/*");
}

static void test_the_seal(void **unused)
{
        HART_CLEANUP(hart_buffer_done) hart_buffer bytes = {0};
        (void)unused;
        assert_true(WIFSIGNALED(status_of(open_file, NULL, &bytes)));
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_types),
                cmocka_unit_test(test_archives),
                cmocka_unit_test(test_mail),
                cmocka_unit_test(test_the_seal),
        };
        return cmocka_run_group_tests(tests, open_all, close_all);
}

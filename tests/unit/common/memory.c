#include "testing.h"

#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include <hartonomous/memory.h>

static void buffer_grows_and_stays_closed(void **state)
{
        HART_CLEANUP(hart_buffer_done) hart_buffer buffer = {0};

        (void)state;
        for (int i = 0; i < 1000; i++) {
                hart_buffer_format(&buffer, "%d,", i);
                assert_int_equal(buffer.data[buffer.size], 0);
                assert_true(buffer.size < buffer.capacity);
        }
        assert_int_equal(buffer.size, 3890);
        for (int width = 98; width <= 103; width++) {
                size_t before = buffer.size;
                hart_buffer_format(&buffer, "%0*d", width, 7);
                assert_int_equal(buffer.size, before + (size_t)width);
                assert_string_equal((char *)buffer.data + buffer.size - 2, "07");
                buffer.size = before;
        }
        buffer.data[buffer.size] = 0;
        assert_memory_equal(buffer.data, "0,1,2,3,", 8);
        hart_buffer_drop(&buffer, 3886);
        assert_string_equal((char *)buffer.data, "999,");
        hart_buffer_append(&buffer, "a\0b", 3);
        assert_memory_equal(buffer.data, "999,a\0b", 8);
        hart_buffer_drop(&buffer, 100);
        assert_int_equal(buffer.size, 0);
        assert_string_equal((char *)buffer.data, "");
        hart_buffer_append(&buffer, NULL, 0);
        hart_buffer_clear(&buffer);
        hart_buffer_done(NULL);
}

static void reserved_room_ends_in_zero(void **state)
{
        HART_CLEANUP(hart_buffer_done) hart_buffer buffer = {0};

        (void)state;
        hart_buffer_text(&buffer, "0123456789abcdefghij");
        hart_buffer_clear(&buffer);
        memcpy(hart_buffer_reserve(&buffer, 10), "xyz", 3);
        buffer.size += 3;
        assert_string_equal((char *)buffer.data, "xyz");
}

static void ownership_moves(void **state)
{
        HART_CLEANUP(hart_free_p) char *text = hart_format("%s-%d", "a", 1);
        char *taken = HART_TAKE(text), *copy = hart_duplicate_n("abc\0def", 7);

        (void)state;
        assert_null(text);
        assert_string_equal(taken, "a-1");
        assert_memory_equal(copy, "abc\0def", 8);
        assert_null(hart_duplicate(NULL));
        free(taken);
        free(copy);
}

static void memory_is_zeroed(void **state)
{
        unsigned char *bytes = hart_allocate_array(100, 3);

        (void)state;
        for (size_t i = 0; i < 300; i++)
                assert_int_equal(bytes[i], 0);
        bytes = hart_reallocate_array(bytes, 1000, 3);
        assert_int_equal(bytes[299], 0);
        free(bytes);
        free(hart_allocate(0));
}

/* A size that overflows must end the process with one line, never give a smaller piece. */
static void overflow_aborts(void **state)
{
        int pipe_ends[2], status = 0;
        char said[200] = "";
        pid_t child;

        (void)state;
        assert_int_equal(pipe(pipe_ends), 0);
        child = fork();
        if (child == 0) {
                (void)signal(SIGABRT, SIG_DFL);
                (void)dup2(pipe_ends[1], STDERR_FILENO);
                free(hart_allocate_array(SIZE_MAX / 2, 3));
                _exit(0);
        }
        close(pipe_ends[1]);
        assert_true(read(pipe_ends[0], said, sizeof said - 1) > 0);
        close(pipe_ends[0]);
        assert_int_equal(waitpid(child, &status, 0), child);
        assert_true(WIFSIGNALED(status));
        assert_int_equal(WTERMSIG(status), SIGABRT);
        assert_ptr_equal(strstr(said, "out of memory"), said);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(buffer_grows_and_stays_closed),
                cmocka_unit_test(reserved_room_ends_in_zero),
                cmocka_unit_test(ownership_moves),
                cmocka_unit_test(memory_is_zeroed),
                cmocka_unit_test(overflow_aborts),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}

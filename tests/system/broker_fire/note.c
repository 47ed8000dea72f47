/* What a reader leaves behind when it is killed. */
#include "fire.h"

#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

struct note *note;
static int events = -1;

void note_open(const struct options *options)
{
        const int file = open(options->note, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
        char *log = hart_format("%s.log", options->note);
        events = open(log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
        free(log);
        if (file < 0 || events < 0 || ftruncate(file, sizeof *note) < 0)
                give_up(options->note, &(hart_error){.text = "cannot be written"});
        note = mmap(NULL, sizeof *note, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
        close(file);
        if (note == MAP_FAILED)
                give_up(options->note, &(hart_error){.text = "cannot be mapped"});
        memset(note, 0, sizeof *note);
}

static void write_line(hart_buffer *line)
{
        hart_buffer_byte(line, '\n');
        if (write(events, line->data, line->size) != (ssize_t)line->size)
                give_up("log", &(hart_error){.text = "cannot be written"});
        hart_buffer_done(line);
}

static void begin_line(hart_buffer *line, const char *what)
{
        hart_buffer_format(line, "%" PRIu64 " %s %u %" PRId64 " %s ", real_time(), what, (unsigned)note->phase,
                           note->received_at, *note->connection ? note->connection : "-");
}

void note_event(const char *what)
{
        hart_buffer line = {0};
        begin_line(&line, what);
        for (uint32_t i = 0; i < note->count; i++)
                hart_buffer_format(&line, "%s%" PRId64, i ? "," : "", note->n[i]);
        write_line(&line);
}

void note_blame(const char *what, int64_t n)
{
        hart_buffer line = {0};
        begin_line(&line, what);
        hart_buffer_format(&line, "%" PRId64, n);
        write_line(&line);
}

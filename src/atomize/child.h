/* The process hartonomous-atomize as its parent sees it: started, written to, read from, and how it ended. */
#ifndef ATOMIZE_CHILD_H
#define ATOMIZE_CHILD_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include <hartonomous/error.h>

typedef hart_code (*atomize_waiting)(void *data);

typedef struct atomize_child {
        pid_t pid; /* 0: none */
        int fd;
} atomize_child;

/* How long an exchange may take, and what runs meanwhile (five times a second at least; anything but HART_OK ends it).
 */
typedef struct child_patience {
        uint64_t deadline; /* hart_now() time */
        const char *limit; /* what is over then: "atomize_timeout" */
        atomize_waiting waiting;
        void *data;
} child_patience;

hart_code child_start(atomize_child *child, const char *program, uint64_t memory, uint64_t cpu_seconds,
                      hart_error *err);
/* Closes its socket, kills it where it does not end by itself, and waits for its end. */
void child_stop(atomize_child *child);
/* Why it is gone, "crashed with SIGSEGV"; ends it where it is not. Was it a signal? */
bool child_describe_end(atomize_child *child, char text[64]);

/* What it may use from now on: bytes of address space (0: as it is) and seconds of CPU time. Where it is gone, what
 * comes next will tell. */
hart_code child_limit(const atomize_child *child, uint64_t memory, uint64_t cpu_seconds, hart_error *err);
/* The address space it may use now; 0 where there is no limit. */
uint64_t child_memory_limit(const atomize_child *child);

/* HART_EMPTY: the child is gone. HART_FAILED: the deadline has passed. */
hart_code child_write(const atomize_child *child, const void *data, size_t size, const child_patience *patience,
                      hart_error *err);
hart_code child_read(const atomize_child *child, void *data, size_t size, const child_patience *patience,
                     hart_error *err);
/* One byte with a copy of the file's descriptor that can only read. */
hart_code child_send_file(const atomize_child *child, int file, const child_patience *patience, hart_error *err);

#endif

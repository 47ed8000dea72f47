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
        atomize_waiting waiting;
        void *data;
} child_patience;

hart_code child_start(atomize_child *child, const char *program, uint64_t memory, uint64_t cpu_seconds,
                      hart_error *err);
/* Closes its socket, kills it where it does not end by itself, and waits for its end. */
void child_stop(atomize_child *child);
/* Why it is gone, "crashed with SIGSEGV"; ends it where it is not. Was it a signal? */
bool child_describe_end(atomize_child *child, char text[64]);

/* HART_EMPTY: the child is gone. HART_FAILED: the deadline has passed. */
hart_code child_write(const atomize_child *child, const void *data, size_t size, const child_patience *patience,
                      hart_error *err);
hart_code child_read(const atomize_child *child, void *data, size_t size, const child_patience *patience,
                     hart_error *err);

#endif

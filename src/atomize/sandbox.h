/* The cage of hartonomous-atomize: what a parser that a hostile file has taken over can still do is compute, read its
 * document, and talk to the daemon over the descriptors that are open. Linked by a test without the rest. */
#ifndef ATOMIZE_SANDBOX_H
#define ATOMIZE_SANDBOX_H

#include <stdint.h>

typedef struct sandbox_limits {
        uint64_t memory;      /* bytes of address space beyond what is mapped at this moment */
        uint64_t cpu_seconds; /* of the process' whole life, until the daemon sets another limit */
} sandbox_limits;

/* For good; standard error becomes what standard output is, and what is open besides the descriptors of protocol.h is
 * closed. The daemon can raise the two limits later, the process itself cannot. Returns 0, or an errno value with *what
 * naming the step that failed. Built with a sanitizer, which needs its own memory and system calls, it only lowers what
 * the sanitizer can do without. */
int sandbox_enter(const sandbox_limits *limits, const char **what);

#endif

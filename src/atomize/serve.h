/* The child's loop: a request, its reply, and again, until the daemon closes its end. */
#ifndef ATOMIZE_SERVE_H
#define ATOMIZE_SERVE_H

#include <hartonomous/error.h>

/* HART_OK when the peer has closed. */
hart_code serve(int fd, hart_error *err);

#endif

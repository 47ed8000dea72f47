/* The child's answers about whole documents. */
#ifndef ATOMIZE_SERVE_DOCUMENT_H
#define ATOMIZE_SERVE_DOCUMENT_H

#include "request.h"

/* HART_FATAL: the peer is gone, or did not keep the protocol. */
hart_code serve_identify(int fd, const atomize_request *request, hart_error *err);
hart_code serve_document(int fd, const atomize_request *request, hart_error *err);

#endif
